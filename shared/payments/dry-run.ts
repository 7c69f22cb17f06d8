import * as z from 'zod/mini';
import type { TeamId } from '../base/names.ts';
import type { Team } from '../slack/installation.ts';
import { type DayStore, lastDays, type Routed } from './day-store.ts';
import { channelOf, type RoutingTable, rowFor } from './route.ts';

/** No more threads than this are looked at, the newest days first. */
const threadsAtMost = 5_000;

/** No more of those that would have gone elsewhere are named. */
const namedAtMost = 100;

const channel = z.string().register(z.globalRegistry, { description: "The Slack channel's id." });

/** What a table would have done to the threads of the last days. */
export const dryRunView = z.strictObject({
  from: z.iso.date().register(z.globalRegistry, { description: 'The first day, in India.' }),
  to: z.iso.date(),
  payments: z.int().register(z.globalRegistry, { description: 'How many threads were looked at.' }),
  cut: z.boolean().register(z.globalRegistry, {
    description: `True where there are more than ${threadsAtMost}: the older ones were not looked at.`,
  }),
  rows: z
    .array(z.strictObject({ row: z.string(), payments: z.int() }))
    .register(z.globalRegistry, { description: 'How many of them each row would have taken.' }),
  elsewhere: z.int().register(z.globalRegistry, { description: 'How many would have gone to another channel.' }),
  moved: z
    .array(
      z.strictObject({
        id: z.string().register(z.globalRegistry, { description: 'The id that the payment was first met by.' }),
        account: z.string(),
        from: channel,
        to: channel,
        row: z.string().register(z.globalRegistry, { description: 'The row that would have sent it there.' }),
      }),
    )
    .register(z.globalRegistry, { description: `Which ones, ${namedAtMost} at most.` }),
  more: z.int().register(z.globalRegistry, { description: 'How many of them are not named.' }),
});

export type DryRun = z.output<typeof dryRunView>;

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
