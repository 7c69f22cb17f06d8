/** The hierarchy as rows: against a walk of the tree, at every version that ever was. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Admin } from '../../shared/org/admin.ts';
import {
  type Chain,
  type ChainRow,
  chainsOf,
  holds,
  type KeptChain,
  type Pointer,
  regrafts,
  rowsOf,
  type TeamRow,
} from '../../shared/org/closure.ts';
import { movesBetween, type Row, stepsOf } from '../../shared/org/plan.ts';

/** A company that grows, moves and shrinks by chance: everybody after each step. */
const histories = fc
  .array(
    fc.record({
      what: fc.constantFrom('add', 'add', 'move', 'remove', 'rename', 'readdress'),
      who: fc.nat(1_000),
      where: fc.nat(1_000),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((steps) => {
    const versions: Admin[][] = [];
    let people: Admin[] = [];
    for (const [index, { what, who, where }] of steps.entries()) {
      const person = people[who % Math.max(1, people.length)];
      const target = people[where % Math.max(1, people.length)];
      if (what === 'add') people = [...people, personAt(index, where % 3 === 0 ? null : (target?.id ?? null))];
      else if (person) people = changed(people, what, person, target, index);
      versions.push(people);
    }
    return versions;
  });

function personAt(index: number, managerId: string | null): Admin {
  return { id: `p${index}`, name: `Person ${index}`, email: `p${index}@acme.example`, managerId, active: true };
}

function changed(people: Admin[], what: string, person: Admin, target: Admin | undefined, index: number): Admin[] {
  const put = (...changes: readonly Admin[]) => people.map((each) => changes.find(({ id }) => id === each.id) ?? each);
  switch (what) {
    case 'move': {
      const isBelow = target && [target.id, ...walkUp(people, target.id)].includes(person.id);
      return isBelow ? people : put({ ...person, managerId: target?.id ?? null });
    }
    case 'remove':
      return people.some(({ managerId }) => managerId === person.id)
        ? people
        : people.filter(({ id }) => id !== person.id);
    case 'rename':
      return put({ ...person, name: `Renamed ${index}` });
    default:
      return target ? put({ ...person, email: target.email }, { ...target, email: person.email }) : people;
  }
}

/** The naive way: manager after manager. */
function walkUp(people: readonly Admin[], id: string): string[] {
  const manager = people.find((person) => person.id === id)?.managerId;
  return typeof manager === 'string' ? [manager, ...walkUp(people, manager)] : [];
}

/** Rows as a table keeps them: one for each person, distance or ancestor, version and turn. */
class Rows {
  readonly chains = new Map<string, ChainRow>();
  readonly teams = new Map<string, TeamRow>();
  written = 0;

  write(regraft: Parameters<typeof rowsOf>[0], stamp: { readonly from: number; readonly turn: number }): void {
    const rows = rowsOf(regraft, stamp);
    for (const row of rows.chains) this.chains.set(`${row.id}#${row.from}.${row.turn}`, row);
    for (const row of rows.teams) this.teams.set(`${row.ancestor}#${row.id}#${row.from}.${row.turn}`, row);
    this.written += rows.chains.length + rows.teams.length;
  }

  kept(pointer: Pointer): Map<string, KeptChain> {
    const found = [...this.chains.values()].filter((row) => holds(row, pointer));
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    return new Map(found.map((row) => [row.id, row]));
  }

  /** Who sees whom, how far below them, and under which name. */
  team(pointer: Pointer): string[] {
    const found = [...this.teams.values()].filter((row) => holds(row, pointer));
    return found.map(({ ancestor, id, depth, name }) => `${ancestor} ${depth} ${id} ${name}`).sort();
  }
}

const naiveTeams = (people: readonly Admin[]) =>
  people
    .flatMap(({ id, name }) => walkUp(people, id).map((ancestor, index) => `${ancestor} ${index + 1} ${id} ${name}`))
    .sort();

const naiveChains = (people: readonly Admin[]) =>
  Object.fromEntries(
    people.map(({ id }) => [
      id,
      walkUp(people, id).map((above) => `${above} ${people.find((person) => person.id === above)?.name}`),
    ]),
  );

const told = (chains: ReadonlyMap<string, Chain>) =>
  Object.fromEntries([...chains].map(([id, { above }]) => [id, above.map((each) => `${each.id} ${each.name}`)]));

describe('the rows of a hierarchy', () => {
  it('say what a walk of the tree says, in this version and in every one before it', () => {
    fc.assert(
      fc.property(histories, fc.infiniteStream(fc.integer({ min: 0, max: 5 })), (versions, lots) => {
        const rows = new Rows();
        const lostTurns = new Set<number>();
        let turn = 0;
        for (const [index, people] of versions.entries()) {
          const changes = regrafts(rows.kept({ version: index, lostTurns }), chainsOf(people));
          for (const regraft of changes) {
            turn += 1;
            if (lots.next().value === 0) {
              // Somebody else takes the piece over: what was written of it in this turn never counts.
              rows.write(regraft, { from: index + 1, turn });
              lostTurns.add(turn);
              turn += 1;
            }
            rows.write(regraft, { from: index + 1, turn });
          }
        }

        for (const [index, people] of versions.entries()) {
          const pointer = { version: index + 1, lostTurns };
          expect(told(rows.kept(pointer))).toEqual(naiveChains(people));
          expect(rows.team(pointer)).toEqual(naiveTeams(people));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are seen as they were until the version moves, whatever of the next is written', () => {
    fc.assert(
      fc.property(histories, fc.nat(100), (versions, share) => {
        const rows = new Rows();
        for (const [index, people] of versions.entries()) {
          const before = { version: index, lostTurns: new Set<number>() };
          const [chains, teams] = [told(rows.kept(before)), rows.team(before)];
          const changes = regrafts(rows.kept(before), chainsOf(people));

          const stamp = { from: index + 1, turn: index + 1 };
          for (const regraft of changes.slice(0, Math.ceil((changes.length * share) / 100))) rows.write(regraft, stamp);

          expect(told(rows.kept(before))).toEqual(chains);
          expect(rows.team(before)).toEqual(teams);
          for (const regraft of changes) rows.write(regraft, stamp);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('are not written where nothing differs, and only those of a branch where it moves', () => {
    // Four levels: p0 above p1 and p2; p3 to p5 under p1; p6 and p7 under p3.
    const managers = [null, 'p0', 'p0', 'p1', 'p1', 'p1', 'p3', 'p3'];
    const people = managers.map((managerId, index) => personAt(index, managerId));
    const rows = new Rows();
    for (const regraft of regrafts(new Map(), chainsOf(people))) rows.write(regraft, { from: 1, turn: 1 });
    const kept = rows.kept({ version: 1, lostTurns: new Set() });
    expect(regrafts(kept, chainsOf(people))).toEqual([]);

    const moved = people.map((person) => (person.id === 'p3' ? { ...person, managerId: 'p2' } : person));
    const changes = regrafts(kept, chainsOf(moved));
    rows.written = 0;
    for (const regraft of changes) rows.write(regraft, { from: 2, turn: 2 });

    expect(changes.map(({ wanted }) => wanted?.id)).toEqual(['p3', 'p6', 'p7']);
    // Three chains and three pairs with p1, each closed, and as many opened with p2. p0 sees them as far away as before.
    expect(rows.written).toBe(12);
    expect([...rows.teams.values()].filter(({ ancestor, from }) => ancestor === 'p0' && from === 2)).toEqual([]);
  });
});

describe('the items of the directory', () => {
  /** As the table keeps them. */
  const withRows = (items: ReadonlyMap<string, Row['content']>, rows: readonly Row[]) =>
    new Map([...items, ...rows.map(({ sk, content }) => [sk, content] as const)]);

  const found = (items: ReadonlyMap<string, Row['content']>, address: string): string | undefined => {
    const id = items.get(`email#${address}`)?.['admin'];
    const person = typeof id === 'string' ? items.get(`admin#${id}`) : undefined;
    return person?.['email'] === address ? String(id) : undefined;
  };

  it('end as wanted, each written once, and nobody is ever found by an address that is neither their old nor their new one', () => {
    fc.assert(
      fc.property(histories, (versions) => {
        let items: Map<string, Row['content']> = new Map();
        for (const [index, wanted] of versions.entries()) {
          const are = versions[index - 1] ?? [];
          const steps = stepsOf(movesBetween(are, wanted));
          const written = steps.flat().map(({ sk }) => sk);
          expect(new Set(written).size).toBe(written.length);

          const addressesOf = (id: string) =>
            [...are, ...wanted].filter((each) => each.id === id).map(({ email }) => email);
          for (const row of steps.flat()) {
            items = withRows(items, [row]);
            for (const { id, email } of [...are, ...wanted]) {
              const person = found(items, email);
              if (person !== undefined) expect(addressesOf(person)).toContain(email);
              expect(
                [...new Set(addressesOf(id))].filter((address) => found(items, address) === id).length,
              ).toBeLessThan(2);
            }
          }

          const there = [...items].filter(([, content]) => content !== null).map(([sk]) => sk);
          expect(there.sort()).toEqual(wanted.flatMap(({ id, email }) => [`admin#${id}`, `email#${email}`]).sort());
          for (const { id, email } of wanted) expect(found(items, email)).toBe(id);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('hand an address over so that each is found by one at any moment, in whatever order they are named', () => {
    const [a, b, c] = [personAt(1, null), personAt(2, null), personAt(3, null)];
    const wanted = [
      { ...a, email: b.email },
      { ...b, email: c.email },
      { ...c, email: 'new@acme.example' },
    ];
    let items = withRows(new Map(), stepsOf(movesBetween([], [a, b, c])).flat());

    for (const row of stepsOf(movesBetween([a, b, c], wanted)).flat()) {
      items = withRows(items, [row]);
      const all = ['p1@acme.example', 'p2@acme.example', 'p3@acme.example', 'new@acme.example'];
      expect(all.flatMap((address) => found(items, address) ?? []).sort()).toEqual(['p1', 'p2', 'p3']);
    }
  });
});
