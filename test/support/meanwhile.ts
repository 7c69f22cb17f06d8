/** Something that happens in the middle of a piece of work: between two of the calls that it makes. */

/**
 * Counts the calls that pass through it, and lets `happen` happen whole right before the one numbered `at`. Without
 * either it only counts.
 */
export class Meanwhile {
  readonly calls: string[] = [];
  readonly #at: number | undefined;
  readonly #happen: () => Promise<unknown>;

  constructor(at?: number, happen: () => Promise<unknown> = async () => undefined) {
    this.#at = at;
    this.#happen = happen;
  }

  /** `target`, with every call of a method watched. */
  watch<T extends object>(target: T, name: string): T {
    return new Proxy(target, {
      get: (_, key) => {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== 'function' || typeof key !== 'string') return member;
        const begin = async () => {
          const call = this.calls.length;
          this.calls.push(`${name}.${key}`);
          if (call === this.#at) await this.#happen();
        };
        if (readsOn(member)) {
          return async function* (...args: unknown[]) {
            await begin();
            yield* Reflect.apply(member, target, args);
          };
        }
        return async (...args: unknown[]) => {
          await begin();
          return Reflect.apply(member, target, args);
        };
      },
    });
  }
}

/** Whether a method answers piece by piece. */
export function readsOn(member: object): member is (...args: unknown[]) => AsyncGenerator {
  return member.constructor.name === 'AsyncGeneratorFunction';
}
