/** People in front of browsers, without a browser: the hosted pages, the local Slack behind them, and a jar of cookies for each. */
import { createHash, randomUUID } from 'node:crypto';
import type { SlackControl } from '../../lib/local/slack-front/control.ts';
import type { Table } from '../../shared/aws/table.ts';
import { type TeamId, teamId, userId } from '../../shared/base/names.ts';
import { type CallbackParts, callback } from '../../shared/install/callback.ts';
import {
  type ConnectionParts,
  disconnect,
  showConnected,
  showConnections,
  signOut,
} from '../../shared/install/connections.ts';
import { signingKeys } from '../../shared/install/keys-client.ts';
import { type Reply, respond } from '../../shared/install/reply.ts';
import { beginInstall, beginSignIn } from '../../shared/install/round-trip.ts';
import { type SignInParts, signIn } from '../../shared/install/sign-in.ts';
import { SlackAccess } from '../../shared/install/slack-client.ts';
import { States } from '../../shared/install/state-store.ts';
import { DirectoryEditor } from '../../shared/org/editor.ts';
import type { SlackApp } from '../../shared/slack/app.ts';
import { Installations } from '../../shared/slack/installation.ts';
import { Vault } from '../../shared/slack/vault.ts';
import { memoryTables } from './databases.ts';
import { openKeys } from './open-keys.ts';
import { answerConsent } from './slack-consent.ts';
import { ManualClock, type SlackWorld, startSlackWorld } from './slack-world.ts';

/** Where the pages are, and where Slack leads back to. */
const ORIGIN = 'https://war-room.example';

export type Parts = CallbackParts & SignInParts & ConnectionParts;

/** The hosted pages on tables of their own, in a world where no workspace has War Room yet. */
export type Hosted = {
  readonly world: SlackWorld;
  readonly slack: SlackControl;
  readonly clock: ManualClock;
  readonly app: SlackApp;
  readonly parts: Parts;
  readonly installations: Installations;
  readonly directory: DirectoryEditor;
  readonly table: (name: string) => Table;
  /** What was reported to operators. */
  readonly reported: string[];
  /** The teams of which the slack room was told that the app is there. */
  readonly announced: string[];
  /** The same pages with some of their parts replaced, as another process would have them. */
  readonly rebuilt: (change: Rebuild) => Parts;
  stop(): Promise<void>;
};

/** `own` with some of its verbs in other words. */
export function saying<T extends object>(own: T, verbs: Partial<T>): T {
  return new Proxy(own, {
    get: (target, name) => {
      const member: unknown = Reflect.get(verbs, name) ?? Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

type Rebuild = {
  readonly table?: (name: string) => Table;
  readonly slack?: (own: SlackAccess) => SlackAccess;
  /** How long a call to Slack may take. As long as these tests run on a busy machine, where nothing is said. */
  readonly timeoutMs?: number;
};

/** Starts them, with a Slack of their own. */
export async function startHosted(): Promise<Hosted> {
  const clock = new ManualClock();
  const [tables, world] = await Promise.all([memoryTables(), startSlackWorld((seed) => seed, clock)]);
  const { control } = world.front;
  control.registerRedirectUri(`${ORIGIN}/slack`);
  const { clientId, clientSecret } = world.seed.app;
  const app: SlackApp = { clientId, clientSecrets: [clientSecret] };
  const reported: string[] = [];
  const announced: string[] = [];
  let made = 0;

  const rebuilt = ({ table = tables.table, slack = (own) => own, timeoutMs = 20_000 }: Rebuild): Parts => {
    const installations = new Installations(table('installations'), new Vault(openKeys(), 'key', clock.now));
    return {
      clock: { now: () => clock.now() },
      supportEmail: 'help@war-room.example',
      origin: ORIGIN,
      slackUrl: world.front.url,
      issuer: world.front.url,
      keys: signingKeys(`${world.front.url}/openid/connect/keys`),
      app: { value: async () => app, find: async (look) => look(app) },
      states: new States(table('states')),
      // As hard to guess as the clock in these tests, and as long as the real ones.
      secretId: () => {
        made += 1;
        return createHash('sha256').update(`secret ${made}`).digest('base64url');
      },
      slack: slack(new SlackAccess({ apiUrl: `${world.front.url}/api/`, timeoutMs })),
      installations,
      directory: new DirectoryEditor({
        admins: table('admins'),
        closure: { read: table('closure'), write: table('closure') },
        // Who waits for a writer that was stopped moves time on.
        tools: {
          clock: { now: () => clock.now(), sleep: async (ms) => clock.advance(ms) },
          newId: randomUUID,
        },
      }),
      report: (error) => {
        reported.push(error instanceof Error ? error.message : String(error));
      },
      announce: async (team) => {
        announced.push(team);
      },
    };
  };
  const parts = rebuilt({});
  return {
    world,
    slack: control,
    clock,
    app,
    parts,
    installations: parts.installations,
    directory: parts.directory as DirectoryEditor,
    table: tables.table,
    reported,
    announced,
    rebuilt,
    stop: async () => {
      await world.front.stop();
      await tables.stop();
    },
  };
}

/** What a browser got to see. */
export type Seen = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly location: string | undefined;
  readonly text: string;
  /** Its first heading. */
  readonly heading: string;
  readonly outcome: string;
};

/** One browser. Cookies set are kept until they are deleted; tabs share them. */
export class Visitor {
  readonly jar = new Map<string, string>();
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Asks for one address of the hosted pages. */
  async get(address: string): Promise<Seen> {
    const url = new URL(address, ORIGIN);
    const visit = { cookies: this.#cookies(), query: Object.fromEntries(url.searchParams) };
    switch (url.pathname) {
      case '/slack/install':
        return this.#see(await beginInstall(visit, this.#parts));
      case '/slack/oauth/callback':
        return this.#see(await callback(visit, this.#parts));
      case '/slack/sign-in':
        return this.#see(await beginSignIn(visit, this.#parts));
      case '/slack/openid/callback':
        return this.#see(await signIn(visit, this.#parts));
      case '/connected':
        return this.#see(await showConnected(visit, this.#parts));
      case '/connections':
        return this.#see(await showConnections(visit, this.#parts));
      default:
        throw new Error(`${url.pathname} is not one of the pages that these tests are about.`);
    }
  }

  /** Asks, and goes wherever the pages lead within themselves. */
  async follow(address: string): Promise<Seen> {
    const seen = await this.get(address);
    return seen.location?.startsWith('/') ? this.follow(seen.location) : seen;
  }

  /** Sends a form of a page. */
  async post(
    path: '/connections/disconnect' | '/sign-out',
    token: string,
    from: string | undefined = ORIGIN,
  ): Promise<Seen> {
    const sent = { cookies: this.#cookies(), query: {}, token, from };
    return this.#see(await (path === '/sign-out' ? signOut(sent, this.#parts) : disconnect(sent, this.#parts)));
  }

  /** Begins at `address` and answers Slack's page as `user`. Answers where Slack leads back to, which nobody has visited yet. */
  async consent(address: string, user: string, decision: 'allow' | 'cancel' = 'allow'): Promise<string> {
    const { location = '' } = await this.get(address);
    return this.answer(location, user, decision);
  }

  /** Answers a page of Slack's. */
  async answer(location: string, user: string, decision: 'allow' | 'cancel' = 'allow'): Promise<string> {
    const answer = await answerConsent(location, { decision, user_id: user });
    const back = answer.headers.get('location');
    if (back === null) throw new Error(`Slack did not lead back: ${await answer.text()}`);
    return back;
  }

  /** The whole round trip, to the page at its end. */
  async roundTrip(address: string, user: string): Promise<Seen> {
    return this.follow(await this.consent(address, user));
  }

  /** Presses *Disconnect* on the page of connections, if it is there, and answers the page after it. */
  async disconnect(): Promise<Seen> {
    const page = await this.get('/connections');
    const token = /action="\/connections\/disconnect"[^>]*><input[^>]*value="([^"]+)"/.exec(page.text)?.[1];
    if (token === undefined) return page;
    const { location = '' } = await this.post('/connections/disconnect', token);
    return this.follow(location);
  }

  #cookies(): string[] {
    return [...this.jar].map(([name, value]) => `${name}=${value}`);
  }

  #see(reply: Reply): Seen {
    const { statusCode = 0, headers = {}, cookies = [], body = '' } = respond(reply);
    for (const cookie of cookies) {
      const [, name = '', value = '', age] = /^([^=]+)=([^;]*); Max-Age=(\d+)/.exec(cookie) ?? [];
      if (age === '0') this.jar.delete(name);
      else this.jar.set(name, value);
    }
    const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    return {
      status: statusCode,
      headers: texts,
      cookies,
      location: texts['location'],
      text: body,
      heading: /<h1>(.*?)<\/h1>/.exec(body)?.[1] ?? '',
      outcome: reply.outcome,
    };
  }
}

/** The seeded workspaces and people that these tests name. */
export const acme: TeamId = teamId('T0ACADEMY1');
export const bright: TeamId = teamId('T0BRIGHT01');
export const people = {
  kavya: userId('U0KAVYA001'),
  arjun: userId('U0ARJUN001'),
  meera: userId('U0MEERA001'),
  sana: userId('U0SANA0001'),
  /** Of the other workspace, with the name and the e-mail address of Arjun. */
  arjunOfBright: userId('U0ARJUN002'),
} as const;
