import { durationInWords } from '../base/duration.ts';
import type { Message } from '../slack/agenda.ts';
import { shortName } from '../slack/person-name.ts';
import { body, brief, type Content, fine, joined, lengthOf, message, withoutContacts } from '../slack/text.ts';
import type { Call } from './call.ts';

/** What a call's thread should look like. */
export type CallThread = { readonly root: Message; readonly replies: readonly Message[] };

/** Slack takes 4,000 characters of text in an edit; the root leaves room for the agent's name, and a little. */
const wholeRoot = 3_690;
/** What of a summary stands in the root, where the eye should not get lost; and in each reply. */
const rootCharacters = 900;
const replyCharacters = 2_600;

/**
 * Renders a call: a root that answers at a glance who, how it stands and what is next, with the beginning of the summary;
 * what is left of it in replies, in its order, nothing cut.
 *
 * Pure, and monotone: a correction may make a summary shorter, but a reply that was wanted once stays wanted, and says then
 * that it was taken back. So the caller keeps how many replies there ever were: `replies`, from `repliesOf`. `agent` is the
 * agent's name, as the directory has it.
 */
export function render(callId: string, call: Call, agent: string, replies = repliesOf(callId, call)): CallThread {
  const [first = [], ...rest] = parts(callId, call);
  return {
    root: { key: 'root', content: root(callId, call, agent, first, rest.length > 0) },
    replies: Array.from({ length: Math.max(replies, rest.length) }, (_, index) => ({
      key: `summary#${index + 2}`,
      content: continuation(rest[index], index + 2, rest.length + 1),
    })),
  };
}

/** How many replies the summary of a call takes. */
export function repliesOf(callId: string, call: Call): number {
  return parts(callId, call).length - 1;
}

function root(callId: string, call: Call, agent: string, lines: readonly string[], goesOn: boolean): Content {
  const { outcome, lead, durationSeconds, nextStep = '', startedAt, sentiment = '', recordingUrl } = call;
  const [next, mood] = [told(nextStep), told(sentiment)];
  const how = { bold: told(outcome) || 'Call' };
  return message(
    body('📞 ', how, ' · ', called(lead.name) || 'Unknown lead', ' · ', durationInWords(durationSeconds)),
    body(...(next === '' ? [] : [{ bold: 'Next:' }, ` ${next}`])),
    body(...joined('\n', lines)),
    fine(goesOn ? 'The summary goes on in the thread.' : ''),
    fine(
      called(agent) && `by ${called(agent)} · `,
      'started ',
      { at: startedAt },
      mood && ` · mood: ${mood}`,
      ...(recordingUrl === undefined ? [] : [' · ', { link: recordingUrl, label: 'recording' }]),
      ` · ${callId}`,
    ),
  );
}

function continuation(lines: readonly string[] | undefined, number: number, of: number): Content {
  if (lines === undefined) return message(fine('This part of the summary was taken back by a correction.'));
  return message(body(...joined('\n', lines)), fine(`summary, part ${number} of ${of}`));
}

/** The lines of the summary, message by message. The first is the root's, and may be empty. */
function parts(callId: string, call: Call): string[][] {
  const all: string[][] = [[]];
  let room = Math.min(rootCharacters, wholeRoot - root(callId, call, '', [], true).text.length);
  for (const line of linesOf(call)) {
    for (let left = line; left !== ''; ) {
      const piece = fitting(left, room);
      if (piece === '') {
        all.push([]);
        room = replyCharacters;
      } else {
        all.at(-1)?.push(piece.trimEnd());
        room -= lengthOf(piece) + 1;
        left = left.slice(piece.length);
      }
    }
  }
  return all;
}

function linesOf({ summary }: Call): string[] {
  const lines = 'text' in summary ? summary.text.split(/\r\n?|\n/).map(told) : summary.points.map(point);
  return lines.filter((line) => line !== '');
}

function point(text: string): string {
  const line = told(text);
  return line && `• ${line}`;
}

/**
 * The beginning of `line` that takes at most `room` characters of a message: all of it, or, of a line that no message
 * would hold, as much as fits, up to the end of a word where there is one. Empty: the line goes into the next message.
 */
function fitting(line: string, room: number): string {
  if (takes(line, room)) return line;
  if (takes(line, replyCharacters) || room < rootCharacters / 2) return '';
  let end = Math.min(line.length, room);
  while (!takes(line.slice(0, end), room)) end = Math.floor(end * 0.9);
  const space = line.lastIndexOf(' ', end - 1);
  if (space > end / 2) return line.slice(0, space + 1);
  return line.slice(0, /[\uD800-\uDBFF]/.test(line.charAt(end - 1)) ? end - 1 : end);
}

/** Whether a text takes no more than `room`. Escaping only makes it longer. */
function takes(text: string, room: number): boolean {
  return text.length <= room && lengthOf(text) <= room;
}

/** A name, short enough for a line that holds more. */
function called(name: string): string {
  return brief(shortName(name), 40);
}

/** A date with its time is no telephone number, though it has as many digits. */
const moment = /(?<!\d)((?:19|20)\d\d-\d\d-\d\d(?:[T ]+\d\d:\d\d(?::\d\d)?)?)(?!\d)/;

/** Outside words on one line, without what somebody could be reached by. */
function told(text: string): string {
  const pieces = text.split(moment).map((piece, index) => (index % 2 === 1 ? piece : withoutContacts(piece)));
  return brief(pieces.join(''), Number.POSITIVE_INFINITY);
}
