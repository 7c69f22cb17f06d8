/** A fuse in the side effects of a worker: it stops the worker for good, before or after one of them. */

import { readsOn } from './meanwhile.ts';

/** What a stopped process looks like to the code that runs in it: nothing it calls ever returns again. */
class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Where a fuse sits: before the effect is made, or after it is made and before anybody heard of it. */
export type Spot = { readonly effect: number; readonly side: 'before' | 'after' };

/**
 * Counts the side effects that pass through it, and stops at `spot`: from then on every call fails, as it would for a
 * process that is gone. Without a spot it only counts.
 */
export class Fuse {
  readonly effects: string[] = [];
  readonly #spot: Spot | undefined;
  #blown = false;

  constructor(spot?: Spot) {
    this.#spot = spot;
  }

  get blown(): boolean {
    return this.#blown;
  }

  /** `target` with every call of a method watched; those that `isEffect` names are the places where it may stop. */
  watch<T extends object>(target: T, name: string, isEffect: (method: string) => boolean): T {
    return new Proxy(target, {
      get: (_, key) => {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== 'function' || typeof key !== 'string') return member;
        const live = <R>(call: () => R) => this.#live(call);
        if (readsOn(member)) {
          return async function* (...args: unknown[]) {
            for await (const piece of live(() => member.apply(target, args))) yield live(() => piece);
          };
        }
        return async (...args: unknown[]) => {
          if (!isEffect(key)) return this.#live(() => Reflect.apply(member, target, args));
          const effect = this.effects.length;
          this.effects.push(`${name}.${key}`);
          this.#stopAt({ effect, side: 'before' });
          const answer = await this.#live(() => Reflect.apply(member, target, args));
          this.#stopAt({ effect, side: 'after' });
          return answer;
        };
      },
    });
  }

  #live<R>(call: () => R): R {
    if (this.#blown) throw new Stopped('This process is gone.');
    return call();
  }

  #stopAt({ effect, side }: Spot): void {
    if (this.#spot?.effect === effect && this.#spot.side === side) this.#blown = true;
    if (this.#blown) throw new Stopped('This process is gone.');
  }
}
