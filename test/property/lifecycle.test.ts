import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Body, paymentEntity, webhookBody } from '../../lib/local/razorpay-bodies.ts';
import { withRootButtons, withWarningButtons } from '../../shared/payments/buttons.ts';
import { readEvent } from '../../shared/payments/event.ts';
import { type Fact, fold, paymentEvents } from '../../shared/payments/lifecycle.ts';
import { render } from '../../shared/payments/message.ts';
import { renderWarning } from '../../shared/payments/warning.ts';
import {
  attempt,
  authorized,
  captured,
  dispute,
  factOf,
  failed,
  initiated,
  linkPaid,
  note,
  orderPaid,
  reconciled,
  refund,
  start,
} from '../support/facts.ts';

const first = attempt('pay_1');
const second = attempt('pay_2', { at: start + 240, method: 'card' });

/** Everything that is said of one order with two tries until it is paid. */
const payment: readonly Fact[] = [
  initiated(),
  factOf(failed(first)),
  factOf(failed(first, { at: start + 90 })),
  factOf(authorized(first, { at: start + 120 })),
  factOf(captured(first, { at: start + 121 })),
  factOf(failed(second)),
  factOf(authorized(second)),
  factOf(captured(second)),
  factOf(orderPaid(second)),
  factOf(linkPaid(second)),
];

const disputed = (step: Parameters<typeof dispute>[0], after: number) =>
  factOf(dispute(step, second, { at: start + after }));

/** And what may follow: money that goes back, what we had to ask for, and what we noted. */
const everything: readonly Fact[] = [
  ...payment,
  reconciled({ payment: paymentEntity(first, 'failed') }),
  reconciled({ payment: { ...paymentEntity(second, 'captured'), amount_refunded: 700_000 } }),
  factOf(refund('created', second, { amount: 500_000 })),
  factOf(refund('processed', second, { amount: 500_000 })),
  factOf(refund('created', second, { amount: 100_000, id: 'rfnd_2' })),
  factOf(refund('failed', second, { amount: 100_000, id: 'rfnd_2' })),
  factOf(refund('speed_changed', first, { id: 'rfnd_3' })),
  disputed('created', 90_000),
  disputed('action_required', 95_000),
  disputed('under_review', 97_000),
  disputed('won', 99_000),
  disputed('lost', 98_000),
  note({ kind: 'owner', owner: { id: 'adm_meera', name: 'Meera Thomas' } }, 1),
  note({ kind: 'owner', owner: null }, 2),
  note({ kind: 'earlier', orderId: 'order_0', number: 1, of: 3, amount: 1_500_000 }),
  note({ kind: 'earlier', orderId: 'order_0', number: 1, of: 3, amount: 1_500_000, permalink: 'https://a.example/p1' }),
  note({ kind: 'notCaptured', paymentId: 'pay_1', since: start }),
  note({ kind: 'openTooLong', since: start }),
  note({ kind: 'owner', owner: { id: 'adm_sana', name: 'Sana Khan' }, press: 'sha256:1' }, 3),
  ...['pay_1', 'openTooLong'].flatMap((warning) => [
    note({ kind: 'snoozed', warning, by: { id: 'adm_sana', name: 'Sana Khan' }, until: start + 90, press: 'sha256:2' }),
    note({ kind: 'snoozeEnded', warning, until: start + 90 }),
    note({ kind: 'snoozed', warning, by: { id: 'adm_meera', name: 'M' }, until: start + 900, press: 'sha256:3' }),
    note({ kind: 'snoozed', warning, by: { id: 'adm_sana', name: 'S' }, until: start + 900, press: 'sha256:4' }),
  ]),
];

const someFacts = fc.subarray([...everything], { minLength: 1 });
/** The same facts in another order, some of them twice, some of those under another event id. */
const shuffled = (facts: readonly Fact[]) =>
  fc
    .tuple(fc.shuffledSubarray([...facts], { minLength: facts.length }), fc.subarray([...facts]))
    .map(([all, again]) => [...all, ...again.map((fact) => ({ ...fact, id: `${fact.id}-again` }))]);

const wanted = (facts: readonly Fact[]) => render(fold(facts));
const at = { account: 'live', thread: 'order_A' };
/** Every message in Slack that these facts want, by thread, with its buttons. */
const everywhere = (facts: readonly Fact[]) => {
  const state = fold(facts);
  const warnings = state.warnings.map((warning) =>
    withWarningButtons(renderWarning(state, warning, undefined), state, warning, at),
  );
  return [withRootButtons(render(state), state, at), ...warnings];
};

describe('the fold', () => {
  const pairs = someFacts.chain((facts) => fc.tuple(shuffled(facts), shuffled(facts)));

  it('tells the same messages of the same facts, in any order, with any of them repeated', () => {
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        // As text: ten thousand deep comparisons would take longer than all that they compare.
        expect(JSON.stringify(everywhere(other))).toBe(JSON.stringify(everywhere(one)));
      }),
      { numRuns: Number(process.env['FOLDS'] ?? 10_000) },
    );
  });

  it('comes to the same state of them', () => {
    fc.assert(fc.property(pairs, ([one, other]) => expect(fold(other)).toEqual(fold(one))));
  });

  it('never takes a wanted message back when another fact becomes known', () => {
    const growing = shuffled(everything).chain((facts) => fc.tuple(fc.constant(facts), fc.nat(facts.length)));

    fc.assert(
      fc.property(growing, ([facts, known]) => {
        const keys = (some: readonly Fact[]) =>
          everywhere(some).flatMap(({ replies }) => replies.map(({ key }) => key));
        const [before, after] = [keys(facts.slice(0, known)), keys(facts)];
        expect(after).toEqual(expect.arrayContaining(before));
      }),
    );
  });

  it('never takes a reply back in a storm of failures, and ends in as many in whatever order they are heard', () => {
    const storm = Array.from({ length: 60 }, (_, index) =>
      factOf(failed(attempt(`pay_${index % 25}`), { at: start + index * 60 })),
    );
    const heard = fc
      .shuffledSubarray(storm, { minLength: storm.length })
      .map((facts) => facts.map((fact, index) => ({ ...fact, at: index * 1_000 })));

    fc.assert(
      fc.property(heard, fc.nat(storm.length), (facts, known) => {
        const keys = (some: readonly Fact[]) => wanted(some).replies.map(({ key }) => key);
        expect(keys(facts)).toHaveLength(41);
        expect(keys(facts)).toEqual(expect.arrayContaining(keys(facts.slice(0, known))));
        expect(keys(facts.toReversed())).toEqual(keys(facts));
      }),
    );
  });

  const many = (count: number, body: (index: number) => Body) =>
    Array.from({ length: count }, (_, index) => ({ ...factOf(body(index)), at: index * 1_000 }));
  const paidInParts = (index: number) => captured(attempt(`pay_${index}`, { amount: 100, at: start + index }));
  const givenBackInParts = (index: number) => refund('failed', first, { id: `rfnd_${index}`, amount: 100 });
  const disputedOver = (index: number) =>
    dispute(index % 2 === 0 ? 'created' : 'action_required', first, { id: `disp_${index}` });

  it.each([
    ['parts', 2_000, paidInParts, 101],
    ['refunds that failed', 2_000, givenBackInParts, 202],
    ['disputes', 500, disputedOver, 32],
  ] as const)('tells of any number of %s in a thread that is finite', (_, count, body, replies) => {
    const facts = [factOf(captured(first)), ...many(count, body)];
    const keys = (some: readonly Fact[]) => wanted(some).replies.map(({ key }) => key);

    expect(keys(facts)).toHaveLength(replies);
    expect(keys(facts)).toEqual(expect.arrayContaining(keys(facts.slice(0, count / 2))));
  });

  it('takes no reply of a link back, whether it expired or was cancelled first', () => {
    const link = (event: 'expired' | 'cancelled') =>
      factOf(webhookBody(`payment_link.${event}`, start, { payment_link: { id: 'plink_1', amount: 100 } }));
    const keys = (facts: readonly Fact[]) => wanted(facts).replies.map(({ key }) => key);

    expect(keys([link('expired'), link('cancelled')])).toEqual(['cancelled#plink_1', 'expired#plink_1']);
  });

  it('never moves a state back when another fact becomes known', () => {
    const ranks = ['initiated', 'failed', 'authorized', 'partlyPaid', 'paid'];
    const without = payment.filter((fact) => fact.source !== 'initiated');
    const growing = shuffled(without).chain((facts) =>
      fc.tuple(fc.constant(facts), fc.integer({ min: 1, max: facts.length })),
    );

    fc.assert(
      fc.property(growing, ([facts, known]) => {
        const before = ranks.indexOf(fold(facts.slice(0, known)).standing);
        expect(ranks.indexOf(fold(facts).standing)).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});

describe('what is signed, whatever it says', () => {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.maxSafeInteger(),
    fc.string({ unit: 'binary', maxLength: 3_000 }),
  );
  const often = <T>(...values: T[]) => fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...values) }, odd);
  const time = often(start, 946_684_800, 4_102_444_800);
  const amount = often(0, 4_500_000, Number.MAX_SAFE_INTEGER);
  const currency = often('INR', 'USD', 'JPY', 'KWD', 'XXX');
  const entity = (ids: readonly string[]) =>
    fc.record(
      {
        id: often(...ids),
        order_id: often('order_A', null),
        amount,
        amount_paid: amount,
        currency,
        fee: amount,
        status: often('captured', 'failed'),
        method: often('upi', 'card', 'wallet'),
        wallet: odd,
        card: fc.record({ network: odd }),
        created_at: time,
        updated_at: time,
        error_code: odd,
        error_reason: often('insufficient_funds', 'x'),
        error_source: odd,
        error_step: odd,
        payment_id: often('pay_1', null),
        amount_refunded: amount,
        amount_deducted: amount,
        reason_code: often('duplicate_processing', ''),
        phase: odd,
        respond_by: time,
        paid_count: amount,
        total_count: amount,
        cancelled_at: time,
        speed_requested: often('optimum'),
      },
      { requiredKeys: ['id'] },
    );
  const bodies = fc.array(
    fc.record({
      event: often(...paymentEvents),
      created_at: time,
      payload: fc.record({
        payment: fc.record({ entity: entity(['pay_1', 'pay_2', `pay_${'x'.repeat(60)}`]) }),
        order: fc.option(fc.record({ entity: entity(['order_A']) })),
        payment_link: fc.option(fc.record({ entity: entity(['plink_1']) })),
        invoice: fc.option(fc.record({ entity: entity(['inv_1']) })),
        refund: fc.option(fc.record({ entity: entity(['rfnd_1', 'rfnd_2']) })),
        dispute: fc.option(fc.record({ entity: entity(['disp_1']) })),
        subscription: fc.option(fc.record({ entity: entity(['sub_1']) })),
      }),
    }),
    { maxLength: 50, size: 'max' },
  );

  it('can be told inside the limits of Slack, announced or not', () => {
    fc.assert(
      fc.property(bodies, fc.boolean(), (told, announced) => {
        const facts = told.flatMap((body): Fact[] => {
          const reading = readEvent(Buffer.from(JSON.stringify(body)));
          return reading.readable ? [{ source: 'razorpay', id: 'x', at: 0, event: reading.event }] : [];
        });
        const { root, replies } = wanted(announced ? [initiated(), ...facts] : facts);
        for (const { content } of [root, ...replies]) {
          expect(content.text.length).toBeLessThanOrEqual(4_000);
          expect(content.blocks.length).toBeLessThanOrEqual(50);
        }
      }),
      { numRuns: 200 },
    );
  });
});
