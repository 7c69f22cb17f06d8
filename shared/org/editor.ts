import type { Table } from '../aws/table.ts';
import type { WrongField } from '../base/errors.ts';
import type { TeamId } from '../base/names.ts';
import { type Admin, called, circle, isSame } from './admin.ts';
import { below, type Chain, chainsOf, isNews, levelsAtMost, type Pointer, type Regraft, regrafts } from './closure.ts';
import { Closure, type ClosureTables } from './closure-store.ts';
import { Directory } from './directory.ts';
import { Journal, type JournalTools, type Progress } from './journal-store.ts';
import { type Move, movesBetween, type Plan, type Row, sizeOf, stepsOf } from './plan.ts';

/** `underWay`: it is decided, and its readers will see it once all of it is written. */
type Done<Outcome extends string> = { readonly outcome: Outcome; readonly underWay?: true };

/** What became of a person who was put into the directory; `wrong` names every field that stands against it. */
export type Put =
  | Done<'created' | 'changed' | 'same'>
  | { readonly outcome: 'refused'; readonly wrong: readonly WrongField[] };

/** What became of a person who was to go. `refused` where others report to them. */
export type Removed =
  | Done<'removed' | 'absent'>
  | { readonly outcome: 'refused'; readonly person: Admin; readonly reports: readonly Admin[] };

/** The part of a person that others can stand against. */
type Claims = Partial<Pick<Admin, 'email' | 'managerId'>>;

export type EditorParts = {
  readonly admins: Table;
  readonly closure: ClosureTables;
  readonly tools: JournalTools;
};

/** How everybody is replaced, once, however often it is asked for. */
export type Replacing = {
  /** What it is about, for `underWay`. */
  readonly about: string;
  /** When (ms) to leave the rest to others. */
  readonly until: number;
  /** Whether it has happened before. Asked when nobody else is at the directory. */
  readonly isDone: () => Promise<boolean>;
  /** Written as its last item, by which `isDone` knows: `size` rows and items were written with it. */
  readonly last?: (size: number) => Row;
};

/** `same`: nothing had to be changed. `underWay`: it is decided and will happen, and there was no time left. */
export type Replaced = 'done' | 'same' | 'underWay';

/** Below so many people chains are looked up one by one; for more, all of the team are read at once. */
const lookedUpSingly = 25;

/**
 * The directory, with what changes it: one person, or all at once. Each change is decided on the directory as it is and carried
 * out by the journal, so that the directory's promises hold before and after each, however many are at it.
 */
export class DirectoryEditor extends Directory {
  readonly #closure: Closure;
  readonly #journal: Journal;

  constructor({ admins, closure, tools }: EditorParts) {
    super(admins);
    this.#closure = new Closure(closure);
    this.#journal = new Journal(admins, this.#closure, tools);
  }

  /**
   * Puts a person into the directory, or in the place of what it has said of them so far. May be repeated. What is not
   * written by `until` (ms) is left to others.
   */
  async put(team: TeamId, admin: Admin, until?: number): Promise<Put> {
    const { answer, underWay } = await this.#journal.change<Put>(
      team,
      async (pointer) => {
        const wrong = await this.objections(team, admin.id, admin);
        if (wrong.length > 0) return { answer: { outcome: 'refused', wrong }, plan: undefined };
        const before = await this.admin(team, admin.id);
        if (before && isSame(before, admin)) return { answer: { outcome: 'same' }, plan: undefined };
        const plan = await this.#planOf(team, { before, after: admin }, pointer);
        const deep = plan.regrafts.find(({ wanted }) => (wanted?.above.length ?? 0) >= levelsAtMost);
        if (deep) return { answer: { outcome: 'refused', wrong: [tooDeep(deep.wanted)] }, plan: undefined };
        return { answer: { outcome: before ? 'changed' : 'created' }, plan };
      },
      until === undefined ? {} : { until },
    );
    return underWay && answer.outcome !== 'refused' ? { ...answer, underWay } : answer;
  }

  /** Takes a person out of the directory; the address is free again. May be repeated. */
  async remove(team: TeamId, id: string, until?: number): Promise<Removed> {
    const { answer, underWay } = await this.#journal.change<Removed>(
      team,
      async (pointer) => {
        const person = await this.admin(team, id);
        if (!person) return { answer: { outcome: 'absent' }, plan: undefined };
        const reports = await this.reportsOf(team, id);
        if (reports.length > 0) return { answer: { outcome: 'refused', person, reports }, plan: undefined };
        return {
          answer: { outcome: 'removed' },
          plan: await this.#planOf(team, { before: person, after: undefined }, pointer),
        };
      },
      until === undefined ? {} : { until },
    );
    return underWay && answer.outcome !== 'refused' ? { ...answer, underWay } : answer;
  }

  /** Whether anything is left to take out of the directory of somebody: they are in it, or a change is only half carried out. */
  async isLeft(team: TeamId, id: string): Promise<boolean> {
    return (await this.underWay(team)) !== undefined || (await this.admin(team, id)) !== undefined;
  }

  /** Puts these people in the place of everybody. They have been held to the rules of a snapshot (`snapshot.ts`). */
  async replaceAll(team: TeamId, people: readonly Admin[], replacing: Replacing): Promise<Replaced> {
    const { about, until, isDone, last } = replacing;
    const { answer, underWay } = await this.#journal.change<'done' | 'same'>(
      team,
      async (pointer) => {
        if (await isDone()) return { answer: 'done', plan: undefined };
        const [are, kept] = await Promise.all([this.everyone(team), this.#closure.chains(team, pointer)]);
        const plan = { regrafts: regrafts(kept, chainsOf(people)), steps: stepsOf(movesBetween(are, people)) };
        if (plan.regrafts.length === 0 && plan.steps.length === 0) return { answer: 'same', plan: undefined };
        const size = sizeOf(plan) + 1;
        return { answer: 'done', plan: last ? { ...plan, steps: [...plan.steps, [last(size)]] } : plan };
      },
      { about, until },
    );
    return underWay ? 'underWay' : answer;
  }

  /** Carries out what a crash, or somebody without time, has left. False: `until` (ms) came first. */
  settle(team: TeamId, until: number): Promise<boolean> {
    return this.#journal.settle(team, until);
  }

  /** The change that is being carried out. */
  underWay(team: TeamId): Promise<Progress | undefined> {
    return this.#journal.underWay(team);
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
    const holder = await this.whoHas(team, email);
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
      if (above.length > levelsAtMost) throw new Error(`The managers above ${managerId} have no end.`);
    }
    return undefined;
  }

  /** What has to be written for one person: their items, and the rows of whoever they stand above. */
  async #planOf(team: TeamId, move: Move, pointer: Pointer): Promise<Plan> {
    return { regrafts: await this.#regraftsOf(team, move, pointer), steps: stepsOf([move]) };
  }

  async #regraftsOf(team: TeamId, { before, after }: Move, pointer: Pointer): Promise<Regraft[]> {
    if (before && after && before.name === after.name && before.managerId === after.managerId) return [];
    const id = after?.id ?? before?.id ?? '';
    const [kept, manager, under] = await Promise.all([
      this.#closure.chain(team, id, pointer),
      after && after.managerId !== null ? this.#closure.chain(team, after.managerId, pointer) : undefined,
      before ? this.#closure.below(team, id, pointer) : [],
    ]);
    const isUnknown = (before && !kept) || (after && after.managerId !== null && !manager);
    if (isUnknown || under.length > lookedUpSingly) return this.#allRegrafts(team, { before, after }, pointer);

    const above = manager ? [{ id: manager.id, name: manager.name }, ...manager.above] : [];
    const wanted: Chain | undefined = after && { id, name: after.name, above };
    const others = await Promise.all(under.map((row) => this.#closure.chain(team, row.id, pointer)));
    const changes = others.map((chain) => {
      if (!chain || !wanted) throw new Error(`Somebody below ${id} has no chain, or is left without one.`);
      return { kept: chain, wanted: below(chain, wanted) };
    });
    return [{ kept, wanted }, ...changes].filter(isNews);
  }

  /** The same from scratch: also where people were in the directory before the hierarchy was kept. */
  async #allRegrafts(team: TeamId, { before, after }: Move, pointer: Pointer): Promise<Regraft[]> {
    const [are, kept] = await Promise.all([this.everyone(team), this.#closure.chains(team, pointer)]);
    const others = are.filter(({ id }) => id !== (before ?? after)?.id);
    return regrafts(kept, chainsOf(after ? [...others, after] : others));
  }
}

function tooDeep(wanted: Chain | undefined): WrongField {
  const level = (wanted?.above.length ?? 0) + 1;
  const who = wanted ? called(wanted) : 'somebody';
  return { pointer: '/managerId', message: `puts ${who} on level ${level}; there are ${levelsAtMost} at most.` };
}
