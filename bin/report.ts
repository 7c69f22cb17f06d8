/** `npm run report`: shows what the session report of a course says, or has it posted. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderOf, readFacts } from '../lib/local/facts.ts';
import { checkedSettings } from '../lib/parts/settings.ts';
import { readStageFile, STAGES } from '../lib/parts/stage-file.ts';
import { Queue, queueClient } from '../shared/aws/queue.ts';
import { documentClient, Table } from '../shared/aws/table.ts';
import { systemClock } from '../shared/base/clock.ts';
import { teamId } from '../shared/base/names.ts';
import { CourseStore } from '../shared/courses/course-store.ts';
import { EnrollmentStore } from '../shared/courses/enrollment-store.ts';
import { SessionStore } from '../shared/courses/session-store.ts';
import { type LookParts, lookAt } from '../shared/reports/look.ts';
import { render } from '../shared/reports/message.ts';
import { isPast, type ReportRef, ReportStore, reportDays } from '../shared/reports/store.ts';
import { message } from '../shared/reports/wake.ts';
import { runAfter, runBefore, type Schedule, windowEnding, windowName } from '../shared/reports/window.ts';
import { atStage, Misplaced, onThisMachine, type Where } from './erase/where.ts';

const HELP = `npm run report -- --course C --window W [--dry-run] [--team T]

Has the session report of a course posted, or brought up to date where it is posted; a report is there once, however often
it is asked for.

  --course C        the company's id of the course
  --window W        which report: the time of its run (2026-11-20T09:00+05:30), its day (2026-11-20), or last
  --dry-run         show what it says, and post nothing
  --team T          a Slack team's id, where it is not the one of the stack that runs here

It works on the stack that \`npm start\` serves here. In AWS, with your own credentials:

  aws cloudformation list-stack-resources --stack-name war-room-live-state --output json > state.json
  aws cloudformation list-stack-resources --stack-name war-room-live-hub --output json > hub.json
  npm run report -- --stage live --resources state.json --resources hub.json --team T0123456789 --course C --window last`;

const root = join(import.meta.dirname, '..');

const dayMs = 86_400_000;

/** Between two messages. */
const rule = '─'.repeat(60);

function read(argv: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        help: flag,
        course: text,
        window: text,
        team: text,
        'dry-run': flag,
        stage: text,
        resources: { type: 'string', multiple: true, default: [] },
      },
    }).values;
  } catch (error) {
    throw new Misplaced(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

type Wishes = ReturnType<typeof read>;

function whereFor({ stage, resources }: Wishes): Where {
  if (stage !== undefined) {
    if (resources.length === 0) throw new Misplaced(`Say what stage ${stage} consists of, by --resources.\n\n${HELP}`);
    return atStage(
      stage,
      resources.map((file) => readFileSync(file, 'utf8')),
    );
  }
  const facts = readFacts(folderOf(root, process.env));
  if (facts) return onThisMachine(facts);
  throw new Misplaced('No stack runs here. Start one with `npm start`, or name one in AWS by --stage and --resources.');
}

/** The run that a window is named after (ms). */
function runOf(named: string, schedule: Schedule, now: number): number {
  if (named === 'last') return runBefore(schedule, now);
  // Wherever the zone is, a run of that day lies within a day and a half of its midnight in UTC.
  const about = Date.parse(/^\d{4}-\d\d-\d\d$/.test(named) ? `${named}T12:00Z` : named);
  if (!Number.isNaN(about)) {
    for (let run = runBefore(schedule, about - dayMs); run < about + dayMs; run = runAfter(schedule, run)) {
      if (run === about || windowName({ to: run }, schedule.zone).startsWith(`${named}T`)) return run;
    }
  }
  const [last, next] = [runBefore(schedule, now), runAfter(schedule, now)].map((to) =>
    windowName({ to }, schedule.zone),
  );
  throw new Misplaced(`"${named}" is no run of the schedule. The last was ${last}, the next is ${next}.`);
}

async function main(): Promise<void> {
  const wishes = read(process.argv.slice(2));
  if (wishes.help) return console.log(HELP);
  const { course, window } = wishes;
  if (course === undefined || window === undefined) throw new Misplaced(HELP);
  const where = whereFor(wishes);
  const team = wishes.team ?? where.team;
  if (team === undefined || !/^\w{1,32}$/.test(team)) throw new Misplaced('Say of which Slack team, by --team.');
  // Before the first client is made: they read it then.
  Object.assign(process.env, where.environment);

  const stage = wishes.stage ?? 'dev';
  const { schedules, reports } = checkedSettings({ ...readStageFile(join(root, STAGES), stage), stage });
  const { days, time, timeZone: zone } = schedules.reports;
  const schedule: Schedule = { days, time, zone };
  const ref: ReportRef = { team: teamId(team), course, run: runOf(window, schedule, Date.now()) };

  if (isPast(ref, Date.now())) {
    throw new Misplaced(
      `That report is more than ${reportDays} days old, and not made again: what it rests on may be gone.`,
    );
  }

  const dynamo = documentClient({ timeoutMs: 10_000, attempts: 8 });
  const table = (id: string) => new Table(dynamo, where.resources.tables.get(id) ?? id);
  const store = new ReportStore(table('Reports'));
  const courses = new CourseStore(table('Courses'), table('CourseAnnouncementChannelMap'));
  const parts: LookParts = {
    records: { sessions: new SessionStore(table('Sessions')), enrollments: new EnrollmentStore(table('Courses')) },
    store,
    schedule,
    wishes: reports,
    clock: systemClock,
  };
  const known = await courses.course(ref.team, course);
  if (!known) throw new Misplaced(`Nobody has told War Room of a course ${course} in team ${team} (${where.name}).`);
  const kept = await store.report(ref);
  const span = kept ?? { ...windowEnding(schedule, ref.run), shown: undefined, gapFrom: undefined };
  const name = `${known.name}, ${windowName({ to: ref.run }, zone)} (${where.name})`;

  if (wishes['dry-run']) {
    const look = await lookAt(ref, known, span, { isPosted: kept?.isTold === true, onward: () => undefined }, parts);
    const thread = render(look.report, look.shown.replies);
    console.log(`What would be posted: ${name}`);
    for (const { content } of [thread.root, ...thread.replies]) {
      console.log(`${rule}\n${content.text.replaceAll('\u200B', '')}`);
    }
    console.log(rule);
    if (known.announcementChannel === null)
      console.log('The course has no announcement channel: it would wait for one.');
    if (!look.isWorthSaying) console.log('There were no sessions: a run would post nothing.');
    return;
  }
  if (ref.run > Date.now()) {
    throw new Misplaced('That window is not over: half of it would be posted. --dry-run shows what there is so far.');
  }
  await store.plan(ref, span, Date.now() + 120_000);
  const queue = new Queue(queueClient(), where.resources.reportsQueue);
  await queue.send(message({ ...ref, cause: 'asked' }, randomUUID()));
  console.log(`Asked for: ${name}. It is posted within moments, or brought up to date where it is.`);
  if (known.announcementChannel === null)
    console.log('The course has no announcement channel: the ops channel is told, and the report waits for one.');
}

await main().catch((error: unknown) => {
  const isTold = error instanceof Misplaced;
  console.error(error instanceof Error ? (isTold ? error.message : (error.stack ?? error.message)) : String(error));
  process.exitCode = 1;
});
