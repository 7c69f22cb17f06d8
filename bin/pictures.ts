/**
 * `npm run pictures`: plays every story against a stack of its own, and writes what its threads look like on a telephone to
 * `docs/images/`, for docs/threads.md; then the home, and what is told of parked payments; then the form for the decision table;
 * and session reports. `-- threads`, `-- home`, `-- routing` or `-- reports`: only these.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { startBrowser } from '../lib/local/browser.ts';
import { permalinkOf, play, threadOf, untilTold } from '../lib/local/play.ts';
import type { Person, Taken } from '../lib/local/slack-front/person.ts';
import { startStack } from '../lib/local/start.ts';
import { STORIES, type Story, seededRandom } from '../lib/local/stories.ts';
import { photographReports } from './report-pictures.ts';
import { photographRouting } from './routing-pictures.ts';

/** As wide as many telephones, and higher than any thread; a desk; and twice as fine as the page counts. */
const TELEPHONE = { width: 390, height: 4000 };
const DESK = { width: 1280, height: 760 };
const DENSITY = 2;
const TELEPHONES = {
  deviceScaleFactor: DENSITY,
  reducedMotion: 'reduce',
  locale: 'en-IN',
  timezoneId: 'Asia/Kolkata',
} as const;
/** Below the last message. */
const MARGIN = 12;
const TOLD_WITHIN_MS = 90_000;

const root = join(import.meta.dirname, '..');
const images = join(root, 'docs', 'images');

/** Moments on the way: the story, how many of its steps are told by then, and how many messages stand in its first thread. */
const MOMENTS: readonly (readonly [file: string, story: string, steps: number, messages: number])[] = [
  ['initiated', 'payment', 1, 1],
  ['authorized', 'payment', 2, 1],
  ['failed', 'failed-then-captured', 2, 2],
  ['part-paid', 'part-payments', 3, 2],
  ['refund-on-its-way', 'refund', 4, 3],
  ['disputed', 'dispute', 4, 3],
  ['dispute-evidence', 'dispute', 5, 4],
  ['not-captured', 'payment', 2, 2],
];

/** Of the seeded company: a seller with learners of his own, and one who helps out. */
const [ARJUN, MEERA] = ['U0ARJUN001', 'U0MEERA001'];

/** What is typed for the pictures of answers, by the name of the picture. */
const TYPED: Readonly<Record<string, string>> = {
  help: '/warroom help',
  status: '/warroom status',
  connect: '/warroom connect',
};

function storyOf(name: string, seed: number): Story {
  const story = STORIES[name]?.story({ random: seededRandom(seed), now: Date.now() });
  if (story === undefined) throw new Error(`There is no story "${name}".`);
  return story;
}

/** Plays a story, and answers where each of its threads begins, by the name of its picture. */
async function played(name: string, seed: number): Promise<readonly Picture[]> {
  const story = storyOf(name, seed);
  await play({ ...stack.facts, timeScale: 0 }, story, () => undefined);
  if (story.endings.length === 0) return inOps(name);
  const threads = [];
  for (const ending of story.endings) threads.push(await untilTold(stack.facts, ending, TOLD_WITHIN_MS));
  return threads.map((thread, index) => ({
    file: threads.length === 1 ? name : `${name}-${index + 1}`,
    permalink: permalinkOf(thread) ?? '',
  }));
}

/** Plays a story as far as `steps`. */
async function playedTo([file, name, steps, wanted]: (typeof MOMENTS)[number], seed: number): Promise<Picture> {
  const story = storyOf(name, seed);
  const id = story.endings[0]?.id ?? '';
  await play({ ...stack.facts, timeScale: 0 }, { ...story, steps: story.steps.slice(0, steps) }, () => undefined);
  const end = Date.now() + TOLD_WITHIN_MS;
  for (;;) {
    const thread = await threadOf(stack.facts, id);
    const posted = thread?.messages.filter(({ state }) => state === 'posted') ?? [];
    if (thread !== undefined && posted.length === wanted) return { file, permalink: permalinkOf(thread) ?? '' };
    if (Date.now() > end) throw new Error(`${file}: ${posted.length} messages are there, and ${wanted} should be.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The threads of the ops channel, once nothing more is added to them. */
async function inOps(name: string): Promise<readonly Picture[]> {
  const { slack, channels } = stack.facts;
  let before = '';
  for (;;) {
    const messages = stack.slack.control?.messages(channels.ops) ?? [];
    const now = JSON.stringify(messages);
    const roots = messages.filter(({ threadTs }) => threadTs === undefined);
    if (roots.length > 0 && now === before) {
      return roots.map(({ channel, ts }, index) => ({
        file: `${name}-${index + 1}`,
        permalink: `${slack.url}/archives/${channel}/p${ts.replace('.', '')}?thread_ts=${ts}&cid=${channel}`,
      }));
    }
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

/** Writes the picture of a thread on a telephone, whole: a telephone scrolls, a picture does not. */
async function photograph({ file, permalink }: Picture): Promise<void> {
  const page = await opened(permalink, TELEPHONE);
  const thread = page.getByRole('region', { name: 'Thread' });
  // What one writes into floats above the last message.
  await thread.locator('.composer').evaluateAll((boxes) => {
    for (const box of boxes) box.remove();
  });
  const last = await thread.locator('.messages > *').last().boundingBox();
  const height = Math.ceil((last?.y ?? 0) + (last?.height ?? 0)) + MARGIN;
  await page.setViewportSize({ width: TELEPHONE.width, height });
  await write(thread, file);
  await page.close();
}

/** Writes the picture of the whole page, with a thread open in it. */
async function photographPage({ file, permalink }: Picture): Promise<void> {
  const page = await opened(permalink, DESK);
  await page.locator('.live.on').waitFor();
  await write(page, file);
  await page.close();
}

async function opened(
  permalink: string,
  viewport: { readonly width: number; readonly height: number },
  region: 'Thread' | 'Channel' = 'Thread',
): Promise<Page> {
  const page = await browser.newPage({ ...TELEPHONES, viewport });
  await page.goto(permalink);
  await page.getByRole('region', { name: region }).waitFor();
  return page;
}

async function write(shown: Pick<Page, 'screenshot'> | Pick<Locator, 'screenshot'>, file: string): Promise<void> {
  await shown.screenshot({ path: join(images, `${file}.png`) });
  console.log(`docs/images/${file}.png`);
}

/** Writes every thread of docs/threads.md. */
async function photographThreads(): Promise<void> {
  // The first picture of the README: a channel with four payments.
  await played('payment', 51);
  await played('late-authorization', 52);
  const [failed] = await played('failed-then-captured', 53);
  await playedTo(['initiated', 'payment', 1, 1], 54);
  if (failed) await photographPage({ ...failed, file: 'thread' });

  for (const [index, name] of Object.keys(STORIES).entries()) {
    for (const picture of await played(name, index + 1)) await photograph(picture);
  }
  for (const [index, moment] of MOMENTS.entries()) await photograph(await playedTo(moment, 100 + index));
  // The newest thread there is the warning of the last moment.
  const [warning] = (await inOps('warning')).slice(-1);
  if (warning) await photograph({ ...warning, file: 'warning' });
  await photographAsking(warning);
}

/** Writes the answers to commands, and what the buttons of threads do. */
async function photographAsking(warning: Picture | undefined): Promise<void> {
  const { payments } = stack.facts.channels;
  for (const [file, line] of Object.entries(TYPED)) {
    await photographAnswer(file, ARJUN, payments, (who) => who.command(payments, line));
  }
  const explain = pressing('Explain', await playedTo(['', 'failed-then-captured', 2, 2], 301));
  await photographAnswer('explained', ARJUN, explain.channel, explain.act);

  const story = storyOf('payment', 302);
  const begun = await playedTo(['taken-over', 'payment', 1, 1], 302);
  const over = pressing('Take over', begun);
  await photographAnswer('take-over', MEERA, over.channel, over.act);
  await play({ ...stack.facts, timeScale: 0 }, { ...story, steps: story.steps.slice(1) }, () => undefined);
  for (const ending of story.endings) await untilTold(stack.facts, ending, TOLD_WITHIN_MS);
  await photograph(begun);

  if (warning === undefined) return;
  const snooze = pressing('Snooze 4 h', warning);
  await photographAnswer('snooze', ARJUN, snooze.channel, snooze.act);
  await until('the warning is put off', () =>
    stack.slack.control?.messages(snooze.channel).find(({ ts, text }) => ts === snooze.ts && text.startsWith('💤')),
  );
  await photograph({ ...warning, file: 'snoozed' });
}

/** Writes the picture of what somebody alone is told after they did something in a channel. */
async function photographAnswer(
  file: string,
  user: string,
  channel: string,
  act: (who: Person) => Promise<Taken>,
): Promise<void> {
  const who = stack.slack.control?.as(user);
  const before = who?.ephemerals(channel).length ?? 0;
  if (who === undefined || !(await act(who)).ok) throw new Error(`${file}: Slack could not pass it on.`);
  await until(`${file}: it is answered`, () => who.ephemerals(channel)[before]);
  const page = await opened(`${stack.facts.slack.url}/archives/${channel}?as=${user}`, TELEPHONE, 'Channel');
  await write(page.locator('.message.ephemeral').last(), file);
  await page.close();
}

/** How a button below the root of a thread is pressed. */
function pressing(label: string, { permalink }: Picture) {
  const url = new URL(permalink);
  const [, , channel = ''] = url.pathname.split('/');
  const ts = url.searchParams.get('thread_ts') ?? url.pathname.replace(/^.*\/p(\d+)(\d{6})$/, '$1.$2');
  return { channel, ts, act: (who: Person) => who.pressInMessage(channel, ts, { label }) };
}

/** Writes App Home with something of everything, and the notice of what is parked. */
async function photographHome(): Promise<void> {
  const { slack, channels } = stack.facts;
  const { control } = stack.slack;
  if (control === undefined) throw new Error('The home is drawn with the Slack that this stack brings along.');
  await played('failed-then-captured', 201);
  await played('part-payments', 202);
  await playedTo(['', 'dispute', 4, 3], 203);
  await playedTo(['', 'payment', 2, 2], 204);
  await playedTo(['', 'payment', 1, 1], 205);
  control.fault({ method: 'chat.postMessage', channel: channels.payments, kind: 'error', error: 'invalid_blocks' });
  for (const seed of [206, 207, 208]) {
    const story = storyOf('payment', seed);
    await play({ ...stack.facts, timeScale: 0 }, { ...story, steps: story.steps.slice(0, 1) }, () => undefined);
  }
  const notice = await until('three payments are parked', () =>
    control.messages(channels.ops).find(({ text }) => text.startsWith('🛑 Parked · 3 payments')),
  );
  control.resetFaults();
  const at = `${slack.url}/archives/${channels.ops}/p${notice.ts.replace('.', '')}?thread_ts=${notice.ts}&cid=${channels.ops}`;
  await photograph({ file: 'parked', permalink: at });

  control.as(ARJUN).openHome();
  await until('the home is there', () => control.as(ARJUN).home());
  const page = await browser.newPage({ ...TELEPHONES, viewport: TELEPHONE });
  await page.goto(`${slack.url}/app/${slack.teamId}?as=${ARJUN}`);
  const home = page.locator('.home');
  await home.waitFor();
  const last = await home.locator('> *').last().boundingBox();
  const height = Math.ceil((last?.y ?? 0) + (last?.height ?? 0)) + MARGIN;
  await page.setViewportSize({ width: TELEPHONE.width, height });
  await write(page, 'home');
  await page.close();
}

/** What is there within a while. */
async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  const end = Date.now() + TOLD_WITHIN_MS;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`It did not come about that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

type Picture = { readonly file: string; readonly permalink: string };

const asked = process.argv.slice(2);
const wanted = asked.length > 0 ? asked : ['threads', 'home', 'reports', 'routing'];
const folder = mkdtempSync(join(tmpdir(), 'war-room-pictures-'));
const stack = await startStack({
  root,
  folder,
  port: 0,
  slackPort: 0,
  keep: false,
  timeScale: 0.05,
  // What stays authorized is warned of at the first look: 15 minutes of the stack's own time after it was heard of.
  environment: { NOT_CAPTURED_AFTER_HOURS: '0.01' },
  others: {},
  lookForRunningSlack: false,
  say: (sentence) => console.log(`! ${sentence}`),
  log: () => undefined,
  lost: (sentence) => console.log(`! ${sentence}`),
});
const browser = await startBrowser();
try {
  if (wanted.includes('threads')) await photographThreads();
  if (wanted.includes('home')) await photographHome();
  if (wanted.includes('reports')) await photographReports({ browser, facts: stack.facts, images });
  const { control } = stack.slack;
  // The last: from then on payments go elsewhere.
  if (wanted.includes('routing') && control)
    await photographRouting(control, { browser, slackUrl: stack.facts.slack.url, images });
} finally {
  await browser.close();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
}
