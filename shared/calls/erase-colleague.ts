import { isDeepStrictEqual } from 'node:util';
import type { Item } from '../aws/table.ts';
import type { WholeTable } from '../aws/whole-table.ts';
import type { Step } from '../base/erasing.ts';
import type { TeamId } from '../base/names.ts';
import { type Colleague, withoutColleague } from './nameless.ts';

/**
 * Takes somebody of the company out of what is kept of channels and their members: what was known of their account goes, and their
 * name from what was wrong, what was asked and what was found at night. Their channel stays an agent's by its id: who may read it is
 * looked after as long as it is there.
 */
export function erasingFromCalls(team: TeamId, colleague: Colleague, calls: WholeTable): Step {
  return {
    what: 'records of calls and channels that name them',
    atOnce: 10,
    find: async function* () {
      for await (const item of calls.itemsOf(team)) {
        if (isOfAccount(item, colleague) || isNameOf(team, item, colleague)) {
          yield async () => {
            await calls.table.delete(item);
            return 'erased';
          };
          continue;
        }
        const left = nameless(item, colleague);
        const named = Object.keys(item).filter((field) => !isDeepStrictEqual(left[field], item[field]));
        if (named.length === 0) continue;
        yield async () => {
          const places = named.map((field, index) => [`#f${index}`, `:f${index}`, field] as const);
          // What a worker found meanwhile is found again with the next call, or at night.
          await calls.table.update(item, {
            update: `SET ${places.map(([name, value]) => `${name} = ${value}`).join(', ')}`,
            when: 'attribute_exists(pk)',
            names: Object.fromEntries(places.map(([name, , field]) => [name, field])),
            values: Object.fromEntries(places.map(([, value, field]) => [value, left[field]])),
          });
          return 'erased';
        };
      }
    },
  };
}

/** What is known of their account, and by what they are found. */
function isOfAccount({ pk, sk }: Item, { id, user }: Colleague): boolean {
  if (user !== undefined && pk.endsWith(`#account#${user}`)) return true;
  return id !== undefined && (pk.endsWith(`#person#${id}`) || sk === `person#${id}`);
}

/** That a name of a channel is theirs: the key alone says it. */
function isNameOf(team: TeamId, item: Item, { id }: Colleague): boolean {
  return id !== undefined && item['agent'] === id && item.pk.startsWith(`${team}#name#`);
}

function nameless(item: Item, colleague: Colleague): Readonly<Record<string, unknown>> {
  const { pk, sk, ...kept } = item;
  const left = withoutColleague(kept, colleague) as Readonly<Record<string, unknown>>;
  const fused = kept['fused'] as { readonly users: readonly string[]; readonly people: readonly string[] } | undefined;
  const isTheirs = pk.endsWith(`#agent#${colleague.id}`);
  return {
    pk,
    sk,
    ...left,
    // The name of a channel is its agent's, and so is that of what waits for somebody.
    ...(isTheirs && sk === 'channel' && { name: '' }),
    ...(fused && {
      fused: {
        ...Object(left['fused']),
        ...(isTheirs && { agent: '' }),
        people: Object(left['fused']).people.map((name: string, at: number) =>
          fused.users[at] === colleague.user ? '' : name,
        ),
      },
    }),
  };
}
