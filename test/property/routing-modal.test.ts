/** The form of a decision table, whatever table it shows and whatever people do in it. */
import { brotliCompressSync, constants } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { ModalView } from '@slack/types';
import fc from 'fast-check';
import { readView } from '../../lib/local/slack-front/view-rules.ts';
import { Refuse } from '../../shared/base/errors.ts';
import type { Row } from '../../shared/payments/route.ts';
import { changesBetween, changesInLines } from '../../shared/payments/routing-changes.ts';
import { begin, type Draft, fits, moved, pack, unpack, withRow } from '../../shared/payments/routing-draft.ts';
import { caseIn, fitsForm, formOf, type RowForm, rowOf } from '../../shared/payments/routing-form.ts';
import { pagesOf, rowView, tableView, tried, tryView } from '../../shared/payments/routing-modal.ts';
import { readRouting } from '../../shared/payments/routing-request.ts';
import { answer } from '../../shared/payments/routing-submit.ts';
import { problemsInWords } from '../../shared/payments/routing-words.ts';
import { body, message } from '../../shared/slack/text.ts';
import { anyCase, anyRow, anyRows, manyRows, row } from '../support/routing.ts';

/** Throws for what Slack would refuse, naming each field. */
const accepted = (view: ModalView) => readView(JSON.parse(JSON.stringify(view)), 'modal', () => 'block');

const draftOf = (rows: readonly Row[], more: Partial<Draft> = {}): Draft => ({ ...begin(7, rows), ...more });
const fitting = manyRows.filter(fits);

const submitted = (view: ModalView, values: Readonly<Record<string, Readonly<Record<string, string>>>> = {}) => ({
  view: {
    id: 'V1',
    hash: '1',
    callbackId: view.callback_id ?? '',
    metadata: view.private_metadata ?? '',
    values,
  },
});

/** A form as it comes back: what stands in each field, by block and action. */
function valuesOf(form: object, nth: number) {
  return Object.fromEntries(
    Object.entries(form).map(([field, value]) => [`${field}.${nth}`, { field: value === '' ? undefined : value }]),
  ) as never;
}

describe('a draft', () => {
  it('comes back as it went out, whatever its rows', () => {
    fc.assert(
      fc.property(fitting, fc.boolean(), fc.nat(4), (rows, changed, page) => {
        const draft = draftOf(rows, { changed, page });

        expect(unpack(pack(draft))).toEqual(draft);
      }),
      { numRuns: 100 },
    );
  });

  it('has room for an ordinary table of eighty rows', () => {
    const rows = Array.from({ length: 80 }, (_, index) =>
      row(`learners of cohort ${index}`, { courseType: [`cohort-${index}`], amount: { min: index * 10_000 } }),
    );

    expect(fits(rows)).toBe(true);
  });

  it('leaves the rows out where they do not fit, and then fits', () => {
    fc.assert(
      fc.property(manyRows, (rows) => {
        const draft = begin(99_999, rows);

        expect(draft.rows).toEqual(fits(rows) ? rows : undefined);
        expect(unpack(pack(draft))).toEqual(draft);
      }),
      { numRuns: 100 },
    );
  });

  it('is none in anything else, and reading that never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(squeezed)), (text) => {
        expect(unpack(text)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['a table that no request could bring', { ...draftOf([]), rows: [{ ...row('x'), name: '' }] }],
    ['a channel of no shape', { ...draftOf([]), rows: [row('x', {}, { channel: '#general' })] }],
    ['a row that is not there', draftOf([row('x')], { row: { at: 1, isNew: false } })],
    ['a field that nobody knows', { ...draftOf([row('x')]), team: 'TOTHER' }],
    ['more rows than a table has', { ...draftOf([]), rows: Array.from({ length: 101 }, (_, n) => row(`${n}`)) }],
  ])('is none in %s', (_, draft) => {
    expect(unpack(squeezed(JSON.stringify(draft)))).toBeUndefined();
  });

  it('is not unpacked beyond what a draft can be', () => {
    const bomb = squeezed(' '.repeat(50_000_000));
    const before = process.memoryUsage().arrayBuffers;

    expect(bomb.length).toBeLessThan(3_000);
    expect(unpack(bomb)).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });
});

describe('the form of a row', () => {
  it('says what the row says', () => {
    fc.assert(
      fc.property(anyRow, (one) => {
        expect(rowOf(formOf(one))).toEqual({ ok: true, value: one });
      }),
      { numRuns: 150 },
    );
  });

  const typed = fc.oneof(fc.string(), fc.constantFrom('', '1', '40,000', '₹ 499.50', '-1', '1e9', '٣', '9'.repeat(30)));
  const anyForm = fc.record({
    name: typed,
    kind: fc.constantFrom('any', 'full', 'part', 'none'),
    types: typed,
    completedMin: typed,
    completedMax: typed,
    assigned: fc.constantFrom('any', 'yes', 'no'),
    amountMin: typed,
    amountMax: typed,
    channel: fc.constantFrom('payments', 'partPayments', 'ops', 'other', 'mine', ''),
    other: fc.constantFrom('', 'C0123456789', 'D0123456789'),
    postAs: fc.constantFrom('admin', 'app', ''),
    broadcast: fc.subarray(['paid', 'failed', 'nonsense']),
  }) as fc.Arbitrary<RowForm>;

  it('is a row that a table may have, or says which of its fields is wrong, whatever is typed', () => {
    fc.assert(
      fc.property(anyForm, (form) => {
        const read = rowOf(form);

        if (read.ok) expect(() => readRouting({ rows: [{ ...read.value, when: {} }] })).not.toThrow();
        else expect(Object.keys(read.wrong).filter((field) => field in form)).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('is shown and answered within the limits of Slack, whatever is typed', () => {
    fc.assert(
      fc.property(anyForm, fitting, fc.nat(99), (given, rows, at) => {
        // What Slack itself keeps people from typing.
        const cut = (text: string, most: number) => text.slice(0, most);
        const form = {
          ...given,
          name: cut(given.name, 80),
          completedMin: cut(given.completedMin, 9),
          completedMax: cut(given.completedMax, 9),
          amountMin: cut(given.amountMin, 30),
          amountMax: cut(given.amountMax, 30),
          other: given.other.startsWith('D') ? '' : given.other,
        };
        const draft = draftOf(rows, { form: 3, row: { at: at % (rows.length + 1), isNew: true } });
        const view = rowView(draft, form);

        accepted(view);
        const { response } = answer(submitted(view, valuesOf(form, 3)));
        if (response.response_action === 'update') accepted(response.view);
        else if (response.response_action === 'errors') {
          const blocks = view.blocks.map(({ block_id: id }) => id);
          expect(Object.keys(response.errors).every((id) => blocks.includes(id))).toBe(true);
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe('the table', () => {
  it('is shown within the limits of Slack on each of its pages, also where it is too large to be changed', () => {
    fc.assert(
      fc.property(manyRows, fc.boolean(), (rows, changed) => {
        for (let page = 0; page < pagesOf(rows); page += 1) {
          const draft = { ...begin(3, rows), changed, page };
          const view = accepted(tableView(draft, { rows }));
          const shown = view.blocks.filter(
            ({ type, text }) => type === 'section' && JSON.stringify(text).includes('Takes '),
          );

          expect(shown).toHaveLength(Math.min(20, rows.length - 20 * page));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('stays within them after any edits', () => {
    const edit = fc.oneof(
      fc.record({ what: fc.constant('put' as const), at: fc.nat(99), isNew: fc.boolean(), row: anyRow }),
      fc.record({ what: fc.constant('move' as const), at: fc.nat(99), by: fc.constantFrom(1 as const, -1 as const) }),
      fc.record({ what: fc.constant('remove' as const), at: fc.nat(99) }),
    );
    fc.assert(
      fc.property(fitting, fc.array(edit, { maxLength: 12 }), (rows, edits) => {
        let draft = draftOf(rows);
        for (const each of edits) {
          const now = draft.rows ?? [];
          const at = each.at % Math.max(1, now.length);
          if (each.what === 'put') {
            const isNew = each.isNew || now.length === 0;
            const place = { at, isNew };
            const form = formOf(each.row);
            if (!fitsForm(each.row)) continue;
            const next = answer(
              submitted(rowView({ ...draft, row: place }, form), valuesOf(form, draft.form)),
            ).response;
            if (next.response_action !== 'update') continue;
            accepted(next.view);
            draft = unpack(next.view.private_metadata ?? '') ?? draft;
            expect(draft.rows).toEqual(withRow(now, place, each.row));
            continue;
          }
          const left = each.what === 'remove' ? now.toSpliced(at, 1) : moved(now, at, each.by);
          if (fits(left)) draft = { ...draft, rows: left, changed: true };
          accepted(tableView(draft));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is accepted for saving exactly where PUT /v1/routing would take it', () => {
    fc.assert(
      fc.property(fc.oneof(anyRows, fitting), (rows) => {
        const { accepted: isAccepted } = answer(submitted(tableView(draftOf(rows, { changed: true }))));

        expect(isAccepted).toBe(isTaken(rows));
        expect(problemsInWords(rows).length === 0).toBe(isTaken(rows));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a payment that is tried', () => {
  it('is shown with the row that takes it, within the limits of Slack', () => {
    fc.assert(
      fc.property(fc.oneof(anyRows, manyRows), anyCase, (rows, payment) => {
        accepted(
          tryView(
            begin(1, rows),
            { kind: 'full', completed: '', type: '', amount: '', assigned: 'no' },
            tried(rows, payment),
          ),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('is read, or its wrong fields are named, whatever is typed', () => {
    const typed = fc.oneof(fc.string(), fc.constantFrom('', '3', '12,000'));
    const form = fc.record({
      kind: fc.constantFrom('full', 'part', 'none'),
      completed: typed,
      type: typed,
      amount: typed,
      assigned: fc.constantFrom('yes', 'no'),
    });
    fc.assert(
      fc.property(form, (given) => {
        const read = caseIn(given);

        if (!read.ok) expect(Object.keys(read.wrong).filter((field) => field in given)).not.toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('what makes one table of another', () => {
  it('is nothing where they are the same', () => {
    fc.assert(
      fc.property(manyRows, (rows) => expect(changesBetween(rows, JSON.parse(JSON.stringify(rows)))).toEqual([])),
    );
  });

  it('names every row that came, went or differs, and moves as few as can be', () => {
    fc.assert(
      fc.property(manyRows, fc.infiniteStream(fc.nat()), anyRow, (rows, random, other) => {
        const shuffled = rows.toSorted(() => ((random.next().value ?? 0) % 3) - 1);
        const after = shuffled
          .map((each, index) => (index % 5 === 1 ? { ...other, name: each.name } : each))
          .slice(index(rows));
        const changes = changesBetween(rows, after);

        const kept = after.filter(({ name }) => rows.some((each) => each.name === name));
        expect(changes.filter(({ kind }) => kind === 'removed')).toHaveLength(rows.length - kept.length);
        const names = changes.flatMap((change) => (change.kind === 'moved' ? [change.name] : []));
        const stayed = kept
          .filter(({ name }) => !names.includes(name))
          .map(({ name }) => rows.findIndex((each) => each.name === name));
        expect(stayed).toEqual(stayed.toSorted((a, b) => a - b));
      }),
      { numRuns: 80 },
    );
  });

  it('is told within the limits of Slack', () => {
    fc.assert(
      fc.property(manyRows, manyRows, (before, after) => {
        expect(() => message(body(...changesInLines(changesBetween(before, after))), body('and more'))).not.toThrow();
      }),
      { numRuns: 80 },
    );
  });
});

const index = (rows: readonly Row[]) => Math.floor(rows.length / 4);

function squeezed(text: string): string {
  return brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).toString('base64url');
}

function isTaken(rows: readonly Row[]): boolean {
  try {
    readRouting({ rows });
    return true;
  } catch (error) {
    if (error instanceof Refuse) return false;
    throw error;
  }
}
