import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import { type Refusal, refusal } from '../slack/answer.ts';
import type { Channel, Channels } from '../slack/channels.ts';
import type { Author } from '../slack/installation.ts';
import { channelNames } from './channel-name.ts';
import type { AgentRef, CallStore } from './store.ts';

export type ChannelParts = {
  readonly store: Pick<CallStore, 'channel' | 'claimName' | 'keepChannel'>;
  readonly channels: Pick<Channels, 'create' | 'own'>;
  readonly clock: Pick<Clock, 'now'>;
};

/** The channel, or Slack's code that says why the app cannot make one. */
export type Ensured = { readonly channel: Channel } | { readonly refused: string };

/**
 * The private channel of an agent, made at the first call. A name belongs to one agent for good before a channel of it is made:
 * a channel of that name which the app itself has made is then this agent's, left by a crash; and a channel is kept as one
 * agent's only, whatever it has been renamed to. Throws `Retry` where Slack does not say whether there is one now.
 */
export async function ensureChannel(ref: AgentRef, name: string, bot: Author, parts: ChannelParts): Promise<Ensured> {
  const { store, clock } = parts;
  const kept = await store.channel(ref);
  if (kept) return { channel: kept };
  const names = channelNames({ id: ref.agent, name });
  let refused = 'name_taken';
  for (const [index, candidate] of names.entries()) {
    // Slack does not take this script: only the last one is in plain letters.
    if (refused.startsWith('invalid_name') && index < names.length - 1) continue;
    if (!(await store.claimName(ref, candidate))) continue;
    const made = await make(candidate, bot, parts);
    if ('refused' in made) {
      refused = made.refused;
      if (refused !== 'name_taken' && !refused.startsWith('invalid_name')) return made;
    } else if (await store.keepChannel(ref, made.channel, clock.now())) {
      return made;
    }
  }
  return { refused };
}

/** A channel of this name: a new one, or the one that the app has made before. */
async function make(name: string, bot: Author, { channels }: ChannelParts): Promise<Ensured> {
  try {
    return { channel: await channels.create(bot, name) };
  } catch (error) {
    const { code } = definite(refusal(error, bot.kind));
    if (code !== 'name_taken') return { refused: code };
  }
  try {
    const channel = await channels.own(bot, name);
    return channel ? { channel } : { refused: 'name_taken' };
  } catch (error) {
    return { refused: definite(refusal(error, bot.kind)).code };
  }
}

/** A definite no. Throws `Retry` for anything else: the channel may be there, and is looked for next time. */
function definite(no: Refusal): Refusal {
  if (no.kind === 'wait') throw Retry.waiting('Slack asked to wait before a channel is made.', no.afterMs);
  if (no.kind === 'ambiguous') throw Retry.failed(`Slack did not say whether it made a channel (${no.code}).`);
  return no;
}
