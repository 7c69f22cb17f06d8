import type { Attendance } from '../courses/attendance.ts';
import type { Feedback } from '../courses/feedback.ts';
import type { Session } from '../courses/session.ts';
import { Firsts } from './firsts.ts';
import { noRatings, type Ratings, withRating } from './ratings.ts';

/** One session, in a line. */
export type SessionFigures = Pick<Session, 'id' | 'title' | 'startsAt' | 'endsAt' | 'status'> & {
  /** Undefined: nobody said who came. `expected`: how many could have. */
  readonly attendance: { readonly present: number; readonly expected: number } | undefined;
  readonly ratings: Ratings;
};

/** What a learner said of a session, in their own words; `text` is as it came. */
export type Opinion = Pick<Feedback, 'learnerId' | 'rating' | 'at'> & {
  readonly session: Pick<Session, 'id' | 'title' | 'startsAt'>;
  readonly text: string;
};

/** The first few of many, and how many there are. */
type Few<T> = { readonly kept: readonly T[]; readonly all: number };

/** What happened in a course within a window. */
export type Figures = {
  readonly enrolled: number;
  readonly sessions: Readonly<Record<Session['status'], number>>;
  /**
   * Of the sessions that were not cancelled: `told` of them have an attendance, `untold` have none. `present` is summed over those
   * that have one, and so is `expected`: the enrolled, or, where more were listed, those who were.
   */
  readonly attendance: {
    readonly told: number;
    readonly untold: number;
    readonly present: number;
    readonly expected: number;
  };
  readonly ratings: Ratings;
  /** Worst first; of one rating those with words first, then by session. */
  readonly low: Few<Opinion>;
  /** What was written with the other ratings, the newest first. */
  readonly words: Few<Opinion>;
  /** In the order in which they ended. */
  readonly list: Few<SessionFigures>;
};

/** So many are shown; of the rest it is said how many they are. */
const shownAtMost = { low: 20, words: 10, sessions: 30 } as const;

/** Reckons up a course, session by session, in any order. It keeps what is shown and counts, whatever the number of ratings. */
export class Tally {
  readonly #enrolled: number;
  readonly #lowest: number;
  readonly #sessions = { planned: 0, held: 0, cancelled: 0 };
  readonly #attendance = { told: 0, untold: 0, present: 0, expected: 0 };
  #ratings: Ratings = noRatings;
  readonly #low = new Firsts<Opinion>(shownAtMost.low, worstFirst);
  readonly #words = new Firsts<Opinion>(shownAtMost.words, newestFirst);
  readonly #list = new Firsts<SessionFigures>(shownAtMost.sessions, byEnd);

  /** `lowRating`: ratings up to this one are low. */
  constructor({ enrolled, lowRating }: { readonly enrolled: number; readonly lowRating: number }) {
    this.#enrolled = enrolled;
    this.#lowest = lowRating;
  }

  /** Adds a session; what is said of it is added by what is answered, and `end` closes it. A cancelled one counts by itself alone. */
  session(session: Session, attendance: Attendance | undefined): { feedback(one: Feedback): void; end(): void } {
    const { id, title, startsAt, endsAt, status } = session;
    this.#sessions[status] += 1;
    if (status === 'cancelled') {
      this.#list.add({ id, title, startsAt, endsAt, status, attendance: undefined, ratings: noRatings });
      return { feedback: () => undefined, end: () => undefined };
    }
    const came = attendance && this.#came(attendance);
    let ratings = noRatings;
    return {
      feedback: ({ learnerId, rating, at, text = '' }) => {
        ratings = withRating(ratings, rating);
        this.#ratings = withRating(this.#ratings, rating);
        const opinion = { learnerId, rating, at, text, session: { id, title, startsAt } };
        if (rating <= this.#lowest) this.#low.add(opinion);
        else if (hasWords(text)) this.#words.add(opinion);
      },
      end: () => this.#list.add({ id, title, startsAt, endsAt, status, attendance: came, ratings }),
    };
  }

  figures(): Figures {
    return {
      enrolled: this.#enrolled,
      sessions: { ...this.#sessions },
      attendance: {
        ...this.#attendance,
        untold: this.#sessions.held + this.#sessions.planned - this.#attendance.told,
      },
      ratings: this.#ratings,
      low: this.#low.get(),
      words: this.#words.get(),
      list: this.#list.get(),
    };
  }

  #came({ present, absent }: Attendance): SessionFigures['attendance'] {
    const came = {
      present: present.length,
      expected: Math.max(this.#enrolled, present.length + absent.length),
    };
    this.#attendance.told += 1;
    this.#attendance.present += came.present;
    this.#attendance.expected += came.expected;
    return came;
  }
}

/** Whether there is anything to read in a text. */
export function hasWords(text: string): boolean {
  return /[^\p{C}\p{Z}\s]/u.test(text);
}

function worstFirst(one: Opinion, other: Opinion): number {
  const wordless = (opinion: Opinion) => (hasWords(opinion.text) ? 0 : 1);
  return (
    one.rating - other.rating ||
    wordless(one) - wordless(other) ||
    one.session.startsAt - other.session.startsAt ||
    byId(one, other)
  );
}

function newestFirst(one: Opinion, other: Opinion): number {
  return other.at - one.at || byId(one, other);
}

function byId(one: Opinion, other: Opinion): number {
  return compare(one.session.id, other.session.id) || compare(one.learnerId, other.learnerId);
}

function byEnd(one: SessionFigures, other: SessionFigures): number {
  return one.endsAt - other.endsAt || compare(one.id, other.id);
}

/** By code units, as keys are ordered: no language has a say in it. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
