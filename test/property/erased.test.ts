/** What is kept of a delivery whose payer was erased: all that is told of it, and nothing by which anybody could be known. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { erasedBytes } from '../../shared/payments/erased.ts';
import { type PaymentEvent, readEvent } from '../../shared/payments/event.ts';
import { type Fact, fold } from '../../shared/payments/lifecycle.ts';
import { comparable, withoutColleague, withoutPayer } from '../../shared/payments/nameless.ts';
import { found, planted, withPayer } from '../support/erasing.ts';
import { everyEvent } from '../support/every-event.ts';
import {
  attempt,
  bytesOf,
  captured,
  dispute,
  failed,
  initiated,
  linkPaid,
  orderPaid,
  refund,
} from '../support/facts.ts';

/** An event as it is read; of what belongs to no payment (settlements, downtimes) nobody is erased. */
function eventIn(bytes: Uint8Array): PaymentEvent {
  const reading = readEvent(bytes);
  if (!reading.readable) throw new Error(reading.why);
  const { settlement: _, downtime: __, ...event } = reading.event;
  return event;
}

function erased(bytes: Uint8Array): Uint8Array {
  const rest = erasedBytes(bytes);
  if (!rest) throw new Error('There is nothing left of it.');
  return rest;
}

describe('the bytes that stay of a delivery', () => {
  it.each(everyEvent.map(({ name, body }) => [name, body] as const))('are the same event: %s', (_, body) => {
    const [plain, named] = [bytesOf(body), bytesOf(withPayer(body) as never)];
    expect(eventIn(erased(plain))).toEqual(eventIn(plain));
    const rest = erased(named);
    expect(found(planted.payer, [Buffer.from(rest).toString()])).toEqual([]);
    expect(Buffer.from(erased(rest)).toString()).toBe(Buffer.from(rest).toString());
  });

  const folder = join('..', 'shared', 'razorpay-samples');
  const samples = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  (samples.length > 0 ? it.each(samples) : it.skip.each(['none']))('are the same event as published: %s', (name) => {
    const bytes = readFileSync(join(folder, name));
    if (!readEvent(bytes).readable) return expect(erasedBytes(bytes)).toBeUndefined();
    const rest = erased(bytes);
    expect(eventIn(rest)).toEqual(eventIn(bytes));
    const { email, contact } = /"email":\s*"(?<email>[^"]+)"/.exec(bytes.toString())?.groups ?? {};
    expect(
      found(
        [email, contact].filter((word) => word !== undefined),
        [Buffer.from(rest).toString()],
      ),
    ).toEqual([]);
  });

  it('are none of bytes that are no event', () => {
    expect(erasedBytes(Buffer.from('{"event":'))).toBeUndefined();
    expect(erasedBytes(Buffer.from('{}'))).toBeUndefined();
  });

  /** Any JSON with a payer's words anywhere: in fields that are known, in others, deep down. */
  const word = fc.constantFrom(...planted.payer);
  const anything = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, word, fc.integer(), fc.constant(null), tie('list'), tie('record')),
    list: fc.array(tie('value'), { maxLength: 3 }),
    record: fc.dictionary(
      fc.constantFrom('name', 'email', 'card', 'notes', 'customer', 'description', 'receipt', 'short_url', 'network2'),
      tie('value'),
      { maxKeys: 4 },
    ),
  })).record;
  const kinds = ['payment', 'order', 'payment_link', 'invoice', 'refund', 'dispute', 'subscription', 'token'] as const;

  it('hold nothing of fields that the parser does not read, whatever stands there', () => {
    const bodies = fc.record({
      event: fc.constantFrom('payment.captured', 'refund.created', 'token.confirmed'),
      more: anything,
      payload: fc.dictionary(fc.constantFrom(...kinds), anything, { maxKeys: 4 }),
    });
    fc.assert(
      fc.property(bodies, ({ event, more, payload }) => {
        const entities = Object.entries(payload).map(([kind, entity]) => [
          kind,
          { entity: { ...(entity as object), id: 'id_1' } },
        ]);
        const bytes = Buffer.from(
          JSON.stringify({ ...(more as object), event, payload: Object.fromEntries(entities) }),
        );
        expect(found(planted.payer, [Buffer.from(erased(bytes)).toString()])).toEqual([]);
      }),
    );
  });
});

describe('the fold of what stays', () => {
  const [one, two] = [attempt('pay_1'), attempt('pay_2', { method: 'card' })];
  const bodies = [
    failed(one),
    captured(one),
    captured(two),
    orderPaid(two),
    linkPaid(two),
    refund('created', two, { amount: 100 }),
    refund('processed', two, { amount: 100 }),
    dispute('created', two),
    dispute('won', two),
  ].map(withPayer);
  const facts = bodies.map((body, index) => ({ index, body }));

  it('is the same for any of its facts, in any order, whichever of them are erased already', () => {
    const some = fc
      .shuffledSubarray(facts, { minLength: 1 })
      .chain((all) => fc.tuple(fc.constant(all), fc.subarray(all)));
    fc.assert(
      fc.property(some, ([all, gone]) => {
        const factIn = (bytes: Uint8Array, index: number): Fact => ({
          source: 'razorpay',
          id: `${index}`,
          at: index,
          event: eventIn(bytes),
        });
        const before = all.map(({ body, index }) => factIn(bytesOf(body as never), index));
        const after = all.map((fact) => {
          const bytes = bytesOf(fact.body as never);
          return factIn(gone.includes(fact) ? erased(bytes) : bytes, fact.index);
        });
        // Of Razorpay's sentence about a failure, addresses and numbers go; there is one such fact.
        const wordless = (state: ReturnType<typeof fold>) => JSON.stringify(state).replace(/Declined for[^"]*/g, '…');
        expect(wordless(fold(after))).toBe(wordless(fold(before)));
      }),
    );
  });
});

describe('names', () => {
  const { initiated: said } = initiated() as Fact & { source: 'initiated' };

  it('go from what the checkout said, and a repetition is still the same', () => {
    const kept = withoutPayer(said);
    expect(kept).toEqual({ ...said, lead: { id: 'lead_1', name: '' } });
    expect(comparable(kept, said)).toEqual(kept);
    expect(comparable(said, { ...said, lead: { id: 'lead_1', name: 'Another' } }).lead.name).toBe('Another');
    const both = withoutColleague(kept, { id: 'adm_arjun', name: 'Arjun Mehta' });
    expect(comparable(both, said)).toEqual(both);
    expect(comparable(both, { ...said, assignedAdmin: null }).assignedAdmin).toBeNull();
  });

  it('of a colleague go wherever their id is beside one, and of nobody else', () => {
    expect(withoutColleague(said, { id: 'adm_arjun', name: undefined })).toEqual({
      ...said,
      assignedAdmin: { id: 'adm_arjun', name: '' },
    });
    expect(withoutColleague(said, { id: 'adm_sana', name: undefined })).toEqual(said);
    // A learner may have the same id as somebody of the company.
    expect(withoutColleague(said, { id: 'lead_1', name: undefined })).toEqual(said);
    const note = {
      kind: 'snoozed',
      by: [
        { id: 'a', name: 'Asha' },
        { id: 'b', name: 'Bo' },
      ],
      at: 1,
      bytes: new Uint8Array([1]),
    };
    expect(withoutColleague(note, { id: 'a', name: undefined })).toEqual({
      ...note,
      by: [
        { id: 'a', name: '' },
        { id: 'b', name: 'Bo' },
      ],
    });
  });
});
