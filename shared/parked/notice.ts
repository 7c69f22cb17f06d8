import type { Wanted } from '../slack/agenda.ts';
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
import type { Kind, Noun } from './kind.ts';
import { buttonValue, type Episode } from './record.ts';
import { isWaiting, type Parked, type Press } from './store.ts';

/**
 * What the ops channel is told of everything that was parked for one reason: how many things, why, what to do, and below
 * it what was decided. Pure; undefined where nothing was parked.
 */
export function renderParked(
  kind: Kind,
  episode: Episode,
  records: readonly Parked[],
  presses: readonly Press[],
): Omit<Wanted, 'destination'> | undefined {
  if (records.length === 0 && presses.length === 0) return undefined;
  const waiting = records.filter(isWaiting);
  const noun = nounOf(kind, records);
  return {
    root: { key: 'root', content: waiting.length > 0 ? parked(kind, episode, waiting) : over(episode) },
    replies: presses.map((press) => ({ key: `${press.kind}#${press.id}`, content: decided(press, noun) })),
  };
}

function parked(kind: Kind, episode: Episode, waiting: readonly Parked[]): Content {
  const value = buttonValue(kind.room, episode);
  return message(
    body('🛑 ', { bold: 'Parked' }, ` · ${undone(kind, waiting, 'roughly')}`),
    body(newestWhy(waiting)),
    body(`${remedyFor(kind, episode.code)} Nothing is lost meanwhile.`),
    fine(...finePrint(episode, Math.min(...waiting.map(({ since }) => since)))),
    actions(...decisions(waiting, value), { id: 'parked.show', label: 'Show', value }),
  );
}

/** Nothing is counted here: what is parked again belongs to the next notice. */
function over(episode: Episode): Content {
  return message(
    body('✅ ', { bold: 'No longer parked' }, ' · nothing waits for this reason any more'),
    fine(...finePrint(episode, episode.since)),
  );
}

function decided({ kind, by, at, records }: Press, noun: Noun): Content {
  const who = shortName(by.name) || 'Somebody';
  const them = records === 1 ? 'it' : 'them';
  return kind === 'retry'
    ? message(
        body(`🔁 ${who} had ${many(records, noun)} tried again. What fails again is parked again.`),
        fine({ at: seconds(at) }),
      )
    : message(
        body(`🚫 ${who} ignored ${many(records, noun)}. Anything new that is heard of ${them} is told as ever.`),
        fine({ at: seconds(at) }),
      );
}

/** The same on a home: how many wait for one reason, why, the way to the notice, and two of its buttons. */
export function parkedGlimpse(
  kind: Kind,
  episode: Episode,
  waiting: readonly Parked[],
  link: string | undefined,
): { readonly line: readonly Inline[]; readonly fine: readonly Inline[]; readonly buttons: readonly Button[] } {
  const [retry, ignore] = decisions(waiting, buttonValue(kind.room, episode));
  return {
    line: ['🛑 ', { bold: 'Parked' }, ` · ${undone(kind, waiting, 'exactly')}`],
    fine: [
      `${newestWhy(waiting)} ${remedyFor(kind, episode.code)}`,
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

/** Asked before anything is ignored. */
const ignoring = {
  title: 'Ignore what is parked?',
  text: 'What is told of it stays as it is until something new is heard of it.',
  yes: 'Ignore',
} as const;

/** Records that are told of at once. */
const shownAtMost = 10;

/**
 * What who presses Show is shown: what waits, the longest first, each with the way to its thread where there is one, and
 * why. `links` by subject.
 */
export function showParked(kind: Kind, records: readonly Parked[], links: ReadonlyMap<string, string>): Content {
  const waiting = records.filter(isWaiting);
  const more = waiting.length - shownAtMost;
  return message(
    body({ bold: `${waitingInWords(kind, waiting)} parked` }, waiting.length === 0 ? ': nothing waits any more.' : ''),
    ...waiting
      .slice(0, shownAtMost)
      .flatMap((record) => [body(...named(kind, record, links)), fine(...details(record))]),
    fine(more > 0 ? `And ${more} more.` : ''),
  );
}

/** Those that Show names. */
export function shownFirst(records: readonly Parked[]): readonly Parked[] {
  return records.filter(isWaiting).slice(0, shownAtMost);
}

function named(kind: Kind, { subject }: Parked, links: ReadonlyMap<string, string>): Inline[] {
  const link = links.get(subject);
  return [
    { bold: brief(kind.called(subject), 60) },
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
function remedyFor({ remedies, worker }: Kind, code: string): string {
  switch (code) {
    case 'failed-too-often':
      return 'Mend what the reason names, then press Retry.';
    case 'received-too-often':
      return `The log of ${worker} says why; press Retry once that is mended.`;
    default:
      return remedies[code] ?? 'It is a fault of War Room: once it is mended, press Retry.';
  }
}

function finePrint({ code }: Episode, since: number): Inline[] {
  return ['since ', { at: seconds(since) }, ` · ${code}`];
}

/** How many things wait, in words: `1 call`. */
export function waitingInWords(kind: Kind, waiting: readonly Parked[]): string {
  return many(waiting.length, nounOf(kind, waiting));
}

/** How many wait, and what was not done about them. */
function undone(kind: Kind, waiting: readonly Parked[], how: 'roughly' | 'exactly'): string {
  const noun = nounOf(kind, waiting);
  return `${many(waiting.length, noun, how)} ${noun.undone}`;
}

function nounOf(kind: Kind, records: readonly Parked[]): Noun {
  return kind.noun(records.map(({ subject }) => subject));
}

/**
 * How many, in words. A notice is edited when its words change: up to ten are counted, above that the tens and the hundreds
 * are, so that a thousand within a minute are some thirty edits and not a thousand.
 */
function many(count: number, { one, many: several }: Noun, how: 'roughly' | 'exactly' = 'exactly'): string {
  if (count === 1) return `1 ${one}`;
  const grain = count <= 10 ? 1 : count <= 100 ? 10 : 100;
  if (how === 'exactly' || count % grain === 0) return `${inGroups(count)} ${several}`;
  return `more than ${inGroups(count - (count % grain))} ${several}`;
}

/** As amounts are written in India: 1,00,000. */
function inGroups(count: number): string {
  return count.toLocaleString('en-IN');
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
