/** The page in a real browser: what a reader sees, how it keeps up, and that everybody can use it. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../../lib/local/browser.ts';
import { type Story, tellStory } from '../support/slack-story.ts';
import { ids, ManualClock, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const clock = new ManualClock(Date.UTC(2026, 10, 20, 5, 1));
let world: SlackWorld;
let story: Story;
let browser: Browser;
let page: Page;
const strangers: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  [world, browser] = await Promise.all([startSlackWorld((seed) => seed, clock), startBrowser()]);
  story = await tellStory(world.app, world.arjun, clock);
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  page.on('request', (request) => {
    if (!request.url().startsWith(world.front.url)) strangers.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
}, 60_000);
afterAll(async () => {
  await browser.close();
  await world.front.stop();
});
beforeEach(async () => {
  await page.setViewportSize({ width: 1280, height: 800 });
});

function permalink(channel: string, ts: string): string {
  return `${world.front.url}/archives/${channel}/p${ts.replace('.', '')}`;
}

describe('the page', () => {
  it('opens a thread from a permalink, with its root, its replies and who said them', async () => {
    await page.goto(permalink(ids.payments, story.paid));
    const thread = page.getByRole('region', { name: 'Thread' });

    await thread.getByText('3 replies').waitFor();
    const messages = await thread.locator('.message').allInnerTexts();

    expect(messages[0]).toMatch(/Arjun Mehta\s+10:42\s+✅ Paid · ₹45,000\.00 · Priya S\..*\(edited\)/s);
    expect(messages[1]).toMatch(/War Room\s+App\s+10:44.*Payment failed: the bank declined it/is);
    expect(messages).toHaveLength(4);
  });

  it('draws a new message and an edit by itself, and keeps what is being read', async () => {
    await page.setViewportSize({ width: 1280, height: 420 });
    await page.goto(`${world.front.url}/archives/${ids.payments}`);
    await page.locator('.live.on').waitFor();
    await page.locator('#messages').evaluate((list) => {
      list.scrollTop = 0;
    });

    const { ts = '' } = await world.app.chat.postMessage({ channel: ids.payments, text: 'a *new* one' });
    await page.locator('.message strong', { hasText: 'new' }).waitFor();
    await world.app.chat.update({ channel: ids.payments, ts, text: 'an _edited_ one' });
    await page.locator('.message em', { hasText: 'edited' }).waitFor();

    expect(await page.locator('#messages').evaluate((list) => list.scrollTop)).toBe(0);
    await world.app.chat.delete({ channel: ids.payments, ts });
    await page.locator(`[id="channel-${ids.payments}-${ts}"]`).waitFor({ state: 'detached' });
  });

  it('counts replies as they come, and marks another channel as unread', async () => {
    await page.goto(`${world.front.url}/archives/${ids.partPayments}`);
    await page.locator('.live.on').waitFor();

    await world.app.chat.postMessage({ channel: ids.partPayments, text: 'reminder sent', thread_ts: story.part });
    await page.getByRole('link', { name: /2 replies/ }).waitFor();
    await world.app.chat.postMessage({ channel: ids.general, text: 'elsewhere' });

    await page.locator(`#link-${ids.general}.unread`).waitFor();
  });

  it('is used with the keyboard alone: skip to the messages, open a thread, close it, change the channel', async () => {
    await page.goto(`${world.front.url}/archives/${ids.partPayments}`);
    await page.locator('.live.on').waitFor();

    await page.keyboard.press('Tab');
    const first = await page.evaluate('document.activeElement.textContent');
    await page.getByRole('link', { name: /repl/ }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#thread').waitFor();
    const inThread = await page.evaluate('document.activeElement.id');
    await page.keyboard.press('Escape');
    await page.locator('#thread').waitFor({ state: 'detached' });
    await page.keyboard.press('Alt+ArrowDown');
    await page
      .getByRole('heading', { name: 'payments', exact: false, level: 2 })
      .and(page.locator('.channel h2'))
      .waitFor();

    expect([first, inThread]).toEqual(['Skip to messages', 'replies']);
    expect(page.url()).toMatch(`/archives/${ids.payments}`);
  });

  it('shows one pane at a time on a telephone, and the way back', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(permalink(ids.payments, story.paid));
    const seen = () =>
      page.evaluate(
        "['side', 'channel', 'thread'].filter((id) => document.getElementById(id)?.checkVisibility() === true)",
      );

    const panes = [await seen()];
    await page.getByRole('link', { name: 'Back to payments' }).click();
    await page.locator('#thread').waitFor({ state: 'detached' });
    panes.push(await seen());
    await page.getByRole('link', { name: 'All channels' }).click();
    await page.locator('#side').waitFor();
    panes.push(await seen());

    expect(panes).toEqual([['thread'], ['channel'], ['side']]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  it('does not run what a message contains', async () => {
    const evil =
      '<img src=x onerror="document.title=1"> <script>document.title=1</script> <javascript:document.title=1|x>';
    await page.goto(`${world.front.url}/archives/${ids.general}`);
    await page.locator('.live.on').waitFor();

    await world.app.chat.postMessage({
      channel: ids.general,
      text: evil,
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: evil } }],
    });
    await page.getByText('onerror=').waitFor();

    expect(await page.title()).toBe('general · Acme Academy');
    expect(await page.locator('.message img, .message script, .message a[href^="javascript"]').count()).toBe(0);
  });

  it('says what to do next where there is nothing yet', async () => {
    await page.goto(`${world.front.url}/archives/C0COURSEFS`);

    expect(await page.locator('.nothing').textContent()).toMatch(
      /Nothing in #\s*course-full-stack yet[\s\S]*npm run simulate -- payment/,
    );
  });

  it.each([
    ['light', 1280, 'thread'],
    ['dark', 1280, 'thread'],
    ['light', 390, 'thread'],
    ['dark', 390, 'channel'],
    ['light', 1280, 'empty'],
  ] as const)('has nothing for axe to find: %s, %i wide, %s', async (colorScheme, width, what) => {
    const address = {
      thread: permalink(ids.payments, story.paid),
      channel: `/archives/${ids.ops}`,
      empty: '/archives/C0COURSEFS',
    }[what];
    const own = await browser.newPage({
      viewport: { width, height: 800 },
      colorScheme,
      reducedMotion: 'reduce',
      bypassCSP: true,
    });
    await own.goto(new URL(address, world.front.url).href);
    await own.locator('.live.on').waitFor();

    await own.addScriptTag({ content: axeSource });
    const found = await own.evaluate(
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`,
    );
    await own.close();

    expect(found).toEqual([]);
  });

  it('says so when the local Slack has stopped', async () => {
    const other = await startSlackWorld();
    const own = await browser.newPage();
    await own.goto(other.front.url);
    await own.locator('.live.on').waitFor();

    await other.front.stop();
    await own.getByText('Not live: the local Slack has stopped').waitFor();
    await own.close();
  });

  it('asked nothing of the outside and had nothing to complain of', () => {
    expect({ strangers, complaints }).toEqual({ strangers: [], complaints: [] });
  });
});
