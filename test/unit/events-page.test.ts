/** docs/events.md against the code: what it promises is told, and what it does not is not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { paymentEntity, webhookBody } from '../../lib/local/razorpay-bodies.ts';
import { opsPrefix, readEvent } from '../../shared/payments/event.ts';
import { type Fact, fold, paymentEvents } from '../../shared/payments/lifecycle.ts';
import { render } from '../../shared/payments/message.ts';
import { operationsEvents, renderOperations } from '../../shared/payments/operations.ts';
import { changes } from '../../shared/payments/replies.ts';
import { everyEvent } from '../support/every-event.ts';
import { attempt, bytesOf, start } from '../support/facts.ts';

/** The rows of the page under each of its headings: the event, and its last cell. */
const page = Object.fromEntries(
  readFileSync('docs/events.md', 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      const rows = lines.flatMap((line) => {
        const cells = line.split('|').slice(1, -1);
        const event = /^ `([^`]+)` $/.exec(cells[0] ?? '')?.[1];
        return event === undefined ? [] : [[event, (cells.at(-1) ?? '').trim()] as const];
      });
      return [heading, rows] as const;
    }),
);
const inThreads = page["Told in the payment's thread"] ?? [];
const inOps = page['Told in the ops channel'] ?? [];
const stored = page['Stored, and not told'] ?? [];
const promised = new Map([...inThreads, ...inOps]);

/** Published bodies, beside the repository on some machines only; the other tests do not need them. */
const folder = join('..', 'shared', 'razorpay-samples');
const samples = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
if (samples.length === 0) console.warn(`Skipped: there are no published bodies in ${folder}.`);

/** What becomes of a body that comes alone: where it belongs, the replies it gets, and the ids it can be found by. */
function told(bytes: Uint8Array) {
  const reading = readEvent(bytes);
  if (!reading.readable) throw new Error(reading.why);
  const { event, home } = reading;
  const facts: Fact[] = [{ source: 'razorpay', id: 'event', at: 0, event }];
  const state = fold(facts);
  const thread = home.startsWith(opsPrefix) ? renderOperations(facts) : state.isTold ? render(state) : undefined;
  return { event, home, ids: state.ids, changes: thread?.replies.map(({ key }) => key.split('#')[0] ?? '') };
}

/** The replies of an event's own: one that carries a captured payment tells that too, should nothing have told it yet. */
const own = (changes: readonly string[] | undefined, promise: readonly unknown[]) =>
  changes?.filter((change) => change !== 'paid' || promise.includes('paid')).sort();

const repliesOf = (cell: string | undefined) =>
  [...(cell ?? '').matchAll(/`(\w+)`/g)].map(([, change]) => change).sort();

describe('docs/events.md', () => {
  it('says of every event that is told where it is told, and of no other', () => {
    expect(inThreads.map(([event]) => event).sort()).toEqual([...paymentEvents].sort());
    expect(inOps.map(([event]) => event).sort()).toEqual([...operationsEvents].sort());
    expect(everyEvent.map(({ name }) => name).sort()).toEqual([...promised.keys()].sort());
  });

  it.each(everyEvent)('says which replies $name gets', ({ name, body }) => {
    const promise = repliesOf(promised.get(name));

    expect(own(told(bytesOf(body)).changes, promise)).toEqual(promise);
  });

  it('names replies as the routing table does, and leaves none of them out', () => {
    const named = inThreads.flatMap(([, cell]) => repliesOf(cell));

    // Of a payment that is not captured in time Razorpay sends no event: War Room asks.
    expect([...new Set([...named, 'notCaptured'])].sort()).toEqual([...changes].sort());
  });

  it('tells of a payment that was captured by whatever event says so first', () => {
    const refund = everyEvent.find(({ name }) => name === 'refund.created');

    expect(told(bytesOf(refund?.body ?? {})).changes).toEqual(['paid', 'refund']);
  });

  it.each(stored)('says that %s is not told', (name) => {
    const payment = paymentEntity(attempt('pay_A'), 'captured');

    const { changes } = told(bytesOf(webhookBody(name.replace('*', 'updated'), start, { payment })));

    expect(changes).toBeUndefined();
    expect(stored.length).toBeGreaterThan(0);
  });
});

type Ids = Readonly<Record<string, unknown>>;

(samples.length > 0 ? describe : describe.skip)('a body that Razorpay published', () => {
  it.each(samples.length > 0 ? samples : ['none'])(
    'is told in the right thread, with the replies of the page: %s',
    (file) => {
      const bytes = readFileSync(join(folder, file));
      const payload = JSON.parse(bytes.toString()).payload as Readonly<Record<string, { readonly entity: Ids }>>;
      const entities = Object.entries(payload).map(([kind, { entity }]) => ({ ...entity, kind }) as Ids);
      const [first] = entities;
      const id = (kind: string, field: string) =>
        entities.find((entity) => entity['kind'] === kind)?.[field] ?? undefined;
      const order = id('payment', 'order_id') ?? id('payment_link', 'order_id');

      const { event, home, ids, changes: replies } = told(bytes);

      const promise = repliesOf(promised.get(event.name));

      expect(own(replies, promise)).toEqual(promise);
      expect(home).toBe(order ?? id('payment', 'id') ?? `ops#${first?.['id']}`);
      const met = entities.flatMap((entity) => [entity['id'], entity['order_id']]);
      const claimed = met.filter((one) => /^(order|pay|plink|inv|rfnd|disp)_/.test(String(one)));
      expect(ids).toEqual(expect.arrayContaining(claimed));
    },
  );
});
