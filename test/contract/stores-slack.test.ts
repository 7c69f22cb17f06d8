/** The stores of the slack room, on each database that can run here: threads, paces, holds, installations. */
import { type DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Retry } from '../../shared/base/errors.ts';
import { channelId, type TeamId, teamId, ts, userId } from '../../shared/base/names.ts';
import { Held, type Hold, holdShards, type Wake } from '../../shared/slack/held.ts';
import { Installations } from '../../shared/slack/installation.ts';
import { type Lane, Pace, type Rate } from '../../shared/slack/pace.ts';
import { type Destination, type Entries, ThreadLog, type ThreadRef } from '../../shared/slack/thread-log.ts';
import { Vault } from '../../shared/slack/vault.ts';
import { databasesHere, type Tables } from '../support/databases.ts';
import { Meanwhile } from '../support/meanwhile.ts';

const now = Date.UTC(2026, 10, 20, 5, 12);
const channel = channelId('C0PAYMENTS');
const someone = userId('U0WARROOM1');
let teams = 0;

describe.each(await databasesHere())('on $name', ({ start }) => {
  let tables: Tables;
  let team: TeamId;

  beforeAll(async () => {
    tables = await start();
  });
  afterAll(() => tables.stop());
  beforeEach(() => {
    teams += 1;
    team = teamId(`T${teams}`);
  });

  describe('a thread', () => {
    let log: ThreadLog;
    /** The same log through a client that loses the reply to every write, which the SDK then sends again. */
    let unheard: ThreadLog;
    let ref: ThreadRef;

    const destination: Destination = { channel, row: 'default', why: 'No other row matched.' };
    const intents: Entries = {
      root: { state: 'intent', revision: 1, hash: 'h1', firstAttempt: now, lastAttempt: now },
    };
    const results: Entries = {
      root: { state: 'posted', revision: 1, hash: 'h1', ts: ts('1.000100'), author: someone },
    };
    const stray = { ts: ts('2.000200'), author: someone };
    const nothing = { strays: [], resend: [] };
    const pass = (owner: string, at = now) => ({ owner, now: at, until: at + 60_000 });
    const begin = async (by: ThreadLog, owner: string, at = now) =>
      by.begin(ref, await log.read(ref), pass(owner, at), { destination, entries: intents });
    const finish = (by: ThreadLog, owner: string, failed = false) =>
      by.finish(ref, owner, { entries: results, mended: nothing, failed });

    beforeEach(() => {
      log = new ThreadLog(tables.table('messages'));
      unheard = new ThreadLog(tables.losingReplies('messages'));
      ref = { team, key: 'payments#live#order_1' };
    });

    it('that nobody has told is read as an empty one', async () => {
      expect(await log.read(ref)).toEqual({
        version: 0,
        destination: undefined,
        lease: undefined,
        lastOwner: undefined,
        failures: 0,
        failingSince: undefined,
        entries: {},
        lookUp: undefined,
        parked: [],
        strays: [],
        resend: [],
      });
    });

    it('keeps destination, lease and intents in one write, then results without the lease', async () => {
      expect(await begin(log, 'one')).toBe(true);
      expect(await log.read(ref)).toMatchObject({
        version: 1,
        destination,
        lease: { owner: 'one', until: now + 60_000 },
        lastOwner: undefined,
        entries: intents,
      });

      expect(await finish(log, 'one')).toBe(true);
      expect(await log.read(ref)).toMatchObject({ version: 2, lease: undefined, lastOwner: 'one', entries: results });
    });

    it('is begun by one of many passes that have read the same', async () => {
      const thread = await log.read(ref);

      const begun = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          log.begin(ref, thread, pass(`pass-${n}`), { destination, entries: intents }),
        ),
      );

      expect(begun.filter(Boolean)).toHaveLength(1);
      expect((await log.read(ref)).lease?.owner).toBe(`pass-${begun.indexOf(true)}`);
    });

    it('is not begun while another holds the lease, not even in its last millisecond; then it is', async () => {
      await begin(log, 'one');

      expect(await begin(log, 'two', now + 1)).toBe(false);
      expect(await begin(log, 'two', now + 60_000)).toBe(false);
      expect(await begin(log, 'two', now + 60_001)).toBe(true);
    });

    it.each([
      ['displaced', () => log.displace(ref)],
      ['noted something to mend in', () => log.note(ref, { strays: [stray], resend: [] })],
      ['begun and finished', async () => (await begin(log, 'other')) && finish(log, 'other')],
      ['adopted into', async () => log.adopt(ref, await log.read(ref), now, { ...found, strays: [] })],
    ])('is not begun, and adopts nothing, from what was read before somebody has %s it', async (_, meanwhile) => {
      const stale = await log.read(ref);
      await meanwhile();

      expect(await log.begin(ref, stale, pass('late'), { destination, entries: intents })).toBe(false);
      expect(await log.adopt(ref, stale, now, { ...found, strays: [] })).toBe(false);
    });

    it('is not finished by a pass that has lost its lease, and keeps what the other has written', async () => {
      await begin(log, 'slow');
      await begin(log, 'quick', now + 60_001);

      expect(await finish(log, 'slow')).toBe(false);
      expect(await log.read(ref)).toMatchObject({ lease: { owner: 'quick' }, entries: intents });
      expect(await finish(log, 'quick')).toBe(true);
      expect(await finish(log, 'slow')).toBe(false);
    });

    const progress = { since: now - 60_000, until: now, reached: { channel: '1.000100' }, found: [] };
    const found = { entries: results, progress: undefined, strays: [stray] };

    it('adopts what a look-up found, its strays and how far it came, without a lease', async () => {
      await begin(log, 'one');
      await finish(log, 'one', true);

      expect(await log.adopt(ref, await log.read(ref), now, { ...found, progress })).toBe(true);
      expect(await log.read(ref)).toMatchObject({ version: 3, entries: results, lookUp: progress, strays: [stray] });

      expect(await log.adopt(ref, await log.read(ref), now, { ...found, strays: [] })).toBe(true);
      expect(await log.read(ref)).toMatchObject({ version: 4, lookUp: undefined, strays: [stray] });
    });

    it('adopts nothing while another holds the lease', async () => {
      await begin(log, 'one');

      expect(await log.adopt(ref, await log.read(ref), now + 1, found)).toBe(false);
      expect(await log.read(ref)).toMatchObject({ entries: intents, strays: [] });
    });

    it('notes what has to be mended under the lease of another, and forgets only what was', async () => {
      await begin(log, 'one');
      const other = { ts: ts('3.000300'), author: someone };
      await log.note(ref, { strays: [stray], resend: ['root'] });
      await log.note(ref, { strays: [stray, other], resend: ['reply#1'] });

      await log.finish(ref, 'one', { entries: results, mended: { strays: [stray], resend: ['root'] }, failed: false });

      expect(await log.read(ref)).toMatchObject({ version: 4, strays: [other], resend: ['reply#1'] });
    });

    it('counts failures in a row since the first, until a pass goes well or a person puts it back', async () => {
      expect(await log.fail(ref, now)).toEqual({ attempts: 1, since: now });
      expect(await log.fail(ref, now + 5)).toEqual({ attempts: 2, since: now });
      await begin(log, 'one');
      await finish(log, 'one', true);
      expect(await log.fail(ref, now + 9)).toEqual({ attempts: 3, since: now });

      await begin(log, 'two');
      await finish(log, 'two');
      expect(await log.read(ref)).toMatchObject({ failures: 0, failingSince: undefined });

      await log.fail(ref, now + 20);
      await log.forgive(ref);
      await log.forgive(ref);
      expect(await log.read(ref)).toMatchObject({ failures: 0, failingSince: undefined });
    });

    it('holds the lease, and gives it back, though the replies were lost and the writes sent again', async () => {
      expect(await begin(unheard, 'one')).toBe(true);
      expect(await log.read(ref)).toMatchObject({ version: 1, lease: { owner: 'one' } });

      expect(await finish(unheard, 'one')).toBe(true);
      expect(await log.read(ref)).toMatchObject({ version: 2, lease: undefined, entries: results });
    });

    it('does not take the lease of another for its own when the reply was lost', async () => {
      await begin(log, 'one');

      expect(await begin(unheard, 'two', now + 1)).toBe(false);
      expect(await finish(unheard, 'two')).toBe(false);
    });

    it('keeps what a look-up found though its reply was lost; the pass reads again', async () => {
      await begin(log, 'one');
      await finish(log, 'one', true);

      expect(await unheard.adopt(ref, await log.read(ref), now, found)).toBe(false);
      expect(await log.read(ref)).toMatchObject({ version: 3, entries: results, strays: [stray] });
    });

    it('notes and displaces twice without harm when the reply was lost', async () => {
      await unheard.note(ref, { strays: [stray], resend: ['root'] });
      const stale = await log.read(ref);
      await unheard.displace(ref);

      expect(stale).toMatchObject({ strays: [stray], resend: ['root'] });
      expect(await log.begin(ref, stale, pass('late'), { destination, entries: intents })).toBe(false);
    });
  });

  describe('a thread that was parked', () => {
    it('remembers what of it was, until that is told', async () => {
      const log = new ThreadLog(tables.table('messages'));
      const ref: ThreadRef = { team, key: 'payments#live#order_1' };
      expect((await log.read(ref)).parked).toEqual([]);

      await log.park(ref, 'b#live#order_1');
      await log.park(ref, 'a#live#order_1');
      await log.park(ref, 'a#live#order_1');
      expect((await log.read(ref)).parked).toEqual(['a#live#order_1', 'b#live#order_1']);

      await log.unpark(ref, 'a#live#order_1');
      await log.unpark(ref, 'b#live#order_1');
      await log.unpark(ref, 'b#live#order_1');
      expect((await log.read(ref)).parked).toEqual([]);
      expect([...(await log.readAll(team, [ref.key, ref.key, 'payments#live#order_9'])).keys()]).toEqual([ref.key]);
    });
  });

  describe('a pace', () => {
    const rate: Rate = { intervalMs: 1_000, burst: 0 };
    const endless = 3_600_000;
    const asking = { now, patienceMs: 2_000 };
    let pace: Pace;
    let lane: Lane;

    beforeEach(() => {
      pace = new Pace(tables.table('messages'));
      lane = { team, channel };
    });

    it('gives each of many workers a turn of its own, without gaps', async () => {
      const turns = await Promise.all(
        Array.from({ length: 6 }, () => pace.reserve(lane, rate, { count: 1, now, patienceMs: endless })),
      );

      expect(turns.map(({ waitMs }) => waitMs).sort((a, b) => a - b)).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000]);
    });

    it('never gives one turn to two, however many ask; who found no turn is told to wait', async () => {
      const asked = await Promise.allSettled(
        Array.from({ length: 20 }, () => pace.reserve(lane, rate, { count: 2, now, patienceMs: endless })),
      );

      const given = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value.waitMs] : []));
      const refused = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      expect(given.sort((a, b) => a - b)).toEqual(given.map((_, n) => n * 2_000));
      expect(refused.filter((error) => !(error instanceof Retry && error.waiting))).toEqual([]);
    });

    it('takes no turn when the wait would be too long, and says how long it would be', async () => {
      await pace.reserve(lane, rate, { count: 5, now, patienceMs: endless });

      expect(await pace.reserve(lane, rate, { count: 1, now, patienceMs: 2_000 })).toEqual({
        granted: false,
        waitMs: 5_000,
      });
      expect(await pace.reserve(lane, rate, { count: 1, now: now + 3_000, patienceMs: 2_000 })).toEqual({
        granted: true,
        count: 1,
        waitMs: 2_000,
      });
    });

    it('lets a burst run ahead, and after that keeps the interval', async () => {
      const bursting = { intervalMs: 1_000, burst: 3 };

      const waits: number[] = [];
      for (let n = 0; n < 6; n += 1)
        waits.push((await pace.reserve(lane, bursting, { count: 1, now, patienceMs: endless })).waitMs);

      expect(waits).toEqual([0, 0, 0, 0, 1_000, 2_000]);
    });

    it('keeps a lane of its own for each channel and each method of each team', async () => {
      await pace.reserve(lane, rate, { count: 9, now, patienceMs: endless });

      const others: Lane[] = [
        { team, channel: channelId('C0OTHER001') },
        { team, method: 'edit' },
        { team, method: 'post' },
        { team: teamId(`${team}X`), channel },
      ];
      expect(await Promise.all(others.map((other) => pace.waitMs(other, rate, asking)))).toEqual([0, 0, 0, 0]);
    });

    it('waits as long as Slack said, whatever the burst, and never less for a second word of it', async () => {
      const bursting = { intervalMs: 1_000, burst: 3 };
      await Promise.all([9_000, 30_000, 4_000].map((ms) => pace.defer(lane, now + ms, bursting)));

      expect(await pace.waitMs(lane, bursting, asking)).toBe(30_000);
      expect(await pace.reserve(lane, bursting, { count: 1, now: now + 30_000, patienceMs: 0 })).toEqual({
        granted: true,
        count: 1,
        waitMs: 0,
      });
    });

    it('may waste a turn when a reply was lost, and never gives one twice', async () => {
      const unheard = new Pace(tables.losingReplies('messages'));

      const first = await pace.reserve(lane, rate, { count: 1, now, patienceMs: endless });
      await expect(unheard.reserve(lane, rate, { count: 1, now, patienceMs: 20_000 })).rejects.toThrow(Retry);
      const after = await pace.reserve(lane, rate, { count: 1, now, patienceMs: endless });

      expect(first.waitMs).toBe(0);
      expect(after.waitMs).toBeGreaterThanOrEqual(1_000);
    });
  });

  describe('a hold', () => {
    const hour = 3_600_000;
    const why = { code: 'is_archived', since: now };
    const ref = (n: number): ThreadRef => ({ team, key: `payments#live#order_${n}` });
    const wake = (n: number): Wake => ({ body: `{"home":"order_${n}"}`, group: `order_${n}` });
    let held: Held;
    let hold: Hold;

    beforeEach(() => {
      held = new Held(tables.table('messages'), hour);
      hold = { team, channel };
    });

    const dueAt = async (at: number) =>
      (await Promise.all(holdShards.map((shard) => held.due(shard, at, 100))))
        .flat()
        .filter((one) => one.team === team);

    it('keeps its first reason and every thread once', async () => {
      expect(await held.add(hold, ref(1), wake(1), why)).toEqual({ reason: why, threads: 1 });
      const later = { code: 'not_in_channel', since: now + 5 };
      expect(await held.add(hold, ref(2), wake(2), later)).toEqual({ reason: why, threads: 2 });
      expect(await held.add(hold, ref(2), wake(2), later)).toEqual({ reason: why, threads: 2 });
    });

    it('is gone with its last thread', async () => {
      await held.add(hold, ref(1), wake(1), why);
      await held.add(hold, ref(2), wake(2), why);

      expect(await held.isLast(hold, ref(1))).toBe(false);
      await held.release(hold, ref(1));
      expect(await held.reason(hold)).toEqual(why);
      expect(await held.isLast(hold, ref(2))).toBe(true);
      await held.release(hold, ref(2));
      expect(await held.reason(hold)).toBeUndefined();
      expect(await dueAt(now + 2 * hour)).toEqual([]);
    });

    it('is listed with its team while it lasts, the longest first, and with no other', async () => {
      const all: Hold = { team, channel: 'all' };
      const later = { code: 'not_installed', since: now + 5 };
      await held.add(all, ref(3), wake(3), later);
      await held.add(hold, ref(1), wake(1), why);
      await held.add(hold, ref(2), wake(2), later);

      expect(await held.of(team)).toEqual([
        { ...hold, reason: why, threads: 2 },
        { ...all, reason: later, threads: 1 },
      ]);
      expect(await held.of(teamId('T0STRANGER'))).toEqual([]);

      await held.release(hold, ref(1));
      await held.release(hold, ref(2));

      expect(await held.of(team)).toEqual([{ ...all, reason: later, threads: 1 }]);
    });

    it('stays listed, with a reason, wherever in the release of its last thread another is added', async () => {
      const release = async (of: Hold, meanwhile: Meanwhile) => {
        await held.add(of, ref(1), wake(1), why);
        await new Held(meanwhile.watch(tables.table('messages'), 'messages'), hour).release(of, ref(1));
      };
      const counted = new Meanwhile();
      await release(hold, counted);

      for (const at of counted.calls.keys()) {
        const other: Hold = { team, channel: channelId(`C${at}`) };
        await release(other, new Meanwhile(at, () => held.add(other, ref(2), wake(2), why)));
        expect(await held.of(team)).toContainEqual({ ...other, reason: why, threads: 1 });
      }
      expect(counted.calls.length).toBeGreaterThan(4);
    });

    it('remembers that the installer was told of it, for as long as it lasts', async () => {
      await held.markTold(hold);
      expect(await held.wasTold(hold)).toBe(false);
      await held.add(hold, ref(1), wake(1), why);
      expect(await held.wasTold(hold)).toBe(false);

      await held.markTold(hold);

      expect(await held.wasTold(hold)).toBe(true);
    });

    it('is due every hour, of a channel and of a whole team, and then wakes each of its threads', async () => {
      const all: Hold = { team, channel: 'all' };
      await held.add(hold, ref(1), wake(1), why);
      await held.add(hold, ref(2), wake(2), why);
      await held.add(all, ref(3), wake(3), why);

      expect(await dueAt(now + hour)).toEqual([]);
      const due = await dueAt(now + hour + 1);
      expect(due.map((one) => one.channel).sort()).toEqual([channel, 'all']);

      const woken: Wake[] = [];
      expect(
        await held.wakeAll(
          hold,
          async (each) => void woken.push(each),
          () => now + hour + 1,
        ),
      ).toBe(2);
      expect(woken).toEqual([wake(1), wake(2)]);
      expect(await dueAt(now + hour + 1)).toEqual([all]);
    });

    it('wakes many at a time, each once, and is due again at once where one could not be woken', async () => {
      for (let number = 1; number <= 100; number += 1) await held.add(hold, ref(number), wake(number), why);
      const woken: string[] = [];
      let [atWork, most] = [0, 0];

      await held.wakeAll(
        hold,
        async ({ body }) => {
          atWork += 1;
          most = Math.max(most, atWork);
          await new Promise((resolve) => setTimeout(resolve, 1));
          woken.push(body);
          atWork -= 1;
        },
        () => now,
      );
      const failing = held.wakeAll(
        hold,
        async () => Promise.reject(new Error('the queue is away')),
        () => now + 2 * hour,
      );

      await expect(failing).rejects.toThrow('away');
      expect(new Set(woken).size).toBe(100);
      expect(woken).toHaveLength(100);
      expect(most).toBeGreaterThan(10);
      expect(most).toBeLessThanOrEqual(50);
      expect(await dueAt(now + hour + 1)).toEqual([hold]);
    });
  });

  describe('an installation', () => {
    let installations: Installations;

    const token = (text: string, installedAt: number) => ({ user: someone, token: text, installedAt });

    beforeEach(() => {
      installations = new Installations(tables.table('installations'), new Vault(openKeys, 'key', () => now));
    });

    it('gives the token that was saved last, and nobody where none was', async () => {
      expect(await installations.bot(team)).toBeUndefined();

      await installations.saveBot(team, token('xoxb-old', 1));
      await installations.saveBot(team, token('xoxb-new', 2));

      expect(await (await installations.bot(team))?.token()).toBe('xoxb-new');
    });

    it('marks dead only the token that was refused, not the one that has replaced it', async () => {
      await installations.saveBot(team, token('xoxb-old', 1));
      const old = await installations.bot(team);
      await installations.saveBot(team, token('xoxb-new', 2));

      if (old) await installations.markDead(team, old, now, 'token_revoked');
      const current = await installations.bot(team);
      expect(old).toBeDefined();
      expect(await current?.token()).toBe('xoxb-new');

      if (current) await installations.markDead(team, current, now, 'token_revoked');
      expect(await installations.bot(team)).toBeUndefined();
    });

    it('lives again with a reinstall', async () => {
      await installations.saveBot(team, token('xoxb-old', 1));
      const bot = await installations.bot(team);
      if (bot) await installations.markDead(team, bot, now, 'account_inactive');

      await installations.saveBot(team, token('xoxb-new', 2));

      expect(await (await installations.bot(team))?.token()).toBe('xoxb-new');
    });

    it('marks nothing of a token that is no longer there, and makes no half a record of it', async () => {
      const gone = { kind: 'user', user: someone, version: '1', lastUsed: undefined, token: async () => '' } as const;

      await installations.markDead(team, gone, now, 'token_revoked');

      expect(await installations.untold(team)).toEqual([]);
      expect(await tables.table('installations').query(team)).toEqual([{ pk: team, sk: 'untold' }]);
    });

    it("finds a person's token by the company's id for them and by their Slack user, apart from the app's", async () => {
      await installations.saveBot(team, token('xoxb-1', 1));
      await installations.saveAdmin(team, 'adm_arjun', { user: userId('U0ARJUN001'), token: 'xoxp-1', installedAt: 1 });

      const byCompany = await installations.admin(team, 'adm_arjun');
      const bySlack = await installations.user(team, userId('U0ARJUN001'));
      if (byCompany) await installations.markDead(team, byCompany, now, 'token_revoked');

      expect(await bySlack?.token()).toBe('xoxp-1');
      expect(byCompany).toMatchObject({ kind: 'user', user: 'U0ARJUN001' });
      expect(await installations.admin(team, 'adm_arjun')).toBeUndefined();
      expect(await installations.admin(team, 'adm_meera')).toBeUndefined();
      expect(await installations.bot(team)).toBeDefined();
    });

    it('finds nobody by an id with which its person is not matched any more', async () => {
      const arjun = userId('U0ARJUN001');
      await installations.saveAdmin(team, 'adm_meera', { user: arjun, token: 'xoxp-1', installedAt: 1 });
      await installations.saveAdmin(team, 'adm_arjun', { user: arjun, token: 'xoxp-2', installedAt: 2 });

      expect(await installations.admin(team, 'adm_meera')).toBeUndefined();
      expect(await (await installations.admin(team, 'adm_arjun'))?.token()).toBe('xoxp-2');
    });

    it("does not decrypt the token of a row that was put under another person's key, or another team's", async () => {
      const sealed = new Installations(tables.table('installations'), new Vault(boundKeys, 'key', () => now));
      const [arjun, meera, elsewhere] = [userId('U0ARJUN001'), userId('U0MEERA001'), teamId(`${team}X`)];
      await sealed.saveAdmin(team, 'adm_arjun', { user: arjun, token: 'xoxp-1', installedAt: 1 });
      const row = await tables.table('installations').get({ pk: team, sk: `user#${arjun}` });
      if (!row) throw new Error('It is kept.');
      await tables.table('installations').put({ ...row, sk: `user#${meera}` });
      await tables.table('installations').put({ ...row, pk: elsewhere });

      const copies = [await sealed.user(team, meera), await sealed.user(elsewhere, arjun)];

      for (const copy of copies) await expect(copy?.token()).rejects.toThrow('InvalidCiphertext');
      expect(await (await sealed.user(team, arjun))?.token()).toBe('xoxp-1');
    });

    describe('of a person', () => {
      const arjun = userId('U0ARJUN001');
      const connect = (installedAt: number) =>
        installations.saveAdmin(team, 'adm_arjun', { user: arjun, token: `xoxp-${installedAt}`, installedAt });
      const author = async () => {
        const found = await installations.user(team, arjun);
        if (!found) throw new Error('Nobody is connected.');
        return found;
      };

      it('is to be told of once Slack has refused it, with when and why, until it was', async () => {
        await connect(1);
        await installations.markDead(team, await author(), now, 'token_revoked');

        const refused = { user: arjun, version: '1', at: now, code: 'token_revoked' };
        expect(await installations.untold(team)).toEqual([refused]);

        await installations.told(team, refused);
        expect(await installations.untold(team)).toEqual([]);
      });

      it('keeps the first reason for which it was refused', async () => {
        await connect(1);
        const late = await author();
        await installations.markDead(team, late, now, 'token_revoked');
        await installations.markDead(team, late, now + 1, 'invalid_auth');

        expect(await installations.untold(team)).toMatchObject([{ at: now, code: 'token_revoked' }]);
      });

      it('is told of to nobody once another has taken its place', async () => {
        await connect(1);
        await installations.markDead(team, await author(), now, 'token_revoked');
        await connect(2);

        expect(await installations.untold(team)).toEqual([]);
      });

      it('is neither dead nor forgotten where a crash left only the note: the next refusal ends both', async () => {
        await connect(1);
        const found = await author();
        const table = tables.table('installations');
        await table.update(
          { pk: team, sk: 'untold' },
          { update: 'ADD people :one', values: { ':one': new Set([`${arjun} 1`]) } },
        );

        expect(await installations.untold(team)).toEqual([]);
        await installations.markDead(team, found, now, 'token_revoked');
        expect(await installations.untold(team)).toMatchObject([{ user: arjun }]);
      });

      it('has its last use noted once an hour', async () => {
        await connect(1);
        const hour = 3_600_000;
        const notes: (number | undefined)[] = [];
        for (const at of [now, now + hour - 1, now + hour, now + 2 * hour]) {
          await installations.used(team, await author(), at);
          notes.push((await author()).lastUsed);
        }

        expect(notes).toEqual([now, now, now + hour, now + 2 * hour]);
      });

      it('does not take over the last use of the one before it, nor a later one by a slower worker', async () => {
        await connect(1);
        const old = await author();
        await connect(2);
        const current = await author();
        await installations.used(team, old, now);
        expect((await author()).lastUsed).toBeUndefined();

        await installations.used(team, current, now + 5);
        await installations.used(team, current, now);
        expect((await author()).lastUsed).toBe(now + 5);
      });
    });

    it("keeps a team's own record as it was given", async () => {
      const record = {
        id: team,
        name: 'Acme Academy',
        url: 'https://acme-academy.slack.com/',
        timeZone: 'Asia/Kolkata',
        channels: { payments: channel, partPayments: channelId('C0PARTPAYS'), ops: channelId('C0OPS00001') },
        installer: someone,
      };

      await installations.saveTeam(record);

      expect(await installations.team(team)).toEqual(record);
      expect(await installations.team(teamId(`${team}X`))).toBeUndefined();
    });

    it('keeps the record of the first of two that begin a team', async () => {
      const channels = { payments: channel, partPayments: channel, ops: channel };
      const of = (installer: string) =>
        ({ id: team, name: 'A', url: 'u', timeZone: 'UTC', channels, installer: userId(installer) }) as const;

      await installations.beginTeam(of('U0ARJUN001'));
      await installations.beginTeam(of('U0MEERA001'));

      expect(await installations.team(team)).toEqual(of('U0ARJUN001'));
    });
  });
});

/** A key service that seals nothing, and opens what it was given only for the owner that it was given for, as KMS does. */
const boundKeys = {
  send: async ({ input }: EncryptCommand | DecryptCommand) => {
    const owner = JSON.stringify(input.EncryptionContext);
    if ('Plaintext' in input) return { CiphertextBlob: Buffer.from(`${owner}${Buffer.from(input.Plaintext ?? '')}`) };
    const text = Buffer.from(('CiphertextBlob' in input && input.CiphertextBlob) || '').toString();
    if (!text.startsWith(owner)) throw new Error('InvalidCiphertextException');
    return { Plaintext: Buffer.from(text.slice(owner.length)) };
  },
} as unknown as KMSClient;

/** A key service that seals nothing: what is encrypted is proved elsewhere. */
const openKeys = {
  send: async (command: EncryptCommand | DecryptCommand) =>
    command instanceof EncryptCommand
      ? { CiphertextBlob: command.input.Plaintext }
      : { Plaintext: command.input.CiphertextBlob },
} as unknown as KMSClient;
