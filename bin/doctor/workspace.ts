import type { ChannelId, TeamId } from '../../shared/base/names.ts';
import { botScopes, missing } from '../../shared/install/scopes.ts';
import type { Author, Team } from '../../shared/slack/installation.ts';
import { type Finding, fine, unseen, wrong } from '../stage/finding.ts';

/** The calls to Slack that are made with the app's own token. They reject as `@slack/web-api` does. */
export type SlackCalls = {
  /** Whose token it is, what it may do (with commas), and what time Slack has. */
  identity(): Promise<{
    readonly team: string;
    readonly scopes: string | undefined;
    readonly date: string | undefined;
  }>;
  channel(id: ChannelId): Promise<{
    readonly name: string;
    readonly isMember: boolean;
    readonly isArchived: boolean;
    readonly isPrivate: boolean;
  }>;
  join(id: ChannelId): Promise<void>;
  /** Posts a text and answers its timestamp. */
  post(channel: ChannelId, text: string): Promise<string>;
  remove(channel: ChannelId, ts: string): Promise<void>;
};

export type WorkspaceParts = {
  readonly installations: {
    team(id: TeamId): Promise<Team | undefined>;
    bot(id: TeamId): Promise<Author | undefined>;
  };
  /** Channels that messages go to besides those of the team's record: what each is for, by id. */
  readonly routed: (team: Team) => Promise<ReadonlyMap<ChannelId, string>>;
  readonly calls: (bot: Author) => Promise<SlackCalls>;
  /** Where people install the app. */
  readonly installUrl: string;
  /** Whether a message is posted and taken back. */
  readonly canary: boolean;
};

/** One team's way out: the app is there, may do what it has to, is where it posts, and can post. Also the time that Slack has. */
export async function checkWorkspace(
  id: TeamId,
  { installations, routed, calls, installUrl, canary }: WorkspaceParts,
): Promise<{ readonly findings: readonly Finding[]; readonly date?: string | undefined }> {
  const link = `Slack ${id}`;
  const [team, bot] = await Promise.all([installations.team(id), installations.bot(id)]);
  if (!team || !bot) {
    const what = team ? "Slack has refused the app's token" : 'the app was never installed there';
    return { findings: [wrong(link, what, `Have somebody of the workspace open ${installUrl}.`)] };
  }
  const slack = await calls(bot);
  const identity = await slack.identity().catch((error: unknown) => codeOf(error));
  if (typeof identity === 'string') return { findings: [tokenRefused(link, identity, installUrl)] };
  if (identity.team !== id) {
    return {
      findings: [wrong(link, `its token is of ${identity.team}`, `Have somebody of the workspace open ${installUrl}.`)],
    };
  }
  const findings = [scopesOf(link, identity.scopes, installUrl)];
  const channels = new Map<ChannelId, string>([
    [team.channels.payments, 'payments'],
    [team.channels.partPayments, 'part payments'],
    [team.channels.ops, 'ops'],
    ...(await routed(team)),
  ]);
  for (const [channel, what] of channels) findings.push(await channelOf(slack, id, channel, what));
  findings.push(
    canary ? await posted(slack, id, team.channels.ops) : unseen(`message ${id}`, 'none was posted (--no-canary)'),
  );
  return { findings, date: identity.date };
}

function tokenRefused(link: string, code: string, installUrl: string): Finding {
  if (/^(invalid_auth|account_inactive|token_revoked|token_expired|not_authed|org_login_required)$/.test(code)) {
    return wrong(link, `Slack refuses the app's token (${code})`, `Have somebody of the workspace open ${installUrl}.`);
  }
  if (code === 'ratelimited') return wrong(link, 'Slack asked to slow down', 'Try again in a minute.');
  return wrong(link, `Slack does not answer (${code})`, 'Try again; slack-status.com says whether Slack is well.');
}

function scopesOf(link: string, scopes: string | undefined, installUrl: string): Finding {
  if (scopes === undefined) return unseen(link, 'the app is installed; Slack did not say what it may do');
  const lacking = missing(Object.keys(botScopes), scopes);
  if (lacking.length === 0) return fine(link, 'the app is installed, with every scope');
  return wrong(
    link,
    `the app lacks ${lacking.join(', ')}`,
    `Give the app the current manifest (npm run manifest), then have somebody of the workspace open ${installUrl}.`,
  );
}

async function channelOf(slack: SlackCalls, team: TeamId, id: ChannelId, what: string): Promise<Finding> {
  const link = `channel ${team} ${what}`;
  const channel = await slack.channel(id).catch((error: unknown) => codeOf(error));
  if (typeof channel === 'string') {
    return channel === 'channel_not_found'
      ? wrong(link, `${id} is not there for the app`, 'Invite the app into the channel, or change where messages go.')
      : wrong(link, `Slack does not say anything of ${id} (${channel})`, 'Try again.');
  }
  const name = `#${channel.name}`;
  if (channel.isArchived)
    return wrong(link, `${name} was archived`, 'Restore the channel, or change where messages go.');
  if (channel.isMember) return fine(link, `the app is in ${name}`);
  if (!channel.isPrivate) return fine(link, `the app joins ${name} by itself with its first message`);
  return wrong(link, `the app is not in ${name}`, `Invite it there: /invite @War Room.`);
}

/** A message that says what it is, and is taken back at once. */
async function posted(slack: SlackCalls, team: TeamId, ops: ChannelId): Promise<Finding> {
  const link = `message ${team}`;
  const text = 'War Room looks whether it can post here. This message is taken back at once; there is nothing to do.';
  let ts: string;
  try {
    // As the outbox does it: a public channel is joined before the first message.
    const { isMember, isPrivate } = await slack.channel(ops);
    if (!isMember && !isPrivate) await slack.join(ops);
    ts = await slack.post(ops, text);
  } catch (error) {
    return wrong(
      link,
      `none can be posted in the ops channel (${codeOf(error)})`,
      "Let the app post in the channel's settings, and look at its line above.",
    );
  }
  try {
    await slack.remove(ops, ts);
  } catch (error) {
    return wrong(
      link,
      `one was posted in the ops channel and could not be taken back (${codeOf(error)})`,
      `Delete it by hand: ${ts}.`,
    );
  }
  return fine(link, 'one was posted in the ops channel and taken back');
}

/** Slack's own code of a refusal, or what kept it from answering. */
function codeOf(error: unknown): string {
  const { data, code, message } = Object(error) as {
    readonly data?: { readonly error?: unknown };
    readonly code?: unknown;
    readonly message?: unknown;
  };
  if (code === 'slack_webapi_rate_limited_error') return 'ratelimited';
  return String(data?.error ?? code ?? message ?? 'no answer');
}
