import type { Table } from '../aws/table.ts';
import type { WholeTable } from '../aws/whole-table.ts';
import type { Clock } from '../base/clock.ts';
import type { Step } from '../base/erasing.ts';
import type { TeamId } from '../base/names.ts';
import { holds, type Stamp } from './closure.ts';
import { closedAt, namesPerson } from './closure-store.ts';
import type { DirectoryEditor } from './editor.ts';
import { foldEmail } from './email.ts';
import { leftSnapshots } from './import-store.ts';
import { leftPieces, pointerOf, present, type Trace, traces } from './journal-store.ts';

/** Takes somebody out of the directory, with their address. They stay where others report to them. */
export function erasingPerson(team: TeamId, id: string, directory: Pick<DirectoryEditor, 'isLeft' | 'remove'>): Step {
  return {
    what: 'entries of the directory',
    find: async function* () {
      if (!(await directory.isLeft(team, id))) return;
      yield async () => {
        const removed = await directory.remove(team, id);
        return removed.outcome === 'refused'
          ? { stays: 'Others report to them: give each of these another manager first.' }
          : 'erased';
      };
    },
  };
}

/**
 * Somebody who went from the directory, or is just going, where a trace of `given`, their id or address, is left: by the
 * company's id, unless the trace of the address is the last.
 */
export async function whoWent(
  team: TeamId,
  given: string,
  admins: Table,
): Promise<{ id: string | undefined } | undefined> {
  const address = present(await admins.get({ pk: team, sk: `email#${foldEmail(given)}` }));
  if (address) return { id: String(address['admin']) };
  const all = await traces(admins, team);
  const found = all.find((trace) => isOf(trace, given));
  if (!found) return undefined;
  const entry = all.find(({ key, version }) => version === found.version && key.sk.startsWith('admin#'));
  return { id: entry?.key.sk.slice('admin#'.length) };
}

function isOf({ key }: Trace, given: string): boolean {
  return key.sk === `admin#${given}` || key.sk === `email#${foldEmail(given)}`;
}

/** Deletes plans and snapshots of changes that are over, where a crash has left them: they say who was who. */
export function erasingPieces(team: TeamId, admins: Table): Step {
  return {
    what: 'plans and snapshots that are over',
    find: async function* () {
      for (const key of [...(await leftPieces(admins, team)), ...(await leftSnapshots(admins, team))]) {
        yield async () => {
          await admins.delete(key);
          return 'erased';
        };
      }
    },
  };
}

/**
 * Deletes the rows of the hierarchy in which somebody stands who went from the directory: none of them holds any more. As
 * with traces, it waits until no writer can be there who could bring them back.
 */
export function erasingRows(
  team: TeamId,
  id: string,
  tables: { readonly admins: Table; readonly closure: WholeTable },
  clock: Clock,
): Step {
  return {
    what: 'earlier rows of the hierarchy',
    find: async function* () {
      const pointer = await pointerOf(tables.admins, team);
      for await (const item of tables.closure.itemsOf(team)) {
        if (!namesPerson(item, id) || holds(item as unknown as Stamp & { readonly to?: number }, pointer)) continue;
        yield async () => {
          await clock.sleep(Math.max(0, closedAt(item) + longestWriterMs - clock.now()));
          await tables.closure.table.delete(item);
          return 'erased';
        };
      }
    },
  };
}

/** No function that changes the directory runs longer than this, in milliseconds. */
const longestWriterMs = 60_000;

/**
 * Deletes what is kept for a day of everybody who went from the directory, so that a writer that wakes up late does not bring
 * them back: the key alone says who it was. It waits until no such writer can be there any more. The trace by which `given`,
 * an id or an address, is still found goes last.
 */
export function erasingTraces(team: TeamId, given: string, admins: Table, clock: Clock): Step {
  return {
    what: 'traces of entries that went',
    find: async function* () {
      const all = await traces(admins, team);
      const sorted = all.toSorted((a, b) => Number(isOf(a, given)) - Number(isOf(b, given)));
      for (const { key, goneAt } of sorted) {
        yield async () => {
          await clock.sleep(Math.max(0, goneAt + longestWriterMs - clock.now()));
          await admins.delete(key);
          return 'erased';
        };
      }
    },
  };
}
