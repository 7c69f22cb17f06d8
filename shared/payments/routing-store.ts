import { isDeepStrictEqual } from 'node:util';
import type { Item, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import { defaultTable, type RoutingTable, type Row } from './route.ts';

/** A decision table as it is kept: who saved it, by the name of the API key, and when (ms). */
export type KeptTable = RoutingTable & { readonly saved?: { readonly by: string; readonly at: number } };

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
  async active(team: TeamId): Promise<KeptTable> {
    return tableOf(await this.#table.get({ pk: partition(team), sk: 'active' }));
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
  async save(
    team: TeamId,
    rows: readonly Row[],
    saved: { readonly by: string; readonly at: number },
  ): Promise<KeptTable> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const newest = await this.newest(team);
      if (isDeepStrictEqual(newest.rows, rows)) return newest;
      const kept = { version: newest.version + 1, rows, saved };
      if (await this.#table.insert({ ...versionKey(team, kept.version), ...kept })) return kept;
    }
    throw new Error('Others keep saving decision tables of this team.');
  }

  /** Puts a kept version in force. The last to do so wins. */
  async activate(team: TeamId, { version, rows, saved }: KeptTable): Promise<void> {
    // The built-in table is the code's own, whatever it was when it was chosen.
    const kept = version === defaultTable.version ? { version } : { version, rows, saved };
    await this.#table.put({ pk: partition(team), sk: 'active', ...kept });
  }
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
