/** The directory of people, on each database that can run here: what it refuses, at once and at the same time, and crashes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Table } from '../../shared/aws/table.ts';
import { Unavailable } from '../../shared/base/errors.ts';
import { type TeamId, teamId } from '../../shared/base/names.ts';
import type { Admin } from '../../shared/org/admin.ts';
import { DirectoryEditor } from '../../shared/org/editor.ts';
import { databasesHere, type Tables } from '../support/databases.ts';
import { Fuse, type Spot } from '../support/fuse.ts';

const memory = 'the memory database';
/** Whoever has not been heard of for so long is taken for dead. */
const heldMs = 5_000;
let now = Date.UTC(2026, 10, 20, 5, 12);
let teams = 0;
let ids = 0;

const kavya: Admin = { id: 'kavya', name: 'Kavya Rao', email: 'kavya@acme.example', managerId: null, active: true };
const rohan: Admin = {
  id: 'rohan',
  name: 'Rohan Desai',
  email: 'Rohan@Acme.example',
  managerId: 'kavya',
  active: true,
};
const arjun: Admin = {
  id: 'arjun',
  name: 'Arjun Mehta',
  email: 'arjun@acme.example',
  managerId: 'rohan',
  active: true,
};

const newId = () => {
  ids += 1;
  return `change-${ids}`;
};

/** Time passes only where somebody waits. */
const clock = {
  now: () => now,
  sleep: async (ms: number) => {
    now += ms;
  },
};

describe.each(await databasesHere())('the directory on $name', ({ name, start }) => {
  let tables: Tables;
  let table: Table;
  let closure: Table;
  let team: TeamId;
  let directory: DirectoryEditor;

  beforeAll(async () => {
    tables = await start();
    table = tables.table('admins');
    closure = tables.table('closure');
    directory = directoryOn(table);
  });
  afterAll(() => tables.stop());
  beforeEach(() => {
    teams += 1;
    team = teamId(`T${teams}`);
  });

  /** A directory on the same tables, or on what is put before one of them. */
  const directoryOn = (admins: Table, rows: Table = closure) =>
    new DirectoryEditor({ admins, closure: { read: closure, write: rows }, tools: { clock, newId } });

  const fill = async (...people: readonly Admin[]) => {
    for (const person of people) expect(await directory.put(team, person)).toEqual({ outcome: 'created' });
  };

  /** Every item that is there, without its bookkeeping. */
  const items = async () => {
    const kept = await table.query(team);
    return kept
      .filter(({ gone, sk }) => gone !== true && /^(admin|email)#/.test(sk))
      .map(({ pk: _, version: __, ...item }) => item);
  };

  /** What the table holds where it holds exactly these people. */
  const rowsOf = (...people: readonly Admin[]) =>
    [
      ...people.map((person) => ({ sk: `admin#${person.id}`, ...person })),
      ...people.map(({ id, email }) => ({ sk: `email#${email.toLowerCase()}`, admin: id })),
    ].sort((a, b) => (a.sk < b.sk ? -1 : 1));

  it('knows nobody at first', async () => {
    expect(await directory.admin(team, 'kavya')).toBeUndefined();
    expect(await directory.byEmail(team, 'kavya@acme.example')).toBeUndefined();
  });

  it('keeps a person as given, and finds them by their address in any case', async () => {
    await fill(kavya, rohan);

    expect(await directory.admin(team, 'rohan')).toEqual(rohan);
    expect(await directory.byEmail(team, 'ROHAN@acme.EXAMPLE')).toEqual(rohan);
    expect(await items()).toEqual(rowsOf(kavya, rohan));
  });

  it('knows nobody of another team', async () => {
    await fill(kavya);
    const stranger = teamId(`${team}X`);

    expect(await directory.admin(stranger, 'kavya')).toBeUndefined();
    expect(await directory.byEmail(stranger, kavya.email)).toBeUndefined();
    expect(await directory.put(stranger, { ...kavya, id: 'other' })).toEqual({ outcome: 'created' });
  });

  it('finds nobody who is not active, and keeps their address from others', async () => {
    await fill({ ...kavya, active: false });

    expect(await directory.byEmail(team, kavya.email)).toBeUndefined();
    expect(await directory.put(team, { ...rohan, email: kavya.email, managerId: null })).toEqual({
      outcome: 'refused',
      wrong: [{ pointer: '/email', message: expect.stringContaining('Kavya Rao (kavya)') }],
    });
  });

  it('writes nothing when the same is said again', async () => {
    await fill(kavya);
    const before = await table.query(team);

    expect(await directory.put(team, kavya)).toEqual({ outcome: 'same' });
    expect(await table.query(team)).toEqual(before);
  });

  it.each([
    ['name', { name: 'Kavya R. Rao' }],
    ['activity', { active: false }],
    ['address', { email: 'k.rao@acme.example' }],
    ["address's case", { email: 'KAVYA@acme.example' }],
  ])('changes the %s', async (_, change) => {
    await fill(kavya);

    expect(await directory.put(team, { ...kavya, ...change })).toEqual({ outcome: 'changed' });
    expect(await items()).toEqual(rowsOf({ ...kavya, ...change }));
  });

  it('changes a manager', async () => {
    await fill(kavya, rohan);

    expect(await directory.put(team, { ...rohan, managerId: null })).toEqual({ outcome: 'changed' });
    expect(await directory.admin(team, 'rohan')).toEqual({ ...rohan, managerId: null });
  });

  it('frees the address that somebody gave up, and that of somebody who went', async () => {
    await fill(kavya, { ...rohan, managerId: null });
    await directory.put(team, { ...kavya, email: 'k.rao@acme.example' });
    await directory.remove(team, 'rohan');

    expect(await directory.byEmail(team, kavya.email)).toBeUndefined();
    await fill({ ...arjun, email: kavya.email, managerId: null }, { ...rohan, id: 'another', managerId: null });
    expect(await directory.byEmail(team, kavya.email)).toMatchObject({ id: 'arjun' });
    expect(await directory.byEmail(team, rohan.email)).toMatchObject({ id: 'another' });
  });

  it('takes two people whose addresses differ by more than case', async () => {
    await fill(
      kavya,
      { ...kavya, id: 'b', email: 'kavya+b@acme.example' },
      { ...kavya, id: 'c', email: 'k.avya@acme.example' },
    );

    // The Kelvin sign is no k, though Unicode lowers it to one.
    expect(await directory.byEmail(team, '\u212Aavya@acme.example')).toBeUndefined();
  });

  it('names everything that stands against a person at once', async () => {
    await fill(kavya);

    expect(await directory.put(team, { ...rohan, email: 'KAVYA@acme.example', managerId: 'nobody' })).toEqual({
      outcome: 'refused',
      wrong: [
        { pointer: '/email', message: expect.stringContaining('Kavya Rao (kavya)') },
        { pointer: '/managerId', message: expect.stringContaining('names nobody, who is not in the directory') },
      ],
    });
    expect(await items()).toEqual(rowsOf(kavya));
  });

  it('refuses somebody as their own manager, and a circle, by the names in it', async () => {
    await fill(kavya, rohan, arjun);
    const wrong = async (person: Admin) => directory.put(team, person);

    expect(await wrong({ ...kavya, managerId: 'kavya' })).toMatchObject({
      wrong: [{ pointer: '/managerId', message: expect.stringContaining('the person themself') }],
    });
    expect(await wrong({ ...kavya, managerId: 'arjun' })).toMatchObject({
      wrong: [{ message: 'makes a circle: Arjun Mehta (arjun) reports to Rohan Desai (rohan) reports to kavya.' }],
    });
    expect(await directory.admin(team, 'kavya')).toEqual(kavya);
  });

  it('lets nobody go who has reports, and names these', async () => {
    await fill(kavya, rohan, arjun);

    expect(await directory.remove(team, 'rohan')).toEqual({ outcome: 'refused', person: rohan, reports: [arjun] });
    expect(await items()).toEqual(rowsOf(kavya, rohan, arjun));
  });

  it('lets somebody go, once and again', async () => {
    await fill(kavya, rohan);

    expect(await directory.remove(team, 'rohan')).toEqual({ outcome: 'removed' });
    expect(await directory.remove(team, 'rohan')).toEqual({ outcome: 'absent' });
    expect(await directory.admin(team, 'rohan')).toBeUndefined();
    expect(await items()).toEqual(rowsOf(kavya));
  });

  it('lets what tells that somebody went expire a day later', async () => {
    await fill(kavya);
    await directory.remove(team, 'kavya');

    const gone = (await table.query(team)).filter((item) => item['gone'] === true);
    expect(gone.map(({ sk, expires }) => [sk, expires])).toEqual([
      ['admin#kavya', Math.ceil(now / 1000) + 86_400],
      ['email#kavya@acme.example', Math.ceil(now / 1000) + 86_400],
    ]);
  });

  describe('with several at it', () => {
    it('gives an address to one of two people who ask for it at once, and tells the other whose it is', async () => {
      const [one, other] = [kavya, { ...arjun, email: 'Kavya@Acme.Example', managerId: null }];

      const answers = await Promise.all([directory.put(team, one), directoryOn(table).put(team, other)]);

      expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['created', 'refused']);
      const winner = answers[0]?.outcome === 'created' ? one : other;
      expect(answers.find(({ outcome }) => outcome === 'refused')).toMatchObject({
        wrong: [{ pointer: '/email', message: expect.stringContaining(`${winner.name} (${winner.id})`) }],
      });
      expect(await items()).toEqual(rowsOf(winner));
    });

    it('lets one of two people become the manager of the other', async () => {
      await fill({ ...rohan, managerId: null }, { ...arjun, managerId: null });

      const answers = await Promise.all([
        directory.put(team, { ...rohan, managerId: 'arjun' }),
        directoryOn(table).put(team, { ...arjun, managerId: 'rohan' }),
      ]);

      expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['changed', 'refused']);
    });

    it('leaves nobody with a manager who goes at that moment', async () => {
      await fill(kavya);

      const [put, removed] = await Promise.all([directory.put(team, rohan), directoryOn(table).remove(team, 'kavya')]);

      expect([put.outcome, removed.outcome].sort()).toEqual(
        put.outcome === 'created' ? ['created', 'refused'] : ['refused', 'removed'],
      );
      expect(await items()).toEqual(put.outcome === 'created' ? rowsOf(kavya, rohan) : []);
    });

    it('takes five people at once', async () => {
      const people = Array.from({ length: 5 }, (_, at) => ({ ...kavya, id: `p${at}`, email: `p${at}@acme.example` }));

      const answers = await Promise.all(people.map((person) => directoryOn(table).put(team, person)));

      expect(answers.map(({ outcome }) => outcome)).toEqual(people.map(() => 'created'));
      expect(await items()).toEqual(rowsOf(...people));
    });

    it('asks a caller to come again where others are always quicker', async () => {
      await fill(kavya);
      const crowded = new Proxy(table, {
        get: (target, key) => {
          const member: unknown = Reflect.get(target, key);
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            ids += 1;
            if (key === 'update') await directory.put(team, { ...kavya, name: `Kavya ${ids}` });
            return Reflect.apply(member, target, args);
          };
        },
      });

      await expect(directoryOn(crowded).put(team, rohan)).rejects.toThrow(Unavailable);
      expect(await directory.admin(team, 'rohan')).toBeUndefined();
    });
  });

  it('is told the truth where the reply to every write is lost once', async () => {
    const unheard = directoryOn(tables.losingReplies('admins'), tables.losingReplies('closure'));

    expect(await unheard.put(team, kavya)).toEqual({ outcome: 'created' });
    expect(await unheard.put(team, { ...kavya, email: 'k@acme.example' })).toEqual({ outcome: 'changed' });
    expect(await items()).toEqual(rowsOf({ ...kavya, email: 'k@acme.example' }));
    expect(await unheard.remove(team, 'kavya')).toEqual({ outcome: 'removed' });
    expect(await items()).toEqual([]);
  });

  describe('stopped at any point', () => {
    const moved = { ...arjun, email: 'a.mehta@acme.example', managerId: 'kavya' };
    const changes = [
      [
        'a change of address',
        [kavya, rohan, arjun],
        (by: DirectoryEditor) => by.put(team, moved),
        [kavya, rohan, moved],
      ],
      ['a person who joins', [kavya], (by: DirectoryEditor) => by.put(team, rohan), [kavya, rohan]],
      ['a person who goes', [kavya, rohan, arjun], (by: DirectoryEditor) => by.remove(team, 'arjun'), [kavya, rohan]],
    ] as const;
    const isWrite = (method: string) => /^(insert|put|putMany|replace|update|delete)$/.test(method);

    // Each in memory, the one with the most writes on every database.
    it.each(name === memory ? changes : [changes[0]])(
      'of %s: it happens whole or not at all, and the next change sets it right',
      async (...given) => {
        const [, before, change, after] = given;
        const counting = new Fuse();
        await fill(...before);
        await change(
          directoryOn(counting.watch(table, 'admins', isWrite), counting.watch(closure, 'closure', isWrite)),
        );
        expect(counting.effects.length).toBeGreaterThanOrEqual(4);

        const spots = counting.effects.flatMap((_, effect): Spot[] => [
          { effect, side: 'before' },
          { effect, side: 'after' },
        ]);
        for (const spot of spots) {
          team = teamId(`${team}x`);
          await fill(...before);
          const fuse = new Fuse(spot);
          const stopped = change(
            directoryOn(fuse.watch(table, 'admins', isWrite), fuse.watch(closure, 'closure', isWrite)),
          );
          await expect(stopped).rejects.toThrow('This process is gone.');
          now += heldMs;

          // Whoever was there before and after is found by one of their addresses at any moment, and by one only.
          for (const { id } of before.filter((person) => after.some((other) => other.id === person.id))) {
            const addresses = [...before, ...after].filter((person) => person.id === id).map(({ email }) => email);
            const found = await Promise.all([...new Set(addresses)].map((email) => directory.byEmail(team, email)));
            expect([spot, found.filter((person) => person?.id === id).length]).toEqual([spot, 1]);
          }

          const bystander = { ...kavya, id: 'bystander', email: 'bystander@acme.example' };
          await fill(bystander);
          // The first effect keeps the plan, the second begins it.
          const happened = spot.effect > 1 || (spot.effect === 1 && spot.side === 'after');
          expect([spot, await items()]).toEqual([spot, rowsOf(...(happened ? after : before), bystander)]);

          await change(directory);
          expect([spot, await items()]).toEqual([spot, rowsOf(...after, bystander)]);
        }
      },
    );

    it('and waking up late, it does no harm to what came after', async () => {
      await fill(kavya, rohan);
      let wake = () => {};
      const asleep = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const slow = new Proxy(table, {
        get: (target, key) => {
          const member: unknown = Reflect.get(target, key);
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            if (key === 'replace') await asleep;
            return Reflect.apply(member, target, args);
          };
        },
      });
      const begun = new Promise<void>((resolve) => {
        const head = async (): Promise<void> =>
          (await table.get({ pk: team, sk: 'journal' }))?.['pending'] ? resolve() : head();
        void head();
      });

      const late = directoryOn(slow).put(team, { ...rohan, email: 'r@acme.example' });
      await begun;
      now += heldMs;
      await directory.remove(team, 'rohan');
      await fill({ ...arjun, email: rohan.email, managerId: null });
      const meanwhile = await items();
      wake();

      expect(await late).toEqual({ outcome: 'changed' });
      expect(meanwhile).toEqual(rowsOf(kavya, { ...arjun, email: rohan.email, managerId: null }));
      expect(await items()).toEqual(meanwhile);
    });
  });
});
