/** The threads of one lead: who looks after it, and what its instalments know of each other, however steps interleave. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { Table } from '../../shared/aws/table.ts';
import type { ApiKey } from '../../shared/base/api-key.ts';
import { Retry } from '../../shared/base/errors.ts';
import { teamId } from '../../shared/base/names.ts';
import { type AssignDependencies, assign } from '../../shared/payments/assign.ts';
import { LeadStore, leadShards } from '../../shared/payments/lead-store.ts';
import type { Initiated, Note } from '../../shared/payments/lifecycle.ts';
import { leadAt, leadPlace } from '../../shared/payments/pass-on.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { type TellDependencies, tell } from '../../shared/payments/tell.ts';
import { parseWake, type Wake } from '../../shared/payments/wake.ts';
import { attempt, bytesOf, captured, failed, initiated, refunded, start } from '../support/facts.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { Meanwhile } from '../support/meanwhile.ts';
import { type Room, startRoom } from '../support/room.ts';
import { ids } from '../support/slack-world.ts';

const arjun = { id: 'adm_arjun', name: 'Arjun Mehta' };
const meera = { id: 'adm_meera', name: 'Meera Thomas' };
const writes = ['insert', 'put', 'update', 'delete'];

let room: Room;
let store: PaymentStore;
let worked = 0;

beforeEach(() => startAfresh());

/** A workspace without any leads or threads. */
async function startAfresh(): Promise<void> {
  const database = memoryDatabase();
  room = await startRoom((name) => new Table(database, name), { inProcess: true });
  store = new PaymentStore(room.table('payments'));
  worked = 0;
}

const place = (home: string, account = 'live') => ({ team: room.team.id, account, home });
const order = (number: number) => `order_${number}`;

async function announce(more: Partial<Initiated> = {}, account = 'live'): Promise<string> {
  const fact = initiated({ orderId: order(1), ...more });
  if (fact.source !== 'initiated') throw new Error('Not an initiated fact.');
  const at = room.time.now();
  await store.recordInitiated(place(fact.initiated.orderId, account), fact.initiated, { at, dueAt: at });
  return fact.initiated.orderId;
}

/** Announces instalment `number` of three. */
const announcePart = (number: number, more: Partial<Initiated> = {}, account = 'live') =>
  announce(
    {
      orderId: order(number),
      amount: 1_500_000,
      payment: { kind: 'part', number, of: 3, planTotal: 4_500_000 },
      ...more,
    },
    account,
  );

async function deliver(orderId: string, body: object, account = 'live'): Promise<void> {
  const delivery = {
    eventId: undefined,
    bytes: bytesOf(body as never),
    secret: 'current',
    at: room.time.now(),
  } as const;
  await store.recordDelivery(place(orderId, account), delivery);
}
const tryOf = (orderId: string, amount = 4_500_000) => attempt(`pay_${orderId}`, { orderId, amount });
const pay = (orderId: string, amount?: number, account?: string) =>
  deliver(orderId, captured(tryOf(orderId, amount)), account);
const payPart = (number: number, account = 'live') => pay(order(number), 1_500_000, account);

const told = (home: string, dependencies: TellDependencies = room.tell, account = 'live') =>
  tell({ ...place(home, account), cause: 'webhook' }, { until: room.until(), report: room.report }, dependencies);

/** Tells a thread as the queue would have it: until it is done. */
async function toldInTheEnd(home: string, account = 'live'): Promise<void> {
  for (let delivery = 0; delivery < 12; delivery += 1) {
    try {
      await told(home, room.tell, account);
      return;
    } catch (error) {
      if (!(error instanceof Retry)) throw error;
      room.time.advance(error.delayMs ?? 1_000);
    }
  }
  throw new Error('It never came to an end.');
}

/** Works every wake that was sent, and those sent meanwhile, until there is none; answers the homes that were woken. */
async function workSent(): Promise<string[]> {
  const homes: string[] = [];
  while (worked < room.sent.length) {
    const { home, account } = parseWake(room.sent[worked]?.body ?? '');
    worked += 1;
    homes.push(home);
    if (homes.length > 50) throw new Error('The threads keep waking each other.');
    await toldInTheEnd(home, account);
  }
  return homes;
}

const key = (team = room.team.id): ApiKey => ({ name: 'crm', team, scopes: ['payments'] });
const api = (): AssignDependencies => ({
  leads: new LeadStore(room.table('payments')),
  queue: room.tell.queue,
  clock: { now: () => room.time.now() },
  report: () => undefined,
  uniqueId: room.tell.newId,
  timeScale: 1,
});
const put = (assignedAdmin: typeof arjun | null, dependencies = api(), more: { id?: string; team?: string } = {}) =>
  assign(
    { id: more.id ?? 'lead_1', body: { name: 'Priya Sharma', assignedAdmin } },
    key(more.team === undefined ? room.team.id : teamId(more.team)),
    dependencies,
  );

const leadWake = (): Wake => ({ ...leadPlace(room.team.id, 'lead_1'), cause: 'lead' });
const passedOn = (dependencies: TellDependencies = room.tell) =>
  tell(leadWake(), { until: room.until(), report: room.report }, dependencies);
/** Names an owner, and passes the lead on as a worker does. The record that was sent for it is not worked again. */
async function pass(assignedAdmin: typeof arjun | null): Promise<void> {
  await put(assignedAdmin);
  await passedOn();
}
/** The threads that were woken, and not the leads. */
const wokenThreads = () => room.sent.map(({ body }) => parseWake(body)).filter((wake) => leadAt(wake) === undefined);

async function notesOf<K extends Note['kind']>(kind: K, home: string, account = 'live') {
  const { facts } = await store.factsOf(place(home, account), home);
  return facts
    .flatMap((fact) => (fact.source === 'note' && fact.note.kind === kind ? [fact] : []))
    .sort((a, b) => a.at - b.at)
    .map(({ note }) => note as Note & { readonly kind: K });
}
const ownersOf = async (home: string, account = 'live') =>
  (await notesOf('owner', home, account)).map(({ owner }) => owner?.id ?? null);

/** What stands in Slack of a payment's thread, the root first: the lines as they read, and who posted it. */
function inSlack(orderId: string, channel: string = ids.payments) {
  return room.front.control
    .messages(channel)
    .filter(({ blocks }) => String(blocks[0]?.['block_id'] ?? '').startsWith(`payments#live#${orderId}/`))
    .map(({ text, userId, asApp }) => ({
      lines: text.replaceAll(/<[^|>]+\|([^>]+)>/g, '$1').split('\n'),
      author: asApp ? 'the app' : userId,
    }));
}

/** A worker and an API whose every call passes through `watch`. */
type Watch = <T extends object>(target: T, name: string) => T;
const workerThrough = (watch: Watch) =>
  room.another({
    table: (name) => watch(room.table(name), name),
    client: watch(room.client, 'slack'),
    queue: watch(room.tell.queue, 'queue'),
  }).tell;
const apiThrough = (watch: Watch): AssignDependencies => ({
  ...api(),
  leads: new LeadStore(watch(room.table('payments'), 'payments')),
  queue: watch(room.tell.queue, 'queue'),
});

/** What stops a process for good at one of its side effects. */
const effectsOf =
  (fuse: Fuse): Watch =>
  (target, name) =>
    fuse.watch(target, name, (method) => writes.includes(method) || ['post', 'send'].includes(method));

/** Plays `scene` once to count the calls of one side, then with the other side happening before each of them. */
async function betweenAllCalls(scene: (meanwhile: (other: () => Promise<unknown>) => Meanwhile) => Promise<void>) {
  let recorded: Meanwhile | undefined;
  await startAfresh();
  await scene(() => {
    recorded = new Meanwhile();
    return recorded;
  });
  const calls = recorded?.calls ?? [];
  expect(calls.length).toBeGreaterThan(2);
  for (const at of calls.keys()) {
    await startAfresh();
    await scene((other) => new Meanwhile(at, other));
  }
}

/** Plays `scene` once to count its effects, then with a stop before and after each of them. */
async function stoppedAtAllEffects(scene: (fuse: Fuse) => Promise<void>) {
  const recorded = new Fuse();
  await startAfresh();
  await scene(recorded);
  expect(recorded.effects.length).toBeGreaterThan(2);
  for (const effect of recorded.effects.keys()) {
    for (const side of ['before', 'after'] as const) {
      const spot: Spot = { effect, side };
      await startAfresh();
      await scene(new Fuse(spot));
    }
  }
}

describe('the owner of a lead', () => {
  it('that was named before a payment started is noted in its thread when it is told first', async () => {
    expect(await put(meera)).toMatchObject({
      status: 202,
      body: {
        id: 'lead_1',
        name: 'Priya Sharma',
        assignedAdmin: meera,
        since: new Date(room.time.now()).toISOString(),
        isPassedOn: false,
      },
    });

    await told(await announce());

    expect(await ownersOf(order(1))).toEqual(['adm_meera']);
    expect(inSlack(order(1))[0]?.lines[1]).toContain('owner Meera T.');
    expect(inSlack(order(1))[0]?.author).toBe('the app');
    expect(room.report.edited).toBe(0);
  });

  it('posts what comes next, as a person or named by the app, and leaves what is there to its author', async () => {
    await told(await announce());
    await put(meera);
    await workSent();
    await deliver(order(1), failed(tryOf(order(1))));
    await told(order(1));
    expect(inSlack(order(1)).at(-1)?.lines.at(-1)).toBe('for Meera T.');
    await pass(arjun);
    await pay(order(1));
    await told(order(1));

    const [root, failure, success] = inSlack(order(1));
    expect([root?.author, failure?.author, success?.author]).toEqual([ids.arjun, 'the app', ids.arjun]);
    expect(root?.lines[1]).toContain('owner Arjun M.');
  });

  it('is shown by the root of an open thread once it is woken, and by that of a paid one when something happens', async () => {
    for (const n of [1, 2]) await told(await announce({ orderId: order(n) }));
    await pay(order(2));
    await told(order(2));
    await put(meera);
    await workSent();

    const ownerShown = (orderId: string) => /owner \w+/.exec(inSlack(orderId)[0]?.lines.join() ?? '')?.[0];
    expect([ownerShown(order(1)), ownerShown(order(2))]).toEqual(['owner Meera', 'owner Arjun']);

    await deliver(order(2), refunded(tryOf(order(2)), 1_000_000));
    await told(order(2));
    expect(ownerShown(order(2))).toBe('owner Meera');
    expect(inSlack(order(2)).at(-1)).toMatchObject({ author: 'the app' });
  });

  it('that is named while payments are open is noted in each of them, and each is woken', async () => {
    for (const n of [1, 2]) await told(await announce({ orderId: order(n) }));
    await told(await announce({ orderId: order(3) }, 'test'), room.tell, 'test');
    await told(await announce({ orderId: order(4), lead: { id: 'lead_2', name: 'Rahul Khan' } }));

    await pass(meera);

    expect(wokenThreads()).toEqual([
      { ...place(order(1)), cause: 'lead' },
      { ...place(order(2)), cause: 'lead' },
      { ...place(order(3), 'test'), cause: 'lead' },
    ]);
    expect(await ownersOf(order(2))).toEqual(['adm_meera']);
    expect(await ownersOf(order(3), 'test')).toEqual(['adm_meera']);
    expect(await ownersOf(order(4))).toEqual([]);
  });

  it('is noted in the thread of a payment that is over, which is not woken', async () => {
    await told(await announce());
    await pay(order(1));
    await told(order(1));

    await pass(meera);

    expect(wokenThreads()).toEqual([]);
    expect(await ownersOf(order(1))).toEqual(['adm_meera']);
  });

  it('may be nobody, and is once more whoever is named after that', async () => {
    await told(await announce());
    for (const owner of [meera, null, meera]) await pass(owner);

    expect(await ownersOf(order(1))).toEqual(['adm_meera', null, 'adm_meera']);
  });

  it('named again is passed on once more while the first time is not over, and afterwards not at all', async () => {
    await told(await announce());
    const { body: first } = await put(meera);
    room.time.advance(5_000);

    expect(await put(meera)).toMatchObject({ status: 202, body: first });
    expect(room.sent).toHaveLength(2);
    await passedOn();
    expect(await put(meera)).toMatchObject({ status: 200, body: { ...Object(first), isPassedOn: true } });
    expect(await passedOn()).toMatchObject({ outcome: 'nothing' });
    expect(room.sent).toHaveLength(3);
    expect(await ownersOf(order(1))).toEqual(['adm_meera']);
    expect(room.passed).toHaveLength(1);
  });

  it('of one team is none of another', async () => {
    await told(await announce());
    await put(meera, api(), { team: 'TOTHER' });
    await workSent();

    expect(await ownersOf(order(1))).toEqual([]);
    expect(wokenThreads()).toEqual([]);
  });

  it('is noted whenever it is named while a worker tells the thread for the first time', async () => {
    const spots: string[] = [];
    await betweenAllCalls(async (meanwhile) => {
      await announce();
      let happened = false;
      const during = meanwhile(async () => {
        await pass(meera);
        happened = true;
      });
      await told(
        order(1),
        workerThrough((target, name) => during.watch(target, name)),
      ).catch(retried);
      if (!happened) return;
      spots.push(during.calls.at(-1) ?? '');
      await toldInTheEnd(order(1));

      expect(await ownersOf(order(1))).toEqual(['adm_meera']);
    });
    expect(spots.length).toBeGreaterThan(10);
  }, 60_000);

  it('is noted whenever a worker tells the thread for the first time while it is named', async () => {
    await betweenAllCalls(async (meanwhile) => {
      await announce();
      const during = meanwhile(() => toldInTheEnd(order(1)));
      await put(
        meera,
        apiThrough((target, name) => during.watch(target, name)),
      );
      await passedOn(workerThrough((target, name) => during.watch(target, name)));
      await toldInTheEnd(order(1));

      expect(await ownersOf(order(1))).toEqual(['adm_meera']);
    });
  }, 60_000);

  it('is in every thread the one of the record, whenever another is named at the same time', async () => {
    await betweenAllCalls(async (meanwhile) => {
      await told(await announce());
      await told(await announce({ orderId: order(2) }));
      const during = meanwhile(() => pass(arjun).catch(retried));
      await put(
        meera,
        apiThrough((target, name) => during.watch(target, name)),
      );
      await passedOn(workerThrough((target, name) => during.watch(target, name))).catch(retried);
      await workSent();

      const newest = (await recorded())?.id;
      for (const home of [order(1), order(2)]) expect((await ownersOf(home)).at(-1)).toBe(newest);
      expect(room.passed.at(-1)?.owner?.id).toBe(newest);
    });
  }, 60_000);

  it('reaches every thread and is told what is open, wherever the API or the worker stops', async () => {
    await stoppedAtAllEffects(async (fuse) => {
      await told(await announce());
      await told(await announce({ orderId: order(2) }));
      await put(meera, apiThrough(effectsOf(fuse))).catch(() => undefined);
      await passedOn(workerThrough(effectsOf(fuse))).catch(() => undefined);
      const said = await recorded();
      // What the sweep does: it finds the lead as long as it is not passed on.
      room.time.advance(120_001);
      const leads = new LeadStore(room.table('payments'));
      const due = await Promise.all(leadShards.map((shard) => leads.due(shard, room.time.now(), 10)));
      for (const { leadId } of due.flat())
        expect([leadId, await passedOn()]).toMatchObject([leadId, { outcome: 'done' }]);
      await workSent();

      // It stopped before anything was kept: then whoever sent it was not answered, and sends it again.
      if (!said) return;
      for (const home of [order(1), order(2)]) {
        expect(await ownersOf(home)).toEqual(['adm_meera']);
        expect(inSlack(home)[0]?.lines[1]).toContain('owner Meera T.');
      }
      expect(new Set(room.passed.map(({ at }) => at)).size).toBe(1);
      expect(room.passed.at(-1)).toMatchObject({ owner: meera, former: arjun, more: 0 });
      expect(room.passed.at(-1)?.open.map(({ thread }) => thread)).toEqual([order(1), order(2)]);
      expect(await put(meera)).toMatchObject({ status: 200 });
    });
  }, 60_000);

  it('is noted once, wherever a worker stops that tells the thread for the first time', async () => {
    await stoppedAtAllEffects(async (fuse) => {
      await put(meera);
      await announce();
      await told(order(1), workerThrough(effectsOf(fuse))).catch(() => undefined);
      room.time.advance(60_000);
      await toldInTheEnd(order(1));

      expect(await ownersOf(order(1))).toEqual(['adm_meera']);
    });
  }, 60_000);
});

describe('a lead that is passed on', () => {
  it('tells the new owner what is open: how it stands, how much, which course, where; and who had it before', async () => {
    const since = start - 60;
    for (const n of [1, 2, 3]) await told(await announce({ orderId: order(n) }));
    await deliver(order(2), failed(tryOf(order(2))));
    await told(order(2));
    await pay(order(3));
    await told(order(3));
    await announce({ orderId: order(4), initiatedAt: since - 60 });
    await new LeadStore(room.table('payments')).addPayment(
      room.team.id,
      'lead_1',
      { account: 'live', orderId: order(4), plan: undefined },
      room.time.now(),
    );

    await pass(meera);

    const link = expect.stringMatching(/^https:\/\/acme-academy\.slack\.com\/archives\/\w+\/p\d+$/);
    const course = 'Full Stack Web Development';
    expect(room.passed).toEqual([
      {
        ...{ team: room.team.id, leadId: 'lead_1', name: 'Priya Sharma', at: room.time.now() },
        ...{ owner: meera, former: arjun, more: 0 },
        open: [
          { account: 'live', thread: order(4), since: since - 60, state: 'Initiated', amount: '₹45,000.00', course },
          { account: 'live', thread: order(1), since, state: 'Initiated', amount: '₹45,000.00', course, link },
          { account: 'live', thread: order(2), since, state: 'Failed', amount: '₹45,000.00', course, link },
        ],
      },
    ]);
  });

  it('has no former owner where nobody was named before, or only the same', async () => {
    await pass(meera);
    expect(room.passed.at(-1)).toMatchObject({ owner: meera, former: null, open: [] });

    await startAfresh();
    await told(await announce());
    await pass(arjun);
    expect(room.passed.at(-1)).toMatchObject({ owner: arjun, former: null });
    expect(room.passed.at(-1)?.open).toHaveLength(1);
  });

  it('is told again to whoever had it before, and to nobody where nobody has it', async () => {
    for (const owner of [arjun, meera, null, arjun]) await pass(owner);

    expect(room.passed.map(({ owner, former }) => [owner?.id, former?.id])).toEqual([
      ['adm_arjun', undefined],
      ['adm_meera', 'adm_arjun'],
      [undefined, 'adm_meera'],
      ['adm_arjun', undefined],
    ]);
    expect(new Set(room.passed.map(({ at }) => at)).size).toBe(4);
  });

  it('goes on in the next invocation where one is too short for its payments, and counts what is beyond the first few', async () => {
    const leads = new LeadStore(room.table('payments'));
    const payments = 120;
    for (let n = 0; n < payments; n += 1) {
      const orderId = `order_${String(n).padStart(4, '0')}`;
      await announce({ orderId });
      await leads.addPayment(room.team.id, 'lead_1', { account: 'live', orderId, plan: undefined }, room.time.now());
    }
    await put(meera);

    let invocations = 0;
    for (let isDone = false; !isDone; invocations += 1) {
      // Every note takes its time.
      const watch: Watch = (target) =>
        new Proxy(target, {
          get: (_, key) => {
            const member: unknown = Reflect.get(target, key);
            if (typeof member !== 'function') return member;
            if (key === 'insert') room.time.advance(400);
            return member.bind(target);
          },
        });
      isDone = await passedOn(workerThrough(watch)).then(
        () => true,
        (error) => retried(error) ?? false,
      );
    }

    expect(invocations).toBeGreaterThan(1);
    expect(room.passed).toHaveLength(1);
    expect(room.passed[0]?.open).toHaveLength(48);
    expect(room.passed[0]).toMatchObject({ more: payments - 48 });
    expect(new Set(wokenThreads().map(({ home }) => home)).size).toBe(payments);
    expect(await ownersOf('order_0119')).toEqual(['adm_meera']);
  });

  it('shows a payment once that two orders turned out to be', async () => {
    const leads = new LeadStore(room.table('payments'));
    for (const n of [1, 2]) {
      await announce({ orderId: order(n) });
      await leads.addPayment(room.team.id, 'lead_1', { account: 'live', orderId: order(n), plan: undefined }, 1);
    }
    await store.claim(place(order(1)), order(1), [], 1, async () => undefined);
    await store.claim(place(order(1)), order(1), [order(2)], 2, async () => undefined);

    await pass(meera);

    expect(room.passed[0]?.open.map(({ thread }) => thread)).toEqual([order(1)]);
  });
});

describe('the instalments of a plan', () => {
  const numbersIn = async (home: string, account = 'live') =>
    (await notesOf('earlier', home, account)).map(({ number }) => number);
  const rootOf = (orderId: string, channel: string = ids.payments) => {
    const root = room.front.control
      .messages(channel)
      .find(({ blocks }) => blocks[0]?.['block_id']?.toString().startsWith(`payments#live#${orderId}/root`));
    return `https://acme-academy.slack.com/archives/${channel}/p${root?.ts.replace('.', '')}`;
  };

  it('are known, with the way to its thread, to one that is announced after they were paid', async () => {
    await announcePart(1);
    await payPart(1);
    await told(order(1));
    await announcePart(2);
    await told(order(2));

    expect(await notesOf('earlier', order(2))).toEqual([
      { kind: 'earlier', orderId: order(1), number: 1, of: 3, amount: 1_500_000, permalink: rootOf(order(1)) },
    ]);
    expect(await numbersIn(order(1))).toEqual([]);
  });

  it('are told of one that is paid, each once, and wake nobody further', async () => {
    for (const n of [1, 2, 3]) await told(await announcePart(n));
    await payPart(2);
    await told(order(2));

    expect(room.sent.map(({ body }) => JSON.parse(body))).toEqual([
      { ...place(order(1)), cause: 'instalment' },
      { ...place(order(3)), cause: 'instalment' },
    ]);
    expect(await workSent()).toEqual([order(1), order(3)]);
    for (const n of [1, 3]) expect(await numbersIn(order(n))).toEqual([2]);
    await told(order(2));
    expect(await workSent()).toEqual([]);
  });

  it('that are paid show in each thread of the plan how far it has come', async () => {
    for (const n of [1, 2, 3]) await told(await announcePart(n));
    for (const n of [1, 2, 3]) {
      await payPart(n);
      await told(order(n));
      await workSent();
    }

    for (const n of [1, 2, 3]) {
      const [root] = inSlack(order(n));
      expect(root?.lines[1]).toBe('▰▰▰ ₹45,000.00 of ₹45,000.00 paid · nothing due');
    }
    expect(inSlack(order(2))[0]?.lines[2]).toContain('earlier: part 1 · later: part 3');
  });

  it('count no more once they were given back, in the other threads and for where later payments go', async () => {
    for (const n of [1, 2]) await told(await announcePart(n));
    await payPart(1);
    await told(order(1));
    await workSent();
    expect(inSlack(order(2))[0]?.lines[1]).toBe('▰▱▱ ₹15,000.00 of ₹45,000.00 paid · ₹30,000.00 due');

    await deliver(order(1), refunded(tryOf(order(1), 1_500_000), 500_000));
    await told(order(1));
    await workSent();
    expect(inSlack(order(2))[0]?.lines[1]).toBe('▰▱▱ ₹10,000.00 of ₹45,000.00 paid · ₹35,000.00 due');

    await deliver(order(1), refunded(tryOf(order(1), 1_500_000), 1_000_000, 500_000));
    await told(order(1));
    await workSent();
    await told(await announcePart(3));

    expect(inSlack(order(2))[0]?.lines[1]).toBe('▱▱▱ ₹0.00 of ₹45,000.00 paid · ₹45,000.00 due');
    expect(inSlack(order(2))[0]?.lines[2]).not.toContain('earlier');
    expect(inSlack(order(3))).toHaveLength(1);
  });

  it('of a course that is bought again know nothing of the plan before, nor that of them', async () => {
    for (const n of [1, 2, 3]) {
      await told(await announcePart(n));
      await payPart(n);
      await told(order(n));
      room.time.advance(1_000);
    }
    await workSent();
    const before = [1, 2, 3].map((n) => inSlack(order(n), n === 1 ? ids.payments : ids.partPayments));
    for (const n of [1, 2]) {
      const part = { kind: 'part', number: n, of: 3, planTotal: 4_500_000 } as const;
      await told(await announcePart(n + 3, { payment: part }));
      await payPart(n + 3);
      await told(order(n + 3));
      room.time.advance(1_000);
    }
    const woken = await workSent();

    expect(woken).toEqual([order(4)]);
    expect([1, 2, 3].map((n) => inSlack(order(n), n === 1 ? ids.payments : ids.partPayments))).toEqual(before);
    expect(inSlack(order(4))[0]?.lines[1]).toBe('▰▰▱ ₹30,000.00 of ₹45,000.00 paid · ₹15,000.00 due');
    expect(inSlack(order(5), ids.partPayments)[0]?.lines.slice(1, 3)).toEqual([
      '▰▰▱ ₹30,000.00 of ₹45,000.00 paid · ₹15,000.00 due',
      expect.stringContaining('earlier: part 1'),
    ]);
  });

  it('lead to a root that was posted in the very pass that found it paid', async () => {
    await told(await announcePart(2));
    await announcePart(1);
    await payPart(1);
    await told(order(1));

    expect(await notesOf('earlier', order(2))).toMatchObject([{ number: 1, permalink: rootOf(order(1)) }]);
  });

  it('are told nothing of another course, another learner, another account or a full payment', async () => {
    await told(await announcePart(1));
    const others = {
      'another course': await announcePart(2, { course: { id: 'crs_2', name: 'Data Science', type: 'bootcamp' } }),
      'another learner': await announcePart(3, { lead: { id: 'lead_2', name: 'Rahul Khan' } }),
      'a full payment': await announce({ orderId: order(4) }),
    };
    for (const orderId of Object.values(others)) await told(orderId);
    await told(
      await announcePart(5, { payment: { kind: 'part', number: 2, of: 3, planTotal: 4_500_000 } }, 'test'),
      room.tell,
      'test',
    );
    await payPart(1);
    await told(order(1));

    expect(room.sent).toEqual([]);
    for (const orderId of Object.values(others)) expect(await numbersIn(orderId)).toEqual([]);
    expect(await numbersIn(order(5), 'test')).toEqual([]);
  });

  it('are told of one whose channel was archived once it is there', async () => {
    await told(await announcePart(2));
    room.front.control.fault({ method: 'chat.postMessage', kind: 'error', error: 'is_archived' });
    await announcePart(1);
    await payPart(1);
    expect(await told(order(1))).toMatchObject({ outcome: 'held' });
    expect(await numbersIn(order(2))).toEqual([]);

    room.front.control.resetFaults();
    await told(order(1));

    expect(await notesOf('earlier', order(2))).toMatchObject([{ number: 1, permalink: rootOf(order(1)) }]);
  });

  it('know each other in the end, whenever one is told for the first time while another is paid', async () => {
    for (const [first, second] of [
      [() => toldInTheEnd(order(1)), order(2)],
      [() => toldInTheEnd(order(2)), order(1)],
    ] as const) {
      await betweenAllCalls(async (meanwhile) => {
        await announcePart(1);
        await told(order(1));
        await payPart(1);
        await announcePart(2);
        const during = meanwhile(first);
        await told(
          second,
          workerThrough((target, name) => during.watch(target, name)),
        ).catch(retried);
        for (const n of [1, 2]) await toldInTheEnd(order(n));
        await workSent();

        expect(await numbersIn(order(2))).toEqual([1]);
      });
    }
  }, 120_000);

  it('know each other in the end, whenever both are told for the first time and found paid at once', async () => {
    await betweenAllCalls(async (meanwhile) => {
      for (const n of [1, 2]) await announcePart(n);
      for (const n of [1, 2]) await payPart(n);
      const during = meanwhile(() => toldInTheEnd(order(2)));
      await told(
        order(1),
        workerThrough((target, name) => during.watch(target, name)),
      ).catch(retried);
      for (const n of [1, 2]) await toldInTheEnd(order(n));
      await workSent();

      expect(await numbersIn(order(1))).toEqual([2]);
      expect(await numbersIn(order(2))).toEqual([1]);
    });
  }, 120_000);

  it('show what they were told, whenever those that are woken are worked while others are still to be told', async () => {
    await betweenAllCalls(async (meanwhile) => {
      for (const n of [1, 2, 3]) await told(await announcePart(n));
      await payPart(1);
      const during = meanwhile(() => workSent());
      await told(
        order(1),
        workerThrough((target, name) => during.watch(target, name)),
      );
      await workSent();

      for (const n of [1, 2]) {
        expect(inSlack(order(n))[0]?.lines[1]).toBe('▰▱▱ ₹15,000.00 of ₹45,000.00 paid · ₹30,000.00 due');
      }
    });
  }, 120_000);

  it('know each other in the end, wherever a worker stops that finds one paid', async () => {
    await stoppedAtAllEffects(async (fuse) => {
      for (const n of [1, 2, 3]) await announcePart(n);
      for (const n of [2, 3]) await told(order(n));
      await payPart(1);
      await told(order(1), workerThrough(effectsOf(fuse))).catch(() => undefined);
      room.time.advance(60_000);
      await toldInTheEnd(order(1));
      const woken = await workSent();

      expect([...new Set(woken)].sort()).toEqual([order(2), order(3)]);
      for (const n of [2, 3]) {
        expect(await notesOf('earlier', order(n))).toMatchObject([{ number: 1, permalink: rootOf(order(1)) }]);
      }
      expect(room.report.doubled).toBe(0);
    });
  }, 120_000);
});

/** Who the record of the lead names. */
async function recorded() {
  return (await new LeadStore(room.table('payments')).lead(room.team.id, 'lead_1'))?.owner ?? null;
}

/** A pass that others came between is worked again by the queue. */
function retried(error: unknown): void {
  if (!(error instanceof Retry)) throw error;
}
