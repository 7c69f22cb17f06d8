import type { Message } from '../slack/agenda.ts';
import { shortName } from '../slack/person-name.ts';
import {
  body,
  brief,
  type Content,
  fine,
  type Inline,
  joined,
  lengthOf,
  message,
  type Paragraph,
  withoutContacts,
} from '../slack/text.ts';
import { type Figures, hasWords, type Opinion, type SessionFigures } from './figures.ts';
import { averageOf, bar, countOf, percent, type Ratings, tenths } from './ratings.ts';
import { type Shown, updateInWords } from './shown.ts';
import { dayInWords, momentInWords, type Window, windowInWords } from './window.ts';

/** What a report is rendered from. */
export type Report = {
  /** The course's name. */
  readonly course: string;
  readonly window: Window;
  readonly zone: string;
  readonly figures: Figures;
  /** Of the window before. */
  readonly before: Ratings;
  /** Ratings up to this one are low. */
  readonly lowRating: number;
  /** What learners are called, by their ids; empty where they are not named. */
  readonly names: ReadonlyMap<string, string>;
  /** What was missed from then on (ms) was left out. */
  readonly gapFrom: number | undefined;
  readonly updated: Shown['updated'];
  /** Said where there were no sessions. */
  readonly whenQuiet: string;
};

/** What the thread of a report should look like. */
export type ReportThread = { readonly root: Message; readonly replies: readonly Message[] };

/** What of the lists stands in the root, where the eye should not get lost; and in each reply, as characters of a block. */
const rootCharacters = 1_500;
const replyCharacters = 2_700;

/** Of somebody's words, of a title, of a name. Each character takes up to five. */
const quoteCharacters = 300;
const titleCharacters = 60;
const nameCharacters = 40;

/** Characters of scripts that are written from right to left. https://www.unicode.org/reports/tr9/#Bidirectional_Character_Types */
const fromTheRight = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/** Words from right to left keep their direction to themselves: what stands behind them does not change places. */
const isolated = (words: string) => (fromTheRight.test(words) ? `\u2068${words}\u2069` : words);

/**
 * Renders a report: a root that answers at a glance how the course went, with the beginning of its lists; what is left of them in
 * replies, in their order, nothing cut silently.
 *
 * Pure, and monotone: what came late may make a report shorter, but a reply that was wanted once stays wanted, and says then that
 * it was taken back. So the caller keeps how many replies there ever were: `replies`, from `repliesOf`.
 */
export function render(report: Report, replies = repliesOf(report)): ReportThread {
  const [first = [], ...rest] = parts(report);
  return {
    root: { key: 'root', content: root(report, first, rest.length > 0) },
    replies: Array.from({ length: Math.max(replies, rest.length) }, (_, index) => ({
      key: `part#${index + 2}`,
      content: continuation(rest[index], index + 2, rest.length + 1),
    })),
  };
}

/** How many replies a report takes. */
export function repliesOf(report: Report): number {
  return parts(report).length - 1;
}

function root(report: Report, lists: readonly Paragraph[], goesOn: boolean): Content {
  const { course, window, zone, figures, gapFrom, updated } = report;
  const { enrolled, list } = figures;
  const title = joined(' · ', [
    { bold: 'Session report' },
    called(course, 80) || 'a course',
    windowInWords(window, zone),
  ]);
  const span = `from ${momentInWords(window.from, zone)} to ${momentInWords(window.to, zone)}`;
  const late = updated && `updated ${dateInWords(updated.at, zone)}: ${updateInWords(updated.parts)}`;
  return message(
    body(...title),
    ...(list.all === 0 ? [body(report.whenQuiet)] : [glance(report), ...drawn(figures.ratings)]),
    ...lists,
    fine(goesOn ? 'The report goes on in the thread.' : ''),
    fine(gapFrom === undefined ? '' : gapInWords(gapFrom, window, zone)),
    fine(...joined(' · ', [list.all > 0 ? `${enrolled} enrolled` : undefined, span])),
    fine(late ?? ''),
  );
}

/** The average and how it moved, then sessions and attendance. */
function glance({ figures, before }: Report): Paragraph {
  const { ratings, sessions, attendance } = figures;
  const average = averageOf(ratings);
  const first: Inline[] =
    average === undefined
      ? ['No ratings yet']
      : ['⭐ ', { bold: tenths(average) }, ` from ${counted(countOf(ratings), 'rating')}`, ...moved(average, before)];
  const { held, cancelled, planned } = sessions;
  const told = [
    `${counted(held, 'session')} held`,
    cancelled > 0 ? `${cancelled} cancelled` : undefined,
    planned > 0 ? `${planned} not confirmed` : undefined,
  ].filter((each) => each !== undefined);
  return body(...first, '\n', `${told.join(', ')} · ${attendanceInWords(attendance)}`);
}

function moved(average: number, before: Ratings): Inline[] {
  const last = averageOf(before);
  if (last === undefined) return [];
  if (last === average) return [' · as in the last report'];
  const mark = average > last ? '▲' : '▼';
  return [` · ${mark} ${tenths(Math.abs(average - last))} since the last report (${tenths(last)})`];
}

function attendanceInWords({ told, untold, present, expected }: Figures['attendance']): string {
  if (told === 0) return 'attendance not told yet';
  const rate = `attendance ${percent(present, expected)} % (${present} of ${expected})`;
  return untold === 0 ? rate : `${rate}, ${counted(untold, 'session')} not told yet`;
}

/** The distribution, a line for each rating. */
function drawn(ratings: Ratings): Paragraph[] {
  const all = countOf(ratings);
  if (all === 0) return [];
  const lines = [5, 4, 3, 2, 1].map((rating) => {
    const count = ratings[rating - 1] ?? 0;
    return `${starred(rating)} ${bar(count, all)} ${count}`;
  });
  return [body(lines.join('\n'))];
}

type Section = { readonly head: string; readonly lines: readonly (readonly Inline[])[]; readonly more?: string };

/** What needs eyes first, then what there was, then what was said. */
function sectionsOf({ figures, lowRating, names, zone }: Report): Section[] {
  const { low, list, words } = figures;
  const upTo = lowRating === 1 ? starred(1) : `${starred(lowRating)} or less`;
  const more = (few: { all: number; kept: readonly unknown[] }, what: string) =>
    few.all > few.kept.length ? { more: `and ${few.all - few.kept.length} more ${what}` } : {};
  return [
    {
      head: `${counted(low.all, 'low rating')} (${upTo})`,
      lines: low.kept.map((opinion) => lowLine(opinion, names, zone)),
      ...more(low, 'low ratings'),
    },
    { head: 'Sessions', lines: list.kept.map((session) => sessionLine(session, zone)), ...more(list, 'sessions') },
    { head: 'In their words', lines: words.kept.map(wordsLine), ...more(words, 'with words') },
  ].filter(({ lines }) => lines.length > 0);
}

/** The words first: whoever reads on wants to know which session that was. */
function lowLine({ rating, session, text, learnerId }: Opinion, names: Report['names'], zone: string): Inline[] {
  const name = called(shortName(names.get(learnerId) ?? ''), nameCharacters);
  const where = `${called(session.title, titleCharacters)}, ${dayInWords(session.startsAt, zone)}`;
  const said = hasWords(text) ? quoted(text) : 'no words';
  return ['• ', { bold: starred(rating) }, ` ${said} · ${name && `${name} · `}${where}`];
}

function sessionLine({ title, startsAt, status, attendance, ratings }: SessionFigures, zone: string): Inline[] {
  const average = averageOf(ratings);
  const parts = [
    dayInWords(startsAt, zone),
    called(title, titleCharacters),
    status === 'held' ? undefined : status === 'cancelled' ? 'cancelled' : 'not confirmed as held',
    attendance && `${attendance.present} of ${attendance.expected} came`,
    average === undefined ? undefined : `${starred(tenths(average))} from ${countOf(ratings)}`,
  ];
  return [`• ${parts.filter((part) => part !== undefined && part !== '').join(' · ')}`];
}

function wordsLine({ rating, session, text }: Opinion): Inline[] {
  return ['• ', { bold: starred(rating) }, ` ${quoted(text)} · ${called(session.title, titleCharacters)}`];
}

/** A rating, so that it is no other number. */
function starred(rating: number | string): string {
  return `${rating}★`;
}

/** The lists, message by message. The first is the root's, and may be empty. */
function parts(report: Report): Paragraph[][] {
  const all: Paragraph[][] = [[]];
  let room = rootCharacters;
  for (const { head, lines, more } of sectionsOf(report)) {
    const whole = more === undefined ? lines : [...lines, [more]];
    let shown: Inline[][] = [];
    let isContinued = false;
    const titleOf = (): Inline[] => [{ bold: isContinued ? `${head}, continued` : head }];
    const close = () => {
      if (shown.length > 0) all.at(-1)?.push(body(...lined([titleOf(), ...shown])));
      isContinued ||= shown.length > 0;
      shown = [];
    };
    room -= sizeOf(titleOf());
    for (const line of whole) {
      const size = sizeOf(line);
      if (size > room) {
        close();
        all.push([]);
        room = replyCharacters - sizeOf(titleOf());
      }
      shown.push([...line]);
      room -= size;
    }
    close();
  }
  return all;
}

function continuation(paragraphs: readonly Paragraph[] | undefined, number: number, of: number): Content {
  if (paragraphs === undefined) return message(fine('This part of the report was taken back by what came late.'));
  return message(...paragraphs, fine(`session report, part ${number} of ${of}`));
}

/** Lines below each other in one paragraph. */
function lined(lines: readonly (readonly Inline[])[]): Inline[] {
  return lines.flatMap((line, index) => (index === 0 ? [...line] : ['\n', ...line]));
}

/** How many characters of a block a line takes, with what ends it and what makes it bold. */
function sizeOf(line: readonly Inline[]): number {
  return line.reduce(
    (sum, inline) => sum + 3 + lengthOf(typeof inline === 'string' ? inline : 'bold' in inline ? inline.bold : ''),
    1,
  );
}

/** Outside words in quotation marks, without what somebody could be reached by. */
function quoted(text: string): string {
  const words = brief(withoutContacts(text), quoteCharacters);
  return words === '' ? '(contact details, not shown)' : `“${isolated(words)}”`;
}

/** A name or a title in a line that holds more. */
function called(text: string, limit: number): string {
  const words = brief(withoutContacts(text), limit);
  return words && isolated(words);
}

function gapInWords(gapFrom: number, { from }: Window, zone: string): string {
  return (
    `Nothing was reported between ${momentInWords(gapFrom, zone)} and ${momentInWords(from, zone)}, too long ago to make up for. ` +
    'War Room’s operators can post each of those reports.'
  );
}

/** `23 Nov, 10:12` */
function dateInWords(at: number, zone: string): string {
  return momentInWords(at, zone).replace(/^\w+ /, '');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
