/**
 * The interleavings that the outbox was designed against, one test each, by its name. Slack and the database answer in
 * process, on a clock that only the test moves, so that each can be stopped at the very place it is about.
 */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { Table } from '../../shared/aws/table.ts';
import { Retry } from '../../shared/base/errors.ts';
import { channelId, userId } from '../../shared/base/names.ts';
import type { Wanted } from '../../shared/slack/agenda.ts';
import type { SlackClient } from '../../shared/slack/client.ts';
import type { Compose } from '../../shared/slack/outbox.ts';
import { body, message } from '../../shared/slack/text.ts';
import { Fuse } from '../support/fuse.ts';
import { type Room, startRoom } from '../support/room.ts';
import { ids } from '../support/slack-world.ts';

let room: Room;
beforeEach(async () => {
  const database = memoryDatabase();
  room = await startRoom((name) => new Table(database, name), { inProcess: true });
});

const destination = { channel: channelId(ids.payments), row: 'test', why: 'a test says so' };
const line = (key: string, text: string) => ({ key, content: message(body(text)) });

function wanted(root: string, ...replies: string[]): Wanted {
  return { destination, root: line('root', root), replies: replies.map((text, index) => line(`reply#${index}`, text)) };
}

const compose =
  (thread: Wanted): Compose =>
  async () =>
    thread;
const ref = () => ({ team: room.team.id, key: 'payments#live#order_1' });
const budget = () => ({ until: room.until(), report: room.report, wake: { body: '{}', group: 'order_1' } });
const sync = (thread: Wanted) => room.outbox.sync(ref(), compose(thread), budget());
const texts = (channel: string = ids.payments) => room.front.control.messages(channel).map(({ text }) => text);
const root = () => room.front.control.messages(ids.payments).find(({ threadTs }) => threadTs === undefined);
const repliesOfRoot = () => {
  const at = root()?.ts;
  return room.front.control.messages(ids.payments).flatMap(({ threadTs, text }) => (threadTs === at ? [text] : []));
};

/** Syncs again and again, letting the asked-for time go by, as the queue does. */
async function syncUntilDone(thread: Wanted, turns = 12): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    try {
      await sync(thread);
      return;
    } catch (error) {
      if (!(error instanceof Retry)) throw error;
      room.time.advance(error.delayMs ?? 1_000);
    }
  }
  throw new Error('It never came to an end.');
}

/** The room's client with something done before one of its calls. */
function clientWith(before: (method: string, args: string) => Promise<void> | void): SlackClient {
  return new Proxy(room.client, {
    get: (target, method) => {
      const member: unknown = Reflect.get(target, method);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        await before(String(method), JSON.stringify(args[1] ?? ''));
        return Reflect.apply(member, target, args);
      };
    },
  });
}

/** Does something once, before the first call that `when` recognises. */
function once(when: (method: string, args: string) => boolean, act: () => Promise<void> | void): SlackClient {
  let done = false;
  return clientWith(async (method, args) => {
    if (done || !when(method, args)) return;
    done = true;
    await act();
  });
}

/** A client that stands still before a call until it is thawed. */
function frozenBefore(when: (method: string, args: string) => boolean) {
  let thaw = () => {};
  let reach = () => {};
  const thawed = new Promise<void>((resolve) => {
    thaw = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const client = once(when, async () => {
    reach();
    await thawed;
  });
  return { client, reached, thaw: () => thaw() };
}

const isPostOf = (key: string) => (method: string, args: string) => method === 'post' && args.includes(`/${key}"`);

describe('1. a crash', () => {
  const full = wanted('Paid', 'One', 'Two');
  const writes = (method: string) => ['insert', 'put', 'update', 'delete'].includes(method);
  const stopped = async (name: string, side: 'before' | 'after', nth = 0) => {
    const recorded = new Fuse();
    const play = (fuse: Fuse, key: string) =>
      room
        .another({
          table: (table) => fuse.watch(room.table(table), table, writes),
          client: fuse.watch(room.client, 'slack', (method) => method === 'post'),
        })
        .outbox.sync({ team: room.team.id, key }, compose(wanted('R', '1', '2')), budget())
        .catch(() => undefined);
    await play(recorded, 'recorded');
    const places = recorded.effects.flatMap((effect, index) => (effect === name ? [index] : []));
    const fuse = new Fuse({ effect: places.at(nth) ?? -1, side });
    await room
      .another({
        table: (table) => fuse.watch(room.table(table), table, writes),
        client: fuse.watch(room.client, 'slack', (method) => method === 'post'),
      })
      .outbox.sync(ref(), compose(full), budget())
      .catch(() => undefined);
    expect(fuse.blown).toBe(true);
    room.time.advance(60_000);
    await syncUntilDone(full);
    return texts().filter((text) => !['R', '1', '2'].includes(text));
  };

  // The writes to the thread item of one pass are the last two of its table: the intents, then the results.
  it.each([
    ['before the intents', 'messages.update', 'before', -2],
    ['between the intents and the first call', 'messages.update', 'after', -2],
    ['between the root and the first reply', 'slack.post', 'after', 0],
    ['between two replies', 'slack.post', 'after', 1],
    ['between the last call and the results', 'messages.update', 'before', -1],
    ["after the results and before the queue's delete", 'messages.update', 'after', -1],
  ] as const)('%s leaves each message there once', async (_, effect, side, nth) => {
    expect(await stopped(effect, side, nth)).toEqual(['Paid', 'One', 'Two']);
    expect(room.report.doubled).toBe(0);
  });
});

describe('2. the lost reply of a write that the SDK sends again', () => {
  it.each([
    ['of the intents', 'lease = :lease'],
    ['of the results', ':owner REMOVE #lease'],
  ])('%s finds its own owner, and goes on', async (_, part) => {
    let repeated = 0;
    const table = (name: string) =>
      new Proxy(room.table(name), {
        get: (target, method) => {
          const member: unknown = Reflect.get(target, method);
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            const answer: unknown = await Reflect.apply(member, target, args);
            if (method !== 'update' || !JSON.stringify(args[1]).includes(part)) return answer;
            repeated += 1;
            return Reflect.apply(member, target, args);
          };
        },
      });

    await room.another({ table }).outbox.sync(ref(), compose(wanted('Initiated', 'Paid')), budget());

    expect(repeated).toBe(1);
    expect(texts()).toEqual(['Initiated', 'Paid']);
    expect(room.front.control.calls()['chat.postMessage']).toBe(2);
  });
});

describe('3. a slow worker whose lease has ended, thawed after another has taken over', () => {
  it('takes back what it doubled', async () => {
    const { client, reached, thaw } = frozenBefore(isPostOf('reply#0'));
    const zombie = room.another({ client }).outbox.sync(ref(), compose(wanted('Paid', 'Paid by UPI')), budget());
    await reached;

    room.time.advance(120_000);
    await syncUntilDone(wanted('Paid', 'Paid by UPI'));
    thaw();
    await expect(zombie).rejects.toMatchObject({ waiting: true });
    expect(texts()).toEqual(['Paid', 'Paid by UPI', 'Paid by UPI']);
    await syncUntilDone(wanted('Paid', 'Paid by UPI'));

    expect(texts()).toEqual(['Paid', 'Paid by UPI']);
    expect(room.report.doubled).toBe(1);
  });

  it('has its older text put right', async () => {
    await sync(wanted('Initiated'));
    const { client, reached, thaw } = frozenBefore((method) => method === 'update');
    const zombie = room.another({ client }).outbox.sync(ref(), compose(wanted('Failed')), budget());
    await reached;

    room.time.advance(120_000);
    await syncUntilDone(wanted('Paid'));
    thaw();
    await expect(zombie).rejects.toMatchObject({ waiting: true });
    expect(texts()).toEqual(['Failed']);
    await syncUntilDone(wanted('Paid'));

    expect(texts()).toEqual(['Paid']);
  });

  it('has its older text put right though the note about it came while the other was still writing', async () => {
    await sync(wanted('Initiated'));
    const zombie = frozenBefore((method) => method === 'update');
    const slow = room.another({ client: zombie.client }).outbox.sync(ref(), compose(wanted('Failed')), budget());
    await zombie.reached;
    room.time.advance(120_000);
    // The other is between its edit and its results when the zombie edits, loses, and leaves its note.
    const other = frozenBefore(isPostOf('reply#0'));
    const live = room
      .another({ client: other.client })
      .outbox.sync(ref(), compose(wanted('Paid', 'Paid by UPI')), budget());
    await other.reached.catch(() => undefined);
    zombie.thaw();
    await expect(slow).rejects.toMatchObject({ waiting: true });
    other.thaw();
    await live;
    expect(texts()[0]).toBe('Failed');

    await syncUntilDone(wanted('Paid', 'Paid by UPI'));

    expect(texts()).toEqual(['Paid', 'Paid by UPI']);
  });

  it('keeps what it posted where the other only looked messages up', async () => {
    const { client, reached, thaw } = frozenBefore(isPostOf('reply#1'));
    const zombie = room.another({ client }).outbox.sync(ref(), compose(wanted('Paid', 'One', 'Two')), budget());
    await reached;

    room.time.advance(120_000);
    await syncUntilDone(wanted('Paid', 'One'));
    thaw();
    await zombie;
    await syncUntilDone(wanted('Paid', 'One', 'Two'));

    expect(texts()).toEqual(['Paid', 'One', 'Two']);
  });

  it('is waited for while its lease lasts', async () => {
    const now = room.time.now();
    const lease = { owner: 'other', now, until: now + 5_000 };
    await room.log.begin(ref(), await room.log.read(ref()), lease, { destination, entries: {} });

    // It is usually given back long before it ends: asked for again after one call's time.
    await expect(sync(wanted('Initiated'))).rejects.toMatchObject({ waiting: true, delayMs: 250 });
  });
});

describe('4. the client gives up at 5 s and Slack executes at 8 s', () => {
  it('is found when it is looked for, since nobody looks before the settle time', async () => {
    room.front.control.fault({ method: 'chat.postMessage', count: 1, kind: 'late', delayMilliseconds: 8_000 });

    await syncUntilDone(wanted('Initiated', 'Paid'));

    expect(texts()).toEqual(['Initiated', 'Paid']);
    expect(room.report).toMatchObject({ adopted: 1, doubled: 0 });
  });
});

describe('5. two passes with different facts, of which the one with fewer writes last', () => {
  it('cannot: it reads again', async () => {
    let interrupted = false;
    const slow: Compose = async () => {
      if (interrupted) return wanted('Paid', 'Paid by UPI');
      interrupted = true;
      await sync(wanted('Paid', 'Paid by UPI'));
      return wanted('Initiated');
    };

    await room.outbox.sync(ref(), slow, budget());

    expect(texts()).toEqual(['Paid', 'Paid by UPI']);
  });
});

describe("6. the root's intent in channel A, a crash, and a route that would now say B", () => {
  it.each(['before', 'after'] as const)('stays with A, whether the crash came %s the post', async (side) => {
    const fuse = new Fuse({ effect: 0, side });
    const client = fuse.watch(room.client, 'slack', (method) => method === 'post');
    await room
      .another({ client })
      .outbox.sync(ref(), compose(wanted('Initiated')), budget())
      .catch(() => undefined);

    room.time.advance(60_000);
    await syncUntilDone({ ...wanted('Paid'), destination: { ...destination, channel: channelId(ids.partPayments) } });

    expect(texts()).toEqual(['Paid']);
    expect(texts(ids.partPayments)).toEqual([]);
  });
});

describe('7. what changes between two calls', () => {
  it('the root deleted between its edit and a reply: the reply does not stay in the open channel', async () => {
    await sync(wanted('Initiated'));
    const client = once(isPostOf('reply#0'), () => room.front.control.deleteMessage(ids.payments, root()?.ts ?? ''));

    await room.another({ client }).outbox.sync(ref(), compose(wanted('Paid', 'Paid by UPI')), budget());

    expect(texts()).toEqual(['Paid', 'Paid by UPI']);
    expect(repliesOfRoot()).toEqual(['Paid by UPI']);
  });

  it.each([
    ['is told to wait', { kind: 'rateLimited', retryAfterSeconds: 5 }],
    ['gets no answer', { kind: 'reset', when: 'before' }],
  ] as const)('the root deleted, and the removal of the misplaced reply %s: it is removed later', async (_, fault) => {
    await sync(wanted('Initiated'));
    room.front.control.fault({ method: 'chat.delete', count: 1, ...fault });
    const client = once(isPostOf('reply#0'), () => room.front.control.deleteMessage(ids.payments, root()?.ts ?? ''));
    await expect(
      room.another({ client }).outbox.sync(ref(), compose(wanted('Paid', 'Paid by UPI')), budget()),
    ).rejects.toThrow(Retry);

    await syncUntilDone(wanted('Paid', 'Paid by UPI'));

    expect([...texts()].sort()).toEqual(['Paid', 'Paid by UPI']);
    expect(repliesOfRoot()).toEqual(['Paid by UPI']);
  });

  it('the channel archived between two replies: held, and told to its end when it is restored', async () => {
    const client = once(isPostOf('reply#1'), () => room.front.control.archive(ids.payments));

    const outcome = await room.another({ client }).outbox.sync(ref(), compose(wanted('Paid', 'One', 'Two')), budget());
    expect(outcome).toBe('held');
    room.front.control.unarchive(ids.payments);
    await syncUntilDone(wanted('Paid', 'One', 'Two'));

    expect(texts()).toEqual(['Paid', 'One', 'Two']);
  });

  it("a person's token revoked between two replies: the app posts the second and names the person", async () => {
    const client = once(isPostOf('reply#1'), () => void room.front.control.revokeTokensOf(ids.arjun));
    const thread = { ...wanted('Paid', 'One', 'Two'), author: { adminId: 'adm_arjun', byline: ['Arjun M.'] } };

    await room.another({ client }).outbox.sync(ref(), compose(thread), budget());

    const posted = room.front.control.messages(ids.payments).map(({ userId, text }) => [userId, text]);
    expect(posted).toEqual([
      [ids.arjun, 'Paid'],
      [ids.arjun, 'One'],
      [ids.bot, 'Two\nfor Arjun M.'],
    ]);
  });

  it("the app's token revoked between two replies: held, and told to its end after a reinstall", async () => {
    const client = once(isPostOf('reply#1'), () => void room.front.control.revokeTokensOf(ids.bot));

    const outcome = await room.another({ client }).outbox.sync(ref(), compose(wanted('Paid', 'One', 'Two')), budget());
    expect(outcome).toBe('held');
    room.front.control.grantToken('xoxb-new', 'bot', ids.bot, [
      'chat:write',
      'channels:read',
      'channels:history',
      'channels:join',
    ]);
    await room.installations.saveBot(room.team.id, { user: userId(ids.bot), token: 'xoxb-new', installedAt: 2 });
    await syncUntilDone(wanted('Paid', 'One', 'Two'));

    expect(texts()).toEqual(['Paid', 'One', 'Two']);
  });
});

describe('8. a reply that got no answer, and a history that may be asked once a minute', () => {
  it('is settled in the end, from where the last look-up stopped, and posted once', async () => {
    await sync(wanted('Paid'));
    for (let index = 0; index < 900; index += 1) room.front.control.say(ids.payments, ids.sana, `chatter ${index}`);
    room.front.control.fault({ method: 'chat.postMessage', count: 1, kind: 'reset', when: 'after' });
    // Every second question is told to wait a minute.
    for (const method of ['conversations.history', 'conversations.replies']) {
      for (let nth = 1; nth < 20; nth += 1) {
        room.front.control.fault({ method, skip: nth, count: 1, kind: 'rateLimited', retryAfterSeconds: 60 });
      }
    }

    await syncUntilDone(wanted('Paid', 'Paid by UPI'), 40);

    expect(repliesOfRoot()).toEqual(['Paid by UPI']);
    expect(room.report).toMatchObject({ adopted: 1, doubled: 0 });
  });
});

describe('10. an older edit that lands after a newer one', () => {
  it('cannot: the newer one is not sent before the older can no longer land', async () => {
    await sync(wanted('Initiated'));
    room.front.control.fault({ method: 'chat.update', count: 1, kind: 'late', delayMilliseconds: 8_000 });

    await expect(sync(wanted('Authorized'))).rejects.toThrow(Retry);
    await syncUntilDone(wanted('Paid'));

    expect(texts()).toEqual(['Paid']);
  });
});
