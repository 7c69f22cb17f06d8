/**
 * A lead is named another owner, passed on and told, and one of the processes stops for good at one of its side effects:
 * the threads and the channel of the new owner end the same, each message there once, and nobody else's channel changes.
 */
import { expect, it } from '@jest/globals';
import { wakeDue } from '../../shared/aws/due.ts';
import type { Message } from '../../shared/aws/queue.ts';
import { Retry } from '../../shared/base/errors.ts';
import { recordPassed } from '../../shared/calls/passed.ts';
import { PassedStore } from '../../shared/calls/passed-store.ts';
import { dueShards } from '../../shared/calls/store.ts';
import { type TellDependencies as CallsParts, tell as tellCall } from '../../shared/calls/tell.ts';
import { message as callMessage, parseWake as parseCall } from '../../shared/calls/wake.ts';
import { assign } from '../../shared/payments/assign.ts';
import { LeadStore, leadShards } from '../../shared/payments/lead-store.ts';
import { leadPlace } from '../../shared/payments/pass-on.ts';
import { type TellDependencies as PaymentsParts, tell as tellPayment } from '../../shared/payments/tell.ts';
import { parseWake as parsePayment, message as paymentMessage } from '../../shared/payments/wake.ts';
import { type Calling, startCalling } from '../support/calling.ts';
import { initiated } from '../support/facts.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { ids } from '../support/slack-world.ts';

const sana = { id: 'adm_sana', name: 'Sana Qureshi' };
const writes = ['insert', 'put', 'update', 'delete'];
const posts = ['post', 'update', 'remove'];

/** Both queues, with what is on them. */
type Queues = { readonly payments: Message[]; readonly calls: Message[] };

/** What the processes of both rooms stand on: through a fuse, or not. */
function partsOf(
  { room, parts, worker }: Calling,
  queues: Queues,
  fuse?: Fuse,
): { payments: PaymentsParts; calls: CallsParts } {
  const watch = <T extends object>(target: T, name: string, effects: readonly string[]): T =>
    fuse ? fuse.watch(target, name, (method) => effects.includes(method)) : target;
  const table = (name: string) => watch(room.table(name), name, writes);
  const queue = (name: keyof Queues) =>
    watch({ send: async (message: Message) => void queues[name].push(message) }, name, ['send']);
  const passing = {
    ...{ passed: new PassedStore(table('calls')), queue: queue('calls'), clock: room.time, newId: room.tell.newId },
    timeScale: 1,
  };
  const { tell } = room.another({
    table,
    client: watch(room.client, 'slack', posts),
    queue: queue('payments'),
    tellOwner: (said) => recordPassed(said, passing),
  });
  return { payments: tell, calls: fuse ? worker(fuse) : parts };
}

/** Works what is on the queues until nothing is: what has to wait, or was at work in a process that stopped, comes back. */
async function drained(
  { room }: Calling,
  queues: Queues,
  { payments, calls }: ReturnType<typeof partsOf>,
): Promise<void> {
  const budget = () => ({ until: room.until(), report: room.report });
  const work = {
    payments: ({ body }: Message) => tellPayment(parsePayment(body), budget(), payments),
    calls: ({ body }: Message) => tellCall(parseCall(body), budget(), calls),
  };
  for (let turn = 0; turn < 100; turn += 1) {
    const name = queues.payments.length > 0 ? 'payments' : 'calls';
    const [record] = queues[name];
    if (!record) return;
    try {
      await work[name](record);
      queues[name].shift();
    } catch (error) {
      if (!(error instanceof Retry)) throw error;
      room.time.advance(error.delayMs ?? 1_000);
    }
  }
  throw new Error('It never came to an end.');
}

/** What both sweeps do. */
async function swept({ room, store }: Calling, queues: Queues): Promise<number> {
  const now = () => room.time.now();
  const leads = new LeadStore(room.table('payments'));
  const passing = await wakeDue(leadShards, leads, now, async ({ team, leadId }) => {
    queues.payments.push(paymentMessage({ ...leadPlace(team, leadId), cause: 'lead' }, { unique: 'u' }));
  });
  const telling = await wakeDue(dueShards, store, now, async ({ team, agent, call }) => {
    queues.calls.push(callMessage({ team, agent, call, cause: 'sweep' }, 'u'));
  });
  return passing + telling;
}

async function played(spot?: Spot) {
  const calling = await startCalling();
  const { room } = calling;
  const key = { name: 'crm', team: room.team.id, scopes: ['payments'] } as const;
  const queues: Queues = { payments: [], calls: [] };
  const live = partsOf(calling, queues);
  for (const orderId of ['order_1', 'order_2']) {
    const fact = initiated({ orderId });
    if (fact.source !== 'initiated') throw new Error('Not an initiated fact.');
    const place = { team: room.team.id, account: 'live', home: orderId };
    const at = room.time.now();
    await live.payments.store.recordInitiated(place, fact.initiated, { at, dueAt: at + 120_000 });
    await tellPayment({ ...place, cause: 'api' }, { until: room.until(), report: room.report }, live.payments);
  }

  const fuse = new Fuse(spot);
  const through = partsOf(calling, queues, fuse);
  const put = ({ leads, queue }: PaymentsParts) =>
    assign({ id: 'lead_1', body: { name: 'Priya Sharma', assignedAdmin: sana } }, key, {
      ...{ leads, queue, clock: room.time, report: () => undefined, uniqueId: room.tell.newId },
      timeScale: 1,
    });
  try {
    await put(through.payments);
    await drained(calling, queues, through);
  } catch (error) {
    if (!fuse.blown) throw error;
  }
  // Who was not answered sends it again. The lease of a process that is gone ends by itself.
  if (!(await live.payments.leads.lead(room.team.id, 'lead_1'))) await put(live.payments);
  room.time.advance(61_000);
  await drained(calling, queues, live);
  room.time.advance(660_000);
  await swept(calling, queues);
  await drained(calling, queues, live);
  room.time.advance(660_000);

  const plain = (text: string) => text.replaceAll('\u200B', '').replaceAll(/\d+ Nov, \d\d:\d\d IST|p\d{16}/g, '<time>');
  return {
    fuse,
    world: {
      payments: calling.texts(ids.payments).map(plain).sort(),
      channels: calling
        .channels()
        .map(({ id, name, members }) => ({ name, members, texts: calling.texts(id).map(plain) })),
      isPassedOn: (await put(live.payments)).status === 200,
      left: await swept(calling, queues),
      doubled: room.report.doubled,
    },
  };
}

it('a lead that is passed on is told once, and its threads show the owner, wherever the API or a worker stops', async () => {
  const { fuse: recorded, world: whole } = await played();
  expect(recorded.effects.length).toBeGreaterThan(20);
  expect(whole).toMatchObject({ isPassedOn: true, left: 0, doubled: 0 });
  expect(whole.payments).toHaveLength(2);
  for (const text of whole.payments) expect(text).toContain('owner Sana Q.');
  expect(whole.channels).toMatchObject([{ members: expect.arrayContaining(['U0ROHAN001', 'U0KAVYA001']) }]);
  expect(whole.channels[0]?.texts).toEqual([expect.stringContaining('Passed on · Priya S. · 2 open payments')]);

  // Who stops before an effect has stopped after the one before it.
  const spots = recorded.effects.map((_, effect): Spot => ({ effect, side: 'after' }));
  for (const spot of [{ effect: 0, side: 'before' } as const, ...spots]) {
    const { fuse, world } = await played(spot);

    const at = `${spot.side} effect ${spot.effect}, ${recorded.effects[spot.effect]}`;
    expect({ at, blown: fuse.blown, ...world }).toEqual({ at, blown: true, ...whole });
  }
}, 60_000);
