import { isDeepStrictEqual } from 'node:util';
import type { Item, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import type { Concern } from './concern.ts';
import type { ThreadPlace } from './store.ts';

/** A payment that needs somebody now, with the thread that tells it. */
export type Attention = Concern & { readonly account: string; readonly thread: string };

/** What is over is kept for so long (seconds), so that a worker that wakes up late does not begin it again. */
const overSeconds = 2 * 86_400;
/** What is not over stays listed for as long as its facts. */
const keptSeconds = 400 * 86_400;

/** The payments that need somebody, in the table of payments: a partition for each team, with an item for each concern. */
export class AttentionStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Keeps how each concern of a thread stands, one read where there is no news. Facts only grow, so who knew fewer of them
   * than somebody before changes nothing. `now` in milliseconds.
   */
  async follow(
    place: ThreadPlace,
    seen: { readonly thread: string; readonly facts: number },
    concerns: readonly Concern[],
    now: number,
  ): Promise<void> {
    for (const concern of concerns) {
      const key = { pk: partition(place.team), sk: `${concern.kind}#${place.account}#${concern.id}` };
      const wanted = { ...concern, thread: seen.thread };
      const kept = await this.#table.get(key);
      if (kept && isDeepStrictEqual(kept['concern'], stored(wanted))) continue;
      await this.#table.update(key, {
        update: 'SET concern = :concern, facts = :facts, expires = :expires',
        when: 'attribute_not_exists(facts) OR facts <= :facts',
        values: {
          ':concern': stored(wanted),
          ':facts': seen.facts,
          ':expires': Math.floor(now / 1000) + (concern.isOver ? overSeconds : keptSeconds),
        },
      });
    }
  }

  /** What needs somebody now, what has to be done soonest first. */
  async of(team: TeamId): Promise<Attention[]> {
    const items = await this.#table.query(partition(team));
    return items
      .map(attentionOf)
      .filter(({ isOver }) => !isOver)
      .sort((a, b) => (a.by ?? a.since) - (b.by ?? b.since) || (a.id < b.id ? -1 : 1));
  }
}

function partition(team: TeamId): string {
  return `${team}##attention`;
}

/** As the database gives it back: without what is not there. */
function stored(concern: Concern & { readonly thread: string }): object {
  return Object.fromEntries(Object.entries(concern).filter(([, value]) => value !== undefined));
}

function attentionOf(item: Item): Attention {
  const [, account = ''] = item.sk.split('#');
  return { ...(item['concern'] as Concern & { thread: string }), account };
}
