import type { Item } from '../aws/table.ts';
import type { WholeTable } from '../aws/whole-table.ts';
import type { Clock } from '../base/clock.ts';
import type { Step } from '../base/erasing.ts';
import type { TeamId } from '../base/names.ts';
import type { Call } from './call.ts';
import { withoutLead } from './nameless.ts';
import { dueOf, type Erased } from './store.ts';

/** Calls with somebody, and what was told of them when they were passed on: where each is, and the key of its thread. */
export type CallsOfLead = readonly { readonly item: Item; readonly thread: string }[];

/** What is kept of the calls with a lead, erased ones among them. */
export async function callsOfLead(team: TeamId, leadId: string, calls: WholeTable): Promise<CallsOfLead> {
  const found: { item: Item; thread: string }[] = [];
  for await (const item of calls.itemsOf(team)) {
    const { call, passed } = item as Item & { readonly call?: Call; readonly passed?: { readonly leadId: string } };
    if (call?.lead.id !== leadId && passed?.leadId !== leadId) continue;
    found.push({ item, thread: `calls#${item['agent']}#${item.pk.split('#call#')[1]}` });
  }
  return found;
}

/**
 * Takes a lead's name, and all that was said with them, out of the calls that are kept. That there was a call stays, under its id: so the
 * same call, sent once more, is still known, and brings nothing back. `edited`: the sweep has each told anew, so that its
 * message in Slack says no more either; `taken back`: it is told no more.
 */
export function erasingCalls(
  team: TeamId,
  leadId: string,
  how: Erased,
  calls: WholeTable,
  clock: Pick<Clock, 'now'>,
): Step {
  const { table } = calls;
  return {
    what: how === 'edited' ? 'calls, edited in Slack within minutes' : 'calls',
    atOnce: 10,
    find: async function* () {
      for (const { item } of await callsOfLead(team, leadId, calls)) {
        if (item['erased'] === how || item['erased'] === 'taken back') continue;
        yield async () => {
          const field = item['call'] === undefined ? 'passed' : 'call';
          const kept = field === 'call' ? withoutLead(item['call'] as Call) : { ...Object(item['passed']), name: '' };
          const due = how === 'edited' ? dueOf(item, clock.now()) : undefined;
          // A correction that comes in between is looked at in the next round.
          await table.update(item, {
            update: `SET #kept = :kept, erased = :how, revision = revision + :one${due ? ', dueShard = :shard, dueAt = :at' : ' REMOVE dueShard, dueAt'}`,
            when: 'revision = :read',
            names: { '#kept': field },
            values: {
              ':kept': kept,
              ':how': how,
              ':one': 1,
              ':read': item['revision'],
              ...(due && { ':shard': due.dueShard, ':at': due.dueAt }),
            },
          });
          return 'erased';
        };
      }
    },
  };
}
