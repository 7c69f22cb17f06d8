import { shortName } from '../slack/person-name.ts';
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
 * A warning as it stands in the ops channel: what has to be done, by when, and where the payment is told; while somebody
 * wants to be left alone with it, who and until when. A reply reminds of what is still so then. Once it has solved itself it
 * says so, and stays.
 */
export function renderWarning(state: Lifecycle, warning: Warning, permalink: string | undefined): PaymentThread {
  const thread: Inline[] = permalink === undefined ? [] : [' ', { link: permalink, label: 'Open its thread' }, '.'];
  const owner = state.owner && shortName(state.owner.name);
  const root = message(
    body(`${markOf(warning)} `, { bold: titleOf(warning) }, ' · ', ...subject(state)),
    body(...explanation(state, warning), ...thread),
    body(...snoozed(warning)),
    fine(owner && !warning.isOver ? `owner ${owner} · ` : '', ...idsOf(state, warning)),
  );
  const replies = warning.reminders.map((until) => ({
    key: `snoozeEnded#${until}`,
    content: message(body(...reminder(warning, until)), fine(...idsOf(state, warning))),
    broadcast: true,
  }));
  return { root: { key: 'root', content: root }, replies };
}

function idsOf(state: Lifecycle, warning: Warning): Inline[] {
  return joined(' · ', [state.orderId ?? state.linkId, warning.kind === 'notCaptured' ? warning.paymentId : undefined]);
}

function markOf({ isOver, snooze }: Warning): string {
  if (isOver) return '✅';
  return snooze ? '💤' : '⚠️';
}

function titleOf({ kind, isOver, snooze }: Warning): string {
  if (isOver) return 'Settled';
  return snooze ? `${titles[kind]}, snoozed` : titles[kind];
}

const titles = { notCaptured: 'Not captured', openTooLong: 'Open too long' } as const;

function snoozed({ isOver, snooze }: Warning): Inline[] {
  if (isOver || !snooze) return [];
  return [`Snoozed by ${shortName(snooze.by.name) || 'somebody'} until `, { at: snooze.until }, '.'];
}

function reminder(warning: Warning, until: number): Inline[] {
  const was = warning.kind === 'notCaptured' ? 'not captured' : 'open';
  return warning.isOver
    ? ['The snooze until ', { at: until }, ` ended, and it was still ${was}. That is settled now; nothing to do.`]
    : ['The snooze until ', { at: until }, ` is over, and it is still ${was}. `, ...toDo[warning.kind]];
}

const toDo = {
  notCaptured: ["Capture it in Razorpay's dashboard, before the money goes back."],
  openTooLong: ['Look at the order in Razorpay.'],
} as const;

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
