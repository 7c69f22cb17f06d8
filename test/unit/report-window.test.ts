/** Which windows a run of the schedule reports: on time, late, after missed runs, at the ends of months and years, when clocks change. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextOf } from '../../lib/local/timers.ts';
import {
  mostMissed,
  runAfter,
  runBefore,
  runKey,
  runOfKey,
  type Schedule,
  scheduleOf,
  type Window,
  windowEnding,
  windowInWords,
  windowName,
  windowOf,
  windowsDue,
} from '../../shared/reports/window.ts';

const india: Schedule = scheduleOf({});
const at = (text: string) => Date.parse(text);
const told = ({ from, to }: Window) => [from, to].map((time) => windowName({ to: time }, india.zone));
const friday = at('2026-11-20T09:00+05:30');
const monday = at('2026-11-23T09:00+05:30');

describe('a run', () => {
  it('on time, seconds late or days late reports the window that it was meant for', () => {
    for (const lateMs of [0, 1, 59_000, 6 * 3_600_000, 3 * 86_400_000 - 1]) {
      expect(told(windowEnding(india, runBefore(india, friday + lateMs)))).toEqual([
        '2026-11-16T09:00+05:30',
        '2026-11-20T09:00+05:30',
      ]);
    }
  });

  it('follows the last one without a gap, over the ends of months and years', () => {
    const windows: Window[] = [];
    for (let run = at('2026-12-25T09:00+05:30'); windows.length < 4; run = runAfter(india, run)) {
      windows.push(windowEnding(india, run));
    }

    expect(windows.map(({ to }) => windowName({ to }, india.zone))).toEqual([
      '2026-12-25T09:00+05:30',
      '2026-12-28T09:00+05:30',
      '2027-01-01T09:00+05:30',
      '2027-01-04T09:00+05:30',
    ]);
    expect(windows.slice(1).map(({ from }) => from)).toEqual(windows.slice(0, -1).map(({ to }) => to));
    expect(windows.map((window) => windowInWords(window, india.zone))).toEqual([
      '21 to 25 Dec',
      '25 to 28 Dec',
      '28 Dec 2026 to 1 Jan 2027',
      '1 to 4 Jan',
    ]);
    expect(windowInWords(windowEnding(india, at('2026-06-01T09:00+05:30')), india.zone)).toBe('29 May to 1 Jun');
  });

  it('makes up for every run that was missed, the oldest first, and for nothing twice', () => {
    expect(windowsDue(india, monday, friday).windows.map(told)).toEqual([
      ['2026-11-20T09:00+05:30', '2026-11-23T09:00+05:30'],
    ]);
    expect(windowsDue(india, monday, at('2026-11-13T09:00+05:30')).windows.map(told)).toEqual([
      ['2026-11-13T09:00+05:30', '2026-11-16T09:00+05:30'],
      ['2026-11-16T09:00+05:30', '2026-11-20T09:00+05:30'],
      ['2026-11-20T09:00+05:30', '2026-11-23T09:00+05:30'],
    ]);
    for (const since of [monday, monday + 1, monday + 86_400_000]) {
      expect(windowsDue(india, monday, since)).toEqual({ windows: [] });
    }
  });

  it('of a course that was never reported reports one window, and no history', () => {
    expect(windowsDue(india, friday, undefined).windows.map(told)).toEqual([
      ['2026-11-16T09:00+05:30', '2026-11-20T09:00+05:30'],
    ]);
  });

  it('makes up for four weeks at most, and says since when something is left out', () => {
    const since = at('2026-08-03T09:00+05:30');

    const { windows, gapFrom } = windowsDue(india, friday, since);

    expect(windows).toHaveLength(mostMissed);
    expect(windows.at(0)?.from).toBe(at('2026-10-23T09:00+05:30'));
    expect(gapFrom).toBe(since);
  });

  it('after a change of the schedule begins where the last one under the old schedule ended', () => {
    const wednesdays: Schedule = { days: ['WED'], time: '18:30', zone: 'Asia/Kolkata' };

    expect(windowsDue(wednesdays, at('2026-11-25T18:30+05:30'), friday).windows.map(told)).toEqual([
      ['2026-11-20T09:00+05:30', '2026-11-25T18:30+05:30'],
    ]);
  });
});

describe('a zone whose clocks change', () => {
  const berlin: Schedule = { days: ['MON', 'FRI'], time: '09:00', zone: 'Europe/Berlin' };

  it('keeps the time of day: a window is an hour longer or shorter', () => {
    const hours = (run: string) => {
      const { from, to } = windowEnding(berlin, at(run));
      return [windowName({ to }, berlin.zone), (to - from) / 3_600_000];
    };

    expect(hours('2026-03-27T09:00+01:00')).toEqual(['2026-03-27T09:00+01:00', 96]);
    expect(hours('2026-03-30T09:00+02:00')).toEqual(['2026-03-30T09:00+02:00', 71]);
    expect(hours('2026-10-26T09:00+01:00')).toEqual(['2026-10-26T09:00+01:00', 73]);
  });

  it('has no run at a time that the clocks leave out, and one at a time that they show twice', () => {
    const sundays: Schedule = { days: ['SUN'], time: '02:30', zone: 'Europe/Berlin' };

    // 29 March: from 02:00 to 03:00. 25 October: 02:30 comes at +02:00 and again at +01:00.
    expect(windowName({ to: runAfter(sundays, at('2026-03-23T00:00Z')) }, sundays.zone)).toBe('2026-04-05T02:30+02:00');
    expect(runAfter(sundays, at('2026-10-24T00:00Z'))).toBe(at('2026-10-25T02:30+02:00'));
    expect(runAfter(sundays, at('2026-10-25T02:30+02:00'))).toBe(at('2026-11-01T02:30+01:00'));
    expect(runBefore(sundays, at('2026-10-25T02:30+01:00'))).toBe(at('2026-10-25T02:30+02:00'));
  });
});

describe('any schedule', () => {
  const days = fc.uniqueArray(fc.constantFrom('SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'), { minLength: 1 });
  const zone = fc.constantFrom('Asia/Kolkata', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC');
  const schedule = fc
    .tuple(days, fc.nat({ max: 23 }), fc.nat({ max: 59 }), zone)
    .map(([chosen, hour, minute, where]) => ({
      days: chosen as Schedule['days'],
      time: `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`,
      zone: where,
    }));
  const moment = fc.integer({ min: at('2025-01-01T00:00Z'), max: at('2028-12-31T00:00Z') });

  it('puts every moment into one window, whose end is named and found again', () => {
    fc.assert(
      fc.property(schedule, moment, (any, now) => {
        const window = windowOf(any, now);

        expect(window.from <= now && now < window.to).toBe(true);
        expect(windowEnding(any, window.to)).toEqual(window);
        expect(runAfter(any, window.from)).toBe(window.to);
        expect(runOfKey(runKey(window.to))).toBe(window.to);
        expect(Date.parse(windowName(window, any.zone))).toBe(window.to);
      }),
      { numRuns: 200 },
    );
  });

  it('has the runs that the runner of this machine has, as long as clocks stand still', () => {
    fc.assert(
      fc.property(schedule, fc.integer({ min: at('2026-11-02T12:00Z'), max: at('2026-11-30T00:00Z') }), (any, now) => {
        const [hour, minute] = any.time.split(':').map(Number);
        const next = nextOf(`cron(${minute} ${hour} ? * ${any.days.join()} *)`, any.zone, 1);

        expect(runAfter(any, now)).toBe(next(now));
      }),
      { numRuns: 100 },
    );
  });

  it('reports every moment between two reports once, however many runs were missed', () => {
    fc.assert(
      fc.property(schedule, moment, fc.nat({ max: mostMissed - 1 }), (any, now, missed) => {
        let run = runBefore(any, now);
        const since = run;
        for (let skipped = 0; skipped <= missed; skipped += 1) run = runAfter(any, run);

        const { windows, gapFrom } = windowsDue(any, run, since);

        expect(gapFrom).toBeUndefined();
        expect(windows.map(({ from }) => from)).toEqual([since, ...windows.slice(0, -1).map(({ to }) => to)]);
        expect(windows.at(-1)?.to).toBe(run);
        expect(windows).toHaveLength(missed + 1);
      }),
      { numRuns: 100 },
    );
  });
});

it('refuses days and times that are none', () => {
  for (const wrong of [
    { REPORT_DAYS: '' },
    { REPORT_DAYS: 'MON,FREITAG' },
    { REPORT_TIME: '9:00' },
    { REPORT_TIME: '24:00' },
  ]) {
    expect(() => scheduleOf(wrong)).toThrow('deploy with days such as MON,FRI');
  }
});
