import type { TeamId } from '../base/names.ts';
import type { DirectoryEditor } from '../org/editor.ts';
import type { Installations, Team } from '../slack/installation.ts';
import { isProven, type Member } from '../slack/member.ts';
import type { Ended } from './callback.ts';
import { makeChannels } from './channel.ts';
import { type GiveBackParts, giveBack } from './give-back.ts';
import { botScopes, missing } from './scopes.ts';
import type { Grant, SlackAccess } from './slack-client.ts';

export type InstallParts = GiveBackParts & {
  readonly slack: SlackAccess;
  readonly installations: Installations;
  readonly directory: Pick<DirectoryEditor, 'byEmail' | 'put'>;
  /** Has what waited for the app told at once. It never fails: what is not woken now is woken within the hour. */
  readonly announce: (team: TeamId) => Promise<void>;
};

/** Where nothing else is known. */
const homeZone = 'Asia/Kolkata';

/**
 * Keeps the app's own access to a workspace. The first time, the workspace gets its channels, its installer as the first
 * admin of its directory, and its record. The record comes last, so that an installation that was interrupted is taken up
 * as a first one again; until it is there, the workspace's payments are held.
 */
export async function installApp(given: Grant, parts: InstallParts): Promise<Ended> {
  const { slack, installations, clock } = parts;
  const { team, bot } = given;
  const back = () => giveBack(given, 'spare what is kept', parts);

  // Nobody asked for a person's token here. It may take the app's along, so it goes first.
  const person = given.person && (await giveBack({ ...given, bot: undefined }, 'spare what is kept', parts));
  const lacking = missing(Object.keys(botScopes), bot?.scopes ?? '');
  if (!bot || lacking.length > 0) {
    return { kind: 'scope-missing', scopes: lacking, purpose: 'app', back: await back() };
  }
  const asked = await slack.identity(bot.token);
  if (!asked.ok) {
    if (asked.kind === 'unreachable') return { kind: 'unreachable', purpose: 'app', back: await back() };
    return { kind: 'refused', purpose: 'app', code: asked.code, back: person ?? 'nothing' };
  }
  if (asked.value.team !== team || asked.value.user !== bot.user) {
    return { kind: 'refused', purpose: 'app', code: 'token_of_another', back: await back() };
  }
  const installer = await slack.member(bot.token, given.user);
  if (!installer.ok) {
    if (installer.kind === 'unreachable') return { kind: 'unreachable', purpose: 'app', back: await back() };
    return { kind: 'refused', purpose: 'app', code: installer.code, back: await back() };
  }

  await installations.saveBot(team, { ...bot, installedAt: clock.now() });
  const { workspace, url } = asked.value;
  const before = await installations.team(team);
  if (before) await installations.saveTeam({ ...before, name: workspace, url });
  else await begin({ name: workspace, url }, given, bot, installer.value, parts);
  await parts.announce(team);

  const { email } = installer.value;
  if (email === undefined || !isProven(installer.value, team)) {
    return { kind: 'email-unconfirmed', workspace, back: 'nothing', installed: true };
  }
  const admin = await parts.directory.byEmail(team, email);
  if (!admin) return { kind: 'email-unknown', workspace, back: 'nothing', installed: true };
  return { kind: 'connected', what: 'app', team, user: given.user, admin, workspace };
}

type Place = Pick<Team, 'name' | 'url'>;

/** What a workspace gets at its first installation. Every step may be repeated. */
async function begin(
  place: Place,
  { team, user }: Grant,
  bot: NonNullable<Grant['bot']>,
  installer: Member,
  { slack, installations, directory }: InstallParts,
): Promise<void> {
  const { name, email, timeZone } = installer;
  if (email !== undefined && isProven(installer, team) && !(await directory.byEmail(team, email))) {
    // By the Slack user's id, since the company has told none of its own yet.
    await directory.put(team, { id: user, name, email, managerId: null, active: true });
  }
  const channels = await makeChannels(bot.token, bot.user, user, slack);
  if (!channels) return;
  await installations.beginTeam({ id: team, ...place, timeZone: zone(timeZone), channels, installer: user });
}

/** The time zone of that name, if this runtime knows it. */
function zone(name: string = homeZone): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name;
  } catch {
    return homeZone;
  }
}
