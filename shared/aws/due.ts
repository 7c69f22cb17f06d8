/** Where what nobody else wakes is kept: by shard, with the time (ms) at which it is due. */
export type DueStore<Due> = {
  readonly due: (shard: string, now: number, limit: number) => Promise<readonly Due[]>;
  readonly postpone: (due: Due, until: number) => Promise<void>;
};

/** Woken again after this long, if it is not done by then: a queue that is behind need not get it every minute. */
const againMs = 10 * 60_000;

/** As many of each shard in one run; the next run takes what is left. */
const atOnce = 200;

/** Wakes everything that is due, and answers how much. It may run twice and read an index that lags: waking does no harm. */
export async function wakeDue<Due>(
  shards: readonly string[],
  store: DueStore<Due>,
  now: () => number,
  wake: (due: Due) => Promise<void>,
): Promise<number> {
  let woken = 0;
  for (const shard of shards) {
    for (const each of await store.due(shard, now(), atOnce)) {
      await wake(each);
      await store.postpone(each, now() + againMs);
      woken += 1;
    }
  }
  return woken;
}
