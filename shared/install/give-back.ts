import type { Clock } from '../base/clock.ts';
import type { Installations } from '../slack/installation.ts';
import type { HandedBack } from './outcome.ts';
import type { Grant, OrgWide, SlackAccess } from './slack-client.ts';

export type GiveBackParts = {
  readonly slack: SlackAccess;
  readonly installations: Installations;
  readonly clock: Pick<Clock, 'now'>;
};

/**
 * Gives back to Slack what was granted and may not be kept. A person's token may be the very one that is kept of them, and
 * so may the app's: where a working one is kept, `spare` leaves both as they are. Without it the person's goes, and what was
 * kept of it. Slack may end the app's access along with it, so that is asked about afterwards, and noted.
 */
export async function giveBack(
  { team, user, person, bot }: Grant,
  spare: 'spare what is kept' | 'spare nothing of the person',
  parts: GiveBackParts,
): Promise<HandedBack> {
  const { slack, installations, clock } = parts;
  const kept = await installations.connection(team, user);
  const result: HandedBack[] = [];
  if (person && (spare === 'spare nothing of the person' || kept?.state !== 'live')) {
    // First the use of what is kept ends, then what Slack has, then what is here.
    const left = kept && (await installations.leave(team, user, clock.now()));
    const { ok } = await slack.revoke(person.token);
    if (ok && left) await installations.forget(team, user, left.version);
    result.push(ok ? 'yes' : 'unsure');
    if (ok && (await endedWithIt(team, parts))) result.push('with-the-app');
  }
  if (bot && !(await installations.bot(team))) {
    const { ok } = await slack.revoke(bot.token);
    result.push(ok ? 'yes' : 'unsure');
  }
  return (['with-the-app', 'unsure', 'yes'] as const).find((one) => result.includes(one)) ?? 'nothing';
}

/** The same for an installation in a whole organisation, of which nothing is ever kept. */
export async function giveBackAll({ tokens }: OrgWide, slack: SlackAccess): Promise<HandedBack> {
  const answers = await Promise.all(tokens.map((token) => slack.revoke(token)));
  if (answers.length === 0) return 'nothing';
  return answers.every(({ ok }) => ok) ? 'yes' : 'unsure';
}

/** Whether Slack took the app's own access along when a person's token was revoked; if so it is noted. */
export async function endedWithIt(
  team: Grant['team'],
  { slack, installations, clock }: GiveBackParts,
): Promise<boolean> {
  const bot = await installations.bot(team);
  if (!bot) return false;
  const asked = await slack.identity(await bot.token());
  if (asked.ok || asked.kind !== 'refused' || !asked.dead) return false;
  await installations.markDead(team, bot, clock.now(), asked.code);
  return true;
}
