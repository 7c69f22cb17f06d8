/** What is kept of what Slack says by itself, on each database that can run here. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { channelId, type TeamId, teamId, ts, userId } from '../../shared/base/names.ts';
import { Events } from '../../shared/slack/event-store.ts';
import type { Inbound } from '../../shared/slack/inbound.ts';
import { Installations, readTeam } from '../../shared/slack/installation.ts';
import { Moved } from '../../shared/slack/moved.ts';
import { Revocations } from '../../shared/slack/revocation.ts';
import { type Destination, type Entries, ThreadLog, type ThreadRef } from '../../shared/slack/thread-log.ts';
import { Vault } from '../../shared/slack/vault.ts';
import { databasesHere, type Tables } from '../support/databases.ts';
import { openKeys } from '../support/open-keys.ts';

const at = 1_795_150_000;
const now = at * 1000;
const [payments, ops, elsewhere] = ['C0PAY', 'C0OPS', 'C0ELSEWHERE'].map(channelId) as [never, never, never];
const [bot, asha, ravi] = ['U0APP', 'U0ASHA', 'U0RAVI'].map(userId) as [never, never, never];
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

  describe('what came', () => {
    const came: Inbound = {
      kind: 'event',
      id: 'Ev1',
      team: teamId('T'),
      at,
      app: 'A0',
      event: { type: 'user_change', user: { id: 'U0RAVI', profile: { email: 'ravi@example.com' } } },
    };

    it('is kept once, under its team', async () => {
      const events = new Events(tables.table('events'));

      expect(await events.keep({ ...came, team }, now)).toBe('stored');
      expect(await events.keep({ ...came, team }, now + 1)).toBe('duplicate');
      expect(await events.keep({ ...came, team: teamId(`${team}X`) }, now)).toBe('stored');
    });

    it('is kept by ids alone', async () => {
      await new Events(tables.table('events')).keep({ ...came, team }, now);

      expect(await tables.table('events').get({ pk: `${team}#Ev1`, sk: 'came' })).toEqual({
        pk: `${team}#Ev1`,
        sk: 'came',
        kind: 'event',
        what: 'user_change',
        user: 'U0RAVI',
        receivedAt: now,
        expires: at + 7 * 86_400,
      });
    });
  });

  describe('what is heard of a thread', () => {
    let log: ThreadLog;
    let ref: ThreadRef;
    const destination: Destination = { channel: payments, row: 'default', why: 'No other row matched.' };
    const intents: Entries = { root: { state: 'intent', revision: 1, hash: 'h', firstAttempt: now, lastAttempt: now } };
    const known: Entries = { root: { state: 'posted', revision: 1, hash: 'h', ts: ts('1.000100'), author: bot } };
    const begin = async (owner: string) =>
      log.begin(ref, await log.read(ref), { owner, now, until: now + 60_000 }, { destination, entries: intents });

    beforeEach(() => {
      log = new ThreadLog(tables.table('messages'));
      ref = { team, key: 'payments#live#order_1' };
    });

    it('is recorded where nobody is at work, and displaces who has read before', async () => {
      await begin('one');
      await log.finish(ref, 'one', { entries: intents, mended: { strays: [], resend: [] }, failed: false });
      const stale = await log.read(ref);

      expect(await log.hear(ref, stale, now, known)).toBe(true);

      expect(await log.read(ref)).toMatchObject({ entries: known, version: stale.version + 1 });
      expect(await log.hear(ref, stale, now, intents)).toBe(false);
      expect(await log.begin(ref, stale, { owner: 'two', now, until: now }, { destination, entries: {} })).toBe(false);
    });

    it('waits for a lease, and for no longer than that', async () => {
      await begin('one');
      const held = await log.read(ref);

      expect(await log.hear(ref, held, now + 60_000, known)).toBe(false);
      expect(await log.hear(ref, held, now + 60_001, known)).toBe(true);
    });

    it('stays as the pass has it that thaws after its lease and writes its results', async () => {
      await begin('one');
      await log.hear(ref, await log.read(ref), now + 60_001, known);

      expect(await log.finish(ref, 'one', { entries: known, mended: { strays: [], resend: [] }, failed: false })).toBe(
        true,
      );
      expect(await log.read(ref)).toMatchObject({ entries: known, lease: undefined });
    });

    it('moves it to where its channel is now, if it lives there or nowhere yet', async () => {
      const to = { ...destination, channel: elsewhere };
      await log.move(ref, payments, to);
      expect((await log.read(ref)).destination).toEqual(to);

      await log.move(ref, payments, { ...destination, channel: ops });
      expect((await log.read(ref)).destination).toEqual(to);

      await log.move(ref, elsewhere, { ...destination, channel: ops });
      expect((await log.read(ref)).destination).toEqual({ ...destination, channel: ops });
    });
  });

  it('a channel has the id that Slack gave it last, in its own team', async () => {
    const moved = new Moved(tables.table('messages'));
    await moved.record(team, payments, ops, 1);
    await moved.record(team, payments, elsewhere, 2);
    await moved.record(team, payments, ops, 1);

    expect(await moved.of(team, payments)).toBe(elsewhere);
    expect(await moved.of(team, ops)).toBeUndefined();
    expect(await moved.of(teamId(`${team}X`), payments)).toBeUndefined();
  });

  it('a channel that got its first id back has no other, whatever Slack tells once more', async () => {
    const moved = new Moved(tables.table('messages'));
    await moved.record(team, payments, elsewhere, 1);
    await moved.record(team, elsewhere, payments, 2);
    await moved.record(team, payments, elsewhere, 1);

    expect(await moved.of(team, payments)).toBeUndefined();
    expect(await moved.of(team, elsewhere)).toBe(payments);

    await moved.record(team, payments, ops, 3);
    expect(await moved.of(team, elsewhere)).toBe(ops);
  });

  describe('tokens', () => {
    let installations: Installations;
    let revocations: Revocations;
    const live = async () => ({
      bot: (await installations.bot(team)) !== undefined,
      asha: (await installations.user(team, asha)) !== undefined,
      ravi: (await installations.user(team, ravi)) !== undefined,
    });
    const untold = async () => (await installations.untold(team)).map(({ user, code }) => [user, code]);

    beforeEach(async () => {
      installations = new Installations(tables.table('installations'), new Vault(openKeys(), 'key', () => now));
      revocations = new Revocations(tables.table('installations'));
      await installations.saveBot(team, { user: bot, token: 'xoxb', installedAt: now - 1 });
      await installations.saveAdmin(team, 'adm_asha', { user: asha, token: 'xoxp-1', installedAt: now - 1 });
      await installations.saveAdmin(team, 'adm_ravi', { user: ravi, token: 'xoxp-2', installedAt: now - 1 });
    });

    it('all end with the app, which is what their people are to be told', async () => {
      await revocations.uninstalled(team, at);

      expect(await live()).toEqual({ bot: false, asha: false, ravi: false });
      expect(await untold()).toEqual([
        [asha, 'app_uninstalled'],
        [ravi, 'app_uninstalled'],
      ]);
      expect(await revocations.botUser(team)).toBe(bot);
    });

    it('that were stored in the second in which the app was removed, or later, are left to Slack’s next answer', async () => {
      await installations.saveBot(team, { user: bot, token: 'xoxb-2', installedAt: now });
      await installations.saveAdmin(team, 'adm_asha', { user: asha, token: 'xoxp-3', installedAt: now + 5_000 });

      await revocations.uninstalled(team, at);
      await revocations.revoked(team, at, { people: [asha, ravi], bots: [bot] });

      expect(await live()).toEqual({ bot: true, asha: true, ravi: false });
    });

    it('of a person end alone, and that person is to be told, once', async () => {
      await revocations.revoked(team, at, { people: [asha], bots: [] });
      await revocations.revoked(team, at, { people: [asha], bots: ['U0OTHERAPP' as never] });

      expect(await live()).toEqual({ bot: true, asha: false, ravi: true });
      expect(await untold()).toEqual([[asha, 'token_revoked']]);
    });

    it('that ended with the app did so also where Slack told of the person first', async () => {
      await revocations.revoked(team, at, { people: [asha], bots: [] });
      await revocations.revoked(team, at, { people: [asha, ravi], bots: [bot] });

      expect(await live()).toEqual({ bot: false, asha: false, ravi: false });
      expect((await untold()).map(([, code]) => code)).toEqual(['app_uninstalled', 'app_uninstalled']);
    });

    it('of people who were told before the app was removed are not told of again', async () => {
      await revocations.revoked(team, at, { people: [asha], bots: [] });
      await installations.told(team, ...(await installations.untold(team)));

      await revocations.uninstalled(team, at + 60);

      expect(await untold()).toEqual([[ravi, 'app_uninstalled']]);
    });

    it('that a person gives back are ended by that person: they are told nothing, and it stays theirs to finish', async () => {
      await installations.leave(team, asha, now);

      await revocations.revoked(team, at, { people: [asha], bots: [] });
      await revocations.uninstalled(team, at);

      expect(await installations.connection(team, asha)).toMatchObject({ state: 'leaving' });
      expect(await untold()).toEqual([[ravi, 'app_uninstalled']]);
    });

    it('of nobody that is known change nothing, and make no half a record', async () => {
      const stranger = teamId(`${team}X`);

      await revocations.revoked(stranger, at, { people: [asha], bots: [bot] });
      await revocations.uninstalled(stranger, at);

      expect(await tables.table('installations').query(stranger)).toEqual([]);
      expect(await revocations.botUser(stranger)).toBeUndefined();
    });
  });

  it('the team’s own channels follow the id that one of them has now; others stay', async () => {
    const table = tables.table('installations');
    const installations = new Installations(table, new Vault(openKeys(), 'key', () => now));
    const record = { id: team, name: 'A', url: 'u', timeZone: 'UTC', installer: asha } as const;
    await installations.saveTeam({ ...record, channels: { payments, partPayments: payments, ops } });
    const revocations = new Revocations(tables.losingReplies('installations'));

    await revocations.moveChannel(team, payments, elsewhere);
    await revocations.moveChannel(team, channelId('C0UNKNOWN'), payments);
    await revocations.moveChannel(teamId(`${team}X`), payments, elsewhere);

    expect(await readTeam(table, team)).toEqual({
      ...record,
      channels: { payments: elsewhere, partPayments: elsewhere, ops },
    });
    expect(await readTeam(table, teamId(`${team}X`))).toBeUndefined();
  });
});
