import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { ChannelId, UserId } from '../base/names.ts';
import { type Refusal, refusal } from '../slack/answer.ts';
import { type Channels, invitedAtOnce } from '../slack/channels.ts';
import type { Author } from '../slack/installation.ts';
import { type Fuse, type Plan, planOf, type Reader, standingInWords } from './membership.ts';
import type { Found } from './trouble.ts';

export type SyncParts = {
  readonly channels: Pick<Channels, 'members' | 'invite' | 'remove'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether a call to Slack that starts now would end in time. */
  readonly hasTime: () => boolean;
  readonly fuse: Fuse;
};

/** In whose channel who is to be. */
export type Room = {
  readonly channel: ChannelId;
  readonly bot: Author;
  readonly readers: readonly Reader[];
  readonly protected: readonly UserId[];
  /** Whom somebody above the agent wants removed, however many they are. */
  readonly approved?: readonly UserId[] | undefined;
};

/**
 * What one look came to. `isFused`: too many would have been removed, nobody was. `refused` is Slack's code where the whole channel or the
 * app was refused, and nothing could be done. `isSure`: Slack answered everything; if not, look again soon.
 */
export type Synced = Found & {
  readonly plan?: Plan;
  readonly isFused: boolean;
  readonly isSure: boolean;
  readonly refused?: Refusal;
};

/**
 * Makes the members of a channel those who should be: who should not be there goes first, one by one, then who is missing
 * comes, in small batches. What fails for one person is said of that person and stops nobody else; a call that got no
 * answer is made once more. Throws `Retry.waiting` where Slack asks to wait, or the invocation ends.
 */
export async function syncMembers(room: Room, parts: SyncParts): Promise<Synced> {
  const { bot, channel } = room;
  const read = await attempt(() => parts.channels.members(bot, channel), bot, parts);
  if ('no' in read && isOfChannel(read.no))
    return { missing: [], stayed: [], isFused: false, isSure: false, refused: read.no };
  // Who is there is not known: then nobody is removed, and to invite who is there already does no harm.
  const actual = 'no' in read ? [bot.user] : read.value;
  const plan = planOf({ ...room, app: bot.user, actual }, parts.fuse);

  // Some may be gone already: a worker may have stopped on the way.
  const isApproved = plan.remove.every(({ user }) => room.approved?.includes(user));
  const isFused = plan.fused && !isApproved;
  const stayed: Found['stayed'][number][] = [];
  let isSure = !('no' in read);
  for (const { user } of isFused ? [] : plan.remove) {
    const removed = await attempt(() => parts.channels.remove(bot, channel, user), bot, parts);
    if (!('no' in removed) || removed.no.code === 'not_in_channel' || removed.no.code === 'cant_kick_self') continue;
    if (isOfChannel(removed.no))
      return { missing: [], stayed, plan, isFused: false, isSure: false, refused: removed.no };
    stayed.push({ user, name: '', code: removed.no.code });
    isSure &&= removed.no.kind !== 'ambiguous';
  }

  const names = new Map(plan.invite.map(({ user, who }) => [user, who?.name ?? '']));
  const missing: Found['missing'][number][] = plan.without.map((who) => ({
    name: who.name,
    code: standingInWords(who),
  }));
  const invited = plan.invite.map(({ user }) => user);
  for (let from = 0; from < invited.length; from += invitedAtOnce) {
    const batch = invited.slice(from, from + invitedAtOnce);
    const answer = await attempt(() => parts.channels.invite(bot, channel, batch), bot, parts);
    if ('no' in answer && isOfChannel(answer.no))
      return { missing, stayed, plan, isFused: false, isSure: false, refused: answer.no };
    const refused = 'no' in answer ? new Map(batch.map((user) => [user, answer.no.code])) : answer.value;
    isSure &&= !('no' in answer);
    for (const [user, code] of refused) {
      if (code !== 'already_in_channel' && code !== 'cant_invite_self')
        missing.push({ name: names.get(user) ?? '', user, code });
    }
  }
  return { missing, stayed, plan, isFused, isSure, ...('no' in read && { unread: read.no.code }) };
}

type Tried<T> = { readonly value: T } | { readonly no: Refusal };

/** A call, made once more where no answer came: all of them may be repeated. */
async function attempt<T>(call: () => Promise<T>, bot: Author, parts: SyncParts): Promise<Tried<T>> {
  const first = await attemptOnce(call, bot, parts);
  return 'no' in first && first.no.kind === 'ambiguous' ? attemptOnce(call, bot, parts) : first;
}

async function attemptOnce<T>(call: () => Promise<T>, bot: Author, { hasTime }: SyncParts): Promise<Tried<T>> {
  if (!hasTime()) throw Retry.waiting('This invocation ends; the members are made right in the next.', 0);
  try {
    return { value: await call() };
  } catch (error) {
    const no = refusal(error, bot.kind);
    if (no.kind === 'wait') throw Retry.waiting('Slack asked to wait before the members are made right.', no.afterMs);
    return { no };
  }
}

/** What is said of the channel or the app, not of a person: nothing can be posted there either, and the outbox says so. */
function isOfChannel({ kind, code }: Refusal): boolean {
  return kind === 'app' || code === 'is_archived' || code === 'channel_not_found' || code === 'is_inactive';
}
