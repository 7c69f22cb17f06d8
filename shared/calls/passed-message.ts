import { shortName, wordsOf } from '../slack/person-name.ts';
import { body, brief, type Content, fine, type Inline, joined, message, withoutContacts } from '../slack/text.ts';
import type { CallThread } from './message.ts';
import type { Passed } from './passed.ts';

/** As many payments stand in one message: each may have a long course and a long way to its thread. */
const paymentsAtOnce = 8;

/**
 * Renders what the new owner of a lead is told: whose it was, and each payment that is open, with the way to its thread. What is
 * more than one message holds goes on in its thread. Pure.
 */
export function renderPassed(passed: Passed): CallThread {
  const { open, more } = passed;
  const pages = Array.from({ length: Math.max(1, Math.ceil(open.length / paymentsAtOnce)) }, (_, at) =>
    open.slice(at * paymentsAtOnce, (at + 1) * paymentsAtOnce),
  );
  const rest = more === 0 ? '' : `And ${more} more: each of their threads names the new owner.`;
  return {
    root: { key: 'root', content: root(passed, pages[0] ?? [], pages.length > 1, pages.length > 1 ? '' : rest) },
    replies: pages.slice(1).map((page, at) => ({
      key: `open#${at + 2}`,
      content: message(
        ...page.map(line),
        body(at + 2 === pages.length ? rest : ''),
        fine(`open payments, part ${at + 2} of ${pages.length}`),
      ),
    })),
  };
}

function root(passed: Passed, shown: Passed['open'], goesOn: boolean, rest: string): Content {
  const { leadId, name, at, owner, former, open, more } = passed;
  const payments = open.length + more;
  const many = payments === 0 ? 'nothing open' : payments === 1 ? '1 open payment' : `${payments} open payments`;
  const [lead, first] = [called(name), brief(wordsOf(name)[0] ?? '', 40)];
  const before = former && called(former.name);
  return message(
    body('🤝 ', { bold: 'Passed on' }, ` · ${lead || 'Unknown lead'} · ${many}`),
    body(
      `${called(owner.name) || 'The new owner'} looks after ${first || 'this lead'} now`,
      before ? `; ${before} did before.` : '.',
      payments === 0 ? ' No payment is under way.' : '',
    ),
    ...shown.map(line),
    body(rest),
    fine(goesOn ? 'The open payments go on in the thread.' : ''),
    fine('since ', { at: Math.floor(at / 1000) }, named(leadId)),
  );
}

function line({ state, amount, course, link }: Passed['open'][number]) {
  const thread: Inline = link === undefined ? 'not in Slack yet' : { link, label: 'thread' };
  return body(...joined(' · ', [{ bold: state }, amount || undefined, course || undefined, thread]));
}

/** A name, short enough for a line that holds more. */
function called(name: string): string {
  return brief(shortName(name), 40);
}

/** An id by which nobody can be reached. */
function named(leadId: string): string {
  return withoutContacts(leadId) === leadId ? ` · ${brief(leadId, 60)}` : '';
}
