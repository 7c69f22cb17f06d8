import type { ModalView } from '@slack/types';
import type { Submission } from '../slack/inbound.ts';
import type { Looked, ViewResponse } from '../slack/ingress.ts';
import { body, message } from '../slack/text.ts';
import { type Draft, fits, unpack, withRow } from './routing-draft.ts';
import { blockOf, caseIn, isOfForm, otherOf, type Read, readPaymentForm, readRowForm, rowOf } from './routing-form.ts';
import { doneView, savingView, tableView, tried, tryView, views } from './routing-modal.ts';
import { problemsInWords } from './routing-words.ts';

/** What comes of a form; it is always answered. */
export type Answered = Looked & { readonly response: ViewResponse };

/**
 * Answers a form of `/warroom routing` from what it carries alone. A row that is right is kept in the draft; a payment is
 * tried; a table is accepted for saving if `PUT /v1/routing` would take it.
 */
export function answer({ view }: Pick<Submission, 'view'>): Answered {
  const draft = unpack(view.metadata);
  if (!draft) return { accepted: false, response: showing(lostView()) };
  const { callbackId, values } = view;
  if (callbackId === views.table) return saved(draft);
  if (!isOfForm(values, draft.form)) {
    const field = callbackId === views.row ? 'name' : 'amount';
    return { accepted: false, response: turnedBack(draft, { [field]: outdated }) };
  }
  return callbackId === views.row
    ? { accepted: false, response: keptRow(draft, readRowForm(values, draft.form)) }
    : triedPayment(draft, readPaymentForm(values, draft.form));
}

const outdated = 'was sent by Slack as it stood before. Change a letter, and try again.';

/** The table with the row that a form describes, or what is wrong with that. */
function keptRow(draft: Draft, form: Parameters<typeof rowOf>[0]): ViewResponse {
  const { rows = [], row: place = { at: rows.length, isNew: true } } = draft;
  // A channel that cannot be shown as chosen stays what it is while no other is.
  const other = form.other || (place.isNew ? '' : otherOf(rows[place.at]));
  const read = rowOf({ ...form, other });
  if (!read.ok) return turnedBack(draft, read.wrong);
  const others = place.isNew ? rows : rows.toSpliced(place.at, 1);
  if (others.some(({ name }) => name === read.value.name)) {
    return turnedBack(draft, { name: 'is the name of another row; give each a name of its own.' });
  }
  const { row: _shown, ...rest } = draft;
  const kept: Draft = { ...rest, rows: withRow(rows, place, read.value), changed: true };
  if (!fits(kept.rows ?? [])) {
    return turnedBack(draft, {
      name: 'row makes the table too large for this form. Save what there is, and add it by PUT /v1/routing.',
    });
  }
  return showing(tableView(kept));
}

function triedPayment(draft: Draft, form: Parameters<typeof caseIn>[0]): Answered {
  const payment = caseIn(form);
  if (!payment.ok) return { accepted: false, response: turnedBack(draft, payment.wrong) };
  // The rows of a table that is too large for a form are looked up.
  if (!draft.rows) return { accepted: true, response: showing(tryView(draft, form)) };
  return { accepted: false, response: showing(tryView(draft, form, tried(draft.rows, payment.value))) };
}

function saved(draft: Draft): Answered {
  const { rows } = draft;
  const problems = rows ? problemsInWords(rows) : [];
  if (rows && problems.length === 0) return { accepted: true, response: showing(savingView()) };
  return { accepted: false, response: showing(tableView(draft, { rows: rows ?? [], notice: notSaved })) };
}

/** What is wrong stands below the rows, whenever they are shown; now it matters. */
const notSaved = [
  '🛑 ',
  { bold: 'Not saved.' },
  ' Every payment has to go to exactly one row: see below what is missing.',
];

/** In the place of a form whose draft is none. */
export function lostView(): ModalView {
  const said =
    'What you were editing cannot be read any more, and nothing was changed. Ask once more: /warroom routing';
  return doneView(message(body(said)).blocks);
}

function showing(view: ModalView): ViewResponse {
  return { response_action: 'update', view };
}

/** https://docs.slack.dev/surfaces/modals#displaying_errors: by the block that each belongs to. */
function turnedBack({ form }: Draft, wrong: (Read<string, never> & { ok: false })['wrong']): ViewResponse {
  const errors = Object.entries(wrong).map(([field, what]) => [blockOf(field, form), `This ${what}`]);
  return { response_action: 'errors', errors: Object.fromEntries(errors) };
}
