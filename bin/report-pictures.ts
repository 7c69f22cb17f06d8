/** What session reports look like, in a channel on a desk and as a thread on a telephone, for docs/reports.md: `npm run pictures -- reports`. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { LocalFacts } from '../lib/local/facts.ts';
import { playWeek, type ReportShown, tellLate, WEEK_RUNS, weekShown } from '../lib/local/week-story.ts';

/** Twice as fine as the page counts. A channel scrolls, a picture does not: each is as high as what is in it. */
const DENSITY = 2;
const WIDTHS = { wide: 1280, narrow: 390 } as const;
const HIGHEST = 4000;
const UPDATED_WITHIN_MS = 90_000;

/** A browser, the stack that it looks at, and the folder for what it sees. */
export type Studio = { readonly browser: Browser; readonly facts: LocalFacts; readonly images: string };

/** Plays the week and writes its reports: with low ratings, without, and one that late data has corrected. */
export async function photographReports(studio: Studio): Promise<void> {
  const reports = await playWeek(studio.facts, () => undefined);
  const of = (course: string, run: (typeof WEEK_RUNS)[number]) =>
    reports.find((report) => report.course === course && report.run === run);
  await photograph('report-low-ratings', of('Data Science', WEEK_RUNS[0]), studio);
  await photograph('report', of('Full Stack Web Development', WEEK_RUNS[1]), studio);

  await tellLate(studio.facts);
  const end = Date.now() + UPDATED_WITHIN_MS;
  for (;;) {
    const updated = (await weekShown(studio.facts)).find(({ text }) =>
      text.includes('ratings and feedback that came late'),
    );
    if (updated) return photograph('report-updated', updated, studio);
    if (Date.now() > end) throw new Error('The report was not updated by what came late.');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function photograph(
  file: string,
  report: ReportShown | undefined,
  { browser, facts, images }: Studio,
): Promise<void> {
  if (report === undefined) throw new Error(`${file}: there is no such report.`);
  const [, channel = '', seconds = '', rest = ''] = /\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(report.permalink) ?? [];
  for (const [name, width] of Object.entries(WIDTHS)) {
    const page = await browser.newPage({
      viewport: { width, height: HIGHEST },
      deviceScaleFactor: DENSITY,
      reducedMotion: 'reduce',
      locale: 'en-IN',
      timezoneId: 'Asia/Kolkata',
    });
    await page.goto(`${facts.slack.url}/archives/${channel}`);
    const message = page.locator(`[id="channel-${channel}-${seconds}.${rest}"]`);
    await message.waitFor();
    await message.screenshot({ path: join(images, `${file}-${name}.png`) });
    console.log(`docs/images/${file}-${name}.png`);
    await page.close();
  }
}
