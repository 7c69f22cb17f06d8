import type { Item, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import type { Admin } from './admin.ts';
import { foldEmail } from './email.ts';
import { present } from './journal-store.ts';

export type { Admin } from './admin.ts';

/**
 * The people of each team: what Slack users, payments and calls are matched against. A partition of `Admins` for each
 * team: `admin#<id>` holds a person, `email#<folded address>` who has that address.
 *
 * No two people of a team have one address, whether they are active or not; every manager is in the directory; nobody
 * reports to themself, however many are between. It is changed by a `DirectoryEditor` alone.
 *
 * `byEmail` takes an address and a person only together, so that each person is found by one address at any moment, also
 * while a change is being written: until the person's own row is written by the old one, from then on by the new one.
 */
export class Directory {
  readonly #table: Pick<Table, 'get' | 'query'>;

  constructor(table: Pick<Table, 'get' | 'query'>) {
    this.#table = table;
  }

  async admin(team: TeamId, id: string): Promise<Admin | undefined> {
    return adminOf(await this.#table.get(adminKey(team, id)));
  }

  /** The active person of this team who has this address, whatever its case. */
  async byEmail(team: TeamId, email: string): Promise<Admin | undefined> {
    const holder = await this.whoHas(team, email);
    const isTheirs = holder !== undefined && foldEmail(holder.email) === foldEmail(email);
    return isTheirs && holder.active ? holder : undefined;
  }

  /** Who was given an address last, whatever its case, active or not. */
  async whoHas(team: TeamId, email: string): Promise<Admin | undefined> {
    const item = present(await this.#table.get(emailKey(team, email)));
    return item && this.admin(team, String(item['admin']));
  }

  /** Everybody whose manager this person is. */
  async reportsOf(team: TeamId, id: string): Promise<Admin[]> {
    return (await this.everyone(team)).filter(({ managerId }) => managerId === id);
  }

  /** Everybody, in the order of their ids. */
  async everyone(team: TeamId): Promise<Admin[]> {
    return (await this.#table.query(team, 'admin#')).flatMap((item) => adminOf(item) ?? []);
  }
}

function adminOf(kept: Item | undefined): Admin | undefined {
  const item = present(kept);
  if (!item) return undefined;
  const { id, name, email, managerId, active } = item as unknown as Admin;
  return { id, name, email, managerId, active };
}

function adminKey(team: TeamId, id: string) {
  return { pk: team, sk: `admin#${id}` };
}

function emailKey(team: TeamId, email: string) {
  return { pk: team, sk: `email#${foldEmail(email)}` };
}
