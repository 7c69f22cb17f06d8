import { body, fine, type Inline, joined, message } from '../slack/text.ts';
import type { Lifecycle, Warning } from './lifecycle.ts';
import { type PaymentThread, subject } from './message.ts';
import { stateInWords, waitingInWords } from './words.ts';

/**
 * What tells a warning from all others of its account. One about a payment is named by the payment alone: its thread may
 * be joined into another, which then goes on with the same warning.
 */
export function warningKey(warning: Warning, thread: string): string {
  return warning.kind === 'notCaptured' ? `${warning.kind}#${warning.paymentId}` : `${warning.kind}#${thread}`;
}

/**
 * A warning as it stands in the ops channel: what has to be done, by when, and where the payment is told. Once it has
 * solved itself it says so, and stays.
 */
export function renderWarning(state: Lifecycle, warning: Warning, permalink: string | undefined): PaymentThread {
  const [mark, title] = warning.isOver ? ['✅', 'Settled'] : ['⚠️', titles[warning.kind]];
  const thread: Inline[] = permalink === undefined ? [] : [' ', { link: permalink, label: 'Open its thread' }, '.'];
  const root = message(
    body(`${mark} `, { bold: title }, ' · ', ...subject(state)),
    body(...explanation(state, warning), ...thread),
    fine(
      ...joined(
        ' · ',
        [state.orderId ?? state.linkId, warning.kind === 'notCaptured' && warning.paymentId].map(
          (id) => id || undefined,
        ),
      ),
    ),
  );
  return { root: { key: 'root', content: root }, replies: [] };
}

const titles = { notCaptured: 'Not captured', openTooLong: 'Open too long' } as const;

function explanation(state: Lifecycle, warning: Warning): Inline[] {
  if (warning.isOver) {
    const was = warning.kind === 'notCaptured' ? 'It waited to be captured' : 'Nothing was heard of it';
    return [`${was} since `, { at: warning.since }, `. It is ${stateInWords(state).toLowerCase()} now; nothing to do.`];
  }
  if (warning.kind === 'notCaptured') return [...waitingInWords(warning), " Capture it in Razorpay's dashboard."];
  return [
    'Money has been moving since ',
    { at: warning.since },
    ', and Razorpay tells nothing new. War Room stops asking now: look at the order in Razorpay.',
  ];
}
