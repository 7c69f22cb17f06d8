/** The consent pages in a real browser: what a person reads there, what the two answers do, and that everybody can use them. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../../lib/local/browser.ts';
import { consentUrl } from '../support/slack-consent.ts';
import { ids, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const INSTALL = '/oauth/v2/authorize';
const SIGN_IN = '/openid/connect/authorize';
/** Where consents lead back to: an app on a port, and so an origin, of its own. */
const app = createServer((_, response) => response.end('back at the app'));
let callback: string;
let world: SlackWorld;
let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [world, browser] = await Promise.all([startSlackWorld(), startBrowser()]);
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  callback = `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`;
  world.front.control.registerRedirectUri(callback);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await world.front.stop();
  app.close();
});
beforeEach(async () => {
  complaints = [];
  page = await browser.newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (request) => {
    const { origin } = new URL(request.url());
    if (origin !== world.front.url && origin !== new URL(callback).origin) complaints.push(request.url());
  });
});
afterEach(async () => {
  await page.close();
});

const address = (path: string, asked: Readonly<Record<string, string>>) =>
  consentUrl(world, { redirect_uri: callback, ...asked }, path);
const toInstall = () => address(INSTALL, { scope: world.seed.app.scopes.join(','), user_scope: 'chat:write' });
const toSignIn = () => address(SIGN_IN, { response_type: 'code', scope: 'openid email profile' });

describe('the consent page', () => {
  it('lets a person say who they are and allow it, and leads back with a code that works', async () => {
    await page.goto(toInstall());
    await page.getByRole('radio', { name: /Arjun Mehta.*Seller/ }).check();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByText('back at the app').waitFor();

    const back = new URL(page.url());
    const { clientId: client_id, clientSecret: client_secret } = world.seed.app;
    const code = back.searchParams.get('code') ?? '';
    const granted = await world.client('').oauth.v2.access({ client_id, client_secret, code, redirect_uri: callback });

    expect([back.origin + back.pathname, back.searchParams.get('state')]).toEqual([callback, 'a-state']);
    expect(granted).toMatchObject({ team: { id: 'T0ACADEMY1' }, authed_user: { id: ids.arjun, scope: 'chat:write' } });
    expect(complaints).toEqual([]);
  });

  it('leads back with nothing but the refusal when it is cancelled', async () => {
    await page.goto(toInstall());
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('back at the app').waitFor();

    expect(page.url()).toBe(`${callback}?error=access_denied&state=a-state`);
    expect(complaints).toEqual([]);
  });

  it('is used with the keyboard alone', async () => {
    await page.goto(address(SIGN_IN, { response_type: 'code', scope: 'openid', team: 'T0BRIGHT01' }));

    for (const key of ['Tab', 'ArrowDown', 'ArrowDown', 'Tab', 'Tab']) await page.keyboard.press(key);
    const focused = await page.evaluate(
      "[document.activeElement.textContent, document.querySelector(':checked').value]",
    );
    await page.keyboard.press('Enter');
    await page.getByText('back at the app').waitFor();

    expect(focused).toEqual(['Allow', 'U0ROHAN001']);
    expect(new URL(page.url()).searchParams.get('code')).toBeTruthy();
  });

  it('keeps both answers in sight, however long the list, on a telephone too', async () => {
    await page.setViewportSize({ width: 390, height: 664 });
    await page.goto(toInstall());

    const inSight = await page.evaluate(
      '[...document.querySelectorAll("button")].map((button) => button.getBoundingClientRect().bottom <= innerHeight)',
    );

    expect(inSight).toEqual([true, true]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  it.each([
    ['installing', 'light', 1280],
    ['installing', 'dark', 390],
    ['signing in', 'light', 390],
    ['signing in', 'dark', 1280],
    ['a wrong link', 'light', 1280],
    ['a wrong link', 'dark', 390],
  ] as const)('has nothing for axe to find: %s, %s, %i wide', async (what, colorScheme, width) => {
    const at = {
      installing: toInstall(),
      'signing in': toSignIn(),
      'a wrong link': address(INSTALL, { scope: 'odd' }),
    };
    const own = await browser.newPage({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
    await own.goto(at[what]);

    await own.addScriptTag({ content: axeSource });
    const found = await own.evaluate(
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`,
    );
    await own.close();

    expect(found).toEqual([]);
  });
});
