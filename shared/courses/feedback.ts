import * as z from 'zod/mini';
import { once } from '../base/lazy.ts';
import { id } from './id.ts';

/** What a learner says of a session; `text` in their own words, untouched. `at`: when they first said anything (ms). */
export type Feedback = {
  readonly learnerId: string;
  readonly rating: number;
  readonly text?: string;
  readonly at: number;
};

const textCharacters = 5_000;

/** The body of `POST /v1/sessions/{id}/feedback`. */
export const feedbackRequest = once(() =>
  z.strictObject({
    learnerId: id(),
    rating: z
      .int()
      .check(z.minimum(1), z.maximum(5))
      .register(z.globalRegistry, { description: '1 is worst, 5 is best.' }),
    // Whoever shows it makes it harmless. Half a character is stored as another one, and would not be the same when sent again.
    text: z
      .optional(
        z.string().check(
          z.maxLength(textCharacters),
          z.refine(
            (value) => value.isWellFormed(),
            'holds half of a character; a text may be cut between characters only.',
          ),
        ),
      )
      .register(z.globalRegistry, { description: 'In their own words. Kept as it is.' }),
  }),
);
