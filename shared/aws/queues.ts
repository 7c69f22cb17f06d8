/** A queue of a room, by the room's name; of its dead letters `callsDeadLetters`. */
export type NamedQueue = { readonly name: string; readonly url: string };

/**
 * Every queue that an environment names: `CALLS_QUEUE_URL` is called `calls`, `CALLS_DEAD_LETTERS_URL` `callsDeadLetters`; in
 * the order of their names.
 */
export function queuesIn(environment: Readonly<Record<string, string | undefined>>): NamedQueue[] {
  return Object.entries(environment)
    .flatMap(([variable, url]): NamedQueue[] => {
      const [, room, kind] = /^([A-Z]+)_(QUEUE|DEAD_LETTERS)_URL$/.exec(variable) ?? [];
      if (room === undefined || !url) return [];
      return [{ name: `${room.toLowerCase()}${kind === 'QUEUE' ? '' : 'DeadLetters'}`, url }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
