import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { TeamId } from '../base/names.ts';
import type { Admin } from '../org/directory.ts';
import { foldEmail } from '../org/email.ts';
import { type Account, addressSign, kindOf } from '../slack/account.ts';
import { refusal } from '../slack/answer.ts';
import type { Channels } from '../slack/channels.ts';
import type { Author } from '../slack/installation.ts';
import type { Reader } from './membership.ts';
import type { CallStore } from './store.ts';

export type AccountParts = {
  readonly store: Pick<CallStore, 'known' | 'keepKnown' | 'forgetKnown' | 'expect' | 'peopleVersion'>;
  readonly channels: Pick<Channels, 'account'>;
  readonly clock: Pick<Clock, 'now'>;
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly scale: number;
};

/** What Slack said of a person stands for so long (ms); that nobody can be invited as them, for less: somebody may mend it. */
const knownMs = 3_600_000;
const unfitMs = 60_000;

/**
 * How the people of a chain stand in Slack, by their confirmed e-mail addresses; whoever no longer works here stands
 * nowhere. Throws `Retry` where Slack does not say: nobody is taken for absent because Slack was away.
 */
export async function readersOf(
  team: TeamId,
  people: readonly Admin[],
  bot: Author,
  parts: AccountParts,
): Promise<Reader[]> {
  const readers: Reader[] = [];
  for (const [depth, { id, name, email, active }] of people.entries()) {
    const standing = active ? await standingOf(team, id, email, bot, parts) : ({ kind: 'left' } as const);
    readers.push({ id, name, depth, standing });
  }
  return readers;
}

async function standingOf(
  team: TeamId,
  id: string,
  email: string,
  bot: Author,
  { store, channels, clock, scale }: AccountParts,
): Promise<Reader['standing']> {
  // Kept as a hash: it is only compared.
  const hashed = createHash('sha256').update(foldEmail(email)).digest('base64url');
  const before = await store.known(team, id);
  const known = before?.email === hashed ? before : undefined;
  const standsMs = known && (known.standing.kind === 'member' || known.standing.kind === 'guest' ? knownMs : unfitMs);
  if (known && standsMs !== undefined && clock.now() - known.at < standsMs * scale) return known.standing;
  const address = addressSign(email);
  // Found from here on: what Slack says of them, while it is asked, may be newer than its answer.
  await store.expect(team, id, address, clock.now());
  const version = await store.peopleVersion(team);
  let account: Account | undefined;
  try {
    account = await channels.account(bot, email);
  } catch (error) {
    const no = refusal(error, bot.kind);
    if (no.kind === 'wait') throw Retry.waiting('Slack asked to wait before it says who somebody is.', no.afterMs);
    throw Retry.failed(`Slack does not say who has the e-mail address of ${id} (${no.code}).`, { cause: error });
  }
  const standing = standingIn(team, account);
  await store.keepKnown(team, id, { email: hashed, address, standing, at: clock.now() });
  if ((await store.peopleVersion(team)) !== version) await store.forgetKnown(team, id);
  return standing;
}

function standingIn(team: TeamId, account: Account | undefined): Reader['standing'] {
  if (!account) return { kind: 'absent' };
  const kind = kindOf(account, team);
  switch (kind) {
    case 'foreign':
    case 'deactivated':
    case 'unconfirmed':
      return { kind };
    default:
      return { kind, user: account.user };
  }
}
