import * as z from 'zod/mini';
import { text } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import { id } from './id.ts';

type SessionStatus = 'planned' | 'held' | 'cancelled';

/** A session of a course; times in milliseconds since 1970, UTC. It is reported by when it ended. */
export type Session = {
  readonly id: string;
  readonly courseId: string;
  readonly title: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly status: SessionStatus;
};

const dayMs = 86_400_000;
/** What lasts longer, or lies elsewhere, is a year or an hour that was mistyped, and would be reported nowhere. */
const longestMs = 31 * dayMs;
const earliest = Date.UTC(2000, 0, 1);
const latest = Date.UTC(2100, 0, 1);

const time = () =>
  z.iso
    .datetime({
      offset: true,
      error: 'must be a time with its offset, such as 2026-11-20T18:00:00+05:30 (RFC 3339).',
      abort: true,
    })
    .check(
      z.refine((given) => Date.parse(given) >= earliest && Date.parse(given) < latest, {
        error: 'must lie between the years 2000 and 2100.',
        abort: true,
      }),
    );

const fields = () => ({
  courseId: id(),
  title: text(200),
  startsAt: time(),
  endsAt: time().register(z.globalRegistry, {
    description: 'The report in which a session appears is that of its end.',
  }),
  status: z.enum(['planned', 'held', 'cancelled']),
});

/** The body of `PUT /v1/sessions/{id}`. */
export const sessionRequest = once(() =>
  z.strictObject(fields()).check(
    z.refine(({ startsAt, endsAt }) => Date.parse(startsAt) < Date.parse(endsAt), {
      path: ['endsAt'],
      error: 'must be later than `startsAt`.',
      when: timesAreRead,
    }),
    z.refine(({ startsAt, endsAt }) => Date.parse(endsAt) - Date.parse(startsAt) <= longestMs, {
      path: ['endsAt'],
      error: 'must be within 31 days of `startsAt`.',
      when: timesAreRead,
    }),
  ),
);

/** Once both are times they are compared, whatever else is wrong: all of it is named at once. */
function timesAreRead({ value }: z.core.ParsePayload): boolean {
  const { startsAt, endsAt }: Record<string, unknown> = Object(value);
  return typeof startsAt === 'string' && typeof endsAt === 'string';
}
