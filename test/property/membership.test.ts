import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type UserId, userId } from '../../shared/base/names.ts';
import { explain, type Facts, planOf, type Reader } from '../../shared/calls/membership.ts';

const app = userId('UAPP');
const users = Array.from({ length: 8 }, (_, index) => userId(`U${index}`));
const anyUser = fc.constantFrom(...users);
const someUsers = fc.uniqueArray(fc.constantFrom(...users, app));

/** No two people have one account: no two have one e-mail address. */
const anyReaders: fc.Arbitrary<Reader[]> = fc
  .tuple(
    fc.shuffledSubarray(users, { maxLength: 6 }),
    fc.infiniteStream(
      fc.constantFrom('member', 'guest', 'invited', 'deactivated', 'unconfirmed', 'foreign', 'absent', 'left'),
    ),
  )
  .map(([accounts, kinds]) =>
    accounts.map((user, depth): Reader => {
      const { value: kind } = kinds.next();
      const standing = kind === 'member' || kind === 'guest' || kind === 'invited' ? { kind, user } : { kind };
      return { id: `a${depth}`, name: `Person ${depth}`, depth, standing };
    }),
  );
const anyFacts: fc.Arbitrary<Facts> = fc.record({
  readers: anyReaders,
  protected: fc.uniqueArray(anyUser, { maxLength: 2 }),
  app: fc.constant(app),
  actual: someUsers,
});
const open = { share: 1, atLeast: 0 };

/** The members once everything in the plan is done. */
function applied({ actual }: Facts, { invite, remove }: ReturnType<typeof planOf>): UserId[] {
  const gone = new Set(remove.map(({ user }) => user));
  return [...actual.filter((user) => !gone.has(user)), ...invite.map(({ user }) => user)];
}

describe('a plan of who should be in a channel', () => {
  it('reaches everybody who can be there and nobody else, and has nothing to do the second time', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const members = applied(facts, planOf(facts, open));
        const again = planOf({ ...facts, actual: members }, open);

        expect(new Set(members).size).toBe(members.length);
        expect([again.invite, again.remove]).toEqual([[], []]);
        const allowed = new Set([app, ...facts.protected, ...usersOf(facts.readers)]);
        expect(members.filter((user) => !allowed.has(user))).toEqual([]);
        for (const { standing } of facts.readers) {
          if (standing.kind === 'member' || standing.kind === 'guest') expect(members).toContain(standing.user);
        }
        for (const user of facts.protected) expect(members).toContain(user);
      }),
      { numRuns: 1_000 },
    );
  });

  it('invites nobody but the agent, those above and the protected, and removes none of them', () => {
    fc.assert(
      fc.property(anyFacts, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(5), (facts, share, atLeast) => {
        const { invite, remove, keep } = planOf(facts, { share, atLeast });
        const allowed = new Set([...facts.protected, ...usersOf(facts.readers)]);

        expect(invite.every(({ user }) => allowed.has(user) && !facts.actual.includes(user))).toBe(true);
        expect(remove.some(({ user }) => allowed.has(user) || user === app)).toBe(false);
        expect([...remove, ...keep].map(({ user }) => user).sort()).toEqual([...facts.actual].sort());
      }),
      { numRuns: 1_000 },
    );
  });

  it('names everybody of the chain who is not there and cannot be invited, with a line for each person in it', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const plan = planOf(facts, open);
        const lines = explain(plan);

        const members = new Set(applied(facts, plan));
        const missing = facts.readers.filter(({ standing }) => !('user' in standing && members.has(standing.user)));
        expect(plan.without.map(({ id }) => id)).toEqual(missing.map(({ id }) => id));
        expect(lines).toHaveLength(plan.invite.length + plan.remove.length + plan.keep.length + plan.without.length);
      }),
      { numRuns: 500 },
    );
  });

  it('asks before it removes more than the share, and never over a few', () => {
    const actual = users.slice(0, 5);
    const at = (count: number, share: number, atLeast: number) =>
      planOf({ readers: [], protected: actual.slice(count), app, actual: [app, ...actual] }, { share, atLeast }).fused;

    expect([at(2, 0.5, 0), at(3, 0.5, 0), at(5, 1, 0)]).toEqual([false, true, false]);
    expect([at(3, 0.5, 3), at(4, 0.5, 3)]).toEqual([false, true]);
  });
});

function usersOf(readers: readonly Reader[]): UserId[] {
  return readers.flatMap(({ standing }) => ('user' in standing ? [standing.user] : []));
}
