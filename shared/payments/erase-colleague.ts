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
          // Each part by itself, and only where it is still what was read: a lead may be passed on meanwhile.
          for (const field of named) {
            await payments.table.update(item, {
              update: 'SET #field = :without',
              when: '#field = :before',
              names: { '#field': field },
              values: { ':without': without(item, field, colleague), ':before': item[field] },
            });
          }
          return 'erased';
        };
      }
    },
  };
}

function without(item: Item, field: string, colleague: Colleague): unknown {
  return withoutColleague({ [field]: item[field] }, colleague)[field];
}
