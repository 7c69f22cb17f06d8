import type { Item, Table } from '../aws/table.ts';
import type { WrongField } from '../base/errors.ts';
import type { TeamId } from '../base/names.ts';
import { type Admin, called, circle, isSame } from './admin.ts';
import { foldEmail } from './email.ts';
import { type Decision, type Journal, present, type Row } from './journal-store.ts';

export type { Admin } from './admin.ts';

/** What became of a person who was put into the directory; `wrong` names every field that stands against it. */
export type Put =
  | { readonly outcome: 'created' | 'changed' | 'same' }
  | { readonly outcome: 'refused'; readonly wrong: readonly WrongField[] };

/** What became of a person who was to go. `refused` where others report to them. */
export type Removed =
  | { readonly outcome: 'removed' | 'absent' }
  | { readonly outcome: 'refused'; readonly person: Admin; readonly reports: readonly Admin[] };

/** The part of a person that others can stand against. */
type Claims = Partial<Pick<Admin, 'email' | 'managerId'>>;

/** A chain of managers that is longer than this does not end. */
const levelsAtMost = 1_000;

/**
 * The people of each team: what Slack users, payments and calls are matched against. A partition of `Admins` for each
 * team: `admin#<id>` holds a person, `email#<folded address>` who has that address.
 *
 * No two people of a team have one address, whether they are active or not; every manager is in the directory; nobody
 * reports to themself, however many are between. Changes go through the journal, which lets one at a time be decided on,
 * and says what a crash leaves and how it is mended.
 *
 * The rows of a change are written in this order: the new address, the person, then the old address goes. `byEmail` takes
 * an address and a person only together, so that each person is found by one address at any moment, also halfway: until
 * the person's own row is written by the old one, from then on by the new one.
 */
export class Directory {
  readonly #table: Table;
  readonly #journal: Journal;

  constructor(table: Table, journal: Journal) {
    this.#table = table;
    this.#journal = journal;
  }

  async admin(team: TeamId, id: string): Promise<Admin | undefined> {
    return adminOf(await this.#table.get(adminKey(team, id)));
  }

  /** The active person of this team who has this address, whatever its case. */
  async byEmail(team: TeamId, email: string): Promise<Admin | undefined> {
    const holder = await this.#holder(team, email);
    const isTheirs = holder !== undefined && foldEmail(holder.email) === foldEmail(email);
    return isTheirs && holder.active ? holder : undefined;
  }

  /** The person of this team who has this address, whatever its case, active or not. */
  async whoHas(team: TeamId, email: string): Promise<Admin | undefined> {
    return this.#holder(team, email);
  }

  /** Whether anything is left to take out of the directory of somebody: they are in it, or a change is only half carried out. */
  async isLeft(team: TeamId, id: string): Promise<boolean> {
    return (await this.#journal.isPending(team)) || (await this.admin(team, id)) !== undefined;
  }

  /** Everybody whose manager this person is. */
  async reportsOf(team: TeamId, id: string): Promise<Admin[]> {
    return (await this.#everyone(team)).filter(({ managerId }) => managerId === id);
  }

  /** Puts a person into the directory, or in the place of what it has said of them so far. May be repeated. */
  async put(team: TeamId, admin: Admin): Promise<Put> {
    return this.#journal.change(team, async (): Promise<Decision<Put>> => {
      const wrong = await this.objections(team, admin.id, admin);
      if (wrong.length > 0) return { answer: { outcome: 'refused', wrong }, rows: [] };
      const before = await this.admin(team, admin.id);
      if (before && isSame(before, admin)) return { answer: { outcome: 'same' }, rows: [] };
      return { answer: { outcome: before ? 'changed' : 'created' }, rows: rowsOf(before, admin) };
    });
  }

  /** Takes a person out of the directory; the address is free again. May be repeated. */
  async remove(team: TeamId, id: string): Promise<Removed> {
    return this.#journal.change(team, async (): Promise<Decision<Removed>> => {
      const person = await this.admin(team, id);
      if (!person) return { answer: { outcome: 'absent' }, rows: [] };
      const reports = await this.reportsOf(team, id);
      if (reports.length > 0) return { answer: { outcome: 'refused', person, reports }, rows: [] };
      const rows = [
        { sk: adminKey(team, id).sk, content: null },
        { sk: emailKey(team, person.email).sk, content: null },
      ];
      return { answer: { outcome: 'removed' }, rows };
    });
  }

  /** What in the directory stands against saying this of `id`: an address that is another's, a manager who cannot be. */
  async objections(team: TeamId, id: string, { email, managerId }: Claims): Promise<WrongField[]> {
    const [taken, unfit] = await Promise.all([
      email === undefined ? undefined : this.#takenBy(team, id, email),
      typeof managerId === 'string' ? this.#unfit(team, id, managerId) : undefined,
    ]);
    return [
      ...(taken
        ? [{ pointer: '/email', message: `is the address of ${called(taken)}; each has one of their own.` }]
        : []),
      ...(unfit === undefined ? [] : [{ pointer: '/managerId', message: unfit }]),
    ];
  }

  async #takenBy(team: TeamId, id: string, email: string): Promise<Admin | undefined> {
    const holder = await this.#holder(team, email);
    return holder?.id === id ? undefined : holder;
  }

  /** Why this person cannot be the manager of `id`. */
  async #unfit(team: TeamId, id: string, managerId: string): Promise<string | undefined> {
    if (managerId === id) return circle([{ id, name: id }]);
    const above: Admin[] = [];
    for (let next: string | null = managerId; next !== null; next = above.at(-1)?.managerId ?? null) {
      const manager = await this.admin(team, next);
      if (!manager) return `names ${next}, who is not in the directory: put that person there first.`;
      above.push(manager);
      if (manager.managerId === id) return circle([{ id, name: id }, ...above]);
      if (above.length >= levelsAtMost) throw new Error(`The managers above ${managerId} have no end.`);
    }
    return undefined;
  }

  async #holder(team: TeamId, email: string): Promise<Admin | undefined> {
    const item = present(await this.#table.get(emailKey(team, email)));
    return item && this.admin(team, String(item['admin']));
  }

  async #everyone(team: TeamId): Promise<Admin[]> {
    return (await this.#table.query(team, 'admin#')).flatMap((item) => adminOf(item) ?? []);
  }
}

function rowsOf(before: Admin | undefined, admin: Admin): Row[] {
  const [old, address] = [before && foldEmail(before.email), foldEmail(admin.email)];
  const { id, name, email, managerId, active } = admin;
  return [
    ...(old === address ? [] : [{ sk: `email#${address}`, content: { admin: id } }]),
    { sk: `admin#${id}`, content: { id, name, email, managerId, active } },
    ...(old === undefined || old === address ? [] : [{ sk: `email#${old}`, content: null }]),
  ];
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
