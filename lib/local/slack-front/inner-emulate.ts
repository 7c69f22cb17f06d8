/**
 * The `emulate` behind the front, one for each workspace: files, profiles, and its inspector.
 *
 * emulate makes its own ids for team and people, and lets any token in. The front's own ids and tokens are what callers see, so
 * ids are exchanged in both directions on the way, and tokens are swapped for inner ones. Inner tokens are rotated: emulate answers
 * 403 after 5,000 calls a token and hour, which Slack does not.
 */
import { createEmulator } from 'emulate';
import { isRecord } from './args.ts';
import type { SeedWorkspace } from './company.ts';
import { handleOf } from './workspace.ts';

/** emulate's limit is 5,000; a token is put aside before. */
const CALLS_A_TOKEN = 4_900;
/** Inner tokens a member: 39,200 delegated calls an hour each. */
const TOKENS_A_MEMBER = 8;
const OUTSIDER = 'outsider';

/** A request to pass on. */
interface InnerRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: Buffer;
  /** Whom to call as; undefined for pages that need no token. */
  readonly as: string | undefined;
}

/** Its answer, with the front's ids. Redirects are not followed. */
interface InnerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** emulate, running on an ephemeral port of the loopback interface. */
export interface InnerEmulate {
  ask(request: InnerRequest): Promise<InnerAnswer>;
  stop(): Promise<void>;
}

/** One for each workspace, found by its team. */
export interface InnerEmulates {
  readonly of: (teamId: string) => InnerEmulate;
  stop(): Promise<unknown>;
}

/** Starts emulate for each workspace. `frontUrl` takes the place of emulate's own address in what it answers. */
export async function startInnerEmulates(seeds: readonly SeedWorkspace[], frontUrl: string): Promise<InnerEmulates> {
  const started = new Map(
    await Promise.all(seeds.map(async (seed) => [seed.team.id, await startInnerEmulate(seed, frontUrl)] as const)),
  );
  const of = (teamId: string) => {
    const inner = started.get(teamId);
    if (inner === undefined) throw new Error(`There is no emulate for the workspace ${teamId}.`);
    return inner;
  };
  return { of, stop: () => Promise.all([...started.values()].map((inner) => inner.stop())) };
}

async function startInnerEmulate(seed: SeedWorkspace, frontUrl: string): Promise<InnerEmulate> {
  const botName = handleOf(seed.app.name);
  const callers = [
    ...seed.users.map((user) => ({ id: user.id, name: user.name })),
    { id: seed.app.botUserId, name: botName },
  ];
  const pools = new Map(callers.map((caller) => [caller.id, new TokenPool(`inner-${caller.name}`)]));
  const outsiders = new TokenPool(OUTSIDER);
  // emulate binds 127.0.0.1 by default; said aloud all the same, since that is a promise of the front.
  const emulator = await createEmulator({
    service: 'slack',
    port: 0,
    hostname: '127.0.0.1',
    seed: {
      slack: {
        team: { name: seed.team.name, domain: seed.team.domain },
        users: seed.users.map(({ name, realName, email, isAdmin }) => ({
          name,
          real_name: realName,
          email,
          is_admin: isAdmin ?? false,
        })),
        channels: seed.channels.map(({ name, isPrivate, topic }) => ({ name, is_private: isPrivate, topic })),
        oauth_apps: [
          {
            app_id: seed.app.id,
            client_id: seed.app.clientId,
            client_secret: seed.app.clientSecret,
            name: seed.app.name,
            redirect_uris: [...seed.app.redirectUris],
            scopes: [...seed.app.scopes],
            user_scopes: [...seed.app.userScopes],
            bot_id: seed.app.botId,
            bot_user_id: seed.app.botUserId,
            bot_name: botName,
          },
        ],
        tokens: callers.flatMap(({ id, name }) =>
          (pools.get(id)?.all ?? []).map((token) => ({
            token,
            user: name,
            app_id: seed.app.id,
            bot_id: seed.app.botId,
          })),
        ),
      },
    },
  });
  // With no base URL of ours emulate names its own port; that is the only way it tells which one it got.
  const inner = `http://127.0.0.1:${new URL(emulator.url).port}`;
  const pairs: [string, string][] = [[emulator.url, frontUrl]];

  async function ask(request: InnerRequest): Promise<InnerAnswer> {
    const pool = (request.as === undefined ? undefined : pools.get(request.as)) ?? outsiders;
    const isText = request.contentType === undefined || /json|form-urlencoded|text/.test(request.contentType);
    const body = isText ? Buffer.from(exchange(request.body.toString('utf8'), pairs, 'in')) : request.body;
    const answer = await fetch(inner + exchange(request.path, pairs, 'in'), {
      method: request.method,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${pool.next()}`,
        ...(request.contentType !== undefined && { 'content-type': request.contentType }),
      },
      ...(request.method !== 'GET' && request.method !== 'HEAD' && { body: new Uint8Array(body) }),
    });
    const type = answer.headers.get('content-type') ?? 'application/octet-stream';
    const bytes = Buffer.from(await answer.arrayBuffer());
    const location = answer.headers.get('location');
    return {
      status: answer.status,
      headers: { 'content-type': type, ...(location !== null && { location: exchange(location, pairs, 'out') }) },
      body: /json|html|text/.test(type) ? Buffer.from(exchange(bytes.toString('utf8'), pairs, 'out')) : bytes,
    };
  }

  async function learn(path: string, list: string, wanted: ReadonlyMap<string, string>): Promise<void> {
    const answer = await ask({
      method: 'POST',
      path,
      contentType: 'application/json',
      body: Buffer.from(JSON.stringify({ limit: 1000, types: 'public_channel,private_channel' })),
      as: seed.users[0]?.id,
    });
    const parsed: unknown = JSON.parse(answer.body.toString('utf8'));
    const items = isRecord(parsed) && Array.isArray(parsed[list]) ? parsed[list].filter(isRecord) : [];
    for (const item of items) {
      const ours = wanted.get(String(item['name']));
      if (ours !== undefined) pairs.push([String(item['id']), ours]);
      if (typeof item['team_id'] === 'string' && !pairs.some(([theirs]) => theirs === item['team_id'])) {
        pairs.push([item['team_id'], seed.team.id]);
      }
    }
  }
  await learn('/api/users.list', 'members', new Map(seed.users.map((user) => [user.name, user.id])));
  await learn(
    '/api/conversations.list',
    'channels',
    new Map(seed.channels.map((channel) => [channel.name, channel.id])),
  );

  return { ask, stop: () => emulator.close() };
}

function exchange(text: string, pairs: readonly (readonly [string, string])[], way: 'in' | 'out'): string {
  return pairs.reduce((done, [theirs, ours]) => {
    const [from, to] = way === 'in' ? [ours, theirs] : [theirs, ours];
    return done.replaceAll(from, to).replaceAll(encodeURIComponent(from), encodeURIComponent(to));
  }, text);
}

/** Hands out one token until it nears emulate's limit, then the next, and begins again after the last. */
export class TokenPool {
  readonly all: readonly string[];
  private calls = 0;

  constructor(name: string) {
    this.all = Array.from({ length: TOKENS_A_MEMBER }, (_, index) => `${name}-${index}`);
  }

  next(): string {
    const turn = Math.floor(this.calls / CALLS_A_TOKEN) % this.all.length;
    this.calls += 1;
    return this.all[turn] ?? OUTSIDER;
  }
}
