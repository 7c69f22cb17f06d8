import type { KnownBlock, ModalView, SectionBlock } from '@slack/types';
import { type Choice, input, lines, oneOf, option, plain, severalOf, textField } from '../slack/form.ts';
import { type Button, body, button, fine, type Inline } from '../slack/text.ts';
import type { Case } from './dimension.ts';
import { changes } from './replies.ts';
import { type Decision, decide, type Row, takerOf, whyNone } from './route.ts';
import { type Draft, pack, withRow } from './routing-draft.ts';
import {
  any,
  blockOf,
  fitsForm,
  otherChannel,
  type PaymentForm,
  type RowForm,
  rupees,
  whenOf,
} from './routing-form.ts';
import {
  changesInWords,
  channelInWords,
  fitting,
  namedChannels,
  posterInWords,
  problemsInWords,
  shownInWords,
  takesInWords,
} from './routing-words.ts';

/** The views by their `callback_id`s. */
export const views = { table: 'routing.table', row: 'routing.row', try: 'routing.try', done: 'routing.done' } as const;

/** What can be pressed in them, by `action_id`. `routing.field` is what stands in a form and asks for nothing by itself. */
export const presses = {
  open: 'routing.open',
  menu: 'routing.menu',
  add: 'routing.add',
  try: 'routing.try',
  back: 'routing.back',
  before: 'routing.before',
  after: 'routing.after',
  again: 'routing.again',
  typed: 'routing.typed',
} as const;

const field = 'routing.field';

/** A view has a hundred blocks at most, and nobody reads so many. https://docs.slack.dev/reference/views/modal-views */
const rowsOnPage = 20;

/** What a view says above everything else: of something that was done, or could not be. */
export type Notice = readonly Inline[];

/** Rows that are shown where the draft does not hold them. */
type Shown = {
  readonly rows: readonly Row[];
  readonly notice?: Notice | undefined;
  /** Who put the version in force that the draft began from, and when. */
  readonly by?: readonly Inline[] | undefined;
  /** Another table was put in force meanwhile: this draft can be given up for it. */
  readonly isOvertaken?: boolean;
};

/**
 * The table, row by row, with what keeps it from being saved. Of a draft without rows, `rows` are those of the version that
 * it began from, and none of them can be changed here. Throws for a draft that does not fit.
 */
export function tableView(draft: Draft, shown: Shown = { rows: draft.rows ?? [] }): ModalView {
  const { rows, notice, by = [], isOvertaken = false } = shown;
  const isEditable = draft.rows !== undefined;
  const problems = problemsInWords(rows);
  const first = Math.min(draft.page, pagesOf(rows) - 1) * rowsOnPage;
  return {
    ...modal(views.table, 'Where payments go', draft),
    ...(isEditable && draft.changed && { submit: plain('Save') }),
    close: plain(draft.changed ? 'Discard' : 'Close'),
    blocks: [
      ...noticed(notice),
      ...lines(body(...heading(draft, by))),
      ...rows
        .slice(first, first + rowsOnPage)
        .flatMap((row, index) => rowBlocks(row, first + index, rows.length, isEditable)),
      ...paging(first, rows.length),
      { type: 'divider' },
      ...lines(body(...standing(problems))),
      {
        type: 'actions',
        block_id: 'table',
        elements: [
          ...(isEditable ? [button({ id: presses.add, label: 'Add a row', value: 'add' })] : []),
          button({ id: presses.try, label: 'Try a payment', value: 'try' }),
          ...(isOvertaken ? [button({ id: presses.again, label: 'Give mine up', value: 'again' })] : []),
        ],
      },
      ...lines(fine(isEditable ? 'Threads that are posted stay where they are.' : tooLarge)),
    ],
  };
}

/** How many pages these rows have. */
export function pagesOf(rows: readonly Row[]): number {
  return Math.max(1, Math.ceil(rows.length / rowsOnPage));
}

const tooLarge =
  'This table is too large to be changed here: that is done by PUT /v1/routing. It can be tried with a payment.';

/** What the form of a row says of the channel that is chosen. `isHidden`: Slack may not show it as chosen. */
export type Remark = { readonly says: Notice; readonly isHidden: boolean };

/** One row as a form, with what the whole table would be like with it. Throws as `tableView` does. */
export function rowView(draft: Draft, form: RowForm, remark?: Remark): ModalView {
  const { rows = [], row = { at: rows.length, isNew: true } } = draft;
  const id = (field: keyof RowForm) => blockOf(field, draft.form);
  return {
    ...modal(views.row, row.isNew ? 'A new row' : `Row ${row.at + 1} of ${rows.length}`, draft),
    submit: plain('Keep row'),
    close: plain('Discard all'),
    blocks: [
      backBlock(),
      input(id('name'), 'Name', textField(form.name, field, { max_length: 80 }), {
        hint: 'Shown wherever it is said why a payment went there. No two rows have the same.',
      }),
      { type: 'header', text: plain('Which payments it takes') },
      input(id('kind'), 'Payment', oneOf(form.kind, kinds, presses.typed), { live: true }),
      input(id('types'), 'Course types', textField(form.types, presses.typed, { multiline: true }), {
        optional: true,
        live: true,
        hint: 'As the checkout writes them, one on a line. Empty: any.',
      }),
      input(
        id('completedMin'),
        'Completed instalments, at least',
        textField(form.completedMin, presses.typed, { max_length: 9 }),
        {
          optional: true,
          live: true,
        },
      ),
      input(
        id('completedMax'),
        'Completed instalments, at most',
        textField(form.completedMax, presses.typed, { max_length: 9 }),
        {
          optional: true,
          live: true,
          hint: 'Of plans that are not fully paid, this very payment left out.',
        },
      ),
      input(id('assigned'), 'Assigned admin', oneOf(form.assigned, assignments, presses.typed), { live: true }),
      input(
        id('amountMin'),
        'Amount in rupees, at least',
        textField(form.amountMin, presses.typed, { max_length: 30 }),
        {
          optional: true,
          live: true,
        },
      ),
      input(
        id('amountMax'),
        'Amount in rupees, at most',
        textField(form.amountMax, presses.typed, { max_length: 30 }),
        {
          optional: true,
          live: true,
        },
      ),
      ...lines(fine(...reading(draft, row, form))).map((block) => ({ ...block, block_id: 'check' })),
      { type: 'header', text: plain('Where they go') },
      input(id('channel'), 'Channel', oneOf(form.channel, channels, presses.typed), { live: true }),
      input(
        id('other'),
        'Another channel',
        {
          type: 'conversations_select',
          action_id: presses.typed,
          filter: { include: ['public', 'private'], exclude_external_shared_channels: true, exclude_bot_users: true },
          ...(form.other !== '' && !remark?.isHidden && { initial_conversation: form.other }),
        },
        { optional: true, live: true, hint: 'Counts only where “Another channel” is chosen above.' },
      ),
      ...(remark ? lines(fine(...remark.says)).map((block) => ({ ...block, block_id: 'standing' })) : []),
      input(id('postAs'), 'Posted by', oneOf(form.postAs, posters, field), {
        hint: 'Where nobody is assigned, or they have not allowed it, the app posts and names them.',
      }),
      input(id('broadcast'), 'Shown in the channel, too', severalOf(form.broadcast, told, field), {
        optional: true,
        hint: 'Replies in a thread of which the whole channel should know.',
      }),
    ],
  };
}

/** A payment as a form, and where it goes by the rows. Throws as `tableView` does. */
export function tryView(draft: Draft, form: PaymentForm, result: readonly KnownBlock[] = []): ModalView {
  const id = (field: keyof PaymentForm) => blockOf(field, draft.form);
  return {
    ...modal(views.try, 'Try a payment', draft),
    submit: plain('Try'),
    close: plain(draft.changed ? 'Discard all' : 'Close'),
    blocks: [
      backBlock(),
      ...result,
      input(id('kind'), 'Payment', oneOf(form.kind, kinds.slice(1), field)),
      input(id('completed'), 'Completed instalments', textField(form.completed, field, { max_length: 9 }), {
        optional: true,
        hint: 'Of plans that are not fully paid, this very payment left out. Empty: none.',
      }),
      input(id('type'), 'Course type', textField(form.type, field, { max_length: 64 }), {
        optional: true,
        hint: 'As the checkout writes it. Empty: not known.',
      }),
      input(id('amount'), 'Amount in rupees', textField(form.amount, field, { max_length: 30 }), { optional: true }),
      input(id('assigned'), 'Assigned admin', oneOf(form.assigned, assignments.slice(1), field)),
    ],
  };
}

/** Where a payment goes by these rows, and why it is none of the others. */
export function tried(rows: readonly Row[], payment: Case): KnownBlock[] {
  if (!takerOf(rows, payment)) {
    return [
      ...lines(
        body('⚠️ ', { bold: 'No row takes this payment.' }, ' Add one that does, or a last one that asks for nothing.'),
      ),
      ...whys(whyNone(rows, payment, rupees), rows),
      { type: 'divider' },
    ];
  }
  const { row, why, others } = decide({ version: 0, rows }, payment, rupees);
  return [
    ...lines(
      body('➡️ It goes to ', channelInWords(row.then.channel), ', by row ', { bold: numbered(row, rows) }, '.'),
      body(fitting(why, 1_000)),
      fine(`Posted by ${posterInWords(row.then.postAs)}. Shown in the channel, too: ${shownInWords(row.then)}.`),
    ),
    ...whys(others, rows),
    { type: 'divider' },
  ];
}

/** What is shown while a table is being saved: the worker puts its outcome there. */
export function savingView(): ModalView {
  return doneView(
    lines(body('Saving … The outcome appears here in a moment, and in a message if this is closed before.')),
  );
}

/** The last that a view says. */
export function doneView(blocks: readonly KnownBlock[]): ModalView {
  return {
    type: 'modal',
    callback_id: views.done,
    title: plain('Where payments go'),
    close: plain('Close'),
    blocks: [...blocks],
  };
}

function modal(callback: string, title: string, draft: Draft) {
  return { type: 'modal', callback_id: callback, title: plain(title), private_metadata: pack(draft) } as const;
}

function heading({ from, changed, rows }: Draft, by: readonly Inline[]): Inline[] {
  const version = from === 0 ? 'The built-in table' : `Version ${from}`;
  if (!rows || !changed) return [`${version} is in force`, ...by, '. The first row that takes a payment wins.'];
  return [`${version} is in force; `, { bold: 'what you changed below is not saved yet' }, '.'];
}

/** What keeps the rows from being saved. */
function standing([first, ...others]: readonly string[]): Inline[] {
  if (first === undefined) return ['✅ Complete: every payment goes to exactly one row.'];
  return ['⚠️ ', ...problemLines([first, ...others])];
}

const problemsShown = 3;

function problemLines(problems: readonly string[]): Inline[] {
  const left = problems.length - problemsShown;
  return [
    problems
      .slice(0, problemsShown)
      .map((problem) => fitting(problem, 700))
      .join('\n'),
    left > 0 ? `\n… and ${left} more.` : '',
  ];
}

/** How the form of a row is understood, and what keeps the table with it from being saved. */
function reading({ rows = [] }: Draft, place: NonNullable<Draft['row']>, form: RowForm): Inline[] {
  const when = whenOf(form);
  if (!when.ok) {
    return [
      '⚠️ Not understood yet. ',
      Object.entries(when.wrong)
        .map(([at, what]) => `${labels[at]} ${what}`)
        .join(' '),
    ];
  }
  const row = {
    name: form.name.trim() || 'this row',
    when: when.value,
    then: { channel: 'payments', postAs: 'app', broadcast: [] },
  } as const;
  const all = withRow(rows, place, row);
  return [`It takes ${fitting(takesInWords(row, place.at === 0), 600)}.\n`, ...standing(problemsInWords(all))];
}

const labels: Readonly<Record<string, string>> = {
  kind: 'Payment',
  types: 'Course types',
  completedMin: 'Completed instalments, at least,',
  completedMax: 'Completed instalments, at most,',
  assigned: 'Assigned admin',
  amountMin: 'The amount, at least,',
  amountMax: 'The amount, at most,',
};

/** A row with what can be done to it: whom it takes and where they go, and in small print how they are told there. */
function rowBlocks(row: Row, at: number, count: number, isEditable: boolean): KnownBlock[] {
  const { channel, postAs } = row.then;
  const [section, ...print] = lines(
    body(
      { bold: `${at + 1}. ${fitting(row.name, 200)}` },
      `\nTakes ${fitting(takesInWords(row, at === 0), 1_200)}\n→ `,
      channelInWords(channel),
    ),
    fine(`Posted by ${posterInWords(postAs)} · Shown there, too: ${shownInWords(row.then)}`),
  );
  if (!section || !isEditable) return section ? [section, ...print] : print;
  const does: readonly (readonly [string, string])[] = [
    ...(fitsForm(row) ? [['edit', 'Edit'] as const] : []),
    ...(at > 0 ? [['up', 'Move up'] as const] : []),
    ...(at < count - 1 ? [['down', 'Move down'] as const] : []),
    ['remove', 'Remove'],
  ];
  const menu = {
    type: 'overflow',
    action_id: presses.menu,
    options: does.map(([what, label]) => option([`${what}#${at}`, label])),
  } as const;
  return [{ ...(section as SectionBlock), block_id: `row#${at}`, accessory: menu }, ...print];
}

function paging(first: number, count: number): KnownBlock[] {
  const buttons: readonly Button[] = [
    ...(first > 0 ? [{ id: presses.before, label: 'Rows before', value: 'before' }] : []),
    ...(first + rowsOnPage < count ? [{ id: presses.after, label: 'Rows after', value: 'after' }] : []),
  ];
  return buttons.length === 0 ? [] : [{ type: 'actions', block_id: 'pages', elements: buttons.map(button) }];
}

const whysAtMost = 25;

/** Why each of the other rows does not take a payment, a paragraph for each. */
function whys(others: Decision['others'], rows: readonly Row[]): KnownBlock[] {
  const place = new Map(rows.map((row) => [row.name, numbered(row, rows)]));
  const left = others.length - whysAtMost;
  return lines(
    ...others
      .slice(0, whysAtMost)
      .map(({ row, why }) => fine({ bold: place.get(row) ?? row }, `: ${fitting(why, 1_000)}`)),
    fine(left > 0 ? `… and ${left} more rows.` : ''),
  );
}

function numbered(row: Row, rows: readonly Row[]): string {
  return `${rows.indexOf(row) + 1}. ${fitting(row.name, 200)}`;
}

function noticed(notice: Notice | undefined): KnownBlock[] {
  return notice ? [...lines(body(...notice)), { type: 'divider' }] : [];
}

function backBlock(): KnownBlock {
  return {
    type: 'actions',
    block_id: 'back',
    elements: [button({ id: presses.back, label: '← Back to the table', value: 'back' })],
  };
}

const kinds: readonly Choice[] = [
  [any, 'Any'],
  ['full', 'A full payment'],
  ['part', 'A part payment'],
];
const assignments: readonly Choice[] = [
  [any, 'Whether or not somebody is assigned'],
  ['yes', 'Somebody is assigned'],
  ['no', 'Nobody is assigned'],
];
const channels: readonly Choice[] = [
  ...Object.entries(namedChannels).map(([id, label]): Choice => [id, capitalized(label)]),
  [otherChannel, 'Another channel, chosen below'],
];
const posters: readonly Choice[] = [
  ['admin', 'The assigned admin'],
  ['app', 'The app'],
];

const told: readonly Choice[] = changes.map((change) => [change, capitalized(changesInWords[change])]);

function capitalized(words: string): string {
  return `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`;
}
