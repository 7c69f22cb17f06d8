import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './facts.ts';
import { PortInUse } from './listen.ts';
import type { RequestUrls } from './slack-front/app-settings.ts';
import { type SlackSeed, seededCompany } from './slack-front/company.ts';
import type { SlackControl } from './slack-front/control.ts';
import { startSlackFront } from './slack-front/start.ts';

/** The Slack that the stack posts to. */
export type ChosenSlack = {
  /** Origin; the Web API is under `/api/`. */
  readonly url: string;
  readonly botToken: string;
  readonly botUserId: string;
  readonly teamId: string;
  readonly teamName: string;
  /** What permalinks begin with. */
  readonly workspaceUrl: string;
  readonly signingSecret: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** With it an administrator invites people; undefined where none was granted. */
  readonly adminToken: string | undefined;
  /** User tokens already granted, by user id. */
  readonly userTokens: Readonly<Record<string, string>>;
  readonly channels: { readonly payments: string; readonly partPayments: string; readonly ops: string };
  /** The channel that everybody is in; undefined where nobody said which that is. */
  readonly general: string | undefined;
  readonly installer: string;
  /** The hand that moves the workspace, where the front runs in this process. */
  readonly control: SlackControl | undefined;
  /** In words: what was chosen and why. */
  readonly told: string;
  /** Lets the consent page lead back to this address, and to what lies under it; at another Slack that is done by hand. */
  registerRedirectUri(address: string): Promise<void>;
  /** Tells the app's settings where events, commands and presses go; at another Slack that is done by hand. */
  sendTo(urls: RequestUrls): Promise<void>;
  stop(): Promise<void>;
};

export type SlackChoiceOptions = {
  /** Where a Slack that runs by itself says so. */
  readonly folder: string;
  readonly port: number;
  /** `SLACK_API_URL`, as the SDK takes it: the Web API's address. */
  readonly apiUrl: string | undefined;
  /** The token and the signing secret of the app at that address. */
  readonly botToken: string | undefined;
  readonly signingSecret: string | undefined;
  /** Whether a Slack of its own life (`npm run slack`) is looked for. */
  readonly lookForRunning: boolean;
};

/** Somebody chose another Slack and did not say enough. The message says what to do. */
export class SlackUnclear extends Error {
  override readonly name = 'SlackUnclear';
}

type RunningSlack = {
  readonly url: string;
  readonly botToken: string;
  readonly teamId: string;
  readonly signingSecret: string;
  readonly adminToken?: string;
  readonly userTokens?: Readonly<Record<string, string>>;
  readonly pid: number;
};

const CHANNELS = { payments: 'payments', partPayments: 'part-payments', ops: 'ops' } as const;
/** Where everybody is. */
const GENERAL = 'general';

/** `SLACK_API_URL` where it is set, else a local Slack that runs by itself, else one of this process's own. */
export async function chooseSlack(options: SlackChoiceOptions): Promise<ChosenSlack> {
  const running = options.lookForRunning ? runningSlack(options.folder) : undefined;
  const origin = options.apiUrl?.replace(/\/+$/, '').replace(/\/api$/, '');
  if (origin !== undefined && origin !== running?.url) return otherSlack(origin, options);
  const seed = seededCompany();
  if (running === undefined) return ownSlack(seed, options.port);
  return {
    ...seeded(seed),
    ...running,
    workspaceUrl: `${running.url}/`,
    adminToken: running.adminToken,
    userTokens: running.userTokens ?? {},
    control: undefined,
    told: `the local one of \`npm run slack\` (process ${running.pid})`,
    registerRedirectUri: (redirectUri) => setUp(running, 'POST', 'redirect-uris', { redirectUri }),
    sendTo: (urls) => setUp(running, 'PUT', 'request-urls', urls),
    stop: async () => {},
  };
}

function runningSlack(folder: string): RunningSlack | undefined {
  const file = join(folder, 'slack.json');
  if (!existsSync(file)) return undefined;
  const running = JSON.parse(readFileSync(file, 'utf8')) as RunningSlack;
  return isAlive(running.pid) ? running : undefined;
}

/** Changes the settings of the app at a Slack that runs by itself. */
async function setUp({ url }: RunningSlack, method: string, setting: string, body: unknown): Promise<void> {
  const answer = await fetch(`${url}/control/app/${setting}`, { method, body: JSON.stringify(body) });
  if (!answer.ok) throw new SlackUnclear(`The local Slack at ${url} refused ${JSON.stringify(body)}: restart it.`);
}

async function ownSlack(seed: SlackSeed, port: number): Promise<ChosenSlack> {
  const front = await startSlackFront({ port, seed }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new PortInUse(port, 'SLACK_PORT') : error;
  });
  return {
    ...seeded(seed),
    ...front.slack,
    workspaceUrl: `${front.url}/`,
    control: front.control,
    told: 'a local one of its own',
    registerRedirectUri: async (address) => front.control.registerRedirectUri(address),
    sendTo: async (urls) => front.control.sendTo(urls),
    stop: () => front.stop(),
  };
}

/** What the seeded company says and no file does. */
function seeded({ app, team, channels, users }: SlackSeed) {
  const channel = (name: string) => channels.find((one) => one.name === name)?.id ?? '';
  return {
    botUserId: app.botUserId,
    teamName: team.name,
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    channels: {
      payments: channel(CHANNELS.payments),
      partPayments: channel(CHANNELS.partPayments),
      ops: channel(CHANNELS.ops),
    },
    general: channel(GENERAL),
    installer: users.find(({ isAdmin }) => isAdmin)?.id ?? '',
  };
}

/** Any other Slack: asked who the token is, and for its channels by their usual names. */
async function otherSlack(origin: string, { botToken, signingSecret }: SlackChoiceOptions): Promise<ChosenSlack> {
  if (botToken === undefined) {
    throw new SlackUnclear(
      'SLACK_API_URL names another Slack: set SLACK_BOT_TOKEN to the token of its app as well ' +
        '(and SLACK_SIGNING_SECRET for its events), or unset SLACK_API_URL.',
    );
  }
  const call = async (method: string, query = '') => {
    const response = await fetch(`${origin}/api/${method}${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${botToken}` },
    }).catch((error: Error) => {
      throw new SlackUnclear(`${origin} does not answer (${error.message}). Is SLACK_API_URL right, and does it run?`);
    });
    const answer = (await response.json()) as Readonly<Record<string, unknown>>;
    if (answer['ok'] !== true) throw new SlackUnclear(`${origin} refused ${method}: ${answer['error']}.`);
    return answer;
  };
  const identity = await call('auth.test');
  const { channels } = (await call('conversations.list', '?limit=200&types=public_channel')) as {
    readonly channels?: readonly { readonly id: string; readonly name: string }[];
  };
  const channel = (name: string): string => {
    const found = channels?.find((one) => one.name === name);
    if (found === undefined)
      throw new SlackUnclear(`The workspace at ${origin} has no channel #${name}: make it first.`);
    return found.id;
  };
  return {
    url: origin,
    botToken,
    botUserId: String(identity['user_id']),
    teamId: String(identity['team_id']),
    teamName: String(identity['team']),
    workspaceUrl: String(identity['url'] ?? `${origin}/`),
    signingSecret: signingSecret ?? '',
    clientId: '',
    clientSecret: '',
    adminToken: undefined,
    userTokens: {},
    channels: {
      payments: channel(CHANNELS.payments),
      partPayments: channel(CHANNELS.partPayments),
      ops: channel(CHANNELS.ops),
    },
    general: undefined,
    installer: String(identity['user_id']),
    control: undefined,
    told: 'by SLACK_API_URL',
    registerRedirectUri: async () => {},
    sendTo: async () => {},
    stop: async () => {},
  };
}
