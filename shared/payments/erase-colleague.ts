import { isDeepStrictEqual } from 'node:util';
import type { Item } from '../aws/table.ts';
import type { WholeTable } from '../aws/whole-table.ts';
import type { Step } from '../base/erasing.ts';
import type { TeamId } from '../base/names.ts';
import { type Colleague, withoutColleague } from './nameless.ts';

/**
 * Takes the name of somebody of the company out of what is kept of payments and leads: of whom the checkout named, who looks
 * after a lead, and what they did in a thread. The company's id for them stays beside it.
 */
export function erasingColleague(team: TeamId, colleague: Colleague, payments: WholeTable): Step {
  return {
    what: 'facts and records of payments that name them',
    atOnce: 10,
    find: async function* () {
      for await (const item of payments.itemsOf(team)) {
        const named = Object.keys(item).filter(
          (field) => !isDeepStrictEqual(without(item, field, colleague), item[field]),
        );
        if (named.length === 0) continue;
        yield async () => {
          // What has another time by now was said anew: it is looked at once more, and so is what is left.
          await payments.table.update(item, {
            update: `SET ${named.map((_, index) => `#f${index} = :f${index}`).join(', ')}`,
            when: '#at = :at',
            names: { '#at': 'at', ...Object.fromEntries(named.map((field, index) => [`#f${index}`, field])) },
            values: {
              ':at': item['at'],
              ...Object.fromEntries(named.map((field, index) => [`:f${index}`, without(item, field, colleague)])),
            },
          });
          return 'erased';
        };
      }
    },
  };
}

function without(item: Item, field: string, colleague: Colleague): unknown {
  return withoutColleague({ [field]: item[field] }, colleague)[field];
}
