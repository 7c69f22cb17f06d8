import type { TeamId } from '../base/names.ts';
import type { Kind } from '../parked/kind.ts';
import { isName } from '../parked/record.ts';
import { noticeMessage, noticeRef, readNotice } from '../parked/wake.ts';
import type { ReportRef } from './store.ts';
import { message, parseWake } from './wake.ts';
import { runKey, runOfKey } from './window.ts';

/** `<course>#<window>`: a report among what is parked. */
export function subjectOf({ course, run }: Pick<ReportRef, 'course' | 'run'>): string {
  return `${course}#${runKey(run)}`;
}

/** The inverse of `subjectOf`. */
export function reportOf(team: TeamId, subject: string): ReportRef {
  const [course = '', window = ''] = subject.split('#');
  return { team, course, run: runOfKey(window) ?? 0 };
}

/** Session reports that cannot be told. */
export const parkedReports: Kind = {
  room: 'reports',
  metric: 'ReportsParked',
  worker: 'ReportsWorker',
  noun: () => ({ one: 'session report', many: 'session reports', undone: 'not told in Slack' }),
  remedies: {},
  about: (body) => {
    const notice = readNotice(body);
    if (notice) return { team: notice.team, notice: notice.episode };
    try {
      const wake = parseWake(body);
      return isName(wake.team) && isName(wake.course) ? { team: wake.team, subject: subjectOf(wake) } : undefined;
    } catch {
      return undefined;
    }
  },
  called: (subject) => {
    const [course, window] = subject.split('#');
    return `${course}, ${window}`;
  },
  ids: (subject) => {
    const [course = '', window = ''] = subject.split('#');
    return { course, window };
  },
  wake: (team, subject, unique) => message({ ...reportOf(team, subject), cause: 'parked' }, unique),
  noticeWake: (team, episode, unique) => noticeMessage('reports', { team, episode }, unique),
  noticeRef: (team, episode) => noticeRef('reports', { team, episode }),
};
