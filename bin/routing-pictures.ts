/** What the form for the decision table looks like, on a desk and on a telephone, for docs/routing.md: `npm run pictures -- routing`. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { SlackControl } from '../lib/local/slack-front/control.ts';
import type { Person } from '../lib/local/slack-front/person.ts';
import type { View } from '../lib/local/slack-front/views.ts';

/** Twice as fine as the page counts. A modal scrolls, a picture does not: each is as high as what is in it. */
const DENSITY = 2;
const WIDTHS = { wide: 1280, narrow: 390 } as const;
const HEIGHT = { least: 760, around: 220 } as const;
const SHOWN_WITHIN_MS = 60_000;

const ARJUN = 'U0ARJUN001';
const CHANNEL = 'C0GENERAL1';

/** Waits until the form shows what `pattern` fits. */
async function untilShown(person: Person, pattern: RegExp): Promise<View> {
  const end = Date.now() + SHOWN_WITHIN_MS;
  for (;;) {
    const view = person.modals().at(-1);
    if (view && pattern.test(JSON.stringify(view.content))) return view;
    if (Date.now() > end) throw new Error(`Nothing is shown of ${pattern}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Opens the form. What has just started may be too slow for it the first time: then one asks again. */
async function openForm(person: Person): Promise<void> {
  const end = Date.now() + SHOWN_WITHIN_MS;
  while (person.modals().length === 0) {
    if (Date.now() > end) throw new Error('The form does not open.');
    await person.command(CHANNEL, '/warroom routing');
    for (let tries = 0; person.modals().length === 0 && tries < 100; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  await untilShown(person, /built-in table is in force/);
}

/** Enters values into the fields of the form, by their names. */
function entered(view: View, values: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => {
      const block = view.content.blocks.find(({ block_id: id }) => String(id).startsWith(`${field}.`));
      const action = (block?.['element'] as { readonly action_id?: string } | undefined)?.action_id ?? '';
      return [String(block?.block_id), { [action]: value }];
    }),
  );
}

/** A browser, the Slack that it looks at, and the folder for what it sees. */
export type Studio = { readonly browser: Browser; readonly slackUrl: string; readonly images: string };

/** Writes what is in front of somebody on every width. */
async function photograph(file: string, { browser, slackUrl, images }: Studio): Promise<void> {
  for (const [name, width] of Object.entries(WIDTHS)) {
    const page = await browser.newPage({
      viewport: { width, height: HEIGHT.least },
      deviceScaleFactor: DENSITY,
      reducedMotion: 'reduce',
      locale: 'en-IN',
      timezoneId: 'Asia/Kolkata',
    });
    await page.goto(`${slackUrl}/archives/${CHANNEL}?as=${ARJUN}`);
    const modal = page.locator('.modal');
    await modal.waitFor();
    const height = await modal.locator('.modal-body').evaluate((body) => body.scrollHeight);
    await page.setViewportSize({ width, height: height + HEIGHT.around });
    await modal.screenshot({ path: join(images, `${file}-${name}.png`) });
    console.log(`docs/images/${file}-${name}.png`);
    await page.close();
  }
}

/** Changes the table as somebody of the company would, and writes every form on the way. */
export async function photographRouting(control: SlackControl, studio: Studio): Promise<void> {
  const arjun = control.as(ARJUN);
  await openForm(arjun);
  await arjun.pressInView('modal', { label: 'Add a row' });
  const row = await untilShown(arjun, /A new row/);
  await arjun.fill(entered(row, { name: 'large amounts', kind: 'full', channel: 'ops' }));
  await arjun.fill(entered(row, { amountMin: '1,00,000' }));
  await untilShown(arjun, /at least ₹1,00,000\.00/);
  await photograph('routing-row', studio);

  await arjun.submit();
  await arjun.pressInView('modal', { block: 'row#2' }, 'up#2');
  await untilShown(arjun, /2\. large amounts/);
  await arjun.pressInView('modal', { block: 'row#1' }, 'up#1');
  await untilShown(arjun, /1\. large amounts/);
  await photograph('routing-table', studio);

  await arjun.pressInView('modal', { label: 'Try a payment' });
  const payment = await untilShown(arjun, /Course type/);
  await arjun.submit(entered(payment, { kind: 'part', completed: '1', type: 'bootcamp', amount: '15,000' }));
  await photograph('routing-try', studio);

  await arjun.pressInView('modal', { label: '← Back to the table' });
  await untilShown(arjun, /not saved yet/);
  await arjun.submit();
  await untilShown(arjun, /Version 1 is in force/);
  await photograph('routing-saved', studio);
}
