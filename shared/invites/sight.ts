import type { TeamId, UserId } from '../base/names.ts';
import type { Sighting } from './standing.ts';
import type { InviteStore, LearnerRef, SeenAccount } from './store.ts';

/** As many accounts are worked on at once. */
const atOnce = 16;

type Store = Pick<InviteStore, 'accounts' | 'noteUsers' | 'see' | 'address' | 'linked' | 'wake'>;

/**
 * Keeps accounts as they were seen, and has the learners looked at whom a change concerns. It may run again at any time and
 * in any order: what is older than what is kept changes nothing. `again`: somebody may have kept them and stopped before anybody
 * was woken, so that everybody is whom they concern, changed or not. Answers whom it woke.
 */
export async function sight(
  team: TeamId,
  sightings: readonly Sighting[],
  store: Store,
  now: number,
  again: boolean,
): Promise<LearnerRef[]> {
  const kept = await store.accounts(
    team,
    sightings.map(({ user }) => user),
  );
  const isNew = ({ user, address }: Sighting) => kept.get(user)?.address !== address;
  // Before the accounts themselves: who looks at an address finds them as soon as they are kept.
  await store.noteUsers(team, sightings.filter(isNew));
  const woken: LearnerRef[] = [];
  const waiting = [...sightings];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      woken.push(...(await sightOne(team, next, kept.get(next.user), store, now, again)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, sightings.length) }, work));
  return woken;
}

async function sightOne(
  team: TeamId,
  sighting: Sighting,
  before: SeenAccount | undefined,
  store: Store,
  now: number,
  again: boolean,
): Promise<LearnerRef[]> {
  if (before && before.updated > sighting.updated) return [];
  const seen = seenAs(sighting, before);
  const isChanged = before === undefined || !isSame(seen, before);
  // Noted too where only its time is newer: what was said before that is old news from now on.
  if ((isChanged || seen.updated > before.updated) && !(await store.see(team, seen))) return [];
  if (!isChanged && !again) return [];
  const learners = await concerned(team, seen, before?.address, store);
  for (const learner of learners) await store.wake({ team, learner }, now);
  return learners.map((learner) => ({ team, learner }));
}

/** An account as it is kept: since when it stands so, and whether its address was ever shown to be its holder's. */
function seenAs(sighting: Sighting, before: SeenAccount | undefined): SeenAccount {
  const { user, standing, guest, address, isConfirmed, updated } = sighting;
  const wasProven = before?.address === address && before?.isProven === true;
  return {
    user,
    standing,
    guest,
    address,
    isProven: isConfirmed || standing === 'invited' || wasProven,
    since: before?.standing === standing ? before.since : updated * 1000,
    updated,
  };
}

function isSame(one: SeenAccount, other: SeenAccount): boolean {
  return (['standing', 'guest', 'address', 'isProven'] as const).every((name) => one[name] === other[name]);
}

/** Who is enrolled under the account's address, or the one it had before, and who came with it. */
async function concerned(
  team: TeamId,
  { user, address }: { readonly user: UserId; readonly address: string | undefined },
  earlier: string | undefined,
  store: Store,
): Promise<string[]> {
  const addresses = [...new Set([address, earlier])].filter((one) => one !== undefined);
  const found = await Promise.all(addresses.map(async (one) => (await store.address(team, one)).learners));
  return [...new Set([...found.flat(), ...(await store.linked(team, user))])];
}
