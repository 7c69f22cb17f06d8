/** What became of one thing that was to be erased: it is gone, or it stays, and a person can read why. */
export type Erased = 'erased' | { readonly stays: string };

/** One thing to erase. It may be called again, whatever came of it before. */
export type Doomed = () => Promise<Erased>;

/**
 * A part of an erasure. `find` looks at what is stored at that moment and gives what is still to be erased: nothing, once all
 * of it is. So an erasure that was stopped anywhere is taken up by running it again.
 */
export type Step = {
  /** What is counted, as it follows a number: `items of Payments`. */
  readonly what: string;
  readonly find: () => AsyncIterable<Doomed>;
  /** How many may be erased at the same time; one if absent. */
  readonly atOnce?: number;
  /** It asks others to do something, or may leave something behind: it is not looked for once more at the end. */
  readonly once?: true;
};
