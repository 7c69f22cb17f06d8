import type { TeamId } from '../base/names.ts';
import type { Sighting } from './standing.ts';
import type { InviteStore, LearnerRef, SeenAccount } from './store.ts';

/** As many accounts are worked on at once. */
const atOnce = 16;

type Store = Pick<InviteStore, 'accounts' | 'noteUsers' | 'see' | 'learnersAt' | 'linked' | 'wake'>;

/** An account that was kept, or may have been by somebody who stopped before anybody was woken. */
type Kept = { readonly seen: SeenAccount; readonly before: SeenAccount | undefined };

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
  const known = await store.accounts(
    team,
    sightings.map(({ user }) => user),
  );
  const isNew = ({ user, address }: Sighting) => known.get(user)?.address !== address;
  // Before the accounts themselves: who looks at an address finds them as soon as they are kept.
  await store.noteUsers(team, sightings.filter(isNew));
  const kept: Kept[] = [];
  const waiting = [...sightings];
  const keeping = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const before = known.get(next.user);
      const seen = seenAs(next, before);
      if (await keep(team, seen, before, store, again)) kept.push({ seen, before });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, sightings.length) }, keeping));
  // Only now: who enrols under one of these addresses from here on finds the account.
  const learners = await concerned(team, kept, store);
  for (const learner of learners) await store.wake({ team, learner }, now);
  return learners.map((learner) => ({ team, learner }));
}

/** Whether somebody has to be woken: it is another account than it was, or may have been for whoever kept it. */
async function keep(
  team: TeamId,
  seen: SeenAccount,
  before: SeenAccount | undefined,
  store: Store,
  again: boolean,
): Promise<boolean> {
  if (before && before.updated > seen.updated) return false;
  const isChanged = before === undefined || !isSame(seen, before);
  // Noted too where only its time is newer: what was said before that is old news from now on.
  if ((isChanged || seen.updated > before.updated) && !(await store.see(team, seen))) return false;
  return isChanged || again;
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

/** Who is enrolled under the addresses of these accounts, or those that they had before, and who came with one of them. */
async function concerned(team: TeamId, kept: readonly Kept[], store: Store): Promise<string[]> {
  const addresses = kept.flatMap(({ seen, before }) => [seen.address, before?.address]);
  const enrolled = await store.learnersAt(
    team,
    addresses.filter((address) => address !== undefined),
  );
  const found = new Set(enrolled);
  // Nobody can have come with an account that was never seen.
  for (const { seen, before } of kept) {
    if (before) for (const learner of await store.linked(team, seen.user)) found.add(learner);
  }
  return [...found];
}
