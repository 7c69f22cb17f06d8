/** The hierarchy as it is kept and read: while it changes, when a writer dies or sleeps, and with several at it. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Table } from '../../shared/aws/table.ts';
import { type TeamId, teamId } from '../../shared/base/names.ts';
import type { Admin } from '../../shared/org/admin.ts';
import { Closure } from '../../shared/org/closure-store.ts';
import { DirectoryEditor } from '../../shared/org/editor.ts';
import { Hierarchy } from '../../shared/org/hierarchy.ts';
import { memoryTables } from '../support/databases.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { Meanwhile } from '../support/meanwhile.ts';

/** Whoever has not been heard of for so long (ms) is taken for dead. */
const heldMs = 5_000;
/** Small, so that a few people are many pieces. */
const piece = { rows: 8, items: 3, characters: 2_000 };

let now = Date.UTC(2026, 10, 20, 5, 12);
let ids = 0;
const team = teamId('T1');
let admins: Table;
let rows: Table;
let editor: DirectoryEditor;

const clock = {
  now: () => now,
  sleep: async (ms: number) => {
    now += ms;
  },
};
const newId = () => {
  ids += 1;
  return `id-${ids}`;
};
const editorOn = (ofAdmins: Table, ofRows: Table) =>
  new DirectoryEditor({ admins: ofAdmins, closure: { read: ofRows, write: ofRows }, tools: { clock, newId, piece } });

/** Everything anew, with these people in it. */
async function begin(people: readonly Admin[] = []) {
  const tables = await memoryTables();
  [admins, rows] = [tables.table('admins'), tables.table('closure')];
  editor = editorOn(admins, rows);
  if (people.length > 0) await replaceAll(editor, people);
}

beforeEach(() => begin());

function person(id: string, managerId: string | null, more: Partial<Admin> = {}): Admin {
  return { id, name: `Person ${id}`, email: `${id}@acme.example`, managerId, active: true, ...more };
}

/** a above b and c; d, e and f below b; g and h below d. */
const company = [
  person('a', null),
  ...['b', 'c'].map((id) => person(id, 'a')),
  ...['d', 'e', 'f'].map((id) => person(id, 'b')),
  ...['g', 'h'].map((id) => person(id, 'd')),
];

const replaced = (people: readonly Admin[], ...changes: readonly Admin[]) =>
  people.map((each) => changes.find(({ id }) => id === each.id) ?? each);

const replaceAll = (by: DirectoryEditor, people: readonly Admin[], until = Number.POSITIVE_INFINITY) =>
  by.replaceAll(team, people, { about: 'import', until, isDone: async () => false });

const hierarchy = () => new Hierarchy(admins, new Closure({ read: rows, write: rows }));

/** Everything that is said of the hierarchy of these people, by a walk of the tree. */
function walked(people: readonly Admin[]) {
  const byId = new Map(people.map((each) => [each.id, each]));
  const above = (id: string): Admin[] => {
    const manager = byId.get(byId.get(id)?.managerId ?? '');
    return manager ? [manager, ...above(manager.id)] : [];
  };
  return Object.fromEntries(
    people.map(({ id }) => [
      id,
      {
        chain: above(id).map((each, index) => `${index + 1} ${each.id} ${each.name}`),
        team: people
          .flatMap((each) => {
            const depth = above(each.id).findIndex((manager) => manager.id === id) + 1;
            return depth > 0 ? [`${depth} ${each.id} ${each.name}`] : [];
          })
          .sort(),
      },
    ]),
  );
}

/** The same, as it is read from outside. */
async function read(whose: readonly string[]) {
  const found: [string, { chain: string[]; team: string[] }][] = [];
  for (const id of whose) {
    const [chain, below] = [await hierarchy().chain(team, id), await hierarchy().team(team, id)];
    expect(chain === undefined).toBe(below === undefined);
    if (!chain || !below) continue;
    const told = (all: typeof chain) => all.map((each) => `${each.depth} ${each.id} ${each.name}`);
    found.push([id, { chain: told(chain), team: told(below).sort() }]);
  }
  return Object.fromEntries(found);
}

const everyId = 'abcdefghit'.split('');

/** What a version says is one thing: the people, the hierarchy, who has which address. */
async function expectWhole(people: readonly Admin[]) {
  const byId = (some: readonly Admin[]) => [...some].sort((one, other) => (one.id < other.id ? -1 : 1));
  expect(byId(await editor.everyone(team))).toEqual(byId(people));
  expect(await read(everyId)).toEqual(walked(people));
  for (const { id, email, active } of people) {
    expect((await editor.byEmail(team, email))?.id).toBe(active ? id : undefined);
  }
}

describe('the hierarchy', () => {
  it('knows nobody at first, and tells nobody from somebody alone', async () => {
    expect(await read(['a'])).toEqual({});

    await editor.put(team, person('a', null));

    expect(await read(['a', 'b'])).toEqual({ a: { chain: [], team: [] } });
  });

  it('is what a walk of the tree says after any sequence of changes, single and whole', async () => {
    const step = fc.record({
      what: fc.constantFrom('put', 'put', 'put', 'remove', 'all'),
      who: fc.nat(9),
      where: fc.option(fc.nat(9)),
      named: fc.constantFrom('one', 'two'),
      seed: fc.array(fc.option(fc.nat(9)), { minLength: 10, maxLength: 10 }),
    });
    const idOf = (index: number) => everyId[index] ?? '';

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
        await begin();
        let people: Admin[] = [];
        for (const { what, who, where, named, seed } of steps) {
          const id = idOf(who);
          if (what === 'all') {
            // Each below somebody before them, so that there is no circle; some are left out.
            people = seed.flatMap((below, index) =>
              index > 0 && below === null ? [] : [person(idOf(index), null, { name: `${idOf(index)} ${named}` })],
            );
            people = people.map((each, index) => {
              const manager = people[(seed[index] ?? 0) % Math.max(1, index)];
              return index === 0 || !manager ? each : { ...each, managerId: manager.id };
            });
            await replaceAll(editor, people);
          } else if (what === 'remove') {
            const removed = await editor.remove(team, id);
            if (removed.outcome === 'removed') people = people.filter((each) => each.id !== id);
          } else {
            const wanted = person(id, where === null ? null : idOf(where), { name: `${id} ${named}` });
            const put = await editor.put(team, wanted);
            if (put.outcome === 'created') people = [...people, wanted];
            if (put.outcome === 'changed') people = replaced(people, wanted);
          }
          expect(await read(everyId)).toEqual(walked(people));
        }
        await expectWhole(people);
      }),
      { numRuns: 30 },
    );
  });

  const moves = [
    [
      'a person who moves',
      (by: DirectoryEditor) => by.put(team, person('e', 'c')),
      replaced(company, person('e', 'c')),
    ],
    [
      'a branch that moves',
      (by: DirectoryEditor) => by.put(team, person('b', 'c')),
      replaced(company, person('b', 'c')),
    ],
    [
      'another name at the top',
      (by: DirectoryEditor) => by.put(team, person('a', null, { name: 'A' })),
      replaced(company, person('a', null, { name: 'A' })),
    ],
    ['somebody who joins', (by: DirectoryEditor) => by.put(team, person('i', 'h')), [...company, person('i', 'h')]],
    ['somebody who goes', (by: DirectoryEditor) => by.remove(team, 'f'), company.filter(({ id }) => id !== 'f')],
    [
      'a snapshot',
      (by: DirectoryEditor) => replaceAll(by, snapshot),
      // Top and bottom change places, two addresses do as well, one goes and one comes.
      undefined,
    ],
  ] as const;
  const snapshot = [
    person('h', null),
    person('a', 'h', { email: 'b@acme.example' }),
    person('b', 'a', { email: 'a@acme.example' }),
    ...['c', 'd', 'e'].map((id) => person(id, 'b')),
    person('g', 'd', { name: 'G' }),
    person('i', 'd', { email: 'f@acme.example' }),
  ];

  it.each(moves)('is seen as it was or as it will be while it is written: %s', async (_, change, after) => {
    await begin(company);
    const counting = new Meanwhile();
    await change(editorOn(counting.watch(admins, 'admins'), counting.watch(rows, 'closure')));
    const wanted = walked(after ?? snapshot);
    expect(await read(everyId)).toEqual(wanted);

    const seen = new Set<string>();
    for (const at of counting.calls.keys()) {
      await begin(company);
      const meanwhile = new Meanwhile(at, async () => {
        const found = await read(everyId);
        expect([walked(company), wanted]).toContainEqual(found);
        seen.add(JSON.stringify(found));
      });
      await change(editorOn(meanwhile.watch(admins, 'admins'), meanwhile.watch(rows, 'closure')));
      expect(await read(everyId)).toEqual(wanted);
    }
    expect(seen.size).toBe(2);
  });

  it('is seen as it was by whoever took the version before it moved, page after page', async () => {
    await begin(company);
    // A reader that is as slow as can be: everything happens between its look at the version and its query.
    const slow = new Meanwhile(1, async () => {
      await editor.put(team, person('b', 'c'));
      await editor.put(team, person('d', 'a'));
      await replaceAll(editor, snapshot);
    });
    const late = new Hierarchy(
      slow.watch(admins, 'admins'),
      new Closure({ read: slow.watch(rows, 'closure'), write: rows }),
    );

    const team1 = await late.team(team, 'b');

    expect(team1?.map(({ id }) => id)).toEqual(['d', 'e', 'f', 'g', 'h']);
  });

  it('has only the rows of its branch written where somebody moves, and none where the same is said again', async () => {
    await begin(company);
    const written: string[] = [];
    const watched = new Proxy(rows, {
      get: (target, key) => {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          if (key === 'putMany')
            written.push(...(args[0] as { pk: string; sk: string }[]).map(({ pk, sk }) => `${pk} ${sk}`));
          return Reflect.apply(member, target, args);
        };
      },
    });
    const by = editorOn(admins, watched);

    await by.put(team, person('d', 'c'));

    // d, g and h: their chains and their pairs with b are closed, chains and pairs with c opened. a sees them where they were.
    expect(written.map((row) => row.replace(/#\d+\.\d+$/, '')).sort()).toEqual(
      ['d', 'g', 'h']
        .flatMap((id) => [`T1#below#b ${id}`, `T1#below#c ${id}`, `T1#chains ${id}`, `T1#chains ${id}`])
        .sort(),
    );

    written.length = 0;
    expect(await by.put(team, person('d', 'c'))).toEqual({ outcome: 'same' });
    await by.put(team, person('d', 'c', { email: 'another@acme.example' }));
    expect(await replaceAll(by, replaced(company, person('d', 'c', { email: 'another@acme.example' })))).toBe('same');
    expect(written).toEqual([]);
  });

  it('is written for people who were in the directory before it was kept', async () => {
    await begin(company);
    const bare = (await memoryTables()).table('closure');
    rows = bare;
    editor = editorOn(admins, bare);

    await editor.put(team, person('i', 'h'));

    await expectWhole([...company, person('i', 'h')]);
  });

  it('takes nobody below the last level', async () => {
    const line = Array.from({ length: 50 }, (_, at) => person(`p${at}`, at === 0 ? null : `p${at - 1}`));
    await replaceAll(editor, [...line, person('x', 'p0'), person('y', 'x')]);

    expect(await editor.put(team, person('z', 'p49'))).toEqual({
      outcome: 'refused',
      wrong: [{ pointer: '/managerId', message: 'puts Person z (z) on level 51; there are 50 at most.' }],
    });
    expect(await editor.put(team, person('x', 'p48'))).toMatchObject({ outcome: 'refused' });
  });

  describe('with a writer who is gone', () => {
    const isWrite = (method: string) => /^(put|putMany|replace|update)$/.test(method);

    it.each(moves)('is whole, before or after, and goes on: %s', async (_, change, after) => {
      await begin(company);
      const counting = new Fuse();
      await change(editorOn(counting.watch(admins, 'admins', isWrite), counting.watch(rows, 'closure', isWrite)));
      const begins = counting.effects.indexOf('admins.update');
      const spots = counting.effects.flatMap((__, effect): Spot[] => [
        { effect, side: 'before' },
        { effect, side: 'after' },
      ]);

      for (const spot of spots) {
        await begin(company);
        const fuse = new Fuse(spot);
        const stopped = change(editorOn(fuse.watch(admins, 'admins', isWrite), fuse.watch(rows, 'closure', isWrite)));
        await expect(stopped).rejects.toThrow('This process is gone.');

        const left = await read(everyId);
        expect([walked(company), walked(after ?? snapshot)]).toContainEqual(left);

        now += heldMs;
        const bystander = person('t', 'a');
        expect((await editor.put(team, bystander)).outcome).toBe('created');
        const happened = spot.effect > begins || (spot.effect === begins && spot.side === 'after');
        await expectWhole([...(happened ? (after ?? snapshot) : company), bystander]);
      }
    });

    it.each(moves)('and wakes up later, at any point: %s', async (...[, change]) => {
      await begin(company);
      const counting = new Meanwhile();
      await change(editorOn(counting.watch(admins, 'admins'), counting.watch(rows, 'closure')));

      for (const at of counting.calls.keys()) {
        await begin(company);
        let expected: readonly Admin[] = [];
        // Asleep before this call, while others carry the change out and then undo what they can of it.
        const meanwhile = new Meanwhile(at, async () => {
          now += heldMs;
          await editor.put(team, person('t', null));
          const people = await editor.everyone(team);
          const isReplaced = people.some(({ id, managerId }) => id === 'h' && managerId === null);
          const moved = isReplaced ? person('d', 'h') : person('b', 't');
          await editor.put(team, moved);
          await editor.put(team, { ...moved, name: 'Another name' });
          await editor.put(team, person('g', 'c'));
          expected = await editor.everyone(team);
        });

        await change(editorOn(meanwhile.watch(admins, 'admins'), meanwhile.watch(rows, 'closure')));

        // Begun before it slept, it is over: nothing of it may come back. Else it is decided on what it finds.
        const end = await editor.everyone(team);
        if (at > counting.calls.indexOf('admins.update')) expect(end).toEqual(expected);
        await expectWhole(end);
      }
    });
  });

  describe('with several at it', () => {
    it('is what the people say who are there in the end', async () => {
      const change = fc.record({ who: fc.nat(9), where: fc.nat(9), isRemoval: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(change, { maxLength: 4 }), { minLength: 2, maxLength: 4 }),
          async (lists) => {
            const tables = await memoryTables();
            [admins, rows] = [tables.table('admins'), tables.table('closure')];
            editor = editorOn(admins, rows);
            await begin(company);

            await Promise.all(
              lists.map(async (list, index) => {
                const by = editorOn(admins, rows);
                if (index === 0) await replaceAll(by, snapshot);
                for (const { who, where, isRemoval } of list) {
                  const [id, manager] = [everyId[who] ?? '', everyId[where] ?? null];
                  await (isRemoval ? by.remove(team, id) : by.put(team, person(id, manager)));
                  // Whatever others do meanwhile, nobody stands above or below somebody twice.
                  const some = [await hierarchy().chain(team, id), await hierarchy().team(team, 'a')];
                  for (const one of some) expect(new Set(one?.map((each) => each.id)).size).toBe(one?.length ?? 0);
                }
              }),
            );

            await expectWhole(await editor.everyone(team));
          },
        ),
        { numRuns: 20 },
      );
    });

    it('leaves to others what a caller has no time for, and says so', async () => {
      const handed: string[] = [];
      const tools = { clock, newId, piece, handOver: async (whose: TeamId) => void handed.push(whose) };
      const hasty = new DirectoryEditor({ admins, closure: { read: rows, write: rows }, tools });

      expect(await replaceAll(hasty, company, now)).toBe('underWay');
      expect(await read(everyId)).toEqual({});
      expect(await hasty.underWay(team)).toMatchObject({ about: 'import', written: 0 });
      await expect(hasty.put(team, person('t', null), now)).rejects.toThrow(
        'A large change of the directory is being carried out',
      );
      expect(handed).toEqual([team, team]);

      expect(await editor.settle(team, Number.POSITIVE_INFINITY)).toBe(true);
      await expectWhole(company);
      expect(await editor.underWay(team)).toBeUndefined();
    });
  });
});
