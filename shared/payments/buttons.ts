import { type Button, withButtons } from '../slack/text.ts';
import type { Lifecycle, Warning } from './lifecycle.ts';
import type { PaymentThread } from './message.ts';

/** The buttons of payments in Slack, by the `action_id` that comes back with a press. */
export const buttonIds = {
  explain: 'payments.explain',
  takeOver: 'payments.take-over',
  snooze: 'payments.snooze',
} as const;

/** What a button is about: a thread of an account, and what of it was shown where the button stood. */
export type Pressed = { readonly account: string; readonly thread: string; readonly seen: string };

/** How long a warning is snoozed, in milliseconds: till after the next calls, and not till it is too late. */
export const snoozeMs = 4 * 3_600_000;

/**
 * A payment's root with what can be asked of it there, while it is under way. One that is over asks nobody for anything, and
 * has no buttons until something happens to it again; `/warroom explain` tells of any.
 */
export function withRootButtons(
  told: PaymentThread,
  state: Lifecycle,
  at: Pick<Pressed, 'account' | 'thread'>,
): PaymentThread {
  const isWanted = state.isOpen || state.warnings.some(({ isOver }) => !isOver);
  return isWanted ? pressable(told, [explain(at), takeOver({ ...at, owner: state.owner })]) : told;
}

/** The root of a warning with what can be asked of it there, until it has solved itself. */
export function withWarningButtons(
  told: PaymentThread,
  state: Lifecycle,
  { id, isOver, snooze }: Warning,
  at: Pick<Pressed, 'account' | 'thread'>,
): PaymentThread {
  if (isOver) return told;
  const later = { id: buttonIds.snooze, label: 'Snooze 4 h', value: written({ ...at, seen: id }) };
  return pressable(told, [explain(at), takeOver({ ...at, owner: state.owner }), ...(snooze ? [] : [later])]);
}

function explain(at: Pick<Pressed, 'account' | 'thread'>): Button {
  return { id: buttonIds.explain, label: 'Explain', value: written({ ...at, seen: '' }) };
}

/** The button by which somebody takes a payment over from the owner whom they see, if there is one. */
export function takeOver({
  account,
  thread,
  owner,
}: Pick<Pressed, 'account' | 'thread'> & { readonly owner: { readonly id: string } | null }): Button {
  return { id: buttonIds.takeOver, label: 'Take over', value: written({ account, thread, seen: owner?.id ?? '' }) };
}

/** `told` with buttons, but for a thread of an id that none of them could name. */
function pressable(told: PaymentThread, buttons: readonly Button[]): PaymentThread {
  if (buttons.some(({ value }) => readValue(value) === undefined)) return told;
  return { ...told, root: { ...told.root, content: withButtons(told.root.content, buttons) } };
}

function written({ account, thread, seen }: Pressed): string {
  return `${account}#${thread}#${seen}`;
}

/** What the value of a button says; undefined for what none of these buttons holds. Anybody can send anything as a value. */
export function readValue(value = ''): Pressed | undefined {
  const [, account, thread, seen] = /^([\w.-]{1,64})#(\w{3,64})#(.{0,256})$/.exec(value) ?? [];
  return account !== undefined && thread !== undefined && seen !== undefined ? { account, thread, seen } : undefined;
}
