import type { Admin } from './admin.ts';

/**
 * The hierarchy as rows: who stands above whom, how many levels, and from which version of the directory to which. Pure.
 *
 * A person's *chain* is one row: everybody above them, nearest first. Who is below somebody is one row for each of them.
 * Rows are never changed, only closed: they get the version from which on they hold no more. Whoever reads takes the
 * version that is in force and looks at the rows that hold in it, so that half a change is seen by nobody.
 */

/** A company of more levels than this is a mistake in its data; and rows grow with people times levels. */
export const levelsAtMost = 50;

/** Somebody's name, beside the id. */
export type Named = Pick<Admin, 'id' | 'name'>;

/** Everybody above a person, nearest first. */
export type Chain = Named & { readonly above: readonly Named[] };

/**
 * When a row was opened: the version from which on it holds, and the turn in which it was written. A turn is a number that
 * was given to one writer for one piece of a change, and never again (`journal-store.ts`).
 */
export type Stamp = { readonly from: number; readonly turn: number };

/** A chain as it is kept: with its own stamp, and for everybody above that of the row by which they see this person. */
export type KeptChain = Named & Stamp & { readonly above: readonly (Named & Stamp)[] };

/** What becomes of one person's rows: the chain that is kept, and the one that is to be. Undefined: there is none. */
export type Regraft = { readonly kept: KeptChain | undefined; readonly wanted: Chain | undefined };

/** A row by which somebody sees a person below them. `to` undefined: it holds until further notice. */
export type TeamRow = Named & Stamp & { readonly ancestor: string; readonly depth: number; readonly to?: number };

/** A row by which a person sees everybody above them. */
export type ChainRow = KeptChain & { readonly to?: number };

/** The rows that a change writes, opened and closed. */
export type Rows = { readonly chains: readonly ChainRow[]; readonly teams: readonly TeamRow[] };

/** The version of the directory that is in force, and the turns that somebody else took over: what they wrote never counts. */
export type Pointer = { readonly version: number; readonly lostTurns: ReadonlySet<number> };

/** Whether a row holds in the version that is in force. */
export function holds({ from, turn, to }: Stamp & { readonly to?: number }, { version, lostTurns }: Pointer): boolean {
  return from <= version && (to === undefined || version < to) && !lostTurns.has(turn);
}

/** The chains of people among whom every manager is, and nobody reports to themself. Throws where that is not so. */
export function chainsOf(people: readonly Admin[]): Map<string, Chain> {
  const byId = new Map(people.map((person) => [person.id, person]));
  const chains = new Map<string, Chain>();
  for (const { id } of people) {
    // Up to whoever is known already, then down again: as deep as it may be, it needs no stack.
    const way: Admin[] = [];
    for (let at = byId.get(id); at && !chains.has(at.id); at = byId.get(at.managerId ?? '')) {
      if (way.length > byId.size) throw new Error(`The managers above ${id} have no end.`);
      way.push(at);
    }
    for (const person of way.reverse()) {
      const manager = person.managerId === null ? undefined : chains.get(person.managerId);
      if (person.managerId !== null && !manager) throw new Error(`${person.managerId} is not among the people.`);
      const above = manager ? [{ id: manager.id, name: manager.name }, ...manager.above] : [];
      chains.set(person.id, { id: person.id, name: person.name, above });
    }
  }
  return chains;
}

/** What is to be done where these chains are kept and those are wanted: of each person whose rows differ, in the order of `wanted`. */
export function regrafts(kept: ReadonlyMap<string, KeptChain>, wanted: ReadonlyMap<string, Chain>): Regraft[] {
  const changed = [...wanted.values()].map((chain) => ({ kept: kept.get(chain.id), wanted: chain }));
  const gone = [...kept.values()].filter(({ id }) => !wanted.has(id));
  return [...changed.filter(isNews), ...gone.map((chain) => ({ kept: chain, wanted: undefined }))];
}

/** The chain of somebody below `moved`, once `moved` has that name and stands there. */
export function below({ id, name, above }: Chain, moved: Chain): Chain {
  const at = above.findIndex((each) => each.id === moved.id);
  if (at === -1) throw new Error(`${moved.id} is not above ${id}.`);
  return { id, name, above: [...above.slice(0, at), { id: moved.id, name: moved.name }, ...moved.above] };
}

/** Whether anything is to be done at all. */
export function isNews({ kept, wanted }: Regraft): boolean {
  return !kept || !wanted || kept.name !== wanted.name || !areSame(kept.above, wanted.above);
}

/**
 * The rows that bring what is kept of a person to what is wanted, in a version and turn: only those that differ. A row by
 * which an ancestor sees them stays as it is where neither the distance nor the name is another.
 */
export function rowsOf({ kept, wanted }: Regraft, { from, turn }: Stamp): Rows {
  if (!isNews({ kept, wanted })) return { chains: [], teams: [] };
  const stays = (index: number): Stamp | undefined => {
    const before = kept?.above[index];
    return before?.id === wanted?.above[index]?.id && kept?.name === wanted?.name ? before : undefined;
  };
  const above = (wanted?.above ?? []).map(({ id, name }, index) => ({
    id,
    name,
    ...stampOf(stays(index), { from, turn }),
  }));
  const opened = above.flatMap((ancestor, index) =>
    wanted && !stays(index) ? [teamRow(ancestor, wanted, index + 1)] : [],
  );
  const closed = (kept?.above ?? []).flatMap((ancestor, index) =>
    kept && !stays(index) ? [{ ...teamRow(ancestor, kept, index + 1), to: from }] : [],
  );
  return {
    chains: [
      ...(kept ? [{ ...kept, to: from }] : []),
      ...(wanted ? [{ id: wanted.id, name: wanted.name, above, from, turn }] : []),
    ],
    teams: [...closed, ...opened],
  };
}

/** How many rows that will be, at most. */
export function weightOf({ kept, wanted }: Regraft): number {
  return (kept ? kept.above.length + 1 : 0) + (wanted ? wanted.above.length + 1 : 0);
}

function teamRow(ancestor: Named & Stamp, { id, name }: Named, depth: number): TeamRow {
  return { ancestor: ancestor.id, id, name, depth, from: ancestor.from, turn: ancestor.turn };
}

function stampOf(kept: Stamp | undefined, own: Stamp): Stamp {
  return kept ? { from: kept.from, turn: kept.turn } : own;
}

function areSame(some: readonly Named[], others: readonly Named[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ id, name }, index) => id === others[index]?.id && name === others[index]?.name)
  );
}
