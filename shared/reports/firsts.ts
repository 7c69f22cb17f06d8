/** The first few of many in an order of their own, whatever the order they come in; the rest is only counted. */
export class Firsts<T> {
  readonly #most: number;
  readonly #order: (one: T, other: T) => number;
  readonly #kept: T[] = [];
  #all = 0;

  /** `order` must tell any two apart: of equals it would depend on who came first which is kept. */
  constructor(most: number, order: (one: T, other: T) => number) {
    this.#most = most;
    this.#order = order;
  }

  add(one: T): void {
    this.#all += 1;
    const last = this.#kept.at(-1);
    const isFull = this.#kept.length === this.#most;
    if (isFull && (last === undefined || this.#order(one, last) >= 0)) return;
    const at = this.#kept.findIndex((other) => this.#order(one, other) < 0);
    this.#kept.splice(at < 0 ? this.#kept.length : at, 0, one);
    if (isFull) this.#kept.pop();
  }

  /** Those that were kept, in their order, and how many there were in all. */
  get(): { readonly kept: readonly T[]; readonly all: number } {
    return { kept: [...this.#kept], all: this.#all };
  }
}
