import type { Item, Key, Table } from '../aws/table.ts';
import type { Lifecycle } from './lifecycle.ts';
import { expiry, type Place, partition, placeOf, shardOf, type ThreadPlace } from './store.ts';
import { type Watch, type WatchTimes, watchOf } from './watch.ts';

/** When the webhook of an account was last looked after (ms), and since when it is off (Unix seconds), if it is. */
export type WebhookWatch = { readonly looked: number; readonly disabledAt: number | undefined };

/** Watches are spread over this many partitions of the `due` index. */
export const watchShards = ['watch#0', 'watch#1', 'watch#2', 'watch#3'] as const;

/** When Razorpay is asked about each thread: one item beside the thread's facts, in the index while it has a time. */
export class WatchStore {
  readonly #table: Table;
  readonly #times: WatchTimes;

  constructor(table: Table, times: WatchTimes) {
    this.#table = table;
    this.#times = times;
  }

  /**
   * Brings the watch of a thread up to what `state` says; nothing is written where nothing changed. That a wait begins
   * is written in any case; that it ended, only if no other has begun meanwhile: one look too many harms nothing.
   */
  async follow(
    place: ThreadPlace,
    thread: string,
    state: Lifecycle,
    kept: Watch | undefined,
    now: number,
  ): Promise<void> {
    const wanted = watchOf(state, kept, now, this.#times);
    if (wanted === undefined || wanted === kept) return;
    if (wanted.dueAt === undefined && kept) await this.close({ ...place, home: thread }, kept);
    else await this.#table.put(itemOf({ ...place, home: thread }, wanted, now));
  }

  /** The threads of one shard that are due before `now` (ms), the longest due first. Only wakes: may be stale. */
  async due(shard: string, now: number, limit: number): Promise<Place[]> {
    const keys = await this.#table.due(shard, now, limit);
    return keys.flatMap(({ pk }) => placeOf(pk) ?? []);
  }

  /** What came of a look, unless the wait has ended, another has begun or a snooze has changed since `kept` was read. */
  async move(place: Place, kept: Watch, { waitsFor, opened, looked, dueAt, snooze }: Watch): Promise<void> {
    const times = Object.entries({ dueAt, snooze });
    const [set, gone] = [
      times.flatMap(([name, at]) => (at === undefined ? [] : [`, ${name} = :${name}`])),
      [...(dueAt === undefined ? ['dueShard', 'dueAt'] : []), ...(snooze === undefined ? ['snooze'] : [])],
    ];
    const seen = snoozeAs(kept);
    await this.#table.update(keyOf(place), {
      update:
        `SET waitsFor = :waitsFor, opened = :opened, looked = :looked${set.join('')}` +
        (gone.length > 0 ? ` REMOVE ${gone.join(', ')}` : ''),
      when: `opened = :seen AND attribute_exists(dueShard) AND ${seen.when}`,
      values: {
        ':waitsFor': waitsFor,
        ':opened': opened,
        ':looked': looked,
        ':seen': kept.opened,
        ...(dueAt !== undefined && { ':dueAt': dueAt }),
        ...(snooze !== undefined && { ':snooze': snooze }),
        ...seen.values,
      },
    });
  }

  /** Nothing is asked any more, unless another wait than `kept` has begun, or a snooze. */
  async close(place: Place, kept: Watch): Promise<void> {
    const seen = snoozeAs(kept);
    await this.#table.update(keyOf(place), {
      update: 'SET waitsFor = :nothing REMOVE dueShard, dueAt, snooze',
      when: `opened = :opened AND ${seen.when}`,
      values: { ':nothing': '', ':opened': kept.opened, ...seen.values },
    });
  }

  /** A look that could not be taken is due again at `until` (ms). */
  async putOff(place: Place, until: number): Promise<void> {
    await this.#table.update(keyOf(place), {
      update: 'SET dueAt = :until',
      when: 'attribute_exists(dueShard)',
      values: { ':until': until },
    });
  }

  /** When the account's webhook was looked after, and what was found; `place` is the home of its notes. */
  async webhook(place: Place): Promise<WebhookWatch | undefined> {
    const item = await this.#table.get(keyOf(place, 'webhook'));
    const disabledAt = item?.['disabledAt'];
    return (
      item && { looked: Number(item['looked']), disabledAt: disabledAt === undefined ? undefined : Number(disabledAt) }
    );
  }

  async keepWebhook(place: Place, watch: WebhookWatch): Promise<void> {
    await this.#table.put({ ...keyOf(place, 'webhook'), ...watch, expires: expiry(watch.looked) });
  }
}

function keyOf(place: Place, sk: 'watch' | 'webhook' = 'watch'): Key {
  return { pk: partition(place), sk };
}

/** That the snooze is as it was read: one that has begun since must have its end. */
function snoozeAs({ snooze }: Watch): { readonly when: string; readonly values: Readonly<Record<string, number>> } {
  if (snooze === undefined) return { when: 'attribute_not_exists(snooze)', values: {} };
  return { when: 'snooze = :seenSnooze', values: { ':seenSnooze': snooze } };
}

function itemOf(place: Place, watch: Watch, now: number): Item {
  const dueShard = shardOf(place.home, watchShards);
  return { ...keyOf(place), ...watch, dueShard, expires: expiry(now) };
}
