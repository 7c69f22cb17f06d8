import type { ChannelId, UserId } from '../base/names.ts';
import type { Asked } from '../slack/asked.ts';
import type { Team } from '../slack/installation.ts';
import type { SlackAccess } from './slack-client.ts';

/** The channels that War Room makes for a workspace, by what is told in them. */
const names = { payments: 'war-room-payments', partPayments: 'war-room-part-payments', ops: 'war-room-ops' } as const;

/** A name may be taken by a channel that cannot be seen; then a number is put behind it. */
const namesTried = 5;

/**
 * Makes the channels of a workspace that has none, or finds those that an earlier, interrupted installation made. They are
 * private, with the installer as their only member: who else sees payments is for people to decide. Undefined where Slack
 * does not let it, or does not answer; what was made until then is found the next time.
 */
export async function makeChannels(
  token: string,
  app: UserId,
  installer: UserId,
  slack: SlackAccess,
): Promise<Team['channels'] | undefined> {
  const payments = await make(names.payments);
  const partPayments = payments && (await make(names.partPayments));
  const ops = partPayments && (await make(names.ops));
  return payments && partPayments && ops && { payments, partPayments, ops };

  async function make(name: string): Promise<ChannelId | undefined> {
    const channel = await makeOrFind(name);
    if (!channel) return undefined;
    return (await slack.invite(token, channel, installer)).ok ? channel : undefined;
  }

  async function makeOrFind(name: string): Promise<ChannelId | undefined> {
    for (let number = 1; number <= namesTried; number += 1) {
      const tried = number === 1 ? name : `${name}-${number}`;
      const made = await slack.createPrivate(token, tried);
      if (made.ok) return made.value;
      if (!isTaken(made)) return undefined;
      const ours = await slack.privateChannelsOf(token, app);
      if (!ours.ok) return undefined;
      const found = ours.value.get(tried);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function isTaken(asked: Asked<unknown>): boolean {
  return !asked.ok && asked.kind === 'refused' && asked.code === 'name_taken';
}
