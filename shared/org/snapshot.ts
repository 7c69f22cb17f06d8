import { linesOf } from '../base/csv.ts';
import type { WrongField } from '../base/errors.ts';
import { hold, pointer } from '../base/fields.ts';
import { type Admin, called, circle } from './admin.ts';
import { levelsAtMost } from './closure.ts';
import { foldEmail } from './email.ts';
import { personRequest } from './request.ts';

/** Everybody of a company, or everything that is wrong with what was sent. */
export type Snapshot =
  | { readonly ok: true; readonly people: readonly Admin[] }
  | { readonly ok: false; readonly wrong: readonly WrongField[] };

/** How many may stand at the top. One, unless somebody says that there are several. */
export type Roots = 'one' | 'several';

/** One person as they were sent; `at` says of a field where it stands, for whoever has to put it right. */
type Entry = { readonly value: Readonly<Record<string, unknown>>; readonly at: (field?: string) => string };

/** The columns of a CSV file, in any order. */
const columns = ['id', 'name', 'email', 'managerId', 'active'] as const;

/** Reads the JSON of a snapshot, `{"admins": [...]}`. */
export function readJson(body: unknown, roots: Roots): Snapshot {
  const { admins, ...others }: Record<string, unknown> = isRecord(body) ? body : {};
  const unknown = Object.keys(others).map((field) => ({
    pointer: pointer([field]),
    message: 'is not a field here; leave it out.',
  }));
  if (!Array.isArray(admins)) {
    return { ok: false, wrong: [...unknown, { pointer: '/admins', message: 'must be a list of people.' }] };
  }
  const entries = admins.map((value: unknown, index): Entry => {
    const at = (field?: string) => pointer(['admins', index, ...(field === undefined ? [] : [field])]);
    return { value: isRecord(value) ? value : {}, at };
  });
  return judged(entries, roots, '/admins', unknown);
}

/**
 * Reads a CSV file (RFC 4180, commas, UTF-8) whose first line names the columns. An empty `managerId` is nobody, `active` is
 * `true` or `false`. What is wrong is named by its line, beginning with 1.
 */
export function readCsv(text: string, roots: Roots): Snapshot {
  const lines = linesOf(text);
  const wrong = lines.flatMap((each): WrongField[] =>
    'wrong' in each ? [{ pointer: `line ${each.line}`, message: each.wrong }] : [],
  );
  const [header, ...rows] = lines.flatMap((each) => ('cells' in each ? [each] : []));
  const named = (header?.cells ?? []).map((name) => name.trim());
  const off = headerIsOff(named);
  if (off !== undefined) return { ok: false, wrong: [{ pointer: 'line 1', message: off }, ...wrong] };

  const entries = rows.flatMap(({ cells, line }): Entry[] => {
    const at = (field?: string) => (field === undefined ? `line ${line}` : `line ${line}, ${field}`);
    if (cells.length !== named.length) {
      wrong.push({ pointer: at(), message: `has ${cells.length} fields, and ${named.length} columns are named.` });
      return [];
    }
    return [
      { value: Object.fromEntries(named.map((name, index) => [name, cellOf(name, (cells[index] ?? '').trim())])), at },
    ];
  });
  return judged(entries, roots, 'line 1', wrong);
}

function cellOf(column: string, cell: string): unknown {
  if (column === 'managerId') return cell === '' ? null : cell;
  if (column !== 'active') return cell;
  return { true: true, false: false }[cell.toLowerCase()] ?? cell;
}

function headerIsOff(named: readonly string[]): string | undefined {
  const wanted = `The first line has to name the columns: ${columns.join(',')}.`;
  if (named.length === 1 && named[0]?.includes(';')) return `${wanted} They are separated by commas, not semicolons.`;
  const missing = columns.filter((column) => !named.includes(column));
  const unknown = named.filter((name) => !columns.some((column) => column === name));
  const twice = named.filter((name, index) => named.indexOf(name) !== index);
  const parts = [
    ...(missing.length > 0 ? [`${missing.join(', ')} missing`] : []),
    ...(unknown.length > 0 ? [`${unknown.map((name) => JSON.stringify(name)).join(', ')} not known`] : []),
    ...(twice.length > 0 ? [`${twice.join(', ')} twice`] : []),
  ];
  return parts.length > 0 ? `${wanted} ${parts.join('; ')}.` : undefined;
}

/**
 * Holds each person to the rules of a field, then all of them to those that bind several. What is wrong with one field keeps
 * nobody from hearing what is wrong with the others.
 */
function judged(entries: readonly Entry[], roots: Roots, whole: string, before: readonly WrongField[]): Snapshot {
  const wrong = [...before];
  const people: Sent[] = [];
  const sound: Admin[] = [];
  for (const { value, at } of entries) {
    const held = hold(personRequest(), value);
    if (held.ok) {
      people.push({ said: held.value, at });
      sound.push(held.value);
      continue;
    }
    const off = new Set(held.wrong.map((field) => field.pointer.slice(1)));
    wrong.push(...held.wrong.map((field) => ({ pointer: at(field.pointer.slice(1)), message: field.message })));
    const { id, name, email, managerId } = value;
    const said = {
      ...(typeof id === 'string' && !off.has('id') && { id: id.trim() }),
      ...(typeof name === 'string' && !off.has('name') && { name: name.trim() }),
      ...(typeof email === 'string' && !off.has('email') && { email: email.trim() }),
      ...((typeof managerId === 'string' || managerId === null) && !off.has('managerId') && { managerId }),
    };
    people.push({ said, at });
  }
  if (entries.length === 0) {
    wrong.push({
      pointer: whole,
      message: 'names nobody: everybody would be gone. Send all the people of the company.',
    });
  }
  wrong.push(
    ...twins(people, 'id'),
    ...twins(people, 'email'),
    ...strangers(people, wrong.length > 0),
    ...circles(people),
  );
  wrong.push(...tooDeep(people), ...tooManyRoots(people, roots));
  return wrong.length > 0 ? { ok: false, wrong } : { ok: true, people: sound };
}

/** What could be read of a person. */
type Sent = { readonly said: Partial<Admin>; readonly at: (field?: string) => string };

/** People of whom each id is known, the first where it is given twice. */
function byId(people: readonly Sent[]): Map<string, Sent> {
  const found = new Map<string, Sent>();
  for (const sent of people) {
    if (sent.said.id !== undefined && !found.has(sent.said.id)) found.set(sent.said.id, sent);
  }
  return found;
}

const calledAs = ({ id, name }: Partial<Admin>): string =>
  id !== undefined && name !== undefined ? called({ id, name }) : (name ?? id ?? 'somebody');

function twins(people: readonly Sent[], field: 'id' | 'email'): WrongField[] {
  const first = new Map<string, Sent>();
  return people.flatMap((sent) => {
    const value = sent.said[field];
    if (value === undefined) return [];
    const known = field === 'email' ? foldEmail(value) : value;
    const other = first.get(known);
    if (!other) {
      first.set(known, sent);
      return [];
    }
    const what = field === 'email' ? 'address' : 'id';
    const where = other.at(field);
    return [
      {
        pointer: sent.at(field),
        message: `is the ${what} of ${calledAs(other.said)} too (${where}); each has one of their own.`,
      },
    ];
  });
}

function strangers(people: readonly Sent[], mayBeMalformed: boolean): WrongField[] {
  const known = byId(people);
  return people.flatMap(({ said: { managerId }, at }) => {
    if (typeof managerId !== 'string' || known.has(managerId)) return [];
    const perhaps = mayBeMalformed ? ', as far as these can be read' : '';
    return [{ pointer: at('managerId'), message: `names ${managerId}, who is not among the people sent${perhaps}.` }];
  });
}

/** Each circle once, at whoever of it comes first. */
function circles(people: readonly Sent[]): WrongField[] {
  const known = byId(people);
  const order = new Map([...known.values()].map((sent, index) => [sent, index]));
  const state = new Map<Sent, 'onTheWay' | 'done'>();
  const wrong: { readonly index: number; readonly field: WrongField }[] = [];
  for (const start of known.values()) {
    const way: Sent[] = [];
    let at: Sent | undefined = start;
    while (at && !state.has(at)) {
      state.set(at, 'onTheWay');
      way.push(at);
      at = known.get(at.said.managerId ?? '');
    }
    if (at && state.get(at) === 'onTheWay') {
      const found = way.slice(way.indexOf(at));
      const head = found.reduce((first, sent) => ((order.get(sent) ?? 0) < (order.get(first) ?? 0) ? sent : first));
      const turned = [...found.slice(found.indexOf(head)), ...found.slice(0, found.indexOf(head))];
      const members = turned.map(({ said: { id = '', name = id } }) => ({ id, name }));
      const field = { pointer: head.at('managerId'), message: circle(members) };
      wrong.push({ index: order.get(head) ?? 0, field });
    }
    for (const sent of way) state.set(sent, 'done');
  }
  return wrong.sort((a, b) => a.index - b.index).map(({ field }) => field);
}

/** The first person of each branch that reaches below the last level. Whoever is in or below a circle has no level. */
function tooDeep(people: readonly Sent[]): WrongField[] {
  const known = byId(people);
  const levels = new Map<Sent, number>();
  return [...known.values()].flatMap((start) => {
    const way: Sent[] = [];
    const onTheWay = new Set<Sent>();
    let at: Sent | undefined = start;
    while (at && !levels.has(at) && !onTheWay.has(at)) {
      onTheWay.add(at);
      way.push(at);
      at = known.get(at.said.managerId ?? '');
    }
    let level = at ? (levels.get(at) ?? Number.NaN) : 0;
    return way.reverse().flatMap((sent) => {
      level += 1;
      levels.set(sent, level);
      if (level !== levelsAtMost + 1) return [];
      return [
        {
          pointer: sent.at('managerId'),
          message: `puts ${calledAs(sent.said)} on level ${level}; there are ${levelsAtMost} at most.`,
        },
      ];
    });
  });
}

/**
 * Whoever stands at the top beside somebody else, where one person should. Somebody who left and has no reports stands
 * nowhere: many systems keep such people, and let go of their manager.
 */
function tooManyRoots(people: readonly Sent[], roots: Roots): WrongField[] {
  if (roots === 'several') return [];
  const managers = new Set(people.map(({ said }) => said.managerId));
  const top = people.filter(
    ({ said: { id, managerId, active } }) => managerId === null && (active !== false || managers.has(id ?? '')),
  );
  if (top.length < 2) return [];
  const all = top.slice(0, 5).map(({ said }) => calledAs(said));
  const names = `${all.join(', ')}${top.length > 5 ? ` and ${top.length - 5} more` : ''}`;
  return top.slice(1).map(({ at }) => ({
    pointer: at('managerId'),
    message: `names no manager, and one person stands at the top; here are ${top.length}: ${names}. Name a manager, or say that there may be several.`,
  }));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
