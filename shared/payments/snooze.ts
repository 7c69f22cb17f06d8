import { shortName } from '../slack/person-name.ts';
import { body, type Content, type Inline, message } from '../slack/text.ts';
import { snoozeMs } from './buttons.ts';
import type { Fact, Lifecycle, Warning } from './lifecycle.ts';
import { headline } from './message.ts';
import { onThread, type PressParts, type ThreadPress } from './press.ts';

/**
 * Puts a warning off for whoever pressed *Snooze*, for all who read it: a note among the facts of its payment, then a wake.
 * Reconciling ends it (`findings.ts`). `scale` is what waits are multiplied with, 1 live. Sent again or worked twice, a press
 * is one note; of two who press at once, the other is told until when. Answers what the person is told.
 */
export async function snooze(press: ThreadPress, scale: number, parts: PressParts): Promise<Content> {
  const { id, seen, by } = press;
  return onThread(press, parts, async ({ home, facts, state, wake }) => {
    const warning = state.warnings.find((one) => one.id === seen);
    if (!warning) return said(state, 'There is no such warning of this payment. Nothing was changed.');
    const snoozes = snoozesOf(facts, seen);
    // What was done when this press was worked before may not have woken anybody.
    if (snoozes.includes(id)) await wake();
    if (warning.isOver) return said(state, 'This warning has settled itself: there is nothing to put off.');
    if (warning.snooze) return snoozed(state, warning.snooze, warning.snooze.by.id === by.id);
    if (snoozes.includes(id)) return said(state, 'Your snooze of this warning is over.');

    const now = parts.clock.now();
    const until = snoozeUntil(warning, now, scale);
    if (until * 1_000 <= now) return said(state, 'The money goes back about now: it is too late to put this off.');
    const note = { kind: 'snoozed', warning: seen, by: { id: by.id, name: by.name }, until, press: id } as const;
    // Named by how often it was put off before: of two who do it at once, only one can write it.
    if (!(await parts.store.recordNote(home, `snoozed#${seen}#${snoozes.length}`, note, now))) return undefined;
    await wake();
    return snoozed(state, note, true);
  });
}

/** When a snooze that begins now ends, in Unix seconds: never after the money went back. */
function snoozeUntil(warning: Warning, now: number, scale: number): number {
  const until = Math.ceil((now + snoozeMs * scale) / 1_000);
  return warning.kind === 'notCaptured' ? Math.min(until, warning.returnedAt ?? until) : until;
}

/** The presses by which a warning was put off. */
function snoozesOf(facts: readonly Fact[], warning: string): string[] {
  return facts.flatMap((fact) =>
    fact.source === 'note' && fact.note.kind === 'snoozed' && fact.note.warning === warning ? [fact.note.press] : [],
  );
}

function snoozed(state: Lifecycle, { by, until }: NonNullable<Warning['snooze']>, isOwn: boolean): Content {
  const who = isOwn ? 'You have put this warning off' : `${shortName(by.name) || 'Somebody'} has put this warning off`;
  return said(state, who, ' until ', { at: until }, '. War Room reminds here if it is still so then.');
}

function said(state: Lifecycle, ...sentence: readonly Inline[]): Content {
  return message(body(...headline(state)), body(...sentence));
}
