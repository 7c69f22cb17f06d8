/**
 * Payments are told as a person, refused, and told by the app; people are told of it; callers are turned away; Slack and the
 * caller quote secrets back; somebody comes in through Slack, lets it post as them, signs in and ends it. Whatever the product writes down meanwhile holds none of them: the database, the queues, the log,
 * the error reports, the answers of the API, the messages.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Stores, startStores } from '../../lib/local/stores.ts';
import { STORIES, seededRandom } from '../../lib/local/stories.ts';
import type { Step } from '../../lib/local/telling.ts';
import { Table } from '../../shared/aws/table.ts';
import { teamId, userId } from '../../shared/base/names.ts';
import { type Author, Installations } from '../../shared/slack/installation.ts';
import { Vault } from '../../shared/slack/vault.ts';
import { answerConsent } from '../support/slack-consent.ts';
import { leaksOf } from '../support/spellings.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { startTranscript, type Transcript } from '../support/transcript.ts';
import { until } from '../support/until.ts';

const arjun = 'U0ARJUN001';
const meera = 'U0MEERA001';
const kavya = 'U0KAVYA001';

let stores: Stores;
let database: Transcript;
let queues: Transcript;
let reports: Transcript;
let stack: TestStack;
const lines: string[] = [];
const answers: string[] = [];
const pages: string[] = [];
let secrets: Readonly<Record<string, string>>;

beforeAll(async () => {
  stores = await startStores({ folder: undefined, dynamodbUrl: undefined, sqsUrl: undefined, lost: () => undefined });
  [database, queues, reports] = await Promise.all([
    startTranscript(stores.dynamodbUrl),
    startTranscript(stores.sqsUrl),
    startTranscript(),
  ]);
  stack = await startTestStack({
    others: { dynamodbUrl: database.origin, sqsUrl: queues.origin },
    environment: {
      SENTRY_DSN: `${reports.origin.replace('//', '//public@')}/1`,
      PUBLIC_ORIGIN: 'https://war-room.example',
    },
    log: (_, line) => lines.push(line),
  });
  secrets = await secretsOf(stack);
}, 60_000);

afterAll(async () => {
  await stack.stop();
  await Promise.all([database, queues, reports].map((transcript) => transcript.stop()));
  await stores.stop();
});

/** Tokens as the vault opens them. */
function installationsOf({ plan, clients, documents }: TestStack['served']): Installations {
  const tableName = plan.tables.find(({ id }) => id === 'SlackInstallations')?.name ?? '';
  const vault = new Vault(clients.kms, plan.keys.find(({ id }) => id === 'TokenKey')?.arn ?? '', Date.now);
  return new Installations(new Table(documents, tableName), vault);
}

const tokenOf = async (author: Author | undefined) => (await author?.token()) ?? '';

/** Everything that nobody may read: tokens, and what the secrets hold. */
async function secretsOf({ served, facts }: TestStack): Promise<Record<string, string>> {
  const { plan, secrets: kept } = served;
  const installations = installationsOf(served);
  const team = teamId(facts.slack.teamId);
  const secret = (id: string) => {
    const SecretId = plan.secrets.find((one) => one.id === id)?.name;
    const { SecretString } = Object(kept.operations()['secretsmanager.GetSecretValue']?.({ SecretId }));
    return JSON.parse(SecretString);
  };
  const account = secret('RazorpaySecret')[facts.razorpay.account];
  const { clientSecret, signing } = secret('SlackSecret');
  return {
    "the app's token": await tokenOf(await installations.bot(team)),
    "Arjun's token": await tokenOf(await installations.admin(team, 'adm_arjun')),
    "Meera's token": await tokenOf(await installations.admin(team, 'adm_meera')),
    'the client secret': clientSecret,
    'the signing secret': signing.current,
    'the webhook secret': account.webhook.current,
    "Razorpay's key secret": account.keySecret,
    'the API key': facts.apiKey,
  };
}

async function ask(method: string, path: string, key: string, body?: unknown): Promise<string> {
  const answer = await fetch(`${stack.facts.api}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const said = `${await answer.text()} ${JSON.stringify([...answer.headers])}`;
  answers.push(said);
  return said;
}

const jar = new Map<string, string>();

/** Asks for one of the hosted pages as a browser would, or sends a form of one; goes wherever they lead within themselves. */
async function visit(address: string, form?: Readonly<Record<string, string>>): Promise<{ text: string; to: string }> {
  const { api } = stack.facts;
  const answer = await fetch(new URL(address, api), {
    redirect: 'manual',
    headers: { cookie: [...jar].map((pair) => pair.join('=')).join('; '), ...(form && { origin: api }) },
    ...(form && { method: 'POST', body: new URLSearchParams(form) }),
  });
  for (const cookie of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]+)/.exec(cookie) ?? [];
    jar.set(name, value);
  }
  const text = await answer.text();
  pages.push(text);
  const to = answer.headers.get('location') ?? '';
  return to.startsWith('/') ? visit(to) : { text, to };
}

/** Kavya goes to Slack from there and allows it. Answers where Slack leads back to; what is in that address becomes a secret. */
async function consent(address: string): Promise<string> {
  const { to } = await visit(address);
  const answer = await answerConsent(to, { decision: 'allow', user_id: kavya });
  const back = answer.headers.get('location') ?? '';
  const { searchParams } = new URL(back);
  for (const name of ['code', 'state']) secrets = { ...secrets, [`${name} of ${back}`]: searchParams.get(name) ?? '' };
  return back;
}

const faulty = (method: string, error: string) => stack.slack.fault({ method, kind: 'error', error, count: 1 });

let payments = 0;

/** A payment of a learner of this admin, from its start to its end; answers its order. */
async function pay(assignedAdmin: { id: string; name: string }): Promise<string> {
  payments += 1;
  const story = STORIES['failed-then-captured']?.story({ random: seededRandom(payments), now: Date.now() });
  const [ending] = story?.endings ?? [];
  if (!story || !ending) throw new Error('The story has no end.');
  for (const step of story.steps) {
    const { sent } = step;
    const assigned: Step =
      sent.kind === 'initiated' ? { ...step, sent: { ...sent, body: { ...sent.body, assignedAdmin } } } : step;
    await stack.send(assigned);
  }
  await stack.untilTold(ending);
  return ending.id;
}

/** Everything that was written down, by where. */
const written = () => ({
  'the database': database.bodies.join('\n'),
  'the queues': queues.bodies.join('\n'),
  'the log': lines.join('\n'),
  'what the runner says': stack.said.join('\n'),
  'the error reports': reports.bodies.join('\n'),
  'the answers of the API': answers.join('\n'),
  'the pages': pages.join('\n'),
  'the messages': JSON.stringify(stack.slack.channels().map(({ id }) => stack.slack.messages(id))),
});

const inDirectMessages = (user: string) =>
  stack.slack
    .channels()
    .filter(({ id, members }) => id.startsWith('D') && members.includes(user))
    .flatMap(({ id }) => stack.slack.messages(id));

describe('what nobody may read', () => {
  it('is found by the search, however it is spelt', () => {
    const token = 'xoxp-"a\\secret"/token+1';
    const spelt = [
      token,
      JSON.stringify({ token }),
      JSON.stringify(JSON.stringify({ token })),
      Buffer.from(token).toString('base64'),
      Buffer.from(`{"token":"${token}"}`).toString('base64'),
      Buffer.from(`Bearer ${token}`).toString('base64url'),
      Buffer.from(`a ${token}`).toString('base64'),
      Buffer.from(token).toString('hex'),
      new URLSearchParams({ token }).toString(),
    ];

    const missed = spelt.filter((text) => leaksOf({ token }, { text }).length === 0);

    expect(missed).toEqual([]);
    expect(leaksOf({ token }, { text: 'xoxp-"a\\secret"/token+2' })).toEqual([]);
  });

  it('is known to the test', () => {
    expect(Object.entries(secrets).filter(([, value]) => typeof value !== 'string' || value.length < 12)).toEqual([]);
    expect(new Set(Object.values(secrets)).size).toBe(8);
  });

  it('is nowhere in what the product writes while all goes well and while it goes wrong', async () => {
    const [bot = '', person = ''] = Object.values(secrets);
    const own = await pay({ id: 'adm_arjun', name: 'Arjun Mehta' });
    expect(stack.slack.messages(stack.facts.channels.payments).some(({ userId }) => userId === arjun)).toBe(true);

    // Slack, or a proxy before it, quotes the token of the call in its refusal; then it does not answer at all.
    for (const error of [bot, `invalid ${person}`])
      stack.slack.fault({ method: 'chat.postMessage', kind: 'error', error, count: 2 });
    stack.slack.fault({ method: 'chat.postMessage', kind: 'reset', when: 'after', count: 1 });
    await pay({ id: 'adm_meera', name: 'Meera Thomas' });

    // The people are refused, and told of it: one in person, one who has left in the ops channel.
    stack.slack.revokeTokensOf(arjun);
    stack.slack.deactivate(meera);
    await pay({ id: 'adm_arjun', name: 'Arjun Mehta' });
    await pay({ id: 'adm_meera', name: 'Meera Thomas' });
    await until(
      'both are told of',
      () => inDirectMessages(arjun).length === 1 && JSON.stringify(written()).includes(`<@${meera}>`),
    );

    // Callers put their secrets where they do not belong.
    await ask('GET', `/v1/payments/${own}`, stack.facts.apiKey);
    await ask('GET', '/health', stack.facts.apiKey);
    await ask('POST', '/v1/payments', stack.facts.apiKey, { orderId: stack.facts.apiKey });
    // A wrong field is named to whoever sent it, and to nobody else.
    const named = await ask('POST', '/v1/payments', stack.facts.apiKey, { [stack.facts.apiKey]: 1 });
    expect(answers.pop()).toBe(named);
    await ask('POST', '/v1/payments', stack.facts.apiKey, `{"authorization":"Bearer ${stack.facts.apiKey}"`);
    await ask('GET', `/v1/payments/${own}`, `${stack.facts.apiKey}x`);
    await ask('PUT', '/v1/admins/adm_new', stack.facts.apiKey, {
      name: 'New',
      email: 'new@acme.example',
      managerId: null,
    });
    await stack.untilQuiet();

    const texts = written();
    // What was searched is what was written: each place holds something of this very run.
    expect(texts['the database']).toContain(own);
    expect(texts['the queues']).toContain(own);
    expect(texts['the log']).toContain(own);
    expect(texts['the error reports']).toMatch(/not_an_answer|no_answer/);
    expect(texts['the answers of the API']).toContain('is missing.');
    expect(texts['the messages']).toContain('Messages no longer appear as you');
    expect(leaksOf(secrets, texts)).toEqual([]);
  }, 90_000);

  it('is nowhere either while somebody comes in through Slack, posts as themself, signs in, and ends it', async () => {
    // Slack, or a proxy before it, quotes what it was sent: the code, the client secret, a token.
    const quoted = await consent('/slack/install?as=me');
    faulty('oauth.v2.access', `code ${new URL(quoted).searchParams.get('code')} ${secrets['the client secret']}`);
    await visit(quoted);
    await visit(quoted);
    const quotedSignIn = await consent('/slack/sign-in');
    faulty('openid.connect.token', `code ${new URL(quotedSignIn).searchParams.get('code')}`);
    await visit(quotedSignIn);

    const installed = await visit(await consent('/slack/install'));
    const connected = await visit(await consent('/slack/install?as=me'));
    const author = await installationsOf(stack.served).user(teamId(stack.facts.slack.teamId), userId(kavya));
    const token = await tokenOf(author);
    const signedIn = await visit(await consent('/slack/sign-in'));
    const form = () => ({ token: /name="token" value="([^"]+)"/.exec(signedIn.text)?.[1] ?? '' });
    faulty('auth.revoke', `token ${token}`);
    const waiting = await visit('/connections/disconnect', form());
    const ended = await visit('/connections/disconnect', form());
    for (const [name, value] of jar) secrets = { ...secrets, [name]: value };
    secrets = { ...secrets, "Kavya's token": token };

    const texts = written();
    expect([installed, connected, signedIn, waiting, ended].map(({ text }) => /<h1>(.*?)</.exec(text)?.[1])).toEqual([
      'War Room is in Acme Academy',
      'Connected: messages now appear as you',
      'My connections',
      'My connections',
      'My connections',
    ]);
    expect(ended.text).toContain('Disconnected.');
    expect(Object.values(secrets).filter((value) => value.length < 12)).toEqual([]);
    expect(texts['the database']).toContain(`user#${kavya}`);
    for (const outcome of ['unreachable', 'connected-me', 'signed-in', 'leaving', 'disconnected']) {
      expect(texts['the log']).toContain(`"outcome":"${outcome}"`);
    }
    expect(leaksOf(secrets, texts)).toEqual([]);
    // An id_token, whatever it says: three parts, the first of which is JSON.
    for (const text of Object.values(texts)) expect(text).not.toMatch(/eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/);
  }, 60_000);
});
