import type { TeamId } from '../base/names.ts';
import type { Team } from '../slack/installation.ts';
import { type DayStore, lastDays, type Routed } from './day-store.ts';
import { channelOf, type RoutingTable, rowFor } from './route.ts';
import type { DryRun } from './routing-answers.ts';

/** No more threads than this are looked at, the newest days first. */
const threadsAtMost = 5_000;

/** No more of those that would have gone elsewhere are named. */
const namedAtMost = 100;

/**
 * What `table` would have done to the threads that were routed in the last `count` days, today among them, by what was
 * known of each when it was routed. Nothing is changed.
 */
export async function dryRun(
  table: RoutingTable,
  team: { readonly id: TeamId; readonly channels: Team['channels'] },
  range: { readonly days: number; readonly now: number },
  days: Pick<DayStore, 'of'>,
): Promise<DryRun> {
  const [to = '', ...earlier] = lastDays(range.days, range.now);
  const threads: Routed[] = [];
  for (const day of [to, ...earlier]) {
    threads.push(...(await days.of(team.id, day, threadsAtMost + 1 - threads.length)));
    if (threads.length > threadsAtMost) break;
  }
  const looked = threads.slice(0, threadsAtMost);
  const again = looked.map(({ account, thread, payment, destination }) => {
    const row = rowFor(table, payment);
    return {
      id: thread,
      account,
      from: destination.channel,
      to: channelOf(row.then.channel, team.channels),
      row: row.name,
    };
  });
  const moved = again.filter((each) => each.from !== each.to);
  return {
    from: earlier.at(-1) ?? to,
    to,
    payments: looked.length,
    cut: threads.length > looked.length,
    rows: table.rows.map(({ name }) => ({ row: name, payments: again.filter(({ row }) => row === name).length })),
    elsewhere: moved.length,
    moved: moved.slice(0, namedAtMost),
    more: Math.max(0, moved.length - namedAtMost),
  };
}
