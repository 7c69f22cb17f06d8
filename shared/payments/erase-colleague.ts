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
          const places = named.map((field, index) => [`#f${index}`, `:f${index}`, field] as const);
          // What has another time by now was said anew: it is looked at once more. What has none is never changed.
          const isTimed = item['at'] !== undefined;
          await payments.table.update(item, {
            update: `SET ${places.map(([name, value]) => `${name} = ${value}`).join(', ')}`,
            when: isTimed ? '#at = :at' : 'attribute_exists(pk)',
            names: {
              ...Object.fromEntries(places.map(([name, , field]) => [name, field])),
              ...(isTimed && { '#at': 'at' }),
            },
            values: {
              ...Object.fromEntries(places.map(([, value, field]) => [value, without(item, field, colleague)])),
              ...(isTimed && { ':at': item['at'] }),
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
