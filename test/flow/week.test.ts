/** A week of sessions against the served template: the reports of its Friday and its Monday, correct to the digit, each there once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { writeFacts } from '../../lib/local/facts.ts';
import {
  LATE,
  playWeek,
  tellLate,
  WEEK,
  WEEK_RUNS,
  type WeekCourse,
  type WeekSession,
  weekShown,
} from '../../lib/local/week-story.ts';
import { run } from '../support/program.ts';
import { ratingAt, reportAtScale } from '../support/report-scale.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

jest.setTimeout(120_000);

let stack: TestStack;

const folder = mkdtempSync(join(tmpdir(), 'week-'));

beforeAll(async () => {
  stack = await startTestStack();
  writeFacts(folder, stack.facts);
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true });
});

const report = (...args: string[]) => run('bin/report.ts', args, { WAR_ROOM_FOLDER: folder });

/** Reckoned with numbers as people write them, from what was told and nothing else. */
function expected({ learners }: WeekCourse, now: readonly WeekSession[], before: readonly WeekSession[]) {
  const mean = (ratings: readonly number[]) => (ratings.reduce((a, b) => a + b, 0) / ratings.length).toFixed(1);
  const ratingsOf = (sessions: readonly WeekSession[]) =>
    sessions.flatMap(({ feedback }) => feedback.map(([, rating]) => rating));
  const ratings = ratingsOf(now);
  const average = mean(ratings);
  const last = before.length > 0 ? mean(ratingsOf(before)) : undefined;
  const moved = last === undefined ? 0 : Number(average) - Number(last);
  const change =
    last === undefined
      ? ''
      : ` · ${moved > 0 ? '▲' : '▼'} ${Math.abs(moved).toFixed(1)} since the last report (${last})`;
  const held = now.filter(({ status }) => status === 'held');
  const attended = held.flatMap(({ present }) => present ?? []);
  const [came, could] = [attended.reduce((a, b) => a + b, 0), attended.length * learners.length];
  const cancelled = now.length - held.length;
  const untold = held.length - attended.length;
  const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  return {
    glance: `⭐ ${average} from ${plural(ratings.length, 'rating')}${change}`,
    sessions:
      `${plural(held.length, 'session')} held${cancelled > 0 ? `, ${cancelled} cancelled` : ''} · ` +
      `attendance ${Math.round((100 * came) / could)} % (${came} of ${could})` +
      `${untold > 0 ? `, ${plural(untold, 'session')} not told yet` : ''}`,
    bars: [5, 4, 3, 2, 1].map((rating) => {
      const count = ratings.filter((one) => one === rating).length;
      const filled = count === 0 ? 0 : Math.max(1, Math.round((10 * count) / ratings.length));
      return `${rating}★ ${'▰'.repeat(filled).padEnd(10, '▱')} ${count}`;
    }),
    low: ratings.filter((rating) => rating <= 2).length,
    said: now.flatMap(({ feedback }) => feedback.flatMap(([, , text]) => (text === undefined ? [] : [text]))),
    enrolled: `${learners.length} enrolled`,
  };
}

it('reports both courses at both runs, played three times each report is there once, and what comes late corrects it', async () => {
  await playWeek(stack.facts, () => undefined);
  await playWeek(stack.facts, () => undefined);
  const reports = await playWeek(stack.facts, () => undefined);
  await stack.untilQuiet();

  const shown = await weekShown(stack.facts);
  expect(shown.map(({ course, run }) => `${course} ${run}`).sort()).toEqual(
    WEEK.flatMap(({ name }) => WEEK_RUNS.map((run) => `${name} ${run}`)).sort(),
  );
  const windows = ['9 to 13 Nov', '13 to 16 Nov'];
  for (const course of WEEK) {
    for (const [number, run] of WEEK_RUNS.entries()) {
      const report = reports.find((one) => one.course === course.name && one.run === run);
      const lines = report?.text.split('\n') ?? [];
      const wanted = expected(course, course.sessions[number] ?? [], number === 0 ? [] : (course.sessions[0] ?? []));
      expect(lines.slice(0, 8)).toEqual([
        `Session report · ${course.name} · ${windows[number]}`,
        wanted.glance,
        wanted.sessions,
        ...wanted.bars,
      ]);
      const low = lines.find((line) => /low rating/.test(line));
      expect(low ?? '0').toMatch(new RegExp(`^${wanted.low}`));
      for (const text of wanted.said) expect(report?.text).toContain(`“${text}”`);
      expect(lines.at(-1)?.split(' · ')[0]).toBe(wanted.enrolled);
    }
  }

  await tellLate(stack.facts);
  const [course] = WEEK;
  const [first, second] = [...(course?.sessions ?? [])];
  const corrected = first?.map((session) =>
    session.id === LATE.id
      ? { ...session, present: LATE.present ?? 0, feedback: [...session.feedback, ...LATE.feedback] }
      : session,
  );
  if (!course || !corrected || !second) throw new Error('The week has two courses.');
  const textOf = async (run: string) =>
    (await weekShown(stack.facts)).find((report) => report.course === course.name && report.run === run)?.text ?? '';
  await until('both reports are corrected', async () =>
    (await textOf(WEEK_RUNS[1])).includes('the report before was corrected'),
  );

  const lines = (await textOf(WEEK_RUNS[0])).split('\n');
  expect(lines.slice(1, 8)).toEqual(
    Object.values(expected(course, corrected, []))
      .slice(0, 3)
      .flat(),
  );
  expect(lines.at(-1)).toMatch(/^updated \d+ \w+, \d\d:\d\d: attendance, ratings and feedback that came late$/);
  expect((await textOf(WEEK_RUNS[1])).split('\n')[1]).toBe(expected(course, second, corrected).glance);
  expect(await weekShown(stack.facts)).toHaveLength(4);
});

it('is shown at the keyboard without being posted, and posted there where a run left it out', async () => {
  const [course] = WEEK;
  if (!course) throw new Error('The week has two courses.');
  const posted = await weekShown(stack.facts);

  const dry = await report('--course', course.id, '--window', WEEK_RUNS[0], '--dry-run');
  const wrong = await report('--course', course.id, '--window', '2026-11-14', '--dry-run');
  const ahead = await report('--course', course.id, '--window', '2099-12-28');
  const earlier = await report('--course', course.id, '--window', '2026-11-09');

  expect(dry).toMatchObject({
    code: 0,
    output: expect.stringContaining('Session report · Data Science · 9 to 13 Nov'),
  });
  expect(dry.output).toContain('What would be posted: Data Science, 2026-11-13T09:00+05:30 (this machine)');
  expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining('"2026-11-14" is no run of the schedule.') });
  expect(ahead).toMatchObject({ code: 1, output: expect.stringContaining('That window is not over') });
  expect(earlier).toMatchObject({
    code: 0,
    output: expect.stringContaining('Asked for: Data Science, 2026-11-09T09:00'),
  });
  await stack.untilQuiet();
  expect(await weekShown(stack.facts)).toEqual(posted);
  expect(stack.lines('ReportsWorker')).toContainEqual(
    expect.objectContaining({ message: 'report', cause: 'asked', window: '2026-11-09T03:30Z', outcome: 'done' }),
  );
});

/** The full size is a script of its own: test/reports-at-scale.ts. */
it('of thousands of ratings is made by the function in a process of its own, whose memory stays small', async () => {
  const ratings = 3_000;

  const { answer, peakMb, text } = await reportAtScale(stack, ratings);

  const sum = Array.from({ length: ratings }, (_, index) => ratingAt(index)).reduce((a, b) => a + b, 0);
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(text).toContain(`⭐ ${(sum / ratings).toFixed(1)} from ${ratings} ratings`);
  expect(peakMb).toBeLessThan(256);
});
