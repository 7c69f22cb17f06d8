/** The whole way in a real browser, against `npm start`: in, posting as oneself, and out again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../../lib/local/browser.ts';
import type { LocalFacts } from '../../lib/local/facts.ts';
import { type Program, startProgram } from '../../lib/local/program.ts';
import type { TrueMessage } from '../../lib/local/slack-front/control.ts';
import { FULL_STACK } from '../../lib/local/stories.ts';
import { freshFolder } from '../support/stack.ts';
import { until } from '../support/until.ts';

jest.setTimeout(120_000);

const KAVYA = { id: 'adm_kavya', name: 'Kavya Rao', user: 'U0KAVYA001' };
const folder = freshFolder();
let program: Program;
let facts: LocalFacts;
let browser: Browser;
let page: Page;
/** Every request that left for somewhere else than the pages and the local Slack, and every complaint of the browser. */
const complaints: string[] = [];

beforeAll(async () => {
  program = startProgram('bin/local.ts', ['--quiet'], {
    PORT: '0',
    SLACK_PORT: '0',
    TIME_SCALE: '0.02',
    WAR_ROOM_FOLDER: folder,
  });
  [browser] = await Promise.all([startBrowser(), program.line('ready')]);
  facts = JSON.parse(readFileSync(join(folder, 'local.json'), 'utf8'));
  page = await browser.newPage({ locale: 'en-IN' });
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const { origin } = new URL(request.url());
    if (origin !== facts.api && origin !== facts.slack.url) complaints.push(request.url());
  });
});
afterAll(async () => {
  await browser.close();
  program.kill('SIGTERM');
  await program.ended;
});

const control = async (path: string) =>
  (await (await fetch(`${facts.slack.url}/control/${path}`)).json()) as { readonly messages: readonly TrueMessage[] };

/** A message of the payments channel that says `text`, once it is there. */
async function messageWith(text: string): Promise<TrueMessage> {
  let found: TrueMessage | undefined;
  await until(`a message with "${text}"`, async () => {
    const { messages } = await control(`channels/${facts.channels.payments}/messages`);
    found = messages.find((message) => message.text.includes(text));
    return found !== undefined;
  });
  if (!found) throw new Error('It is there.');
  return found;
}

/** A payment of Kavya's begins, as the checkout reports it. */
async function begin(lead: string): Promise<void> {
  const { status } = await fetch(`${facts.api}/v1/payments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${facts.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      account: facts.razorpay.account,
      orderId: `order_${lead.replace(' ', '')}`,
      lead: { id: lead, name: lead },
      amount: 4_500_000,
      currency: 'INR',
      course: FULL_STACK,
      payment: { kind: 'full' },
      assignedAdmin: { id: KAVYA.id, name: KAVYA.name },
    }),
  });
  expect(status).toBe(201);
}

/** Says at Slack who one is, and allows it. */
async function allow(): Promise<void> {
  await page.getByRole('radio', { name: /Kavya Rao/ }).check();
  await page.getByRole('button', { name: 'Allow' }).click();
}

describe('a person with a browser', () => {
  it('adds War Room, lets it post as them, sees it, and ends it; then it posts as the app and names them', async () => {
    await page.goto(facts.api);
    await page.getByRole('link', { name: 'Add to Slack' }).first().click();
    await page.getByRole('heading', { name: /War Room would like access/ }).waitFor();
    await allow();
    await page.getByRole('heading', { name: 'War Room is in Acme Academy' }).waitFor();
    await begin('Before Consent');
    const before = await messageWith('Before C.');

    await page.getByRole('link', { name: 'Post as yourself' }).click();
    await allow();
    await page.getByRole('heading', { name: 'Connected: messages now appear as you' }).waitFor();
    await begin('With Consent');
    const between = await messageWith('With C.');

    let shown = '';
    await until('the note that the token was used', async () => {
      await page.goto(`${facts.api}/connections`);
      shown = (await page.getByRole('region', { name: 'Posting as yourself' }).textContent()) ?? '';
      return !shown.includes('Not yet');
    });
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('status').getByText('Disconnected.').waitFor();
    await begin('After Consent');
    const after = await messageWith('After C.');

    expect(before).toMatchObject({ userId: 'U0WARROOM1' });
    expect(between).toMatchObject({ userId: KAVYA.user, asApp: false });
    expect(shown).toMatch(/Connected[\s\S]*Connected since\d+ \w+ 20\d\d[\s\S]*Last used\d+ \w+ 20\d\d/);
    expect(after).toMatchObject({ userId: 'U0WARROOM1', text: expect.stringContaining('Kavya R') });
    expect(await page.getByRole('region', { name: 'Posting as yourself' }).textContent()).toContain('Not connected');
    expect(complaints).toEqual([]);
  });

  it('signs in with Slack in another browser, sees the same, and signs out', async () => {
    const other = await browser.newContext();
    const own = await other.newPage();
    await own.goto(`${facts.api}/connections`);
    await own.getByRole('heading', { name: /Sign in to War Room with Slack/ }).waitFor();
    await own.getByRole('radio', { name: /Kavya Rao/ }).check();
    await own.getByRole('button', { name: 'Allow' }).click();
    await own.getByRole('heading', { name: 'My connections' }).waitFor();
    const cookies = await other.cookies();
    await own.getByRole('button', { name: /Sign out/ }).click();
    await own.getByRole('link', { name: 'Add to Slack' }).first().waitFor();

    expect(cookies.map(({ name, httpOnly, secure, sameSite }) => [name, httpOnly, secure, sameSite]).sort()).toEqual([
      ['__Host-war-room-browser', true, true, 'Lax'],
      ['__Host-war-room-session', true, true, 'Lax'],
    ]);
    expect((await other.cookies()).map(({ name }) => name)).toEqual(['__Host-war-room-browser']);
    await other.close();
  });

  it('presses a button after the sign-in has ended, reads that nothing has changed, and comes back to it', async () => {
    const other = await browser.newContext();
    const own = await other.newPage();
    const signIn = async () => {
      await own.getByRole('radio', { name: /Arjun Mehta.*Seller/ }).check();
      await own.getByRole('button', { name: 'Allow' }).click();
      await own.getByRole('heading', { name: 'My connections' }).waitFor();
    };
    await own.goto(`${facts.api}/connections`);
    await signIn();
    await other.clearCookies({ name: '__Host-war-room-session' });

    await own.getByRole('button', { name: 'Disconnect' }).click();
    await own.getByRole('heading', { name: 'That button was too old' }).waitFor({ timeout: 10_000 });
    await own.getByRole('main').getByRole('link', { name: 'My connections' }).click();
    await signIn();

    expect(await own.getByRole('region', { name: 'Posting as yourself' }).textContent()).toContain('Connected since');
    await other.close();
  });

  it('goes back, and reads that the link was used', async () => {
    await page.goto(`${facts.api}/slack/install`);
    await allow();
    await page.getByRole('heading', { name: 'War Room is in Acme Academy' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Allow' }).click();

    await page.getByRole('heading', { name: 'This link was used already, or is too old' }).waitFor();
    expect(page.url()).toMatch(/\/slack\/oauth\/callback/);
    await page.getByRole('main').getByRole('link', { name: 'My connections' }).last().click();
    await page.getByRole('heading', { name: 'My connections' }).waitFor();
  });

  it('adds War Room to a second workspace, which has nothing to do with the first', async () => {
    const other = await browser.newContext();
    const own = await other.newPage();
    await own.goto(`${facts.api}/slack/install`);
    await own.getByRole('radio', { name: /Arjun Mehta.*Tutor/ }).check();
    await own.getByRole('button', { name: 'Allow' }).click();

    await own.getByRole('heading', { name: 'War Room is in Bright Path Tutors' }).waitFor();
    await own.getByRole('link', { name: 'My connections' }).first().click();
    expect(await own.getByRole('main').textContent()).toContain('You are Arjun Mehta in Bright Path Tutors.');
    await other.close();
  });

  it('left no token, secret, code, state or address in anything that was printed or logged', async () => {
    const log = readFileSync(join(folder, 'functions.log'), 'utf8');
    const all = `${log}\n${program.output()}`;
    const cookies = (await page.context().cookies()).map(({ value }) => value);

    expect(log).toContain('"outcome":"connected-me"');
    expect(log).toContain('"outcome":"disconnected"');
    expect(all).not.toMatch(/xox[a-z]-|code=|state=|eyJ[\w-]{10}|@acme-academy/);
    for (const secret of cookies) expect(all).not.toContain(secret);
  });

  it('left no token in any table but as KMS gave it back, and no state or cookie at all', async () => {
    const stored = await everythingStored();
    const cookies = (await page.context().cookies()).map(({ value }) => value);

    expect(stored).toContain('user#U0ARJUN001');
    expect(stored).not.toMatch(/xox[a-z]-/);
    expect(stored).not.toContain(facts.slack.botToken);
    for (const secret of cookies) expect(stored).not.toContain(secret);
  });
});

/** Every item of every table as text, bytes as the characters that they would be. */
async function everythingStored(): Promise<string> {
  const client = new DynamoDBClient({
    endpoint: facts.dynamodbUrl,
    region: 'ap-south-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const texts: string[] = [];
  for (const TableName of TableNames) {
    const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName }));
    expect(LastEvaluatedKey).toBeUndefined();
    const written = (_: string, value: unknown) =>
      ArrayBuffer.isView(value)
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
        : value;
    texts.push(TableName, ...Items.map((item) => JSON.stringify(item, written)));
  }
  client.destroy();
  return texts.join('\n');
}
