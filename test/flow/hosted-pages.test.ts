/** The hosted pages in a real browser: that everybody can use them, on anything, and that they load nothing from elsewhere. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../../lib/local/browser.ts';
import { hostedPages, serveHostedPages } from '../support/hosted-pages.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser: Browser;
let served: Awaited<ReturnType<typeof serveHostedPages>>;

beforeAll(async () => {
  [browser, served] = await Promise.all([startBrowser(), serveHostedPages()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  served.stop();
});

const names = Object.keys(hostedPages);

/** One of each kind of thing that has a colour of its own. */
const colourful = [
  'landing',
  'privacy',
  'terms',
  'connected-app',
  'connections-live',
  'connections-leaving',
  'expired',
  'failed',
];

describe('the hosted pages', () => {
  it.each([
    ['light', 1280, names],
    ['dark', 390, colourful],
  ] as const)(
    'have nothing for axe to find, %s and %i wide',
    async (colorScheme, width, looked) => {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
      const found: string[] = [];
      for (const name of looked) {
        await page.goto(`${served.url}/${name}`);
        await page.addScriptTag({ content: axeSource });
        const violations = (await page.evaluate(
          `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`,
        )) as readonly string[];
        found.push(...violations.map((violation) => `${name}: ${violation}`));
      }
      await page.close();

      expect(found).toEqual([]);
    },
    90_000,
  );

  it('need no scrolling sideways on the smallest telephone, nor on another with the text twice as large', async () => {
    const page = await browser.newPage();
    const wide: string[] = [];
    for (const name of names) {
      await page.setViewportSize({ width: 320, height: 640 });
      await page.goto(`${served.url}/${name}`);
      const small = Number(await page.evaluate('document.documentElement.scrollWidth'));
      await page.setViewportSize({ width: 390, height: 844 });
      const large = Number(
        await page.evaluate("document.documentElement.style.fontSize = '200%', document.documentElement.scrollWidth"),
      );
      if (small > 320 || large > 390) wide.push(`${name}: ${small} of 320, ${large} of 390`);
    }
    await page.close();

    expect(wide).toEqual([]);
  }, 60_000);

  it('are used with the keyboard alone, beginning with a way past the head of the page', async () => {
    const page = await browser.newPage();
    await page.goto(`${served.url}/connections-live`);
    const stops: string[] = [];
    for (let stop = 0; stop < 12; stop += 1) {
      await page.keyboard.press('Tab');
      stops.push(String(await page.evaluate('document.activeElement.textContent.trim()')));
    }
    await page.goto(`${served.url}/connections-live`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const landed = await page.evaluate('document.activeElement.id');
    await page.close();

    expect(stops.slice(0, 7)).toEqual([
      'Skip to the content',
      'War Room',
      'Support',
      'My connections',
      'Sign out',
      'Acme Academy',
      'Disconnect',
    ]);
    expect(landed).toBe('content');
  });

  it('have one heading, ask nothing of anybody else, run no script and have nothing to complain of', async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(served.url)) complaints.push(request.url());
    });
    page.on('console', (message) => {
      // A page with a status above 399 is told of on the console.
      if (!message.text().startsWith('Failed to load resource')) complaints.push(message.text());
    });
    for (const name of names) {
      await page.goto(`${served.url}/${name}`);
      const { headings, title, unwanted, margin } = (await page.evaluate(`({
        headings: document.querySelectorAll('h1').length,
        title: document.title,
        unwanted: document.querySelectorAll('script, style, [style]').length,
        margin: getComputedStyle(document.body).marginTop,
      })`)) as Readonly<Record<string, unknown>>;
      if (headings !== 1 || !String(title).includes('War Room')) complaints.push(`${name}: ${headings}, ${title}`);
      if (unwanted !== 0 || margin !== '0px')
        complaints.push(`${name}: ${unwanted} scripts and styles, margin ${margin}`);
    }
    await page.close();

    expect(complaints).toEqual([]);
  }, 60_000);
});
