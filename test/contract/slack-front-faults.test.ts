/** Bad luck on order: what a caller sees, and what Slack has done all the same. Each name here is a rule listed in coverage.ts. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod/mini';
import { behaviourSchema } from '../../lib/local/slack-front/behaviour.ts';
import { type FaultInput, faultSchema } from '../../lib/local/slack-front/faults.ts';
import { codeFrom } from '../support/slack-consent.ts';
import { ids, ManualClock, refusalOf, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

const channel = ids.payments;
const clock = new ManualClock();
let world: SlackWorld;
let posted: number;

beforeAll(async () => {
  world = await startSlackWorld((seed) => seed, clock);
  await world.app.conversations.join({ channel });
});
afterAll(() => world.front.stop());
beforeEach(() => {
  world.front.control.resetFaults();
  posted = world.front.control.messages(channel).length;
});

/** How many messages came since the test began. */
function arrived(): number {
  return world.front.control.messages(channel).length - posted;
}

function post(client = world.app): Promise<unknown> {
  return client.chat.postMessage({ channel, text: 'x' });
}

describe('faults', () => {
  it('answers 429 with Retry-After and does nothing', async () => {
    world.front.control.fault({ method: 'chat.postMessage', kind: 'rateLimited', retryAfterSeconds: 7, count: 1 });

    await expect(post()).rejects.toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 7 });
    expect([arrived(), await refusalOf(post()), arrived()]).toEqual([0, 'accepted', 1]);
  });

  it.each<[string, FaultInput, string, number]>([
    ['a 500 before', { kind: 'status', when: 'before' }, 'slack_webapi_http_error', 0],
    ['a 503 after', { kind: 'status', status: 503, when: 'after' }, 'slack_webapi_http_error', 1],
    ['a reset before', { kind: 'reset', when: 'before' }, 'slack_webapi_request_error', 0],
    ['a reset after', { kind: 'reset', when: 'after' }, 'slack_webapi_request_error', 1],
    ['internal_error before', { kind: 'error', error: 'internal_error', when: 'before' }, 'internal_error', 0],
    ['internal_error after', { kind: 'error', error: 'internal_error', when: 'after' }, 'internal_error', 1],
  ])('lets %s the effect be seen as such', async (_, fault, refusal, effects) => {
    world.front.control.fault({ ...fault, method: 'chat.postMessage', count: 1 });

    expect([await refusalOf(post()), arrived()]).toEqual([refusal, effects]);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('never answers a timeout %s the effect', async (when, effects) => {
    world.front.control.fault({ method: 'chat.postMessage', kind: 'timeout', when, count: 1 });

    const refusal = await refusalOf(post(world.client(world.front.slack.botToken, 60)));

    expect([refusal, arrived()]).toEqual(['slack_webapi_request_error', effects]);
  });

  it('does the effect late, after the caller has given up', async () => {
    world.front.control.fault({ method: 'chat.postMessage', kind: 'late', delayMilliseconds: 8_000, count: 1 });

    const refusal = await refusalOf(post(world.client(world.front.slack.botToken, 60)));
    clock.advance(7_999);
    const early = [world.front.control.lateEffects, arrived()];
    clock.advance(1);
    await world.front.control.settled();

    expect(refusal).toBe('slack_webapi_request_error');
    expect([early, arrived()]).toEqual([[1, 0], 1]);
  });

  it('strikes the named channel only', async () => {
    world.front.control.fault({ method: 'chat.postMessage', channel: ids.ops, kind: 'status' });

    const here = await refusalOf(post());
    const there = await refusalOf(world.app.chat.postMessage({ channel: ids.ops, text: 'x' }));

    expect([here, there]).toEqual(['accepted', 'slack_webapi_http_error']);
  });

  it('lets calls pass before it strikes, and strikes as often as told', async () => {
    world.front.control.fault({ method: 'chat.postMessage', kind: 'error', error: 'fatal_error', skip: 1, count: 2 });

    const seen: string[] = [];
    for (let n = 0; n < 4; n += 1) seen.push(await refusalOf(post()));

    expect(seen).toEqual(['accepted', 'fatal_error', 'fatal_error', 'accepted']);
    expect(world.front.control.faults()).toMatchObject([{ struck: 2 }]);
  });

  it('strikes by chance, the same way for the same seed', async () => {
    const play = async (seed: number) => {
      world.front.control.resetFaults();
      world.front.control.fault({
        method: 'auth.test',
        kind: 'error',
        error: 'internal_error',
        probability: 0.5,
        seed,
      });
      const seen: string[] = [];
      for (let n = 0; n < 16; n += 1) seen.push(await refusalOf(world.app.auth.test()));
      return seen.map((code) => (code === 'accepted' ? '.' : 'x')).join('');
    };

    const [first, again, other] = [await play(7), await play(7), await play(8)];

    expect(first).toMatch(/\..*x|x.*\./);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});

describe('calls without the network between', () => {
  it('gives the outcome itself: an answer, a reset, silence', async () => {
    const call = () =>
      world.front.call({
        method: 'auth.test',
        httpMethod: 'POST',
        query: new URLSearchParams(),
        contentType: 'application/x-www-form-urlencoded',
        authorization: `Bearer ${world.front.slack.botToken}`,
        body: Buffer.alloc(0),
      });
    world.front.control.fault({ method: 'auth.test', kind: 'reset', count: 1 });
    world.front.control.fault({ method: 'auth.test', kind: 'timeout', count: 1 });

    expect([await call(), await call()]).toEqual(['reset', 'silence']);
    expect(await call()).toMatchObject({ status: 200 });
  });
});

describe('the control API over HTTP', () => {
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${world.front.url}/control${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it('lists its routes, and how faults and switches are written', async () => {
    const { body } = await ask('GET', '');

    const routes = body['routes'] as readonly string[];
    const words = (route: string) => routes.find((line) => line.startsWith(`${route}: `))?.match(/\w+/g);
    const { oneOf: kinds = [] } = z.toJSONSchema(faultSchema, { io: 'input' });
    const fields = kinds.flatMap(({ properties = {} }) => Object.keys(properties));
    const names = kinds.map(({ properties }) => z.string().parse(Object(properties?.['kind']).const));
    expect(names).toHaveLength(6);
    expect(words('POST /control/faults')).toEqual(expect.arrayContaining([...names, ...fields]));
    const { properties: switches = {} } = z.toJSONSchema(behaviourSchema, { io: 'input' });
    const values = JSON.stringify(switches).matchAll(/"enum":\[(.*?)\]/g);
    const choices = [...values].flatMap(([, list = '']) => list.match(/\w+/g) ?? []);
    expect(choices.length).toBeGreaterThan(10);
    expect(words('PUT /control/behaviour')).toEqual(expect.arrayContaining([...Object.keys(switches), ...choices]));
  });

  it('orders, lists and forgets faults', async () => {
    const ordered = await ask('POST', '/faults', { method: 'auth.test', kind: 'reset', count: 1 });
    const listed = await ask('GET', '/faults');
    await ask('DELETE', '/faults');

    expect(ordered).toMatchObject({ status: 201, body: { fault: { kind: 'reset', when: 'before', probability: 1 } } });
    expect(listed.body['faults']).toHaveLength(1);
    expect(await refusalOf(world.app.auth.test())).toBe('accepted');
  });

  it('names every wrong field of a fault', async () => {
    const { status, body } = await ask('POST', '/faults', { kind: 'late', probability: 2 });

    expect(status).toBe(400);
    expect(body['fields']).toEqual([
      expect.stringContaining('probability'),
      expect.stringContaining('delayMilliseconds'),
    ]);
  });

  it('does what people do: write, delete, rename, archive, come and go', async () => {
    const at = `/channels/${ids.ops}`;
    const said = await ask('POST', `${at}/messages`, { user: ids.sana, text: 'typed by hand' });
    await ask('DELETE', `${at}/messages/${String(said.body['ts'])}`);
    await ask('POST', `${at}/rename`, { name: 'ops-room' });
    await ask('POST', `${at}/archive`);
    await ask('PUT', `${at}/members/${ids.bot}`);

    const { body } = await ask('GET', '/channels');
    const messages = await ask('GET', `${at}/messages`);

    expect(said.status).toBe(201);
    expect(body['channels']).toContainEqual(
      expect.objectContaining({
        id: ids.ops,
        name: 'ops-room',
        isArchived: true,
        members: expect.arrayContaining([ids.bot]),
      }),
    );
    expect(messages.body).toEqual({ messages: [] });
  });

  it('revokes tokens by person', async () => {
    const { body } = await ask('POST', '/tokens/revoke', { user: ids.meera });

    expect(body).toEqual({ revoked: 1 });
    expect(await refusalOf(world.client(world.front.slack.userTokens[ids.meera] ?? '').auth.test())).toBe(
      'token_revoked',
    );
  });

  it('turns what belongs to the app: addresses, secret, signing key, people, switches', async () => {
    const { clientId: client_id } = world.seed.app;
    const redirect_uri = 'https://war-room.example/callback';
    const kid = async () =>
      /"kid":"(\w+)"/.exec(await (await fetch(`${world.front.url}/openid/connect/keys`)).text())?.[1];
    const before = await kid();

    const done = [
      await ask('POST', '/app/redirect-uris', { redirectUri: redirect_uri }),
      await ask('PUT', '/app/client-secret', { clientSecret: 'the next' }),
      await ask('POST', '/app/signing-key'),
      await ask('PUT', '/members/U0NEW', { name: 'ina', realName: 'Ina Roy', email: 'ina@x.example', isAdmin: true }),
      await ask('PUT', '/behaviour', { withheld: ['users:read'] }),
    ];
    const wrong = await ask('PUT', '/behaviour', { tokens: 'stale', idToken: 'odd' });
    const stood = await ask('GET', '/behaviour');
    const code = await codeFrom(world, 'U0NEW', { user_scope: 'chat:write,users:read', redirect_uri });
    const { authed_user } = await world
      .client('')
      .oauth.v2.access({ client_id, client_secret: 'the next', code, redirect_uri });
    await ask('PUT', '/behaviour', {});

    expect(done.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(wrong).toMatchObject({ status: 400, body: { fields: [expect.anything(), expect.anything()] } });
    expect(stood.body).toEqual({
      answerWithinMs: 3_000,
      barsGuests: false,
      triggerLifeMs: 3_000,
      plan: 'enterprise',
      listsInvited: true,
      pages: 'full',
      mostUnpaged: 10_000,
      tokens: 'same',
      revocation: 'person',
      withheld: ['users:read'],
      organization: false,
      idToken: null,
    });
    expect(authed_user).toMatchObject({ id: 'U0NEW', scope: 'chat:write' });
    expect(await kid()).not.toBe(before);
  });

  it('counts calls per method', async () => {
    await ask('DELETE', '/calls');
    await world.app.auth.test();
    await world.app.auth.test();

    expect((await ask('GET', '/calls')).body).toEqual({ calls: { 'auth.test': 2 }, lateEffects: 0 });
  });

  it('says in a sentence what it does not know', async () => {
    expect(await ask('GET', '/channels/C0NOWHERE/messages')).toMatchObject({
      status: 404,
      body: { error: expect.stringMatching(/C0NOWHERE/) },
    });
    expect((await ask('PATCH', '/faults')).status).toBe(405);
  });

  it('is closed to web pages', async () => {
    expect((await ask('DELETE', '/faults', undefined, { origin: 'https://example.com' })).status).toBe(403);
  });
});
