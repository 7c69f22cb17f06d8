import type { Clock } from '../base/clock.ts';
import type { Erased, Step } from '../base/erasing.ts';
import type { TeamId, UserId } from '../base/names.ts';
import type { SlackApp } from '../slack/app.ts';
import type { Asked } from '../slack/asked.ts';
import type { Author, Installations } from '../slack/installation.ts';
import type { SlackAccess } from './slack-client.ts';

export type GivingUpParts = {
  readonly installations: Installations;
  readonly slack: Pick<SlackAccess, 'revoke' | 'uninstall'>;
  /** Undefined where the slack secret cannot be read: then the app's token is revoked, and the app stays in the workspace. */
  readonly app: SlackApp | undefined;
  readonly clock: Clock;
};

/** So often Slack is asked, and so long (ms) it is waited in between. */
const tries = 3;
const pauseMs = 2_000;

/** Revokes at Slack and deletes the token of one person. Nothing where none is kept. */
export function givingUp(team: TeamId, user: UserId, parts: GivingUpParts): Step {
  const { installations } = parts;
  return {
    what: "tokens to post in a person's name",
    find: async function* () {
      if (await installations.connection(team, user)) yield () => giveUp(team, user, parts);
    },
  };
}

/** Revokes and deletes every person's token of a team, then removes the app from the workspace with its own. */
export function givingUpAll(team: TeamId, parts: GivingUpParts): Step {
  const { installations } = parts;
  return {
    what: 'tokens',
    find: async function* () {
      for (const user of await installations.connected(team)) yield () => giveUp(team, user, parts);
      const bot = await installations.bot(team);
      if (bot) yield () => leave(team, bot, parts);
    },
  };
}

/** Its use ends here first, then at Slack, then it is deleted: stopped in between, nobody posts with it. Who they are stays. */
async function giveUp(team: TeamId, user: UserId, parts: GivingUpParts): Promise<Erased> {
  const { installations, slack, clock } = parts;
  const left = await installations.leave(team, user, clock.now());
  if (!left) return 'erased';
  const ended = await endedAtSlack(left, (token) => slack.revoke(token), clock);
  await installations.forgetToken(team, user, left.version);
  await installations.told(team, left);
  return ended
    ? 'erased'
    : {
        stays:
          'It is deleted here, but Slack did not confirm that it is revoked: its person ends it in Slack, under Apps.',
      };
}

async function leave(team: TeamId, bot: Author, { installations, slack, app, clock }: GivingUpParts): Promise<Erased> {
  const ended = await endedAtSlack(bot, (token) => (app ? slack.uninstall(token, app) : slack.revoke(token)), clock);
  await installations.forgetBot(team, bot.version);
  return ended
    ? 'erased'
    : {
        stays:
          'It is deleted here, but Slack did not confirm that the app is removed: an admin of the workspace removes it.',
      };
}

/** Whether Slack says that a token does not work any more. One that cannot be decrypted cannot be revoked either. */
async function endedAtSlack(
  author: Author,
  end: (token: string) => Promise<Asked<undefined>>,
  clock: Clock,
): Promise<boolean> {
  const token = await author.token().catch(() => undefined);
  if (token === undefined) return false;
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const asked = await end(token);
    if (asked.ok) return true;
    if (asked.kind === 'refused' || attempt === tries) return false;
    await clock.sleep(pauseMs);
  }
  return false;
}
