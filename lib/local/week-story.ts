/** A week of sessions of two courses, told to a running stack as the course system would, and its reports looked for in Slack. */
import type { LocalFacts } from './facts.ts';
import { PlayFailed } from './play.ts';
import { DATA_SCIENCE, FULL_STACK } from './stories.ts';

/** What a learner says of a session: who, by their place among the learners; how many stars; in which words, if any. */
type Said = readonly [learner: number, rating: number, text?: string];

/** A session as it went. Who is `present` is counted from the first of the learners; the rest were absent. */
export type WeekSession = {
  readonly id: string;
  readonly title: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly status: 'held' | 'cancelled';
  /** Undefined: nobody said who came. */
  readonly present?: number;
  readonly feedback: readonly Said[];
};

export type WeekCourse = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** The channel in which it is announced, by its name. */
  readonly channel: string;
  readonly learners: readonly string[];
  /** Run by run: what happened before each, since the one before. */
  readonly sessions: readonly (readonly WeekSession[])[];
};

/** The runs of the week, each at its own time: a Friday and the Monday after. Everything here has fixed dates and ids. */
export const WEEK_RUNS = ['2026-11-13T09:00:00+05:30', '2026-11-16T09:00:00+05:30'] as const;

export const WEEK: readonly WeekCourse[] = [
  {
    ...DATA_SCIENCE,
    channel: 'course-data-science',
    learners: [
      'Aarav Gupta',
      'Diya Menon',
      'Ishaan Reddy',
      'Kabir Singh',
      'Leela Krishnan',
      'Mohit Jain',
      'Nisha Patel',
      'Omkar Joshi',
      'Pooja Nambiar',
      'Rahul Kulkarni',
      'Tara Bose',
      'Zoya Khan',
    ],
    sessions: [
      [
        {
          ...evening('ses_week_ds_1', 'Python for data work', '2026-11-09'),
          present: 11,
          feedback: [
            [0, 5, 'The pandas examples made it click, more of those please.'],
            [1, 4],
            [2, 5],
            [4, 4, 'Good pace. The second exercise was hard without the hint.'],
            [6, 5],
            [7, 3],
            [9, 5, 'Bahut accha session tha!'],
            [10, 4],
          ],
        },
        {
          ...evening('ses_week_ds_2', 'Sampling and bias', '2026-11-11'),
          present: 9,
          feedback: [
            [0, 4],
            [1, 2, 'Too fast: I was still copying the formula when we moved on.'],
            [2, 3],
            [3, 1, 'The sound was gone for the first twenty minutes, and nobody answered in the chat.'],
            [6, 4, 'The coin experiment was fun.'],
            [8, 2],
          ],
        },
        { ...evening('ses_week_ds_3', 'Lab: cleaning a data set', '2026-11-12'), status: 'cancelled', feedback: [] },
      ],
      [
        {
          ...evening('ses_week_ds_4', 'Linear regression', '2026-11-14'),
          present: 10,
          feedback: [
            [0, 5, 'Best session so far 🎯'],
            [1, 4, 'Slower than on Wednesday, thank you.'],
            [2, 5],
            [3, 4],
            [5, 5],
            [6, 5, 'More like this.'],
            [8, 4],
          ],
        },
        { ...evening('ses_week_ds_5', 'Office hours', '2026-11-15'), feedback: [[3, 5]] },
      ],
    ],
  },
  {
    ...FULL_STACK,
    channel: 'course-full-stack',
    learners: [
      'Aditi Rao',
      'Bharat Shah',
      'Chitra Pillai',
      'Dhruv Malhotra',
      'Esha Verma',
      'Farhan Ali',
      'Gauri Deshpande',
      'Harsh Vardhan',
      'Indira Das',
    ],
    sessions: [
      [
        {
          ...evening('ses_week_fs_1', 'State in React', '2026-11-10'),
          present: 8,
          feedback: [
            [0, 5, 'Finally understood when an effect runs.'],
            [1, 4],
            [2, 5],
            [3, 4, 'The live coding was great; please share the file before.'],
            [5, 5],
          ],
        },
        {
          ...evening('ses_week_fs_2', 'Designing an API', '2026-11-12'),
          present: 7,
          feedback: [
            [0, 4],
            [2, 4],
            [4, 3, 'A bit much for one evening.'],
            [6, 5],
          ],
        },
      ],
      [
        {
          ...evening('ses_week_fs_3', 'Deploying to the cloud', '2026-11-14'),
          present: 9,
          feedback: [
            [0, 4],
            [1, 3],
            [2, 4],
            [7, 4, 'It worked on the third try, which taught me the most.'],
          ],
        },
      ],
    ],
  },
];

/** A session of an hour and a half, at seven in the evening. */
function evening(id: string, title: string, day: string) {
  return {
    id,
    title,
    startsAt: `${day}T19:00:00+05:30`,
    endsAt: `${day}T20:30:00+05:30`,
    status: 'held',
  } as const;
}

/** A report as Slack shows it. */
export type ReportShown = {
  readonly course: string;
  readonly run: string;
  readonly text: string;
  readonly permalink: string;
};

type Facts = Pick<LocalFacts, 'api' | 'apiKey' | 'slack' | 'aws'>;

const LOOK_EVERY_MS = 100;

/**
 * Tells the week as far as each run, has the schedule run as it would have then, and waits for the report of each course. The same
 * again changes nothing. Throws `PlayFailed` where something is refused or does not come.
 */
export async function playWeek(
  facts: Facts,
  say: (line: string) => void,
  withinMs = 60_000,
): Promise<readonly ReportShown[]> {
  const channels = await channelIds(facts.slack);
  for (const { id, name, type, channel, learners } of WEEK) {
    await put(facts, `/v1/courses/${id}`, { name, type, announcementChannel: channels.get(channel) });
    await Promise.all(
      learners.map((learner, index) => {
        const email = `${learner.toLowerCase().replace(' ', '.')}@learner.example`;
        const body = { courseId: id, learner: { id: learnerId(id, index), name: learner, email }, status: 'active' };
        return put(facts, `/v1/enrollments/enr_${learnerId(id, index)}`, body);
      }),
    );
    say(`${name}: ${learners.length} learners`);
  }

  const shown: ReportShown[] = [];
  for (const [number, run] of WEEK_RUNS.entries()) {
    for (const course of WEEK) {
      for (const session of course.sessions[number] ?? []) await tell(facts, course, session);
      const sessions = course.sessions[number]?.length ?? 0;
      say(`${course.name}: ${sessions} ${sessions === 1 ? 'session' : 'sessions'} before ${run}`);
    }
    await runSchedule(facts, run);
    for (const course of WEEK) shown.push(await untilShown(facts, course, run, channels, withinMs));
  }
  return shown;
}

/** What came days after the first report: somebody else who was there, and what they thought of it. */
export const LATE: WeekSession = {
  ...evening('ses_week_ds_2', 'Sampling and bias', '2026-11-11'),
  present: 10,
  feedback: [[9, 5, 'Watched the recording twice, then it was clear.']],
};

/** Tells what came late: the first report of its course is edited, and the next one's change corrected. */
export async function tellLate(facts: Facts): Promise<void> {
  const [course] = WEEK;
  if (course) await tell(facts, course, LATE);
}

/** Every report of the week's courses that Slack shows: for who counts them. */
export async function weekShown(facts: Facts): Promise<readonly (ReportShown & { readonly key: string })[]> {
  const channels = await channelIds(facts.slack);
  const found = await Promise.all(WEEK.map((course) => reportsIn(facts, course, channels)));
  return found.flat();
}

async function tell(
  facts: Facts,
  { id: courseId, learners }: WeekCourse,
  { id, title, startsAt, endsAt, status, present, feedback }: WeekSession,
): Promise<void> {
  await put(facts, `/v1/sessions/${id}`, { courseId, title, startsAt, endsAt, status });
  if (present !== undefined) {
    const ids = learners.map((_, index) => learnerId(courseId, index));
    await put(facts, `/v1/sessions/${id}/attendance`, { present: ids.slice(0, present), absent: ids.slice(present) });
  }
  await Promise.all(
    feedback.map(([learner, rating, text]) => {
      const body = { learnerId: learnerId(courseId, learner), rating, ...(text !== undefined && { text }) };
      return put(facts, `/v1/sessions/${id}/feedback`, body, 'POST');
    }),
  );
}

const learnerId = (course: string, index: number) => `${course.replace('crs_', 'lrn_')}_${index + 1}`;

/** A stack that has just started may be too slow for its first requests: all of this may be sent again. */
const tries = 4;

async function put({ api, apiKey }: Facts, path: string, body: unknown, method = 'PUT'): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(`${api}${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify(body),
    });
    if (response.ok) return;
    const why = await response.text();
    if (response.status < 500 || attempt === tries)
      throw new PlayFailed(`${method} ${path} was refused with ${response.status}: ${why}`);
  }
}

/** Calls the function of the schedule as EventBridge Scheduler would have, at this time. */
async function runSchedule({ aws }: Facts, scheduledAt: string): Promise<void> {
  const lambda = aws.environment['AWS_ENDPOINT_URL_LAMBDA'];
  const response = await fetch(`${lambda}/2015-03-31/functions/ReportsRun/invocations`, {
    method: 'POST',
    body: JSON.stringify({ scheduledAt: new Date(scheduledAt).toISOString() }),
  });
  if (!response.ok || response.headers.has('x-amz-function-error')) {
    throw new PlayFailed(`The run of ${scheduledAt} failed: ${await response.text()}`);
  }
}

async function untilShown(
  facts: Facts,
  course: WeekCourse,
  run: string,
  channels: ReadonlyMap<string, string>,
  withinMs: number,
): Promise<ReportShown> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = (await reportsIn(facts, course, channels)).find((report) => report.run === run);
    if (found) return found;
    if (Date.now() > end) {
      throw new PlayFailed(
        `The report of ${course.name} for ${run} is not in Slack after ${Math.round(withinMs / 1000)} s. The ops channel may ` +
          "say why; the functions' own words are in .war-room/functions.log.",
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

type SlackMessage = {
  readonly ts: string;
  readonly text: string;
  readonly metadata?: { readonly event_payload?: { readonly key?: string } };
};

/** The reports of the week in the channel of a course. */
async function reportsIn(
  { slack }: Facts,
  { id, name, channel }: WeekCourse,
  channels: ReadonlyMap<string, string>,
): Promise<(ReportShown & { readonly key: string })[]> {
  const place = channels.get(channel) ?? '';
  const args = { channel: place, limit: '200', include_all_metadata: 'true' };
  const { messages = [] } = await ask<{ messages?: SlackMessage[] }>(slack, 'conversations.history', args);
  return messages.flatMap(({ ts, text, metadata }) => {
    const key = metadata?.event_payload?.key ?? '';
    const run = WEEK_RUNS.find((each) =>
      key.startsWith(`reports#${id}#${new Date(each).toISOString().slice(0, 16)}Z/`),
    );
    const permalink = `${slack.url}/archives/${place}/p${ts.replace('.', '')}`;
    return run ? [{ course: name, run, key, text: text.replaceAll('\u200B', ''), permalink }] : [];
  });
}

/** The channels of the workspace, by their names. */
async function channelIds(slack: Facts['slack']): Promise<ReadonlyMap<string, string>> {
  const { channels = [] } = await ask<{ channels?: { id: string; name: string }[] }>(slack, 'conversations.list', {
    limit: '200',
  });
  const found = new Map(channels.map(({ id, name }) => [name, id]));
  for (const { channel } of WEEK) {
    if (!found.has(channel)) throw new PlayFailed(`This Slack has no channel #${channel}: make it, and play again.`);
  }
  return found;
}

async function ask<T>(
  { url, botToken }: Facts['slack'],
  method: string,
  args: Readonly<Record<string, string>>,
): Promise<T> {
  const response = await fetch(`${url}/api/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${botToken}` },
    body: new URLSearchParams(args),
  });
  return (await response.json()) as T;
}
