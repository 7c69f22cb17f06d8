import { Duration, TimeZone } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { countedBy } from '../parts/counted.ts';
import type { HubApi } from '../parts/hub-api.ts';
import type { HubFunction, Surroundings } from '../parts/hub-function.ts';
import { OrderedWorker } from '../parts/ordered-worker.ts';
import { notTakenOver, takeOverParked } from '../parts/parked-worker.ts';
import { DUE_INDEX } from '../parts/room-table.ts';
import type { Settings } from '../parts/settings.ts';
import { TimedJob } from '../parts/timed-job.ts';
import type { StateStack } from '../state-stack.ts';

/** What the reports room stands on. */
export interface ReportsRoomProps extends Surroundings {
  readonly api: HubApi;
  readonly state: StateStack;
  /** What wakes held threads: it puts those of reports on this room's queue. */
  readonly wakesHeld: HubFunction;
  /** Where people decide in Slack about reports that cannot be told. */
  readonly desk: HubFunction;
  /** Where courses and what happened in them are told: it notes which reports that concerns. */
  readonly coursesApi: HubFunction;
}

/** How each course went, told twice a week in the course's own channel. */
export class ReportsRoom extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: ReportsRoomProps) {
    super(scope, id);
    const { api, state, settings } = props;
    const { days, time, timeZone } = settings.schedules.reports;
    const [hour = '', minute = ''] = time.split(':').map((part) => String(Number(part)));

    // One group a course: a window and the next are told in order. It reads everything that learners said in a window.
    const reports = new OrderedWorker(this, 'Reports', {
      ...props,
      entry: 'functions/reports/worker.ts',
      description: 'Reckons up the sessions of a course and posts the report in its announcement channel',
      // Of memory it takes a tenth. A whole processor comes with so much, and a million ratings are read in one go.
      memorySize: 1769,
      semiSpaceMb: 8,
      timeout: Duration.minutes(5),
      maxConcurrency: 5,
      errors: {
        impact: 'Some session reports are not in Slack yet; their messages come back until they are.',
        remedy: 'Read the error in the log of ReportsWorker; the messages come back by themselves once it is mended.',
      },
      late: {
        after: Duration.minutes(30),
        impact: 'Courses read of their sessions more than half an hour late.',
        remedy:
          'Look at the log of ReportsWorker: Slack may be refusing or slowing us (waiting is logged), or the worker fails.',
      },
      parked: notTakenOver('Reports', 'session reports'),
    });
    this.queue = reports.queue;
    scheduled(reports.worker, settings)
      .isTold('REPORT_LOW_RATING', String(settings.reports.lowRating))
      .isTold('REPORT_LEARNER_NAMES', String(settings.reports.learnerNames))
      .isTold('REPORT_WHEN_QUIET', settings.reports.whenQuiet)
      .isTold('PUBLIC_ORIGIN', settings.origin ?? api.origin)
      .mayUseTable(state.reports, 'REPORTS_TABLE', ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'])
      .mayUseTable(state.courses, 'COURSES_TABLE', ['GetItem', 'BatchGetItem', 'Query'])
      .mayUseTable(state.courseAnnouncementChannelMap, 'COURSE_ANNOUNCEMENT_CHANNEL_MAP_TABLE', ['GetItem'])
      .mayUseTable(state.sessions, 'SESSIONS_TABLE', ['GetItem', 'BatchGetItem', 'Query'])
      .mayUseTable(state.adminSlackMessageLog, 'ADMIN_SLACK_MESSAGE_LOG_TABLE', [
        'GetItem',
        'PutItem',
        'UpdateItem',
        'DeleteItem',
        'Query',
      ])
      .mayUseTable(state.slackInstallations, 'SLACK_INSTALLATIONS_TABLE', ['GetItem', 'UpdateItem'])
      .mayUseKey(state.tokenKey, 'TOKEN_KEY_ID', ['Decrypt'], ['team', 'user', 'kind'])
      // Itself: what was told after all ends a notice.
      .mayUseQueue(reports.queue, 'REPORTS_QUEUE_URL', ['ChangeMessageVisibility', 'SendMessage'])
      .mayUseQueue(reports.deadLetters, 'REPORTS_DEAD_LETTERS_URL', ['SendMessage']);
    props.wakesHeld.mayUseQueue(reports.queue, 'REPORTS_QUEUE_URL', ['SendMessage']);
    props.desk
      .mayUseTable(state.reports, 'REPORTS_TABLE', ['GetItem', 'Query', 'PutItem', 'UpdateItem'])
      .mayUseQueue(reports.queue, 'REPORTS_QUEUE_URL', ['SendMessage']);

    scheduled(props.coursesApi, settings).mayUseTable(state.reports, 'REPORTS_TABLE', [
      'Query',
      'PutItem',
      'UpdateItem',
    ]);

    takeOverParked(this, {
      ...props,
      room: 'Reports',
      worker: reports,
      table: state.reports,
      things: 'session reports',
      impact: 'At least one session report is missing from Slack, or shows old figures, until a person acts.',
    });

    props.alarms.ring(this, 'ThreadsHeld', {
      what: 'session reports are held',
      metric: countedBy(reports.worker, 'ThreadsHeld'),
      atLeast: 1,
      impact:
        'Session reports are not shown in Slack until somebody lets War Room write in the course’s channel again.',
      remedy:
        'Look into the ops channel: it names the channel and what to do. If nothing is said there, the app itself was ' +
        'removed or its token refused: install it again.',
    });

    // It decides what is due, and leaves the rest to the queue: whatever the number of courses, it is over soon.
    const run = new TimedJob(this, 'ReportsRun', {
      ...props,
      entry: 'functions/reports/run.ts',
      description: 'Has the session reports posted that are due, those of missed runs with them',
      memorySize: 512,
      timeout: Duration.minutes(5),
      at: { minute, hour, weekDay: days.join() },
      timeZone: TimeZone.of(timeZone),
      worthFor: Duration.hours(6),
      errors: { noAlarm: 'A failed run is tried twice more; one that is given up rings.' },
      missed: {
        impact: 'Courses have no session report of this time. With the next run they get it along with the next one.',
        remedy:
          'Read the error in the log of ReportsRun, then run it by hand as docs/reports.md says, or wait for the next run; ' +
          'empty ReportsRunDeadLetters then.',
      },
    });
    scheduled(run.job, settings)
      .mayUseTable(state.reports, 'REPORTS_TABLE', ['GetItem', 'UpdateItem'])
      .mayQueryIndex(state.reports, DUE_INDEX, 'REPORTS_TABLE')
      .mayUseTable(state.courses, 'COURSES_TABLE', ['Query'])
      .mayUseTable(state.courseAnnouncementChannelMap, 'COURSE_ANNOUNCEMENT_CHANNEL_MAP_TABLE', ['BatchGetItem'])
      .mayUseQueue(reports.queue, 'REPORTS_QUEUE_URL', ['SendMessage']);

    // What came late, and what was planned and never reached the queue, is woken each minute.
    const sweep = new TimedJob(this, 'ReportsSweep', {
      ...props,
      entry: 'functions/reports/sweep.ts',
      description: 'Wakes session reports whose figures changed, or which were planned but not yet told',
      memorySize: 256,
      timeout: Duration.seconds(30),
      at: { minute: '*' },
      timeZone: TimeZone.ASIA_KOLKATA,
      // The next minute's run does the same and more.
      worthFor: Duration.minutes(1),
      errors: { noAlarm: 'One failed run is made good by the next; runs given up ring.' },
      missed: {
        impact: 'Session reports show old figures where attendance or feedback came late, and some may be missing.',
        remedy: 'Read the error in the log of ReportsSweep; once a run succeeds, empty ReportsSweepDeadLetters.',
      },
    });
    sweep.job
      .mayQueryIndex(state.reports, DUE_INDEX, 'REPORTS_TABLE')
      .mayUseTable(state.reports, 'REPORTS_TABLE', ['UpdateItem'])
      .mayUseQueue(reports.queue, 'REPORTS_QUEUE_URL', ['SendMessage']);
  }
}

/** Tells a function when reports are made: it reckons with windows. */
function scheduled(one: HubFunction, { schedules }: Settings): HubFunction {
  const { days, time, timeZone } = schedules.reports;
  return one.isTold('REPORT_DAYS', days.join()).isTold('REPORT_TIME', time).isTold('REPORT_ZONE', timeZone);
}
