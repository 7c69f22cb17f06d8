import { Retry } from '../base/errors.ts';
import { refusal } from '../slack/answer.ts';
import type { Author } from '../slack/installation.ts';
import type { Fate, Invitation } from './facts.ts';
import { type Looked, type LookParts, look } from './look.ts';
import type { Members } from './members-client.ts';
import type { Provider, Sent } from './provider.ts';
import { sight } from './sight.ts';
import type { LearnerRef } from './store.ts';

export type InviteParts = LookParts & {
  readonly members: Pick<Members, 'withEmail'>;
  /** A new id at each call. */
  readonly newId: () => string;
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly scale: number;
};

/** How the team that is invited for stands in Slack, and by what way it invites. */
export type Inviting = { readonly bot: Author; readonly provider: Provider };

/** What came of it. `stop`: nobody else of this team is asked for so long (ms), and why. */
export type Invited =
  | { readonly kind: 'invited' | 'refused' | 'not needed' | 'unsure' }
  | { readonly kind: 'stop'; readonly code: string; readonly afterMs: number; readonly isSetup: boolean };

/** Somebody has to put right what Slack or the mail system does not take; it is looked at again after so long. */
const setupMs = 3_600_000;

/** What nobody could say for so long is taken for sent: nobody is to get a second one. */
const unsureForMs = 86_400_000;

/**
 * Invites one learner, if they may be now. The intent is written before the call, and what came of it after: a crash in between
 * leaves an intent, and whoever finds it asks again by its own key where the provider keeps to that, and else takes it for
 * sent. Of two who try at once, one has the intent, and the other leaves it alone.
 */
export async function invite(ref: LearnerRef, { bot, provider }: Inviting, parts: InviteParts): Promise<Invited> {
  const { store, clock } = parts;
  const { team } = ref;
  let looked = await look(ref, parts);
  if (!mayGoOn(looked, parts)) return { kind: 'not needed' };
  const { address, email } = looked.details;

  // The list of members may be a day old, and Slack tells of who comes only once.
  const there = await membersSay(bot, ref, email, parts);
  if ('kind' in there) return there;
  if (there.found) {
    await sight(team, [there.found], store, clock.now(), true);
    looked = await look(ref, parts);
    if (!mayGoOn(looked, parts)) return { kind: 'not needed' };
  }

  const invitation = await claim(ref, looked, provider, parts);
  if (!invitation) return { kind: 'not needed' };
  const end = async (fate: Fate, code?: string) => {
    await store.settle(team, address, invitation, { fate, at: clock.now(), code });
    await look(ref, parts);
  };
  if (there.found) {
    // An account that has not shown the address to be its own is no proof of who they are, and keeps others from being invited.
    await end('refused', 'unconfirmed');
    return { kind: 'refused' };
  }
  const isFirst = invitation.takenAt === invitation.at;
  const isRepeatable = provider.isRepeatable && invitation.provider === provider.name;
  if (!isFirst && !isRepeatable) {
    await end('unsure', 'interrupted');
    return { kind: 'unsure' };
  }
  // Name and address, and nothing else that is kept of them.
  const { name } = looked.details;
  return conclude(await provider.invite({ name, email }, invitation.key), invitation, provider, end, parts);
}

/** Whether somebody is to be invited now, or what was begun and left is to be brought to its end. */
function mayGoOn(looked: Looked | undefined, { clock, leasedMs }: InviteParts): looked is Looked {
  if (looked?.permission.kind === 'finish') return looked.permission.invitation.takenAt + leasedMs <= clock.now();
  return looked?.permission.kind === 'now';
}

async function membersSay(bot: Author, { team }: LearnerRef, email: string, { members }: InviteParts) {
  try {
    return { found: await members.withEmail(bot, team, email) };
  } catch (error) {
    const refused = refusal(error, bot.kind);
    if (refused.kind === 'wait') return stop(refused.code, refused.afterMs, false);
    if (refused.kind === 'app' || refused.kind === 'destination') return stop(refused.code, setupMs, true);
    throw Retry.failed(`Slack does not say whether somebody is there already (${refused.code}).`, { cause: error });
  }
}

/** Writes the intent, or takes over the one that was left. Undefined: somebody else is at work on it. */
async function claim(
  { team }: LearnerRef,
  { details, facts, permission }: Looked,
  provider: Provider,
  { store, clock, newId }: InviteParts,
): Promise<Invitation | undefined> {
  const now = clock.now();
  if (permission.kind === 'finish') {
    const { invitation } = permission;
    const isOurs = await store.takeOver(team, details.address, invitation, now);
    return isOurs ? { ...invitation, takenAt: now } : undefined;
  }
  const next: Invitation = {
    provider: provider.name,
    key: newId(),
    attempt: (facts.invitation?.attempt ?? 0) + 1,
    at: now,
    takenAt: now,
    sentAt: facts.invitation?.sentAt,
  };
  return (await store.begin(team, details.address, next)) ? next : undefined;
}

async function conclude(
  sent: Sent,
  invitation: Invitation,
  provider: Provider,
  end: (fate: Fate, code?: string) => Promise<void>,
  { clock, scale }: InviteParts,
): Promise<Invited> {
  switch (sent.kind) {
    case 'sent':
      await end('sent');
      return { kind: 'invited' };
    case 'known':
      await end('known', sent.code);
      return { kind: 'invited' };
    case 'refused':
      await end('refused', sent.code);
      return { kind: 'refused' };
    case 'setup':
      await end('withdrawn', sent.code);
      return stop(sent.code, setupMs * scale, true);
    case 'wait':
      await end('withdrawn', sent.code);
      return stop(sent.code, sent.afterMs, false);
    case 'unsure': {
      const isOver = clock.now() - invitation.at >= unsureForMs * scale;
      // Left open, it is asked again by its own key once nobody can be at work on it any more.
      if (!provider.isRepeatable || isOver) await end('unsure', sent.code);
      return { kind: 'unsure' };
    }
  }
}

const stop = (code: string, afterMs: number, isSetup: boolean) => ({ kind: 'stop', code, afterMs, isSetup }) as const;
