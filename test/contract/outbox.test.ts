/** The outbox against the local Slack and a real database: what it promises when all goes well, and each of Slack's answers. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Retry } from '../../shared/base/errors.ts';
import { channelId, ts, userId } from '../../shared/base/names.ts';
import type { Wanted } from '../../shared/slack/agenda.ts';
import type { Compose } from '../../shared/slack/outbox.ts';
import { body, message } from '../../shared/slack/text.ts';
import { type Room, startRoom, startTables } from '../support/room.ts';
import { ids } from '../support/slack-world.ts';

let tables: Awaited<ReturnType<typeof startTables>>;
let room: Room;

beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());
beforeEach(async () => {
  room = await startRoom(tables.table, { inProcess: true });
});
afterEach(() => room.stop());

const destination = { channel: channelId(ids.payments), row: 'test', why: 'a test says so' };
const line = (key: string, text: string) => ({ key, content: message(body(text)) });

function wanted(root: string, ...replies: string[]): Wanted {
  return { destination, root: line('root', root), replies: replies.map((text, index) => line(`reply#${index}`, text)) };
}

const asArjun = (thread: Wanted): Wanted => ({ ...thread, author: { adminId: 'adm_arjun', byline: ['Arjun M.'] } });
const compose =
  (thread: Wanted): Compose =>
  async () =>
    thread;
const ref = () => ({ team: room.team.id, key: 'payments#live#order_1' });
const wake = { body: '{"home":"order_1"}', group: 'order_1' };
const budget = () => ({ until: room.until(), report: room.report, wake });
const sync = (thread: Wanted) => room.outbox.sync(ref(), compose(thread), budget());
const texts = (channel: string = ids.payments) => room.front.control.messages(channel).map(({ text }) => text);

/** Syncs again and again, letting the asked-for time go by, as the queue does. */
async function syncUntilDone(thread: Wanted, turns = 6): Promise<string> {
  for (let turn = 0; turn < turns; turn += 1) {
    try {
      return await sync(thread);
    } catch (error) {
      if (!(error instanceof Retry)) throw error;
      room.time.advance(error.delayMs ?? 1_000);
    }
  }
  throw new Error('It never came to an end.');
}

describe('a thread', () => {
  it('is posted with its replies, once, however often it is synced', async () => {
    const thread = wanted('Initiated', 'Failed', 'Paid');

    await sync(thread);
    await sync(thread);

    expect(texts()).toEqual(['Initiated', 'Failed', 'Paid']);
    const [root, ...replies] = room.front.control.messages(ids.payments);
    expect(replies.map(({ threadTs }) => threadTs)).toEqual([root?.ts, root?.ts]);
  });

  it('writes nothing and asks Slack nothing when there is nothing to do', async () => {
    await sync(wanted('Initiated'));
    const before = await room.log.read(ref());
    room.front.control.resetCalls();

    await sync(wanted('Initiated'));

    expect(await room.log.read(ref())).toEqual(before);
    expect(room.front.control.calls()).toEqual({});
  });

  it('has its root edited in place and each new change told in one reply', async () => {
    await sync(wanted('Initiated'));
    await sync(wanted('Paid', 'Paid by UPI'));

    expect(texts()).toEqual(['Paid', 'Paid by UPI']);
    expect(room.report).toMatchObject({ posted: 2, edited: 1, doubled: 0 });
  });

  it('costs two writes of its item a pass', async () => {
    await sync(wanted('Initiated', 'One', 'Two', 'Three'));

    expect((await room.log.read(ref())).version).toBe(2);
  });

  it('stays under one kilobyte for an ordinary payment', async () => {
    await sync(wanted('Paid', 'Failed', 'Paid by UPI'));
    const item = await room.table('messages').get({ pk: `${room.team.id}#thread#payments#live#order_1`, sk: 'thread' });

    expect(JSON.stringify(item).length).toBeLessThan(1024);
  });

  it('stays in the channel in which its root was posted, whatever the route says later', async () => {
    await sync(wanted('Initiated'));
    await sync({
      ...wanted('Paid', 'Paid by UPI'),
      destination: { ...destination, channel: channelId(ids.partPayments) },
    });

    expect(texts()).toEqual(['Paid', 'Paid by UPI']);
    expect(texts(ids.partPayments)).toEqual([]);
  });
});

describe('who posts', () => {
  it('is the assigned admin, with the token that this admin gave', async () => {
    await sync(asArjun(wanted('Initiated', 'Paid')));

    expect(room.front.control.messages(ids.payments).map(({ userId }) => userId)).toEqual([ids.arjun, ids.arjun]);
  });

  it('is the app, naming the person, where there is no token', async () => {
    const thread = { ...wanted('Initiated', 'Paid'), author: { adminId: 'adm_nobody', byline: ['Meera T.'] } };

    await sync(thread);

    const [, reply] = room.front.control.messages(ids.payments);
    expect(reply).toMatchObject({ userId: ids.bot, text: 'Paid\nfor Meera T.' });
  });

  it('is the app, naming the person, where the company does not want it in their name any more', async () => {
    const asked: string[] = [];
    const mayPostAs = async (team: string, adminId: string) => {
      asked.push(`${team} ${adminId}`);
      return false;
    };

    await room.another({ mayPostAs }).outbox.sync(ref(), compose(asArjun(wanted('Initiated', 'Paid'))), budget());

    expect(asked).toEqual([`${room.team.id} adm_arjun`]);
    const posted = room.front.control.messages(ids.payments);
    expect(posted.map(({ userId }) => userId)).toEqual([ids.bot, ids.bot]);
    expect(posted[1]?.text).toBe('Paid\nfor Arjun M.');
    // It is no fault of the token's.
    expect(await room.installations.admin(room.team.id, 'adm_arjun')).toBeDefined();
  });

  it("is the app in the same pass when the person's token is refused, and the token is marked dead", async () => {
    room.front.control.revokeTokensOf(ids.arjun);

    await sync(asArjun(wanted('Initiated', 'Paid')));

    expect(room.front.control.messages(ids.payments).map(({ userId }) => userId)).toEqual([ids.bot, ids.bot]);
    expect(await room.installations.admin(room.team.id, 'adm_arjun')).toBeUndefined();
  });

  it('is the app where the person is no member of the channel', async () => {
    room.front.control.removeMember(ids.payments, ids.arjun);

    await sync(asArjun(wanted('Initiated', 'Paid')));

    expect(room.front.control.messages(ids.payments).map(({ userId }) => userId)).toEqual([ids.bot, ids.bot]);
    expect(await room.installations.admin(room.team.id, 'adm_arjun')).toBeDefined();
  });

  it('lets one status reply speak for a root whose author can edit no more', async () => {
    await sync(asArjun(wanted('Initiated')));
    room.front.control.revokeTokensOf(ids.arjun);

    await sync(asArjun(wanted('Authorized')));
    await sync(asArjun(wanted('Paid', 'Paid by UPI')));

    expect(texts()).toEqual(['Initiated', 'Paid\nfor Arjun M.', 'Paid by UPI\nfor Arjun M.']);
  });
});

describe('an answer that never came', () => {
  it.each([
    ['reset before the effect', { kind: 'reset', when: 'before' }],
    ['reset after the effect', { kind: 'reset', when: 'after' }],
    ['500 before the effect', { kind: 'status', status: 500, when: 'before' }],
    ['500 after the effect', { kind: 'status', status: 503, when: 'after' }],
    ['no answer, and no effect', { kind: 'timeout', when: 'before' }],
    ['no answer, after the effect', { kind: 'timeout', when: 'after' }],
    ['internal_error after the effect', { kind: 'error', error: 'internal_error', when: 'after' }],
    ['internal_error before the effect', { kind: 'error', error: 'internal_error', when: 'before' }],
  ] as const)('leaves each message there once: %s', async (_, fault) => {
    for (const skip of [0, 1, 2]) {
      const thread = { team: room.team.id, key: `payments#live#order_${skip}` };
      room.front.control.resetFaults();
      room.front.control.fault({ method: 'chat.postMessage', skip, count: 1, ...fault });
      const again = async (turns = 6): Promise<string> => {
        try {
          return await room.outbox.sync(
            thread,
            compose(wanted(`Initiated ${skip}`, `One ${skip}`, `Two ${skip}`)),
            budget(),
          );
        } catch (error) {
          if (!(error instanceof Retry) || turns === 0) throw error;
          room.time.advance(error.delayMs ?? 1_000);
          return again(turns - 1);
        }
      };

      await again();
    }

    const expected = [0, 1, 2].flatMap((n) => [`Initiated ${n}`, `One ${n}`, `Two ${n}`]);
    expect([...texts()].sort()).toEqual([...expected].sort());
    expect(room.report.doubled).toBe(0);
  });

  it('waits the settle time before it looks, so that an effect that comes after the client gave up is found', async () => {
    room.front.control.fault({ method: 'chat.postMessage', count: 1, kind: 'late', delayMilliseconds: 8_000 });

    await syncUntilDone(wanted('Initiated', 'Paid'));

    expect(texts()).toEqual(['Initiated', 'Paid']);
    expect(room.report).toMatchObject({ adopted: 1, doubled: 0 });
  });

  it('removes what lands even later than the settle time, and keeps the one that people have replied to', async () => {
    room.front.control.fault({ method: 'chat.postMessage', count: 1, kind: 'late', delayMilliseconds: 45_000 });

    await syncUntilDone(wanted('Initiated', 'Paid'), 12);

    expect(texts()).toEqual(['Initiated', 'Paid']);
    expect(room.report.doubled).toBe(1);
    expect((await room.log.read(ref())).entries['root']).not.toHaveProperty('again');
  });

  it('removes a reply that lands even later than the settle time', async () => {
    room.front.control.fault({
      method: 'chat.postMessage',
      skip: 1,
      count: 1,
      kind: 'late',
      delayMilliseconds: 45_000,
    });

    await syncUntilDone(wanted('Initiated', 'Paid'), 12);

    expect(texts()).toEqual(['Initiated', 'Paid']);
    expect(room.report.doubled).toBe(1);
  });

  it('sends an edit again without looking, and not before an older one can no longer land', async () => {
    await sync(wanted('Initiated'));
    room.front.control.fault({ method: 'chat.update', count: 1, kind: 'late', delayMilliseconds: 8_000 });

    await expect(sync(wanted('Authorized'))).rejects.toThrow(Retry);
    await syncUntilDone(wanted('Paid'));

    expect(texts()).toEqual(['Paid']);
    expect(room.front.control.calls()['conversations.history']).toBeUndefined();
  });

  it('adopts the author and the revision as found, and edits what was found with an older text', async () => {
    room.front.control.fault({ method: 'chat.postMessage', count: 1, kind: 'reset', when: 'after' });

    await expect(sync(asArjun(wanted('Initiated')))).rejects.toThrow(Retry);
    room.time.advance(31_000);
    await sync(wanted('Paid', 'Paid by UPI'));

    expect(texts()).toEqual(['Paid', 'Paid by UPI']);
    expect((await room.log.read(ref())).entries['root']).toMatchObject({ state: 'posted', author: ids.arjun });
  });

  it('asks on in its next turn when the look-up itself is told to wait, and takes nothing for granted until then', async () => {
    for (let index = 0; index < 450; index += 1) room.front.control.say(ids.payments, ids.sana, `chatter ${index}`);
    room.front.control.fault({ method: 'chat.postMessage', count: 1, kind: 'reset', when: 'before' });
    room.front.control.fault({
      method: 'conversations.history',
      skip: 1,
      count: 2,
      kind: 'rateLimited',
      retryAfterSeconds: 60,
    });

    await expect(sync(wanted('Initiated'))).rejects.toThrow(Retry);
    room.time.advance(31_000);
    await expect(sync(wanted('Initiated'))).rejects.toMatchObject({ waiting: true, delayMs: 60_000 });
    expect(texts().filter((text) => text === 'Initiated')).toEqual([]);
    await syncUntilDone(wanted('Initiated'));

    expect(texts().filter((text) => text === 'Initiated')).toEqual(['Initiated']);
  });
});

describe('an invocation that ends', () => {
  it('writes nothing and takes no turn when no call fits in any more', async () => {
    const late = { ...budget(), until: room.time.now() + 2_000 };

    await expect(room.outbox.sync(ref(), compose(wanted('Initiated')), late)).rejects.toMatchObject({ waiting: true });

    expect((await room.log.read(ref())).version).toBe(0);
    expect(texts()).toEqual([]);
  });

  it('stops a look-up that would go on beyond it, and keeps how far it came', async () => {
    for (let index = 0; index < 900; index += 1) room.front.control.say(ids.payments, ids.sana, `chatter ${index}`);
    room.front.control.fault({ method: 'chat.postMessage', count: 1, kind: 'reset', when: 'after' });
    await expect(sync(wanted('Initiated'))).rejects.toThrow(Retry);
    for (let index = 0; index < 900; index += 1) room.front.control.say(ids.payments, ids.sana, `chatter ${index}`);
    room.time.advance(31_000);
    const slow = new Proxy(room.client, {
      get: (target, method) => {
        const member: unknown = Reflect.get(target, method);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          if (method === 'history') room.time.advance(9_000);
          return Reflect.apply(member, target, args);
        };
      },
    });
    const until = room.until();

    await expect(
      room.another({ client: slow }).outbox.sync(ref(), compose(wanted('Initiated')), { ...budget(), until }),
    ).rejects.toMatchObject({ waiting: true });

    expect(room.time.now()).toBeLessThanOrEqual(until);
    expect((await room.log.read(ref())).lookUp?.reached).toHaveProperty('channel');
    await syncUntilDone(wanted('Initiated'));
    expect(texts().filter((text) => text === 'Initiated')).toEqual(['Initiated']);
  });
});

describe('a stray whose removal is refused', () => {
  it('is tried again as long as it may still be there', async () => {
    await sync(wanted('Initiated'));
    const double = room.front.control.say(ids.payments, ids.bot, 'Initiated');
    await room.log.note(ref(), { strays: [{ ts: ts(double.ts), author: userId(ids.bot) }], resend: [] });
    room.front.control.fault({ method: 'chat.delete', count: 1, kind: 'error', error: 'restricted_action' });

    await sync(wanted('Initiated'));
    expect(texts()).toHaveLength(2);
    await sync(wanted('Initiated'));

    expect(texts()).toEqual(['Initiated']);
  });
});

describe('429', () => {
  it('is waiting and not failing, and holds up the whole channel', async () => {
    room.front.control.fault({ method: 'chat.postMessage', count: 1, kind: 'rateLimited', retryAfterSeconds: 20 });

    await expect(sync(wanted('Initiated'))).rejects.toMatchObject({ waiting: true, delayMs: 20_000 });
    const other = { team: room.team.id, key: 'payments#live#order_2' };
    await expect(room.outbox.sync(other, compose(wanted('Other')), budget())).rejects.toMatchObject({ waiting: true });
    room.time.advance(21_000);
    await sync(wanted('Initiated'));

    expect(texts()).toEqual(['Initiated']);
    expect(room.front.control.calls()['chat.postMessage']).toBe(2);
  });

  it('on an edit leaves the posts of the same pass alone', async () => {
    await sync(wanted('Initiated'));
    room.front.control.fault({ method: 'chat.update', count: 1, kind: 'rateLimited', retryAfterSeconds: 20 });

    await expect(sync(wanted('Paid', 'Paid by UPI'))).rejects.toMatchObject({ waiting: true });

    expect(texts()).toEqual(['Initiated', 'Paid by UPI']);
  });
});

describe('what people do in Slack', () => {
  it('a root that was deleted is posted anew, once there is something to tell', async () => {
    await sync(wanted('Initiated'));
    const [root] = room.front.control.messages(ids.payments);
    room.front.control.deleteMessage(ids.payments, root?.ts ?? '');

    await sync(wanted('Initiated'));
    expect(texts()).toEqual([]);
    await sync(wanted('Paid', 'Paid by UPI'));

    expect(texts()).toEqual(['Paid', 'Paid by UPI']);
    const [again, reply] = room.front.control.messages(ids.payments);
    expect(reply?.threadTs).toBe(again?.ts);
  });

  it('a root that is deleted between its edit and a reply takes no reply into the open channel', async () => {
    await sync(wanted('Initiated'));
    const [root] = room.front.control.messages(ids.payments);
    await sync({ ...wanted('Initiated') });
    room.front.control.deleteMessage(ids.payments, root?.ts ?? '');

    await sync(wanted('Initiated', 'Failed'));

    const [again, reply, ...more] = room.front.control.messages(ids.payments);
    expect(more).toEqual([]);
    expect([again?.text, reply?.text, reply?.threadTs]).toEqual(['Initiated', 'Failed', again?.ts]);
  });

  it('a reply that was deleted is not posted again', async () => {
    await sync(wanted('Initiated', 'Failed'));
    const [, reply] = room.front.control.messages(ids.payments);
    room.front.control.deleteMessage(ids.payments, reply?.ts ?? '');

    await sync(wanted('Initiated', 'Failed, in other words'));
    await sync(wanted('Initiated', 'Failed, in yet other words'));

    expect(texts()).toEqual(['Initiated']);
  });

  it('an archived channel holds the thread, tells the ops channel once, and everything appears when it is restored', async () => {
    await sync(wanted('Initiated'));
    room.front.control.archive(ids.payments);

    expect(await sync(wanted('Paid', 'Paid by UPI'))).toBe('held');
    const other = { team: room.team.id, key: 'payments#live#order_2' };
    expect(await room.outbox.sync(other, compose(wanted('Other')), budget())).toBe('held');
    const [notice, ...more] = texts(ids.ops);
    expect(more).toEqual([]);
    expect(notice).toContain('the channel was archived');
    expect(notice).toContain('2 threads wait');

    room.front.control.unarchive(ids.payments);
    expect(await sync(wanted('Paid', 'Paid by UPI'))).toBe('done');
    expect(await room.outbox.sync(other, compose(wanted('Other')), budget())).toBe('done');

    expect(texts()).toEqual(['Paid', 'Paid by UPI', 'Other']);
    expect(texts(ids.ops)[0]).toContain('are posted again');
  });

  it("an archived channel holds a person's own thread as well, and its root is edited when it is restored", async () => {
    await sync(asArjun(wanted('Initiated')));
    room.front.control.archive(ids.payments);

    expect(await sync(asArjun(wanted('Paid', 'Paid by UPI')))).toBe('held');
    room.front.control.unarchive(ids.payments);
    expect(await sync(asArjun(wanted('Paid', 'Paid by UPI')))).toBe('done');

    expect(texts()).toEqual(['Paid', 'Paid by UPI']);
  });

  it('a thread that was held before its first post is given free as soon as it is told', async () => {
    room.front.control.archive(ids.payments);
    await sync(wanted('Initiated'));
    room.front.control.unarchive(ids.payments);

    await sync(wanted('Initiated'));

    expect(texts(ids.ops)).toEqual([expect.stringContaining('are posted again')]);
    expect(await room.held.reason({ team: room.team.id, channel: destination.channel })).toBeUndefined();
  });

  it('a thread without a root goes where a new route sends it, and is given free where it waited', async () => {
    room.front.control.archive(ids.payments);
    await sync(wanted('Initiated'));

    await sync({ ...wanted('Initiated'), destination: { ...destination, channel: channelId(ids.partPayments) } });

    expect(texts(ids.partPayments)).toEqual(['Initiated']);
    expect(texts(ids.ops)).toEqual([expect.stringContaining('are posted again')]);
    expect(await room.held.reason({ team: room.team.id, channel: destination.channel })).toBeUndefined();
  });

  it('a notice that cannot be edited now is edited before its hold is forgotten', async () => {
    room.front.control.archive(ids.payments);
    await sync(wanted('Initiated'));
    room.front.control.unarchive(ids.payments);
    room.front.control.fault({
      method: 'chat.update',
      channel: ids.ops,
      count: 1,
      kind: 'rateLimited',
      retryAfterSeconds: 9,
    });

    await syncUntilDone(wanted('Initiated'));

    expect(texts(ids.ops)).toEqual([expect.stringContaining('are posted again')]);
  });

  it('a private channel of which the app is no member is told to the ops channel, with what to do', async () => {
    const secret = { ...wanted('Initiated'), destination: { ...destination, channel: channelId('C0NOWHERE1') } };

    expect(await sync(secret)).toBe('held');

    expect(texts(ids.ops)[0]).toContain('Invite the app into the channel');
  });

  it('an installer who could not be told is told the next time', async () => {
    room.front.control.archive(ids.payments);
    room.front.control.archive(ids.ops);
    room.front.control.fault({ method: 'chat.postMessage', count: 1, kind: 'rateLimited', retryAfterSeconds: 9 });

    await syncUntilDone(wanted('Initiated'));
    await sync(wanted('Initiated'));

    const direct = room.front.control.channels().flatMap(({ id }) => (id.startsWith('D') ? texts(id) : []));
    expect(direct).toHaveLength(1);
  });

  it('an ops channel that cannot be told leaves the installer a direct message, once', async () => {
    room.front.control.archive(ids.payments);
    room.front.control.archive(ids.ops);

    await sync(wanted('Initiated'));
    await sync(wanted('Initiated'));

    const direct = room.front.control.channels().flatMap(({ id }) => (id.startsWith('D') ? texts(id) : []));
    expect(direct).toEqual([expect.stringContaining('the channel was archived')]);
  });

  it("a dead app token holds the team's threads, and a reinstall sets them free", async () => {
    room.front.control.revokeTokensOf(ids.bot);

    expect(await sync(wanted('Initiated'))).toBe('held');
    expect(await sync(wanted('Initiated'))).toBe('held');
    room.front.control.grantToken('xoxb-new', 'bot', ids.bot, [
      'chat:write',
      'channels:join',
      'channels:read',
      'channels:history',
    ]);
    await room.installations.saveBot(room.team.id, {
      user: userId(ids.bot),
      token: 'xoxb-new',
      installedAt: 2,
    });

    expect(await sync(wanted('Initiated'))).toBe('done');
    expect(texts()).toEqual(['Initiated']);
  });
});
