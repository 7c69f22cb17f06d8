/** What a person is told whose token Slack has refused: once, by direct message, whatever happens on the way. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { Table } from '../../shared/aws/table.ts';
import { Retry } from '../../shared/base/errors.ts';
import { channelId, userId } from '../../shared/base/names.ts';
import type { Wanted } from '../../shared/slack/agenda.ts';
import type { Outbox } from '../../shared/slack/outbox.ts';
import { body, message } from '../../shared/slack/text.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { type Room, reconnectUrl, startRoom } from '../support/room.ts';
import { ids } from '../support/slack-world.ts';

let room: Room;

beforeEach(async () => {
  const database = memoryDatabase();
  room = await startRoom((name) => new Table(database, name), { inProcess: true });
});

const byArjun = { adminId: 'adm_arjun', byline: ['Arjun M.'] };

/** A thread in the payments channel: its root, then replies. */
const thread = (author: Wanted['author'], ...texts: readonly [string, ...string[]]): Wanted => {
  const [root, ...replies] = texts.map((text, at) => ({
    key: at === 0 ? 'root' : `reply#${at}`,
    content: message(body(text)),
  }));
  if (!root) throw new Error('A thread has a root.');
  const destination = { channel: channelId(ids.payments), row: 'test', why: 'a test says so' };
  return { destination, root, replies, ...(author && { author }) };
};

/** Syncs the thread of an order again and again, letting the asked-for time go by, as the queue does. */
async function tell(order: string, wanted: Wanted, outbox: Outbox = room.outbox): Promise<void> {
  const ref = { team: room.team.id, key: `payments#live#${order}` };
  for (let turn = 0; turn < 12; turn += 1) {
    try {
      const wake = { body: `{"home":"${order}"}`, group: order };
      await outbox.sync(ref, async () => wanted, { until: room.until(), report: room.report, wake });
      return;
    } catch (error) {
      if (!(error instanceof Retry)) throw error;
      expect(error.waiting || !/told|direct message/.test(error.message)).toBe(true);
      room.time.advance(Math.max(1, error.delayMs ?? 1_000));
    }
  }
  throw new Error('It never came to an end.');
}

/** What the app has written to a person and nobody else. */
function toldTo(user: string): string[] {
  const { control } = room.front;
  return control
    .channels()
    .filter(({ id, members }) => id.startsWith('D') && members.includes(user))
    .flatMap(({ id }) => control.messages(id).map(({ text }) => text));
}

const inOps = () => room.front.control.messages(ids.ops).map(({ text }) => text);
const authors = () => room.front.control.messages(ids.payments).map(({ userId }) => userId);
const connect = (admin: string, user: string, version: number, token = `xoxp-${user}-${version}`) => {
  room.front.control.grantToken(token, 'user', user, ['chat:write']);
  return room.installations.saveAdmin(room.team.id, admin, { user: userId(user), token, installedAt: version });
};

describe('a person whose token was revoked', () => {
  beforeEach(() => {
    room.front.control.revokeTokensOf(ids.arjun);
  });

  it('is told in a direct message, with the way to connect again, and the app posts for them meanwhile', async () => {
    await tell('order_1', thread(byArjun, 'Initiated', 'Paid'));

    expect(authors()).toEqual([ids.bot, ids.bot]);
    expect(toldTo(ids.arjun)).toEqual([
      [
        '🔑 Messages no longer appear as you: Slack does not accept your consent any more.',
        `War Room posts them itself and names you; nothing is lost. To have them in your name again, <${reconnectUrl}|connect once more>.`,
        'since 20 Nov, 10:42 IST · token_revoked',
      ].join('\n'),
    ]);
    expect(inOps()).toEqual([]);
  });

  it('is asked for at Slack once only, however many messages a pass has', async () => {
    room.front.control.resetCalls();

    await tell('order_1', thread(byArjun, 'Initiated', 'Failed', 'Failed again', 'Paid'));

    // The one that was refused, the four, and the direct message.
    expect(room.front.control.calls()['chat.postMessage']).toBe(6);
  });

  it('is told once, however many of their payments are told at the same time', async () => {
    const orders = Array.from({ length: 8 }, (_, at) => `order_${at}`);

    await Promise.all(
      orders.map((order) => tell(order, thread(byArjun, `Initiated ${order}`), room.another({}).outbox)),
    );

    expect(authors()).toHaveLength(8);
    expect(toldTo(ids.arjun)).toHaveLength(1);
    expect(await room.installations.untold(room.team.id)).toEqual([]);
    expect(room.report.doubled).toBe(0);
  });

  it('is told again only when a later token is refused as well', async () => {
    await tell('order_1', thread(byArjun, 'Initiated'));
    await connect('adm_arjun', ids.arjun, 2);
    await tell('order_2', thread(byArjun, 'Initiated'));
    expect(toldTo(ids.arjun)).toHaveLength(1);

    room.front.control.revokeTokensOf(ids.arjun);
    await tell('order_3', thread(byArjun, 'Initiated'));

    expect(authors()).toEqual([ids.bot, ids.arjun, ids.bot]);
    expect(toldTo(ids.arjun)).toHaveLength(2);
  });

  it('is told also where it is an edit of what they posted that was refused, for somebody else', async () => {
    await connect('adm_arjun', ids.arjun, 2);
    await connect('adm_meera', ids.meera, 2);
    await tell('order_1', thread(byArjun, 'Initiated'));
    room.front.control.revokeTokensOf(ids.arjun);

    await tell('order_1', thread({ adminId: 'adm_meera', byline: ['Meera T.'] }, 'Paid', 'Paid by UPI'));

    expect(toldTo(ids.arjun)).toHaveLength(1);
    expect(toldTo(ids.meera)).toEqual([]);
  });

  it('is told nothing once they have connected again', async () => {
    // Stopped right after the note was made.
    const fuse = new Fuse({ effect: 0, side: 'after' });
    const client = fuse.watch(room.client, 'slack', (method) => method === 'directMessages');
    await expect(tell('order_1', thread(byArjun, 'Initiated'), room.another({ client }).outbox)).rejects.toThrow(
      'gone',
    );
    await connect('adm_arjun', ids.arjun, 2);

    room.time.advance(60_000);
    await tell('order_1', thread(byArjun, 'Initiated', 'Paid'));

    expect(toldTo(ids.arjun)).toEqual([]);
    expect(authors()).toEqual([ids.bot, ids.arjun]);
  });

  it('is told even where the thread in question cannot be written by anybody', async () => {
    await connect('adm_arjun', ids.arjun, 2);
    await tell('order_1', thread(byArjun, 'Initiated'));
    room.front.control.revokeTokensOf(ids.arjun);
    room.front.control.archive(ids.payments);

    await tell('order_1', thread(byArjun, 'Paid'));

    expect(room.front.control.messages(ids.payments).map(({ text }) => text)).toEqual(['Initiated']);
    expect(toldTo(ids.arjun)).toHaveLength(1);
  });

  it.each([
    ['was carried out', 'after'],
    ['was not', 'before'],
  ] as const)('is told once where Slack never answers and the call %s', async (_, when) => {
    room.front.control.fault({ method: 'chat.postMessage', skip: 2, count: 1, kind: 'timeout', when });

    await tell('order_1', thread(byArjun, 'Initiated'));

    expect(toldTo(ids.arjun)).toHaveLength(1);
    expect(inOps()).toEqual([]);
  });

  it.each([
    ['conversations.open', { kind: 'rateLimited', retryAfterSeconds: 7 }],
    ['conversations.open', { kind: 'timeout', when: 'after' }],
    ['conversations.open', { kind: 'status', status: 503 }],
  ] as const)('is told a little later where %s is answered %j', async (method, fault) => {
    room.front.control.fault({ method, count: 1, ...fault });

    await tell('order_1', thread(byArjun, 'Initiated'));

    expect(toldTo(ids.arjun)).toHaveLength(1);
    expect(inOps()).toEqual([]);
  });

  it('is told once and the thread is whole, wherever a worker stops for good', async () => {
    const isWrite = (method: string) => /^(insert|put|replace|update|delete)$/.test(method);
    const isCall = (method: string) => /^(post|update|remove|directMessages)$/.test(method);
    const play = async (spot?: Spot) => {
      const database = memoryDatabase();
      room = await startRoom((name) => new Table(database, name), { inProcess: true });
      room.front.control.revokeTokensOf(ids.arjun);
      const fuse = new Fuse(spot);
      const { outbox } = room.another({
        table: (name) => fuse.watch(room.table(name), name, isWrite),
        client: fuse.watch(room.client, 'slack', isCall),
      });
      await tell('order_1', thread(byArjun, 'Initiated', 'Paid'), outbox).catch(() => undefined);
      // The lease of a worker that is gone ends by itself.
      room.time.advance(60_000);
      await tell('order_1', thread(byArjun, 'Initiated', 'Paid'));
      return fuse;
    };
    const { effects } = await play();
    expect(effects.filter((effect) => effect.startsWith('slack.'))).toHaveLength(5);

    const unharmed: string[] = [];
    for (const [effect, name] of effects.entries()) {
      for (const side of ['before', 'after'] as const) {
        const fuse = await play({ effect, side });
        const at = `${side} effect ${effect}, ${name}`;
        const told = toldTo(ids.arjun).length;
        const texts = room.front.control.messages(ids.payments).map(({ text }) => text.split('\n')[0]);
        expect({ at, told, texts: texts.sort() }).toEqual({ at, told: 1, texts: ['Initiated', 'Paid'] });
        if (!fuse.blown) unharmed.push(at);
        expect(await room.installations.untold(room.team.id)).toEqual([]);
      }
    }
    // The post that Slack refuses has no effect after which to stop.
    expect(unharmed).toEqual(['after effect 2, slack.post']);
  }, 60_000);
});

describe('a token that is not enough', () => {
  it('is told of like one that was revoked', async () => {
    const token = 'xoxp-poor';
    room.front.control.grantToken(token, 'user', ids.arjun, ['users:read']);
    await room.installations.saveAdmin(room.team.id, 'adm_arjun', { user: userId(ids.arjun), token, installedAt: 2 });

    await tell('order_1', thread(byArjun, 'Initiated'));

    expect(toldTo(ids.arjun)).toEqual([expect.stringContaining('is not enough to post in your name')]);
  });

  it('is another matter than a channel that the person is not in: nobody is told of that', async () => {
    room.front.control.removeMember(ids.payments, ids.arjun);

    await tell('order_1', thread(byArjun, 'Initiated'));

    expect(authors()).toEqual([ids.bot]);
    expect(toldTo(ids.arjun)).toEqual([]);
    expect(await room.installations.admin(room.team.id, 'adm_arjun')).toBeDefined();
  });
});

describe('a person who has left the workspace', () => {
  beforeEach(() => {
    room.front.control.deactivate(ids.arjun);
  });

  it('is named in the ops channel, once', async () => {
    for (const order of ['order_1', 'order_2']) await tell(order, thread(byArjun, 'Initiated'));

    expect(toldTo(ids.arjun)).toEqual([]);
    expect(inOps()).toEqual([
      expect.stringMatching(
        /^🔑 Messages no longer appear as <@U0ARJUN001>: their Slack account was deactivated, and War Room could not tell them\.\n/,
      ),
    ]);
    expect(await room.installations.untold(room.team.id)).toEqual([]);
  });

  it('is named there as soon as that channel can be written to, and keeps nobody else waiting until then', async () => {
    room.front.control.archive(ids.ops);
    await tell('order_1', thread(byArjun, 'Initiated'));
    expect(authors()).toEqual([ids.bot]);

    room.front.control.unarchive(ids.ops);
    await tell('order_2', thread(byArjun, 'Initiated'));

    expect(inOps()).toHaveLength(1);
  });
});

it('tells nobody while the app is gone, and everybody once it is back', async () => {
  room.front.control.revokeTokensOf(ids.arjun);
  const fuse = new Fuse({ effect: 0, side: 'before' });
  const client = fuse.watch(room.client, 'slack', (method) => method === 'directMessages');
  await expect(tell('order_1', thread(byArjun, 'Initiated'), room.another({ client }).outbox)).rejects.toThrow('gone');
  const bot = await room.installations.bot(room.team.id);
  if (bot) await room.installations.markDead(room.team.id, bot, room.time.now(), 'token_revoked');
  room.time.advance(60_000);
  await tell('order_1', thread(byArjun, 'Initiated'));
  expect(toldTo(ids.arjun)).toEqual([]);

  const token = (await bot?.token()) ?? '';
  await room.installations.saveBot(room.team.id, { user: userId(ids.bot), token, installedAt: 2 });
  await tell('order_1', thread(byArjun, 'Initiated'));

  expect(toldTo(ids.arjun)).toHaveLength(1);
});

it('notes when a token was last used, without a write for each message', async () => {
  const hour = 3_600_000;
  const lastUsed = async () => (await room.installations.admin(room.team.id, 'adm_arjun'))?.lastUsed;
  const start = room.time.now();

  await tell('order_1', thread(byArjun, 'Initiated'));
  room.time.advance(hour / 2);
  await tell('order_1', thread(byArjun, 'Paid', 'Paid by UPI'));
  expect(await lastUsed()).toBe(start);

  room.time.advance(hour);
  await tell('order_1', thread(byArjun, 'Refunded', 'Paid by UPI'));
  expect(await lastUsed()).toBe(start + 1.5 * hour);
});
