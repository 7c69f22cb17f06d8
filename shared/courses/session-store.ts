import type { Item, Key, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import type { Attendance } from './attendance.ts';
import type { Feedback } from './feedback.ts';
import { keep, type Outcome, type Saying, saidIn } from './kept.ts';
import { withoutWords } from './nameless.ts';
import type { Session } from './session.ts';

type Said = Omit<Session, 'id'>;
type Opinion = Pick<Feedback, 'rating' | 'text'>;

const daySeconds = 86_400;
/**
 * A session is kept for so many days after its end, or after the last that was said of it: a month longer than its report is
 * ever made again, so that none is made of half of what there was.
 */
const keptDays = 430;

/**
 * The sessions of every tenant: a partition each, with the session, who attended, and an item for each learner's feedback.
 * Each may come first. Under the course lie pointers by the time of the end, written before the session and never taken away:
 * one counts as long as the session ends then.
 */
export class SessionStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async put(team: TeamId, { id, ...said }: Session, { at, before }: Saying<Session>): Promise<Outcome> {
    const expires = expiry(at, said.endsAt);
    const saying: Saying<Said> = {
      at,
      before: async (previous) => {
        await before(previous && { id, ...previous });
        const { courseId, endsAt } = said;
        await this.#table.put({ ...endKey(team, courseId, endsAt, id), session: id, endsAt, expires });
      },
    };
    return keep(this.#table, sessionKey(team, id, 'session'), said, saying, { expires });
  }

  async session(team: TeamId, id: string): Promise<Session | undefined> {
    const kept = await this.#table.get(sessionKey(team, id, 'session'));
    return kept && { id, ...saidIn<Said>(kept) };
  }

  /** The sessions of a course that end in [`from`, `to`) (ms), in the order of their ends, page by page. */
  async *sessions(team: TeamId, courseId: string, from: number, to: number): AsyncGenerator<Session> {
    const [first, last] = [endKey(team, courseId, from, ''), endKey(team, courseId, to, '')];
    // Each key goes on behind the time: the last of these is none of a session, and sorts before those that end at `to`.
    for await (const page of this.#table.pages(first.pk, { from: first.sk, to: last.sk })) {
      const pointers = page.map((item) => ({ id: String(item['session']), endsAt: Number(item['endsAt']) }));
      const ids = [...new Set(pointers.map(({ id }) => id))];
      const keys = ids.map((id) => sessionKey(team, id, 'session'));
      const found = new Map((await this.#table.getMany(keys)).map((item) => [item.pk, item]));
      for (const { id, endsAt } of pointers) {
        const kept = found.get(sessionKey(team, id, 'session').pk);
        const said = kept && saidIn<Said>(kept);
        if (said?.courseId === courseId && said.endsAt === endsAt) yield { id, ...said };
      }
    }
  }

  /** `endsAt`: of the session, where it is known (ms). */
  async putAttendance(
    team: TeamId,
    sessionId: string,
    attendance: Attendance,
    saying: Saying<Attendance>,
    endsAt?: number,
  ): Promise<Outcome> {
    const expires = expiry(saying.at, endsAt);
    return keep(this.#table, sessionKey(team, sessionId, 'attendance'), attendance, saying, { expires });
  }

  async attendance(team: TeamId, sessionId: string): Promise<Attendance | undefined> {
    const kept = await this.#table.get(sessionKey(team, sessionId, 'attendance'));
    return kept && saidIn<Attendance>(kept);
  }

  /** `endsAt`: of the session, where it is known (ms). */
  async putFeedback(
    team: TeamId,
    sessionId: string,
    { learnerId, at, ...opinion }: Feedback,
    before: () => Promise<void>,
    endsAt?: number,
  ): Promise<Outcome> {
    const key = sessionKey(team, sessionId, `feedback#${learnerId}`);
    const keeping = { nameless: withoutWords, expires: expiry(at, endsAt) };
    return keep<Opinion>(this.#table, key, opinion, { at, before }, keeping);
  }

  /** What the learners say of a session, in the order of their ids, page by page. */
  async *feedback(team: TeamId, sessionId: string): AsyncGenerator<readonly Feedback[]> {
    const { pk, sk: prefix } = sessionKey(team, sessionId, 'feedback#');
    for await (const page of this.#table.pages(pk, prefix)) yield page.map(feedbackOf);
  }
}

function sessionKey(team: TeamId, id: string, sk: string): Key {
  return { pk: `${team}#session#${id}`, sk };
}

/** Times sort as they are: fifteen digits reach beyond the year 30000. */
function endKey(team: TeamId, courseId: string, endsAt: number, id: string): Key {
  return { pk: `${team}#course#${courseId}`, sk: `ends#${String(endsAt).padStart(15, '0')}#${id}` };
}

/** In seconds since 1970. What is said at `at` of a session that ends later (ms) is kept as long as that. */
function expiry(at: number, endsAt = at): number {
  return Math.floor(Math.max(at, endsAt) / 1000) + keptDays * daySeconds;
}

function feedbackOf(kept: Item): Feedback {
  return {
    learnerId: kept.sk.slice('feedback#'.length),
    ...saidIn<Opinion>(kept),
    at: Number(kept['firstAt']),
  };
}
