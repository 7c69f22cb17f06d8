import { shortName } from '../slack/person-name.ts';
import {
  actions,
  type Button,
  body,
  brief,
  type Content,
  fine,
  type Inline,
  joined,
  message,
  withoutContacts,
} from '../slack/text.ts';
import type { Glimpse } from './glance.ts';
import type { PaymentThread } from './message.ts';
import { type Episode, episodeText } from './parked-record.ts';
import { isWaiting, type Parked, type Press } from './parked-store.ts';

/**
 * What the ops channel is told of everything that was parked for one reason: how many payments, why, what to do, and below
 * it what was decided. Pure; undefined where nothing was parked.
 */
export function renderParked(
  episode: Episode,
  records: readonly Parked[],
  presses: readonly Press[],
): PaymentThread | undefined {
  if (records.length === 0 && presses.length === 0) return undefined;
  const waiting = records.filter(isWaiting);
  return {
    root: { key: 'root', content: waiting.length > 0 ? parked(episode, waiting) : over(episode) },
    replies: presses.map((press) => ({ key: `${press.kind}#${press.id}`, content: decided(press) })),
  };
}

function parked(episode: Episode, waiting: readonly Parked[]): Content {
  const value = episodeText(episode);
  return message(
    body('🛑 ', { bold: 'Parked' }, ` · ${many(waiting.length)} not told in Slack`),
    body(newestWhy(waiting)),
    body(`${remedyFor(episode.code)} Nothing is lost meanwhile.`),
    fine(...finePrint(episode, Math.min(...waiting.map(({ since }) => since)))),
    actions(...decisions(waiting, value), { id: 'parked.show', label: 'Show', value }),
  );
}

/** Nothing is counted here: a payment that is parked again belongs to the next notice. */
function over(episode: Episode): Content {
  return message(
    body('✅ ', { bold: 'No longer parked' }, ' · nothing waits for this reason any more'),
    fine(...finePrint(episode, episode.since)),
  );
}

function decided({ kind, by, at, records }: Press): Content {
  const who = shortName(by.name) || 'Somebody';
  return kind === 'retry'
    ? message(
        body(`🔁 ${who} had ${many(records, 'exactly')} tried again. What fails again is parked again.`),
        fine({ at: seconds(at) }),
      )
    : message(
        body(
          `🚫 ${who} ignored ${many(records, 'exactly')}. Anything new that is heard of ${records === 1 ? 'it' : 'them'} is told as ever.`,
        ),
        fine({ at: seconds(at) }),
      );
}

/** The same on a home: how many wait for one reason, why, the way to the notice, and two of its buttons. */
export function parkedGlimpse(episode: Episode, waiting: readonly Parked[], link: string | undefined): Glimpse {
  const value = episodeText(episode);
  const [retry, ignore] = decisions(waiting, value);
  return {
    line: ['🛑 ', { bold: 'Parked' }, ` · ${many(waiting.length, 'exactly')} not told in Slack`],
    fine: [
      `${newestWhy(waiting)} ${remedyFor(episode.code)}`,
      ...(link === undefined ? [] : [' ', { link, label: 'Show them' } as const]),
    ],
    buttons: [retry, ignore],
  };
}

function decisions({ length }: readonly Parked[], value: string): readonly [Button, Button] {
  return [
    { id: 'parked.retry', label: length > 1 ? 'Retry all' : 'Retry', value, style: 'primary' },
    { id: 'parked.ignore', label: length > 1 ? 'Ignore all' : 'Ignore', value, confirm: ignoring },
  ];
}

/** Asked before payments are ignored. */
const ignoring = {
  title: 'Ignore what is parked?',
  text: 'The threads of these payments stay as they are until something new is heard of them.',
  yes: 'Ignore',
} as const;

/** Records that are told of at once. */
const shownAtMost = 10;

/**
 * What who presses Show is shown: the payments that wait, the longest first, each with the way to its thread where there is
 * one, and why. `links` by home.
 */
export function showParked(records: readonly Parked[], links: ReadonlyMap<string, string>): Content {
  const waiting = records.filter(isWaiting);
  const more = waiting.length - shownAtMost;
  return message(
    body(
      { bold: `${many(waiting.length, 'exactly')} parked` },
      waiting.length === 0 ? ': nothing waits any more.' : '',
    ),
    ...waiting.slice(0, shownAtMost).flatMap((record) => [body(...named(record, links)), fine(...details(record))]),
    fine(more > 0 ? `And ${more} more.` : ''),
  );
}

/** At most this many payments are named by Show. */
export function shownFirst(records: readonly Parked[]): readonly Parked[] {
  return records.filter(isWaiting).slice(0, shownAtMost);
}

function named({ home }: Parked, links: ReadonlyMap<string, string>): Inline[] {
  const link = links.get(home);
  return [
    { bold: brief(home, 60) },
    ' · ',
    link === undefined ? 'it has no thread yet' : { link, label: 'Open its thread' },
  ];
}

function details({ why, since, times, state }: Parked): Inline[] {
  return joined(' · ', [
    brief(withoutContacts(why), 160),
    { at: seconds(since) },
    times > 1 ? `parked ${times} times` : undefined,
    state === 'retrying' ? 'being tried again' : undefined,
  ]);
}

function newestWhy(waiting: readonly Parked[]): string {
  const newest = waiting.reduce((a, b) => (b.since > a.since ? b : a), waiting[0] as Parked);
  return brief(withoutContacts(newest.why), 300);
}

/** What to do before Retry can help. */
function remedyFor(code: string): string {
  switch (code) {
    case 'failed-too-often':
      return 'Mend what the reason names, then press Retry.';
    case 'received-too-often':
      return 'The log of PaymentsWorker says why; press Retry once that is mended.';
    case 'unreadable':
      return "There is nothing to tell: press Ignore. Razorpay's support may want to know.";
    default:
      return 'It is a fault of War Room: once it is mended, press Retry.';
  }
}

function finePrint({ code }: Episode, since: number): Inline[] {
  return ['since ', { at: seconds(since) }, ` · ${code}`];
}

/**
 * How many payments, in words. A notice is edited when its words change: up to ten are counted, above that the tens and
 * the hundreds are, so that a thousand within a minute are some thirty edits and not a thousand.
 */
function many(count: number, how: 'roughly' | 'exactly' = 'roughly'): string {
  if (count === 1) return '1 payment';
  const grain = count <= 10 ? 1 : count <= 100 ? 10 : 100;
  if (how === 'exactly' || count % grain === 0) return `${inGroups(count)} payments`;
  return `more than ${inGroups(count - (count % grain))} payments`;
}

/** As amounts are written in India: 1,00,000. */
function inGroups(count: number): string {
  return count.toLocaleString('en-IN');
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
