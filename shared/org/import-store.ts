import type { Key, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import type { Admin } from './admin.ts';
import { packed, unpacked } from './packed.ts';
import type { Row } from './plan.ts';

/**
 * A snapshot of everybody that was taken in. `waiting` for its turn, or being carried out; `done`, of so many rows and items;
 * `same`: there was nothing to do. `stopped`: why a person has to look before it goes on.
 */
export type Import = {
  readonly state: 'waiting' | 'done' | 'same';
  readonly size: number;
  readonly stopped: string | undefined;
};

/** Who asks what became of an import asks within days. In seconds. */
const keptSeconds = 30 * 86_400;

/** So many people are one item, of 400 KB at most, however long their names are. */
const peopleInPiece = 300;

/** Snapshots, in the team's partition of `Admins`: `import#<id>` says how it stands, `snapshot#<id>#<n>` has the people. */
export class Imports {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Keeps a snapshot under an id that nobody had before. `now` in milliseconds. */
  async keep(team: TeamId, id: string, people: readonly Admin[], now: number): Promise<void> {
    const pieces = Math.ceil(people.length / peopleInPiece);
    const expires = Math.ceil(now / 1000) + keptSeconds;
    await Promise.all(
      Array.from({ length: pieces }, (_, index) => {
        const some = people.slice(index * peopleInPiece, (index + 1) * peopleInPiece);
        return this.#table.put({ ...pieceKey(team, id, index), people: packed(some), expires });
      }),
    );
    await this.#table.put({ ...importKey(team, id), state: 'waiting', pieces, at: now, expires });
  }

  async find(team: TeamId, id: string): Promise<Import | undefined> {
    const item = await this.#table.get(importKey(team, id));
    if (!item) return undefined;
    const { state, size = 0, stopped } = item as unknown as Import;
    return { state, size, stopped };
  }

  /** The people of an import that is waiting. */
  async people(team: TeamId, id: string): Promise<Admin[]> {
    const pieces = await this.#table.query(team, `snapshot#${id}#`);
    const wanted = (await this.#table.get(importKey(team, id)))?.['pieces'];
    if (pieces.length !== wanted)
      throw new Error(`Of the import ${id} there are ${pieces.length} of ${wanted} pieces.`);
    return pieces.flatMap((item) => unpacked(item['people'] as Uint8Array) as Admin[]);
  }

  /** What the change itself writes last, so that an import is never made twice. `now` in milliseconds. */
  done(id: string, size: number, now: number): Row {
    const expires = Math.ceil(now / 1000) + keptSeconds;
    return { sk: `import#${id}`, content: { state: 'done', size, at: now, expires } };
  }

  /** There was nothing to do. */
  async same(team: TeamId, id: string): Promise<void> {
    await this.#set(team, id, 'SET #state = :same REMOVE #stopped', { ':same': 'same' }, ['state', 'stopped']);
  }

  /** Why a person has to look, until it goes on: `undefined` once it does. */
  async stop(team: TeamId, id: string, why: string | undefined): Promise<void> {
    if (why === undefined) await this.#set(team, id, 'REMOVE #stopped', {}, ['stopped']);
    else await this.#set(team, id, 'SET #stopped = :why', { ':why': why }, ['stopped']);
  }

  /** Deletes the people of an import that is over: the directory has them. */
  async forget(team: TeamId, id: string): Promise<void> {
    for (const item of await this.#table.query(team, `snapshot#${id}#`)) await this.#table.delete(item);
  }

  async #set(team: TeamId, id: string, update: string, values: Record<string, string>, names: string[]): Promise<void> {
    await this.#table.update(importKey(team, id), {
      update,
      when: '#state = :waiting',
      names: { '#state': 'state', ...Object.fromEntries(names.map((name) => [`#${name}`, name])) },
      values: { ...values, ':waiting': 'waiting' },
    });
  }
}

/** The people of imports that are over, whom a crash has left there. */
export async function leftSnapshots(table: Table, team: TeamId): Promise<Key[]> {
  const pieces = await table.query(team, 'snapshot#');
  const ids = [...new Set(pieces.map(({ sk }) => sk.split('#')[1] ?? ''))];
  const found = await Promise.all(ids.map((id) => table.get(importKey(team, id))));
  const waiting = new Set(ids.filter((_, index) => found[index]?.['state'] === 'waiting'));
  return pieces.filter(({ sk }) => !waiting.has(sk.split('#')[1] ?? '')).map(({ pk, sk }) => ({ pk, sk }));
}

function importKey(team: TeamId, id: string) {
  return { pk: team, sk: `import#${id}` };
}

function pieceKey(team: TeamId, id: string, index: number) {
  return { pk: team, sk: `snapshot#${id}#${String(index).padStart(5, '0')}` };
}
