/** Time as the front sees it. A test hands in its own, so that a late effect happens when the test says so. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Runs `action` once, `milliseconds` from now, unless the returned function is called before. */
  after(milliseconds: number, action: () => void): () => void;
}

/** The machine's own clock. */
export const machineClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};
