import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { ChannelId, UserId } from '../base/names.ts';
import { refusal } from '../slack/answer.ts';
import type { Channels } from '../slack/channels.ts';
import type { Author, Team } from '../slack/installation.ts';
import { shortName } from '../slack/person-name.ts';
import { body, fine, type Inline, joined, message } from '../slack/text.ts';
import { type AccountParts, readersOf } from './accounts.ts';
import type { Chain } from './chain.ts';
import { type Fuse, planOf } from './membership.ts';
import type { CallThread } from './message.ts';
import { roughly } from './roughly.ts';
import type { AgentRef } from './store.ts';

/** A channel whose members were found otherwise than they should be, before anything was done about it. */
export type Drift = {
  readonly agent: string;
  readonly channel: ChannelId;
  /** Who was there and should not be, who was not and should: by name, where there is one. */
  readonly outside: readonly string[];
  readonly missing: readonly string[];
};

export type NightParts = {
  readonly store: AccountParts['store'];
  readonly channels: Pick<Channels, 'account' | 'members' | 'nameOf'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly times: { readonly scale: number };
  readonly fuse: Fuse;
};

/** Two o'clock in India, in ms after midnight UTC. */
const nightAt = 20.5 * 3_600_000;
const dayMs = 86_400_000;

/** As many channels are listed, and as many people of each; the rest is counted. */
const channelsAtOnce = 12;
const peopleAtOnce = 5;

/** Slack answers fifty questions a minute about who has an address: the channels of thousands of agents are spread over three hours. */
const spreadMs = 3 * 3_600_000;

/** The next time (ms) at which the channel of an agent is compared, after `now`: the same of each night. */
export function nextNight(agent: string, now: number): number {
  const place = createHash('sha256').update(agent).digest().readUInt32BE() / 2 ** 32;
  const at = nightAt + Math.floor(place * spreadMs);
  return (Math.floor((now - at) / dayMs) + 1) * dayMs + at;
}

/** The date, in India, of the night to which a moment belongs: `2026-11-23`. */
export function nightOf(now: number): string {
  return new Date(now + dayMs - nightAt).toISOString().slice(0, 10);
}

/**
 * How the members of a channel differ from who should be there; undefined where they do not, and where Slack does not
 * show them (an archived channel, or one that the app was put out of). Throws `Retry` where Slack gave no answer.
 */
export async function driftOf(
  { team, agent }: AgentRef,
  channel: ChannelId,
  chain: Chain,
  { protectedPeople = [] }: Pick<Team, 'protectedPeople'>,
  bot: Author,
  { store, channels, clock, times, fuse }: NightParts,
): Promise<Drift | undefined> {
  const readers = await readersOf(team, chain.people, bot, { store, channels, clock, scale: times.scale });
  let actual: UserId[];
  try {
    actual = await channels.members(bot, channel);
  } catch (error) {
    const no = refusal(error, bot.kind);
    if (no.kind === 'wait') throw Retry.waiting('Slack asked to wait before it says who is there.', no.afterMs);
    if (no.kind === 'ambiguous') throw Retry.failed(`Slack did not say who is in a channel (${no.code}).`);
    return undefined;
  }
  const { invite, remove } = planOf({ readers, protected: protectedPeople, app: bot.user, actual }, fuse);
  if (invite.length + remove.length === 0) return undefined;
  const names = async (steps: readonly { readonly user: UserId; readonly who?: { readonly name: string } }[]) => {
    const found: string[] = [];
    for (const { user, who } of steps) {
      const isShown = found.length < peopleAtOnce;
      found.push(who?.name ?? ((isShown && (await channels.nameOf(bot, user))) || ''));
    }
    return found;
  };
  return { agent, channel, outside: await names(remove), missing: await names(invite) };
}

/** What the ops channel is told of a night: channels whose members were otherwise, before they were put right. */
export function nightNotice(night: string, drifts: readonly Drift[]): CallThread {
  const shown = drifts.slice(0, channelsAtOnce);
  const more = drifts.length - shown.length;
  const many = drifts.length === 1 ? '1 channel were' : `${roughly(drifts.length)} channels were`;
  const content = message(
    body(
      '🌙 ',
      { bold: `The members of ${many} not who they should be` },
      '. War Room puts that right; what it cannot is said by itself.',
    ),
    ...shown.map(({ channel, outside, missing }) =>
      body({ channel }, ': ', ...joined('; ', [named('too many', outside), named('missing', missing)])),
    ),
    body(more > 0 ? `And ${roughly(more)} more.` : ''),
    fine(`night of ${night} · looked at every night, and before each call`),
  );
  return { root: { key: 'root', content }, replies: [] };
}

function named(what: string, people: readonly string[]): Inline | undefined {
  if (people.length === 0) return undefined;
  const shown = people.slice(0, peopleAtOnce).map((name) => shortName(name) || 'somebody');
  const more = people.length - shown.length;
  return `${what}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
