/**
 * A value built at its first use and kept. A failed attempt is forgotten, so that one bad start (a secret that could
 * not be read) does not stay for the life of the process.
 */
export function lazy<T>(build: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | undefined;
  return () => {
    kept ??= build().catch((error: unknown) => {
      kept = undefined;
      throw error;
    });
    return kept;
  };
}

/** The same where nothing is waited for. Loading a function then builds neither formatters nor schemas nor clients. */
export function once<T>(build: () => T): () => T {
  let kept: { readonly value: T } | undefined;
  return () => {
    kept ??= { value: build() };
    return kept.value;
  };
}
