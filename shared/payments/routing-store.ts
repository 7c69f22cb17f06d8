import { isDeepStrictEqual } from 'node:util';
import type { Item, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import { defaultTable, type RoutingTable, type Row } from './route.ts';

/** Who saved a table: an API key by its name, or a `person` by the directory's id for them; and when (ms). */
type Saved = { readonly by: string; readonly at: number; readonly person?: true };

/** A decision table as it is kept. */
export type KeptTable = RoutingTable & { readonly saved?: Saved };

/** That a person put a table in force in the place of version `from`; `by` is the directory's id for them, `at` in ms. */
export type Succession = { readonly from: number; readonly by: string; readonly at: number };

/** The table in force. `untold` is how it came to be, where a person made it so and the ops channel may not know yet. */
export type TableInForce = KeptTable & { readonly succession?: Succession; readonly untold?: true };

/** How often somebody else may save a version at the very same time before we give up. */
const attempts = 5;

/**
 * The decision tables of every team, in the table of payments: a partition for each team with an item for each version,
 * which never changes, and `active`, a copy of the version in force. Version 0 is built in.
 */
export class RoutingStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** The table that routes new threads of this team, by one read: a version that was activated acts from then on. */
  async active(team: TeamId): Promise<TableInForce> {
    const item = await this.#table.get({ pk: partition(team), sk: 'active' });
    const { succession, untold } = (item ?? {}) as Partial<TableInForce>;
    return { ...tableOf(item), ...(succession && { succession }), ...(untold && { untold }) };
  }

  /** The version that was saved last. */
  async newest(team: TeamId): Promise<KeptTable> {
    return tableOf(await this.#table.last(partition(team), 'version#'));
  }

  async version(team: TeamId, version: number): Promise<KeptTable | undefined> {
    if (version === defaultTable.version) return defaultTable;
    const item = await this.#table.get(versionKey(team, version));
    return item && tableOf(item);
  }

  /** Keeps `rows` as a new version, unless they are the newest one's. Answers the version that they are. */
  async save(team: TeamId, rows: readonly Row[], saved: Saved): Promise<KeptTable> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const newest = await this.newest(team);
      if (isDeepStrictEqual(newest.rows, rows)) return newest;
      const kept = { version: newest.version + 1, rows, saved };
      if (await this.#table.insert({ ...versionKey(team, kept.version), ...kept })) return kept;
    }
    throw new Error('Others keep saving decision tables of this team.');
  }

  /** Puts a kept version in force. The last to do so wins. */
  async activate(team: TeamId, table: KeptTable): Promise<void> {
    await this.#table.put(activeItem(team, table));
  }

  /**
   * Puts a kept version in force, if the one that it is made from still is. False: it is not, and nothing was changed. It is
   * `untold` until `told`.
   */
  async succeed(team: TeamId, table: KeptTable, succession: Succession): Promise<boolean> {
    const { from } = succession;
    const item = { ...activeItem(team, table), succession, untold: true };
    const isFrom = 'version = :from';
    // The built-in table is in force where none ever was put there.
    const when = from === defaultTable.version ? `attribute_not_exists(pk) OR ${isFrom}` : isFrom;
    return this.#table.replace(item, { when, values: { ':from': from } });
  }

  /** The ops channel will be told how this version came to be in force. */
  async told(team: TeamId, table: TableInForce): Promise<void> {
    const { version, succession } = table;
    await this.#table.replace(
      { ...activeItem(team, table), succession },
      {
        when: 'version = :version AND succession.#at = :at',
        names: { '#at': 'at' },
        values: { ':version': version, ':at': succession?.at },
      },
    );
  }
}

function activeItem(team: TeamId, { version, rows, saved }: KeptTable) {
  // The built-in table is the code's own, whatever it was when it was chosen.
  const kept = version === defaultTable.version ? { version } : { version, rows, saved };
  return { pk: partition(team), sk: 'active', ...kept };
}

function partition(team: TeamId): string {
  // An account's name is never empty: no payment lies there.
  return `${team}##routing`;
}

/** Five digits, so that the keys are in the order of the versions. */
function versionKey(team: TeamId, version: number) {
  return { pk: partition(team), sk: `version#${String(version).padStart(5, '0')}` };
}

function tableOf(item: Item | undefined): KeptTable {
  if (item?.['rows'] === undefined) return defaultTable;
  const { version, rows, saved } = item as unknown as KeptTable;
  return { version, rows, ...(saved && { saved }) };
}
