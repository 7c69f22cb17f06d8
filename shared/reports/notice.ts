import { body, brief, type Content, fine, message } from '../slack/text.ts';
import { type Window, windowInWords } from './window.ts';

/** So many windows are named; of more, how many. */
const namedAtOnce = 6;

/**
 * What the ops channel is told while reports of a course wait for a channel, and once they do not any more: what happened, since
 * when, how many, what to do. `since` in milliseconds.
 */
export function waitingNotice(
  course: { readonly id: string; readonly name: string },
  since: number,
  waiting: readonly Window[],
  zone: string,
): Content {
  const name = brief(course.name) || 'a course';
  const begin = fine('since ', { at: Math.floor(since / 1000) }, ` · ${course.id}`);
  if (waiting.length === 0) {
    return message(
      body('▶️ Session reports of ', { bold: name }, ' are posted again. Everything that waited is there.'),
      begin,
    );
  }
  const named = waiting.slice(0, namedAtOnce).map((window) => windowInWords(window, zone));
  const more = waiting.length > namedAtOnce ? `, and ${waiting.length - namedAtOnce} more` : '';
  const many = waiting.length === 1 ? '1 report waits' : `${waiting.length} reports wait`;
  return message(
    body('⏸️ Session reports of ', { bold: name }, ' are waiting: the course has no announcement channel.'),
    body(
      `${many}, nothing is lost: ${named.join(', ')}${more}. ` +
        'Name a channel of the course where courses are kept (announcementChannel); what waits is posted there by itself.',
    ),
    begin,
  );
}
