import { type Admin, isSame } from './admin.ts';
import { type Regraft, weightOf } from './closure.ts';
import { foldEmail } from './email.ts';

/**
 * What a change of the directory writes, in which order, and in what pieces it is kept until it is done. Pure.
 */

/** What a change makes of one item of the team's partition: its content, or nothing where the item goes. */
export type Row = { readonly sk: string; readonly content: Readonly<Record<string, unknown>> | null };

/**
 * A whole change. First the rows of the hierarchy, in any order: nobody sees them before the change is in force. Then the
 * items, which are seen at once: step by step, those of one step in any order.
 */
export type Plan = { readonly regrafts: readonly Regraft[]; readonly steps: readonly (readonly Row[])[] };

/** Somebody as they were and as they will be; undefined: not there. */
export type Move = { readonly before: Admin | undefined; readonly after: Admin | undefined };

/** What has to become of whom, from the people as they are to those who are wanted. */
export function movesBetween(are: readonly Admin[], wanted: readonly Admin[]): Move[] {
  const before = new Map(are.map((person) => [person.id, person]));
  const after = new Set(wanted.map(({ id }) => id));
  const changed = wanted.flatMap((person): Move[] => {
    const old = before.get(person.id);
    return old && isSame(old, person) ? [] : [{ before: old, after: person }];
  });
  return [
    ...changed,
    ...are.filter(({ id }) => !after.has(id)).map((person) => ({ before: person, after: undefined })),
  ];
}

/**
 * The items of the directory that moves write, each once: `admin#<id>`, and `email#<folded address>` for who has it.
 *
 * Somebody is found where an address and a person name each other. So the new address comes first, then the person, then
 * the old address goes: at any moment they are found by one of the two. An address that passes from one to another is
 * given up before it is taken; where addresses go round in a circle, some of their people are found by none for a moment,
 * and nobody is ever found by somebody else's.
 */
export function stepsOf(moves: readonly Move[]): Row[][] {
  const givers = new Map<string, Move>();
  const takers = new Map<string, Move>();
  for (const move of moves) {
    const [old, own] = [addressOf(move.before), addressOf(move.after)];
    if (old === own) continue;
    if (old !== undefined) givers.set(old, move);
    if (own !== undefined) takers.set(own, move);
  }
  const takes = (move: Move) => givers.get(addressOf(move.after) ?? '');
  const isTaker = (move: Move) => addressOf(move.before) !== addressOf(move.after) && takes(move) !== undefined;

  const free = moves.filter((move) => move.after && !isTaker(move));
  const inTurn = giversFirst(
    moves.filter((move) => move.after && isTaker(move)),
    takes,
  );
  const gone = moves.filter(({ after }) => !after);
  const leftBehind = [...givers]
    .filter(([address]) => !takers.has(address))
    .map(([address]) => emailRow(address, null));
  return [
    free.flatMap(addressRow),
    free.flatMap(personRow),
    ...inTurn.flatMap((move) => [addressRow(move), personRow(move)]),
    gone.flatMap(personRow),
    leftBehind,
  ].filter((step) => step.length > 0);
}

/** Takers of addresses, each after whoever gives theirs up, unless they go round in a circle. */
function giversFirst(takers: readonly Move[], takes: (move: Move) => Move | undefined): Move[] {
  const left = new Set(takers);
  const ordered: Move[] = [];
  for (const start of takers) {
    const way: Move[] = [];
    for (let at: Move | undefined = start; at && left.has(at); at = takes(at)) {
      left.delete(at);
      way.push(at);
    }
    ordered.push(...way.reverse());
  }
  return ordered;
}

function addressOf(person: Admin | undefined): string | undefined {
  return person && foldEmail(person.email);
}

function addressRow({ before, after }: Move): Row[] {
  const own = addressOf(after);
  return after && own !== undefined && addressOf(before) !== own ? [emailRow(own, { admin: after.id })] : [];
}

function personRow({ before, after }: Move): Row[] {
  const id = after?.id ?? before?.id;
  if (id === undefined) return [];
  if (!after) return [{ sk: `admin#${id}`, content: null }];
  const { name, email, managerId, active } = after;
  return [{ sk: `admin#${id}`, content: { id, name, email, managerId, active } }];
}

function emailRow(address: string, content: Row['content']): Row {
  return { sk: `email#${address}`, content };
}

/** How many rows and items a plan writes, at most. */
export function sizeOf({ regrafts, steps }: Plan): number {
  const items = steps.reduce((sum, step) => sum + step.length, 0);
  return regrafts.reduce((sum, regraft) => sum + weightOf(regraft), items);
}

/** A piece is written in seconds, so that a crash sets back by no more; and is kept in one item (400 KB) with room to spare. */
export type PieceLimits = { readonly rows: number; readonly items: number; readonly characters: number };

const usual: PieceLimits = { rows: 2_000, items: 500, characters: 100_000 };

/**
 * A plan in pieces, each a plan that is carried out whole before the next. Empty pieces there are none; a plan with nothing
 * in it has no pieces.
 */
export function piecesOf({ regrafts, steps }: Plan, limits: PieceLimits = usual): Plan[] {
  const pieces: Plan[] = [];
  for (const some of inParts(regrafts, (regraft) => [
    weightOf(regraft) / limits.rows,
    lengthOf(regraft) / limits.characters,
  ])) {
    pieces.push({ regrafts: some, steps: [] });
  }
  const rows = steps.flatMap((step, index) => step.map((row) => ({ row, index })));
  for (const some of inParts(rows, ({ row }) => [1 / limits.items, lengthOf(row) / limits.characters])) {
    const byStep = Map.groupBy(some, ({ index }) => index);
    pieces.push({ regrafts: [], steps: [...byStep.values()].map((step) => step.map(({ row }) => row)) });
  }
  const [only, second, ...more] = pieces;
  // A small change is one piece: its rows come first in it anyway.
  const isSmall = (piece: Plan) => lengthOf(piece) < limits.characters / 2;
  if (only && second && more.length === 0 && isSmall(only) && isSmall(second)) {
    return [{ regrafts: only.regrafts, steps: [...only.steps, ...second.steps] }];
  }
  return pieces;
}

/** Splits a list into runs whose shares of the limits together stay within one piece. */
function inParts<T>(all: readonly T[], shares: (one: T) => readonly [number, number]): T[][] {
  const parts: T[][] = [];
  let [some, others] = [0, 0];
  for (const one of all) {
    const [itsSome, itsOthers] = shares(one);
    const part = parts.at(-1);
    if (part && some + itsSome <= 1 && others + itsOthers <= 1) {
      part.push(one);
      some += itsSome;
      others += itsOthers;
    } else {
      parts.push([one]);
      [some, others] = [itsSome, itsOthers];
    }
  }
  return parts;
}

function lengthOf(value: unknown): number {
  return JSON.stringify(value).length;
}
