import type { Admin } from './admin.ts';
import { chainsOf, type Named } from './closure.ts';
import { movesBetween } from './plan.ts';

/** What a snapshot would change, for people. Pure. */
export type Difference = {
  readonly added: readonly Named[];
  /** Another name, address or activity; `fields` says which. */
  readonly changed: readonly (Named & { readonly fields: readonly string[] })[];
  /** Another manager, null for none; `below` people move with them. */
  readonly moved: readonly (Named & {
    readonly from: string | null;
    readonly to: string | null;
    readonly below: number;
  })[];
  readonly removed: readonly Named[];
  /** How many stay as they are. */
  readonly unchanged: number;
};

const fields = ['name', 'email', 'active'] as const;

/** From the people as they are to those who are wanted, who keep the rules of a snapshot. */
export function differenceBetween(are: readonly Admin[], wanted: readonly Admin[]): Difference {
  const below = new Map<string, number>();
  for (const { above } of chainsOf(wanted).values()) {
    for (const { id } of above) below.set(id, (below.get(id) ?? 0) + 1);
  }
  const moves = movesBetween(are, wanted);
  const both = moves.flatMap(({ before, after }) => (before && after ? [{ before, after }] : []));
  return {
    added: moves.flatMap(({ before, after }) => (after && !before ? [{ id: after.id, name: after.name }] : [])),
    changed: both.flatMap(({ before, after }) => {
      const differ = fields.filter((field) => before[field] !== after[field]);
      return differ.length > 0 ? [{ id: after.id, name: after.name, fields: differ }] : [];
    }),
    moved: both.flatMap(({ before, after }) =>
      before.managerId === after.managerId
        ? []
        : [
            {
              id: after.id,
              name: after.name,
              from: before.managerId,
              to: after.managerId,
              below: below.get(after.id) ?? 0,
            },
          ],
    ),
    removed: moves.flatMap(({ before, after }) => (before && !after ? [{ id: before.id, name: before.name }] : [])),
    unchanged: wanted.length - moves.filter(({ after }) => after).length,
  };
}
