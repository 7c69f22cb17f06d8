/** A payment from its stored facts to its thread in Slack: routing, joining, holding, parking, sweeping. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../../shared/aws/groups.ts';
import type { Message } from '../../shared/aws/queue.ts';
import { Retry } from '../../shared/base/errors.ts';
import { teamId } from '../../shared/base/names.ts';
import { readEvent } from '../../shared/payments/event.ts';
import { InstalmentStore } from '../../shared/payments/instalment-store.ts';
import type { Initiated } from '../../shared/payments/lifecycle.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { sweep } from '../../shared/payments/sweep.ts';
import { tell } from '../../shared/payments/tell.ts';
import { type Cause, message, threadRef, type Wake } from '../../shared/payments/wake.ts';
import { work } from '../../shared/payments/work.ts';
import {
  attempt,
  authorized,
  bytesOf,
  captured,
  dispute,
  failed,
  initiated,
  linkPaid,
  orderPaid,
  refund,
  start,
} from '../support/facts.ts';
import { type Room, startRoom, startTables } from '../support/room.ts';
import { ids } from '../support/slack-world.ts';

let tables: Awaited<ReturnType<typeof startTables>>;
let room: Room;
let store: PaymentStore;

beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());
beforeEach(async () => {
  room = await startRoom(tables.table, { inProcess: true });
  store = new PaymentStore(tables.table('payments'));
});
afterEach(() => room.stop());

const account = 'live';
const place = (home: string) => ({ team: room.team.id, account, home });
const wake = (home: string, cause: Cause = 'webhook'): Wake => ({ ...place(home), cause });
const texts = (channel: string = ids.payments) => room.front.control.messages(channel).map(({ text }) => text);
const roots = (channel: string = ids.payments) =>
  room.front.control
    .messages(channel)
    .flatMap(({ threadTs, text }) => (threadTs === undefined ? [text.split('\n')[0]] : []));

let deliveries = 0;
/** Keeps a delivery and answers the home that it belongs to. */
async function deliver(body: object, eventId?: string): Promise<string> {
  const bytes = bytesOf(body as never);
  const { home } = readEvent(bytes);
  deliveries += 1;
  const id = eventId ?? `event${String(deliveries).padStart(9, '0')}`;
  await store.recordDelivery(place(home), { eventId: id, bytes, secret: 'current', at: room.time.now() });
  return home;
}

async function announce(more: Partial<Initiated> = {}): Promise<string> {
  const fact = initiated(more);
  if (fact.source !== 'initiated') throw new Error('not an initiated fact');
  const at = room.time.now();
  await store.recordInitiated(place(fact.initiated.orderId), fact.initiated, { at, dueAt: at + 120_000 });
  return fact.initiated.orderId;
}

const budget = () => ({ until: room.until(), report: room.report });
const told = (home: string, cause?: Cause) => tell(wake(home, cause), budget(), room.tell);

describe('a payment', () => {
  it('is told in one thread, whatever wakes it and however often', async () => {
    const home = await announce();
    await told(home, 'api');
    await deliver(failed(attempt('pay_1')));
    await told(home);
    const second = attempt('pay_2', { at: start + 60 });
    await deliver(captured(second));
    await deliver(orderPaid(second));
    await told(home);
    await told(home, 'sweep');

    expect(texts().map((text) => text.split('\n')[0])).toEqual([
      '✅ Paid · ₹45,000.00 · Priya S. · Full Stack Web Development',
      'Payment failed: the bank declined it for lack of funds.',
      'Paid ₹45,000.00 by UPI, on the second try. Razorpay keeps ₹1,062.00 (fee and tax).',
    ]);
    expect(room.report).toMatchObject({ posted: 3, edited: 3, doubled: 0 });
  });

  it('that nobody announced gets a thread all the same', async () => {
    await told(await deliver(captured(attempt('pay_1'))));

    expect(roots()).toEqual(['✅ Paid · ₹45,000.00 · Unknown payer']);
  });

  it('tells nothing of an event of a kind that is not handled', async () => {
    const home = await deliver({
      event: 'subscription.paused',
      payload: { subscription: { entity: { id: 'sub_1' } } },
    });

    expect(await told(home)).toMatchObject({ outcome: 'nothing' });
    expect(texts()).toEqual([]);
  });

  it('tells a settlement in the ops channel', async () => {
    const home = await deliver({
      event: 'settlement.processed',
      payload: { settlement: { entity: { id: 'setl_1', amount: 12_345_600, fees: 0, utr: 'AXISCN1153863727' } } },
    });

    expect(await told(home)).toMatchObject({ outcome: 'done' });
    expect(texts()).toEqual([]);
    expect(roots(ids.ops)).toEqual(['🏦 Settled · ₹1,23,456.00']);
  });

  it('changes nothing that it has told when the same bytes come under another event id, or none', async () => {
    const body = failed(attempt('pay_1'));
    const home = await deliver(body);
    await told(home);
    const before = texts();

    await deliver(body);
    const bytes = bytesOf(body);
    await store.recordDelivery(place(home), { eventId: undefined, bytes, secret: 'current', at: room.time.now() });
    await told(home);

    expect(texts()).toEqual(before);
  });

  it('loses nothing when an event id is taken by other bytes', async () => {
    await deliver(failed(attempt('pay_1')), 'sameEventId01');
    const home = await deliver(captured(attempt('pay_2', { at: start + 9 })), 'sameEventId01');

    await told(home);

    expect(roots()).toEqual(['✅ Paid · ₹45,000.00 · Unknown payer']);
  });
});

describe('what follows on a payment', () => {
  const paid = attempt('pay_1');

  it('is told in its thread, which every id of it finds', async () => {
    await deliver(orderPaid(paid));
    await told(await deliver(refund('processed', paid, { amount: 500_000 })));

    expect(roots()).toEqual(['↩️ Partly refunded · ₹45,000.00 · Unknown payer']);
    expect(await store.threadOf(place(''), 'rfnd_1')).toBe('order_A');
  });

  it('is told there though the dispute names no order', async () => {
    await told(await deliver(orderPaid(paid)));
    const home = await deliver(dispute('created', { ...paid, orderId: null as never }));
    expect(home).toBe('pay_1');
    await told(home);

    expect(roots()).toEqual(['⚖️ Disputed · ₹45,000.00 · Unknown payer']);
    expect(await store.threadOf(place(''), 'disp_1')).toBe('order_A');
  });

  it('is warned of in the ops channel, once, and taken back there once it is settled', async () => {
    const home = await announce();
    await deliver(authorized(paid));
    await told(home);
    const waiting = { kind: 'notCaptured', paymentId: 'pay_1', since: start } as const;
    await store.recordNote(place(home), 'notCaptured#pay_1', waiting, room.time.now());
    await told(home, 'sweep');
    await told(home, 'sweep');

    expect(roots()).toEqual(['⚠️ Not captured · ₹45,000.00 · Priya S. · Full Stack Web Development']);
    expect(roots(ids.ops)).toEqual(['⚠️ Not captured · ₹45,000.00 · Priya S. · Full Stack Web Development']);
    expect(texts(ids.ops)[0]).toContain('|Open its thread>');

    await told(await deliver(captured(paid)));
    expect(roots(ids.ops)).toEqual(['✅ Settled · ₹45,000.00 · Priya S. · Full Stack Web Development']);
  });
});

describe('a thread whose facts begin to expire', () => {
  it('keeps what it says and still takes a reply', async () => {
    const home = await announce();
    await deliver(failed(attempt('pay_1')));
    await told(home);
    const before = texts();
    await tables.table('payments').delete({ pk: `${room.team.id}#${account}#${home}`, sk: 'fact#initiated' });
    room.time.advance(400 * 86_400_000);

    await deliver(captured(attempt('pay_2', { at: start + 9 })));
    await told(home);

    expect(texts()).toEqual([...before, expect.stringMatching(/^Paid ₹45,000\.00 by UPI, on the second try/)]);
  });
});

describe('the destination', () => {
  const first = { kind: 'part', number: 1, of: 3, planTotal: 4_500_000 } as const;
  const second = { kind: 'part', number: 2, of: 3, planTotal: 4_500_000 } as const;

  it('is the payments channel for a first instalment, and the part payments channel from then on', async () => {
    await announce({ payment: first, amount: 1_500_000 });
    await told(await deliver(captured(attempt('pay_1', { amount: 1_500_000 }))));
    await told(await announce({ orderId: 'order_B', payment: second, amount: 1_500_000 }));

    expect(roots()).toEqual(['✅ Part 1 of 3 paid · ₹15,000.00 · Priya S. · Full Stack Web Development']);
    expect(roots(ids.partPayments)).toEqual(['🟡 Initiated · ₹15,000.00 · Priya S. · Full Stack Web Development']);
    const { destination } = await room.log.read(threadRef(place('order_B'), 'order_B'));
    expect(destination).toMatchObject({
      row: 'learner with an open plan',
      why: 'The learner has completed 1 instalment of a plan that is not fully paid.',
      version: 0,
    });
  });

  it('stays where the thread was posted, though its own instalment is completed', async () => {
    await told(await announce({ payment: first, amount: 1_500_000 }));
    await told(await deliver(captured(attempt('pay_1', { amount: 1_500_000 }))));

    expect(roots(ids.partPayments)).toEqual([]);
    expect(roots()).toHaveLength(1);
  });

  it('is the payments channel again once the plan is fully paid', async () => {
    const whole = { kind: 'part', number: 1, of: 1, planTotal: 4_500_000 } as const;
    await announce({ payment: whole });
    await told(await deliver(captured(attempt('pay_1'))));
    await told(await announce({ orderId: 'order_B' }));

    expect(roots(ids.partPayments)).toEqual([]);
    expect(roots()).toHaveLength(2);
  });

  it('of one team is never that of another', async () => {
    await announce({ payment: first, amount: 1_500_000 });
    await told(await deliver(captured(attempt('pay_1', { amount: 1_500_000 }))));
    const others = new InstalmentStore(tables.table('instalments'));

    expect(await others.completedBy({ team: teamId('TOTHER'), account }, 'lead_1')).toEqual([]);
    expect(await others.completedBy({ team: room.team.id, account }, 'lead_1')).toHaveLength(1);
  });
});

describe('9. two home keys of one payment', () => {
  const paid = attempt('pay_1');
  /** The same payment as an event that carries no order, as those of QR codes do. */
  const orderless = () => captured({ ...paid, orderId: null as never });

  it('become one thread when the second is met before the first has posted', async () => {
    const [byOrder, byPayment] = [await deliver(failed(paid)), await deliver(orderless())];

    const [one, other] = await Promise.allSettled([told(byOrder), told(byPayment)]);
    for (const outcome of [one, other])
      if (outcome.status === 'rejected' && !(outcome.reason instanceof Retry)) throw outcome.reason;
    for (const home of [byOrder, byPayment, byOrder, byPayment]) await told(home);

    const standing = roots().filter((text) => !text?.startsWith('↪️'));
    expect(standing).toEqual(['✅ Paid · ₹45,000.00 · Unknown payer']);
  });

  it('that have both posted leave the older thread alive and the other a pointer to it', async () => {
    const older = await deliver(failed(attempt('pay_9')));
    await told(older);
    const younger = await deliver(orderless());
    room.time.advance(1_000);
    await told(younger);
    expect(roots()).toHaveLength(2);

    await deliver(captured(paid));
    await told(older);
    await told(younger);

    expect(roots()).toEqual([
      '✅ Paid · ₹45,000.00 · Unknown payer',
      expect.stringMatching(
        /^↪️ This payment is told in <https:\/\/acme-academy\.slack\.com\/archives\/C0PAYMENTS\/p\d+\|its own thread>\.$/,
      ),
    ]);
    expect(await store.threadOf(place(''), 'pay_1')).toBe(older);
    expect(await store.threadOf(place(''), 'pay_9')).toBe(older);
  });

  it('are warned of once, also where the one that was warned of is joined into the other', async () => {
    await told(await deliver(failed(attempt('pay_9'))));
    const younger = await deliver(authorized({ ...paid, orderId: null as never }));
    room.time.advance(1_000);
    const waiting = { kind: 'notCaptured', paymentId: 'pay_1', since: start } as const;
    await store.recordNote(place(younger), 'notCaptured#pay_1', waiting, room.time.now());
    await told(younger);

    await told(await deliver(captured(paid)));

    expect(roots(ids.ops)).toEqual(['✅ Settled · ₹45,000.00 · Unknown payer']);
  });

  it('are found by every id that was met', async () => {
    await told(await deliver(linkPaid(paid)));

    for (const id of ['order_A', 'pay_1', 'plink_order_A']) expect(await store.threadOf(place(''), id)).toBe('order_A');
    expect(await store.threadOf({ team: teamId('TOTHER'), account }, 'pay_1')).toBeUndefined();
    expect(await store.threadOf({ team: room.team.id, account: 'other' }, 'pay_1')).toBeUndefined();
  });
});

describe('the worker of a group', () => {
  const sent: Message[] = [];
  const dependencies = () => ({
    tell: room.tell,
    pacing: { scale: 1, attemptMs: 2_250, random: () => 0.5 },
    deadLetters: { send: async (record: Message) => void sent.push(record) },
    lines: { info: () => undefined, warn: () => undefined, error: () => undefined },
    count: () => undefined,
    reportError: () => undefined,
  });
  const record = (body: string): SQSRecord =>
    ({ body, messageId: 'm1', receiptHandle: 'r1', attributes: { MessageGroupId: 'g1' } }) as never;
  const records = (home: string, cause: Cause = 'webhook') =>
    [record(message(wake(home, cause), { unique: 'u' }).body)] as const;

  beforeEach(() => {
    sent.length = 0;
  });

  it('parks a signed body that cannot be read, with a sentence, and only that', async () => {
    const bytes = Buffer.from('{"not": "an event"}');
    const { home } = readEvent(bytes);
    await store.recordDelivery(place(home), { eventId: undefined, bytes, secret: 'current', at: room.time.now() });

    expect(await work([...records(home)], room.until(), dependencies())).toBe('done');

    expect(sent.map(({ body }) => JSON.parse(body))).toEqual([
      expect.objectContaining({
        home,
        code: 'unreadable',
        why: expect.stringContaining('names no event'),
        attempts: 1,
      }),
    ]);
  });

  it('parks what fails for an hour, eight times at least, with how often, since when and why; put back, it is told', async () => {
    const home = await announce();
    room.front.control.fault({ method: 'chat.postMessage', kind: 'error', error: 'a_new_kind_of_no' });
    const began = room.time.now();
    let attempts = 0;
    for (let verdict: Verdict = { comeBackMs: 0 }; verdict !== 'done'; attempts += 1) {
      room.time.advance(verdict.comeBackMs ?? 0);
      verdict = await work([...records(home)], room.until(), dependencies());
    }

    expect(room.time.now() - began).toBeGreaterThanOrEqual(3_600_000);
    const [parked] = sent.map(({ body }) => JSON.parse(body));
    expect(parked).toMatchObject({ home, code: 'failed-too-often', attempts, thread: `payments#live#${home}` });
    expect(parked.why).toContain('a_new_kind_of_no');

    room.front.control.resetFaults();
    expect(await work([record(sent[0]?.body ?? '')], room.until(), dependencies())).toBe('done');
    expect(roots()).toHaveLength(1);
  });

  it('parks nothing for an outage of half an hour, and tells everything when it is over', async () => {
    const home = await announce();
    room.front.control.fault({ method: '*', kind: 'status', status: 503 });
    const over = room.time.now() + 1_800_000;
    let verdict: Verdict = { comeBackMs: 0 };
    let turns = 0;
    for (; verdict !== 'done'; turns += 1) {
      room.time.advance(verdict.comeBackMs ?? 0);
      if (room.time.now() > over) room.front.control.resetFaults();
      verdict = await work([...records(home)], room.until(), dependencies());
    }

    expect(sent).toEqual([]);
    expect(roots()).toHaveLength(1);
    expect(turns).toBeLessThan(80);
  });

  it('never parks what only waits', async () => {
    const home = await announce();
    room.front.control.fault({ method: 'chat.postMessage', kind: 'rateLimited', retryAfterSeconds: 30 });

    for (let turn = 0; turn < 20; turn += 1) {
      await work([...records(home)], room.until(), dependencies());
      room.time.advance(31_000);
    }

    expect(sent).toEqual([]);
  });

  it('parks a record that names no payment', async () => {
    expect(await work([record('{"hello":"there"}')], room.until(), dependencies())).toBe('done');

    expect(JSON.parse(sent[0]?.body ?? '{}')).toMatchObject({ code: 'wake-unreadable', hello: 'there' });
  });

  it('holds the payments of a workspace that is not installed, and tells them after the installation', async () => {
    await tables.table('installations').delete({ pk: room.team.id, sk: 'team' });
    const home = await announce();

    expect(await work([...records(home)], room.until(), dependencies())).toBe('done');
    expect(texts()).toEqual([]);

    await room.installations.saveTeam(room.team);
    room.time.advance(3_600_001);
    const woken: Message[] = [];
    const queue = { send: async (record: Message) => void woken.push(record) };
    await sweep({
      leads: room.tell.leads,
      store,
      held: room.held,
      queue,
      wake: ({ body, group }) => queue.send({ body, group, dedupe: '' }),
      clock: { now: () => room.time.now() },
      newId: () => `n${woken.length}`,
    });
    for (const { body } of woken) await work([record(body)], room.until(), dependencies());

    expect(roots()).toHaveLength(1);
  });
});

describe('the sweep', () => {
  const swept = async () => {
    const woken: Message[] = [];
    const queue = { send: async (record: Message) => void woken.push(record) };
    await sweep({
      leads: room.tell.leads,
      store,
      held: room.held,
      queue,
      wake: ({ body, group }) => queue.send({ body, group, dedupe: '' }),
      clock: { now: () => room.time.now() },
      newId: () => `n${woken.length}`,
    });
    return woken.filter(({ body }) => JSON.parse(body).team === room.team.id);
  };

  it('wakes an initiated payment whose hand-over was lost, and not one that was told', async () => {
    const lost = await announce();
    await told(await announce({ orderId: 'order_B' }));
    expect(await swept()).toEqual([]);
    room.time.advance(121_000);

    const woken = await swept();

    expect(woken.map(({ body }) => JSON.parse(body))).toEqual([
      { team: room.team.id, account, home: lost, cause: 'sweep' },
    ]);
  });

  it('does not wake the same payment again a minute later, and does ten minutes later', async () => {
    await announce();
    room.time.advance(121_000);
    expect(await swept()).toHaveLength(1);

    room.time.advance(60_000);
    expect(await swept()).toEqual([]);
    room.time.advance(600_000);
    expect(await swept()).toHaveLength(1);
  });
});

describe('an account in test mode', () => {
  it('decides nothing about where payments of the live account go', async () => {
    const instalment = { kind: 'part', number: 1, of: 3, planTotal: 4_500_000 } as const;
    const fact = initiated({ orderId: 'order_T', amount: 1_500_000, payment: instalment });
    if (fact.source !== 'initiated') throw new Error('Not an initiated fact.');
    const test = { ...place('order_T'), account: 'test' };
    const paid = bytesOf(captured(attempt('pay_T', { orderId: 'order_T', amount: 1_500_000 })));
    await store.recordInitiated(test, fact.initiated, { at: room.time.now(), dueAt: room.time.now() });
    await store.recordDelivery(test, { eventId: undefined, bytes: paid, secret: 'current', at: room.time.now() });
    await tell({ ...test, cause: 'webhook' }, { until: room.until(), report: room.report }, room.tell);

    await told(await announce({ orderId: 'order_L' }));

    expect(roots(ids.partPayments)).toEqual([]);
    expect(roots()).toHaveLength(2);
  });
});
