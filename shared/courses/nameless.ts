import type { Enrollment } from './enrollment.ts';
import type { Feedback } from './feedback.ts';

/** The name and the address of somebody who was erased: none. */
const nobody = '';

type Said = Omit<Enrollment, 'id'>;
type Opinion = Pick<Feedback, 'rating' | 'text'>;

/** What is left of an enrolment once the learner is erased: that somebody of this id takes the course, or took it. */
export function withoutLearner({ learner, ...said }: Said): Said {
  return { ...said, learner: { id: learner.id, name: nobody, email: nobody } };
}

/** Whether whoever is enrolled was erased: nobody can be named or written to. */
export function isErased({ learner }: Pick<Enrollment, 'learner'>): boolean {
  return learner.email === nobody;
}

/** What is left of what a learner said of a session once they are erased: it counts. */
export function withoutWords({ rating }: Opinion): Opinion {
  return { rating };
}
