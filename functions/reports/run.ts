import { randomUUID } from 'node:crypto';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { settings } from '../../shared/base/settings.ts';
import { CourseStore } from '../../shared/courses/course-store.ts';
import { meantFor, type RunDependencies, run } from '../../shared/reports/run.ts';
import { ReportStore } from '../../shared/reports/store.ts';
import { scheduleOf } from '../../shared/reports/window.ts';

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'REPORTS_TABLE',
    'COURSES_TABLE',
    'COURSE_ANNOUNCEMENT_CHANNEL_MAP_TABLE',
    'REPORTS_QUEUE_URL',
  );
  const dynamo = documentClient();
  const table = (name: string) => new Table(dynamo, name);
  const dependencies: RunDependencies = {
    store: new ReportStore(table(names.REPORTS_TABLE)),
    courses: new CourseStore(table(names.COURSES_TABLE), table(names.COURSE_ANNOUNCEMENT_CHANNEL_MAP_TABLE)),
    queue: new Queue(queueClient(), names.REPORTS_QUEUE_URL),
    schedule: scheduleOf(process.env),
    clock: systemClock,
    newId: randomUUID,
    timeScale: Number(process.env['TIME_SCALE'] ?? 1),
  };
  const log = openLog();
  return { dependencies, log, reporter: openReporter({ log }) };
});

/** The schedule of the reports, with its own time: a late run makes the reports that it was meant for. */
export async function handler({ scheduledAt }: { readonly scheduledAt: string }): Promise<void> {
  const { dependencies, log, reporter } = await ready();
  try {
    const at = meantFor(scheduledAt, systemClock.now());
    log.info('reports run', { scheduledAt, ...(await run(at, dependencies)) });
  } catch (error) {
    reporter.report(error, { where: 'reports run' });
    await reporter.flush();
    throw error;
  }
}
