/**
 * What Slack says by itself and what War Room makes of it: the local Slack sends its signed events, the ingress takes them in,
 * the worker acts, and the outbox goes on with what is known then. Time moves only when the test moves it.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { seededCompany } from '../../lib/local/slack-front/company.ts';
import { Table } from '../../shared/aws/table.ts';
import { Retry } from '../../shared/base/errors.ts';
import { channelId, ts, userId } from '../../shared/base/names.ts';
import type { Wanted } from '../../shared/slack/agenda.ts';
import type { Compose } from '../../shared/slack/outbox.ts';
import { body, message } from '../../shared/slack/text.ts';
import { type Room, reconnectUrl, startRoom } from '../support/room.ts';
import { type Ears, openEars } from '../support/slack-ears.ts';
import { ids } from '../support/slack-world.ts';

let room: Room;
let ears: Ears;
beforeEach(async () => {
  const database = memoryDatabase();
  room = await startRoom((name) => new Table(database, name), { inProcess: true });
  room.front.control.regenerateSigningSecret('secret of the test');
  ears = await openEars(room, 'secret of the test');
});
afterEach(() => ears.stop());

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
const ref = (key = 'payments#live#order_1') => ({ team: room.team.id, key });
const wake = { body: '{"home":"order_1"}', group: 'order_1' };
const budget = () => ({ until: room.until(), report: room.report, wake });
const sync = (thread: Wanted, key?: string) => room.outbox.sync(ref(key), compose(thread), budget());
const slack = () => room.front.control;
const messages = (channel: string = ids.payments) => slack().messages(channel);
const texts = (channel?: string) => messages(channel).map(({ text }) => text);
const messageOf = (text: string) => messages().find((one) => one.text === text);
const tsOf = (text: string) => messageOf(text)?.ts ?? '';
const entry = async (key: string) => (await room.log.read(ref())).entries[key];
const lookUps = () => {
  const calls = slack().calls();
  return (calls['conversations.history'] ?? 0) + (calls['conversations.replies'] ?? 0);
};

/** Lets everything that Slack has said until now be acted on, and forgets it. */
async function settled(): Promise<void> {
  await ears.listen();
  ears.woken.threads.length = 0;
}

describe('a message that has arrived', () => {
  const noAnswer = { method: 'chat.postMessage', count: 1, kind: 'reset', when: 'after' } as const;

  it('is no news in the ordinary way: nothing is written, nobody is woken', async () => {
    await sync(wanted('Initiated', 'Paid'));
    const before = await room.log.read(ref());

    expect(await ears.listen()).toEqual([
      ['joined', { woken: 0 }],
      ['posted', 'nothing'],
      ['posted', 'nothing'],
    ]);
    expect(await room.log.read(ref())).toEqual(before);
    expect(ears.woken).toEqual({ held: [], threads: [] });
  });

  it('settles a post without an answer at once, without a look-up', async () => {
    slack().fault(noAnswer);
    await expect(sync(wanted('Initiated', 'Paid'))).rejects.toThrow(Retry);

    const outcomes = await ears.listen();
    await sync(wanted('Initiated', 'Paid'));

    expect(outcomes).toContainEqual(['posted', 'known']);
    // The record of the pass that got no answer comes again by itself.
    expect(ears.woken.threads).toEqual([]);
    expect(texts()).toEqual(['Initiated', 'Paid']);
    expect(lookUps()).toBe(0);
  });

  it('settles a reply without an answer, and those behind it follow', async () => {
    await sync(wanted('Initiated'));
    slack().fault(noAnswer);
    await expect(sync(wanted('Initiated', 'One', 'Two'))).rejects.toThrow(Retry);

    await ears.listen();
    await sync(wanted('Initiated', 'One', 'Two'));

    expect(texts()).toEqual(['Initiated', 'One', 'Two']);
    expect(lookUps()).toBe(0);
  });

  it('is adopted by the author as found, who alone can edit it', async () => {
    slack().fault(noAnswer);
    await expect(sync(asArjun(wanted('Initiated')))).rejects.toThrow(Retry);

    await ears.listen();
    await sync(wanted('Paid'));

    expect(await entry('root')).toMatchObject({ state: 'posted', author: ids.arjun });
    expect(messages().map(({ text, userId }) => [text, userId])).toEqual([['Paid', ids.arjun]]);
  });

  it('with another revision than is kept is edited into what it should be', async () => {
    slack().fault(noAnswer);
    await expect(sync(wanted('Initiated'))).rejects.toThrow(Retry);
    const [news] = (await ears.said()).filter(({ what }) => what === 'posted');
    if (news?.what !== 'posted') throw new Error('Slack has said nothing.');

    await ears.hear({ ...news, marker: { ...news.marker, revision: 7 } });
    await sync(wanted('Initiated'));

    expect(await entry('root')).toMatchObject({ state: 'posted', revision: 8 });
    expect(slack().calls()['chat.update']).toBe(1);
    expect(texts()).toEqual(['Initiated']);
  });

  it('waits while a pass is at work, and is no news once that is done', async () => {
    const during: unknown[] = [];
    const client = new Proxy(room.client, {
      get: (target, method) => {
        const member: unknown = Reflect.get(target, method);
        if (method !== 'post' || typeof member !== 'function')
          return typeof member === 'function' ? member.bind(target) : member;
        return async (...args: unknown[]) => {
          const answer: unknown = await Reflect.apply(member, target, args);
          const news = (await ears.said()).filter(({ what }) => what === 'posted');
          for (const one of news) during.push(await ears.hear(one).catch((error: unknown) => error));
          return answer;
        };
      },
    });

    await room.another({ client }).outbox.sync(ref(), compose(wanted('Initiated')), budget());

    expect(during).toEqual([expect.any(Retry)]);
    expect(during).toEqual([expect.objectContaining({ waiting: true })]);
    expect((await ears.listen()).at(-1)).toEqual(['posted', 'nothing']);
    expect(texts()).toEqual(['Initiated']);
  });

  it('of a pass that died after the call is known once its lease has ended: nothing is posted twice', async () => {
    const client = new Proxy(room.client, {
      get: (target, method) => {
        const member: unknown = Reflect.get(target, method);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          const answer: unknown = await Reflect.apply(member, target, args);
          // The process is gone: nothing that it calls returns again.
          if (method === 'post') await new Promise(() => {});
          return answer;
        };
      },
    });
    void room.another({ client }).outbox.sync(ref(), compose(wanted('Initiated')), budget());
    await slack().until(() => messages()[0]);

    const early = await ears.said();
    expect((await ears.listen()).at(-1)).toEqual(['posted', expect.any(Retry)]);
    room.time.advance(120_000);
    for (const news of early) await ears.hear(news);
    await sync(wanted('Initiated', 'Paid'));

    expect(texts()).toEqual(['Initiated', 'Paid']);
    expect(lookUps()).toBe(0);
  });

  it('a second time, later than any look-up, is removed', async () => {
    // So late that the post was looked for, not found, sent again, and looked for once more.
    slack().fault({ method: 'chat.postMessage', count: 1, kind: 'late', delayMilliseconds: 300_000 });
    for (let turn = 0; turn < 8; turn += 1) {
      const wait = await sync(wanted('Initiated')).catch((error: unknown) => error);
      if (!(wait instanceof Retry)) break;
      room.time.advance(wait.delayMs ?? 1_000);
    }
    expect(await entry('root')).not.toHaveProperty('again');
    await settled();
    room.time.advance(300_000);
    await slack().until(() => messages()[1]);

    const outcomes = await ears.listen();
    await sync(wanted('Initiated'));

    expect(outcomes).toEqual([['posted', 'doubled']]);
    expect(ears.woken.threads).toEqual([ref()]);
    expect(texts()).toEqual(['Initiated']);
    expect(room.report.doubled).toBe(1);
  });

  it('in a channel where its root is gone was taken back by the pass itself, and is no second one', async () => {
    await sync(wanted('Initiated'));
    slack().deleteMessage(ids.payments, tsOf('Initiated'));
    await sync(wanted('Initiated', 'Paid'));

    await ears.listen();
    await sync(wanted('Initiated', 'Paid'));

    expect(texts()).toEqual(['Initiated', 'Paid']);
    expect(room.report.doubled).toBe(0);
    expect((await room.log.read(ref())).strays).toEqual([]);
  });

  it('is believed only of the app itself, of the thread’s channel, and of a message that was about to be sent', async () => {
    slack().fault({ ...noAnswer, when: 'before' });
    await expect(sync(wanted('Initiated'))).rejects.toThrow(Retry);
    const before = await room.log.read(ref());
    const news = {
      id: 'Ev1',
      team: room.team.id,
      at: 1,
      what: 'posted',
      channel: channelId(ids.payments),
      ts: ts('1.000100'),
      author: userId(ids.bot),
      marker: { key: `${ref().key}/root`, revision: 1 },
    } as const;

    const outcomes = [
      await ears.hear({ ...news, channel: channelId(ids.ops) }),
      await ears.hear({ ...news, marker: { key: `${ref().key}/status`, revision: 1 } }),
      await ears.hear({ ...news, marker: { key: 'payments#live#order_2/root', revision: 1 } }),
      await ears.hear({ ...news, marker: { key: 'root', revision: 1 } }),
    ];

    expect(outcomes).toEqual(['nothing', 'nothing', 'nothing', 'nothing']);
    expect(await room.log.read(ref())).toEqual(before);
    expect((await room.log.read(ref('payments#live#order_2'))).version).toBe(0);
  });
});

describe('a message that somebody deleted', () => {
  it('is not posted again if it was a reply', async () => {
    await sync(wanted('Initiated', 'Paid'));
    await settled();
    slack().deleteMessage(ids.payments, tsOf('Paid'));

    expect(await ears.listen()).toEqual([['deleted', 'gone']]);
    await sync(wanted('Initiated', 'Paid by UPI'));

    expect((await entry('reply#0'))?.state).toBe('gone');
    expect(ears.woken.threads).toEqual([]);
    expect(texts()).toEqual(['Initiated']);
  });

  it('is followed by a new one if it was the root, at once and once', async () => {
    await sync(wanted('Initiated'));
    await settled();
    slack().deleteMessage(ids.payments, tsOf('Initiated'));

    const [first] = await ears.said();
    expect(await ears.listen()).toEqual([['deleted', 'gone']]);
    expect(ears.woken.threads).toEqual([ref()]);
    await sync(wanted('Initiated'));
    // The same news again, as a queue may bring it.
    if (first) await ears.hear(first);
    await sync(wanted('Initiated'));

    expect(texts()).toEqual(['Initiated']);
    expect(await entry('root~2')).toMatchObject({ state: 'posted' });
  });

  it('is followed by a new one also where replies have left a tombstone in its place', async () => {
    await sync(wanted('Initiated', 'Failed'));
    await settled();
    slack().deleteMessage(ids.payments, tsOf('Initiated'));

    expect(await ears.listen()).toEqual([['deleted', 'gone']]);
    await sync(wanted('Paid', 'Failed', 'Paid by UPI'));

    const [root, reply] = [messageOf('Paid'), messageOf('Paid by UPI')];
    expect([root?.threadTs, reply?.threadTs]).toEqual([undefined, root?.ts]);
  });

  it('wakes its thread again when whoever was to do so died in between', async () => {
    await sync(wanted('Initiated'));
    await settled();
    slack().deleteMessage(ids.payments, tsOf('Initiated'));
    const [news] = await ears.said();

    for (let turn = 0; turn < 2; turn += 1) if (news) await ears.hear(news);

    expect(ears.woken.threads).toEqual([ref(), ref()]);
  });

  it('by War Room itself, since it was doubled, is none: the one that is kept stays as it is', async () => {
    await sync(wanted('Initiated'));
    await room.log.note(ref(), { strays: [{ ts: ts(await secondRoot()), author: userId(ids.bot) }], resend: [] });
    await settled();
    await sync(wanted('Initiated'));
    const before = await room.log.read(ref());

    expect(await ears.listen()).toEqual([['deleted', 'nothing']]);
    expect(await room.log.read(ref())).toEqual(before);
    expect(texts()).toEqual(['Initiated']);
  });

  it('of somebody else’s is nobody’s business', async () => {
    await settled();
    const { ts: at } = slack().say(ids.payments, ids.arjun, 'Lunch?');
    slack().deleteMessage(ids.payments, at);

    expect(await ears.listen()).toEqual([]);
  });
});

/** The root a second time, as Slack would have it from a call that nobody knows of. */
async function secondRoot(): Promise<string> {
  const bot = await room.installations.bot(room.team.id);
  if (!bot) throw new Error('The app is not installed.');
  const post = { channel: channelId(ids.payments), content: line('root', 'Initiated').content };
  return (await room.client.post(bot, { ...post, marker: { key: `${ref().key}/root`, revision: 1 } })).ts;
}

describe('a channel', () => {
  const held = () => room.held.of(room.team.id);
  /** What is waiting is told once more, as the queue would have it. */
  const again = async (thread: Wanted) => {
    const woken = ears.woken.held.length;
    ears.woken.held.length = 0;
    for (let turn = 0; turn < woken; turn += 1) await sync(thread);
  };

  it('that was archived holds what comes, and is told of once something waits; restored, everything is there once', async () => {
    await settled();
    slack().archive(ids.payments);
    expect(await ears.listen()).toEqual([]);
    expect(texts(ids.ops)).toEqual([]);

    expect(await sync(wanted('Initiated', 'Paid'))).toBe('held');
    expect(texts(ids.ops).join()).toContain('the channel was archived');
    await settled();
    slack().unarchive(ids.payments);
    expect(await ears.listen()).toEqual([['opened', { woken: 1 }]]);
    await again(wanted('Initiated', 'Paid'));

    expect(texts()).toEqual(['Initiated', 'Paid']);
    expect(await held()).toEqual([]);
  });

  it('to which the app is added has what waited told at once; somebody else’s coming changes nothing', async () => {
    await settled();
    slack().archive(ids.payments);
    await sync(wanted('Initiated'));
    await settled();
    const joined = { id: 'Ev1', team: room.team.id, at: 1, what: 'joined', channel: channelId(ids.payments) } as const;

    expect(await ears.hear({ ...joined, user: userId(ids.arjun) })).toBe('nothing');
    expect(await ears.hear({ ...joined, user: userId(ids.bot) })).toEqual({ woken: 1 });
    expect(await ears.hear({ ...joined, channel: channelId(ids.ops), user: userId(ids.bot) })).toEqual({ woken: 0 });
  });

  it('that the app has to leave holds what comes only when something comes', async () => {
    await sync(wanted('Initiated'));
    await settled();
    slack().removeMember(ids.payments, ids.bot);

    expect(await ears.listen()).toEqual([]);
    expect(await held()).toEqual([]);
  });

  it('with another name is the same: the rooms that have channels of their own may say so', async () => {
    await sync(wanted('Initiated'));
    await settled();
    slack().rename(ids.payments, 'money');

    expect(await ears.listen()).toEqual([['renamed', 'passed on']]);
    await sync(wanted('Paid'));
    expect(texts()).toEqual(['Paid']);
  });

  describe('with another id', () => {
    const elsewhere = 'C0SHARED01';

    it('goes on with its threads, by the ids that they keep', async () => {
      await sync(wanted('Initiated'));
      await settled();
      slack().renumber(ids.payments, elsewhere);

      expect(await ears.listen()).toEqual([['moved', 'moved']]);
      await sync(wanted('Paid', 'Paid by UPI'));

      expect(texts(elsewhere)).toEqual(['Paid', 'Paid by UPI']);
      expect((await room.log.read(ref())).destination).toMatchObject({ channel: elsewhere, row: 'test' });
      expect(await held()).toEqual([]);
    });

    it('gets the threads that are still routed to its old one', async () => {
      slack().renumber(ids.payments, elsewhere);
      await ears.listen();

      await sync(wanted('Initiated', 'Paid'), 'payments#live#order_2');

      expect(texts(elsewhere)).toEqual(['Initiated', 'Paid']);
    });

    it('frees what was held before Slack said so, and is told of as open again', async () => {
      await sync(wanted('Initiated'));
      await settled();
      slack().renumber(ids.payments, elsewhere);
      expect(await sync(wanted('Paid'))).toBe('held');

      await ears.listen();
      expect(ears.woken.held).toEqual([wake]);
      await again(wanted('Paid'));

      expect(texts(elsewhere)).toEqual(['Paid']);
      expect(await held()).toEqual([]);
    });

    it('again and again is followed through all of them', async () => {
      await sync(wanted('Initiated'));
      slack().renumber(ids.payments, elsewhere);
      slack().renumber(elsewhere, 'C0SHARED02');
      await ears.listen();

      await sync(wanted('Paid'));

      expect(texts('C0SHARED02')).toEqual(['Paid']);
    });

    it('has a post without an answer looked up under the new one', async () => {
      slack().fault({ method: 'chat.postMessage', count: 1, kind: 'reset', when: 'after' });
      slack().subscribe({ metadataEvents: [] });
      await expect(sync(wanted('Initiated'))).rejects.toThrow(Retry);
      slack().renumber(ids.payments, elsewhere);
      await ears.listen();
      room.time.advance(31_000);

      await sync(wanted('Initiated'));

      expect(texts(elsewhere)).toEqual(['Initiated']);
    });

    it('is put into the team’s record, so that its new threads go there at once', async () => {
      slack().renumber(ids.payments, elsewhere);
      await ears.listen();

      const { channels } = (await room.installations.team(room.team.id)) ?? room.team;
      expect(channels).toEqual({ ...room.team.channels, payments: elsewhere });
    });

    it('costs nothing where no channel has another: nobody asks', async () => {
      const asked: string[] = [];
      const table = (name: string) =>
        new Proxy(room.table(name), {
          get: (target, method) => {
            const member: unknown = Reflect.get(target, method);
            if (typeof member !== 'function') return member;
            return (...args: unknown[]) => {
              asked.push(JSON.stringify(args[0]));
              return Reflect.apply(member, target, args);
            };
          },
        });

      await room.another({ table }).outbox.sync(ref(), compose(wanted('Initiated', 'Paid')), budget());

      expect(asked.length).toBeGreaterThan(0);
      expect(asked.filter((key) => key.includes('#moved#'))).toEqual([]);
    });
  });
});

describe('the app', () => {
  it('whose token is taken back holds everything, and back again everything is told at once, once', async () => {
    await sync(wanted('Initiated'));
    await settled();
    room.time.advance(5_000);
    slack().revokeTokensOf(ids.bot);
    expect(await ears.listen()).toEqual([['revoked', 'marked dead']]);
    expect(await room.installations.bot(room.team.id)).toBeUndefined();
    expect(await sync(wanted('Paid', 'Paid by UPI'))).toBe('held');
    expect(slack().calls()['chat.update']).toBeUndefined();

    room.time.advance(60_000);
    slack().grantToken('xoxb-again', 'bot', ids.bot, seededCompany().app.scopes);
    await room.installations.saveBot(room.team.id, {
      user: userId(ids.bot),
      token: 'xoxb-again',
      installedAt: room.time.now(),
    });
    await ears.hear({ id: 'i', team: room.team.id, at: 1, what: 'installed' });
    expect(ears.woken.held).toEqual([wake]);
    await sync(wanted('Paid', 'Paid by UPI'));
    await sync(wanted('Paid', 'Paid by UPI'));

    expect(texts()).toEqual(['Paid', 'Paid by UPI']);
    expect(await room.held.of(room.team.id)).toEqual([]);
  });

  it('that is back has also woken what waited for a channel: what it may do may have changed', async () => {
    slack().archive(ids.payments);
    await sync(wanted('Initiated'));

    expect(await ears.hear({ id: 'i', team: room.team.id, at: 1, what: 'installed' })).toEqual({ woken: 1 });
  });

  it('back again says once in the ops channel whose tokens had ended with it, and nobody alone', async () => {
    const meera = seededCompany().users.find(({ id }) => id === ids.meera)?.userToken ?? '';
    await room.installations.saveAdmin(room.team.id, 'adm_meera', {
      user: userId(ids.meera),
      token: meera,
      installedAt: 1,
    });
    room.time.advance(5_000);
    const removed = {
      id: 'u',
      team: room.team.id,
      at: Math.floor(room.time.now() / 1000),
      what: 'uninstalled',
    } as const;
    expect(await ears.hear(removed)).toBe('marked dead');
    expect(await sync(wanted('Initiated'))).toBe('held');
    slack().grantToken('xoxb-again', 'bot', ids.bot, seededCompany().app.scopes);
    await room.installations.saveBot(room.team.id, {
      user: userId(ids.bot),
      token: 'xoxb-again',
      installedAt: room.time.now(),
    });

    await sync(wanted('Initiated'));
    await sync(asArjun(wanted('Paid')), 'payments#live#order_2');

    const [notice, ...others] = messages(ids.ops);
    expect(notice?.text).toContain('2 people do not post as themselves any more');
    expect(notice?.text).toContain(`<@${ids.arjun}>, <@${ids.meera}> can <${reconnectUrl}|connect once more>`);
    expect(others).toEqual([]);
    expect(messages().map(({ text, userId }) => [text, userId])).toEqual([
      ['Initiated', ids.bot],
      ['Paid', ids.bot],
    ]);
    expect(await room.installations.untold(room.team.id)).toEqual([]);
    expect(slack().calls()['conversations.open']).toBeUndefined();
  });

  it('back again names nobody who has connected once more meanwhile', async () => {
    room.time.advance(5_000);
    slack().uninstallApp();
    await ears.listen();
    expect((await room.installations.untold(room.team.id)).map(({ user }) => user)).toEqual([ids.arjun]);

    const again = { user: userId(ids.arjun), token: 'xoxp-again', installedAt: room.time.now() + 1_000 };
    await room.installations.saveAdmin(room.team.id, 'adm_arjun', again);

    expect(await room.installations.untold(room.team.id)).toEqual([]);
  });
});

describe('a person’s token', () => {
  it('that is taken back in Slack is not tried again, and its person is told with the next message', async () => {
    room.time.advance(5_000);
    slack().revokeTokensOf(ids.arjun);
    expect(await ears.listen()).toEqual([['revoked', 'marked dead']]);
    slack().resetCalls();

    await sync(asArjun(wanted('Initiated')));

    expect(messages().map(({ text, userId }) => [text, userId])).toEqual([['Initiated', ids.bot]]);
    // One for the thread, one for Arjun: none was refused.
    expect(slack().calls()['chat.postMessage']).toBe(2);
    expect(await room.installations.untold(room.team.id)).toEqual([]);
  });
});
