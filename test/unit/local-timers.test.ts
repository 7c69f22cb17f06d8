import { describe, expect, it } from '@jest/globals';
import { inputOf, nextOf, startTimers } from '../../lib/local/timers.ts';
import { until } from '../support/until.ts';

const at = (iso: string) => Date.parse(iso);
const next = (expression: string, zone: string, after: string, timeScale = 1) => {
  const due = nextOf(expression, zone, timeScale)(at(after));
  return due === undefined ? undefined : new Date(due).toISOString();
};

describe('when a schedule is due', () => {
  it.each([
    // Monday and Friday at nine in Kolkata is 03:30 UTC; 22 November 2026 is a Sunday.
    ['cron(0 9 ? * MON,FRI *)', 'Asia/Kolkata', '2026-11-22T12:00:00Z', '2026-11-23T03:30:00.000Z'],
    ['cron(0 9 ? * MON,FRI *)', 'Asia/Kolkata', '2026-11-23T03:30:00Z', '2026-11-27T03:30:00.000Z'],
    // AWS counts weekdays from 1 for Sunday.
    ['cron(0 9 ? * 2 *)', 'Asia/Kolkata', '2026-11-22T12:00:00Z', '2026-11-23T03:30:00.000Z'],
    ['cron(15 10 1 * ? *)', 'UTC', '2026-11-22T12:00:00Z', '2026-12-01T10:15:00.000Z'],
    ['cron(0/15 * * * ? *)', 'UTC', '2026-11-22T12:01:00Z', '2026-11-22T12:15:00.000Z'],
    ['cron(0 18 ? * 6L *)', 'UTC', '2026-11-22T12:00:00Z', '2026-11-27T18:00:00.000Z'],
    ['cron(0 0 1 1 ? 2028)', 'UTC', '2026-11-22T12:00:00Z', '2028-01-01T00:00:00.000Z'],
    ['cron(* * * * ? *)', 'Asia/Kolkata', '2026-11-22T12:00:30Z', '2026-11-22T12:01:00.000Z'],
    ['rate(5 minutes)', 'UTC', '2026-11-22T12:00:00Z', '2026-11-22T12:05:00.000Z'],
    ['rate(1 hour)', 'UTC', '2026-11-22T12:00:00Z', '2026-11-22T13:00:00.000Z'],
    ['at(2026-12-01T09:00:00)', 'Asia/Kolkata', '2026-11-22T12:00:00Z', '2026-12-01T03:30:00.000Z'],
  ])('%s in %s after %s is %s', (expression, zone, after, due) => {
    expect(next(expression, zone, after)).toBe(due);
  });

  it('is never again once it is over', () => {
    expect(next('at(2026-11-01T09:00:00)', 'UTC', '2026-11-22T12:00:00Z')).toBeUndefined();
  });

  it.each(['rate(1 minute)', 'cron(* * * * ? *)'])('%s follows the scale of time', (expression) => {
    expect(next(expression, 'Asia/Kolkata', '2026-11-22T12:00:00Z', 0.05)).toBe('2026-11-22T12:00:03.000Z');
  });

  it('at a time of day does not follow the scale of time', () => {
    expect(next('cron(0 9 ? * MON *)', 'Asia/Kolkata', '2026-11-22T12:00:00Z', 0.05)).toBe('2026-11-23T03:30:00.000Z');
  });

  it('refuses what it cannot read', () => {
    expect(() => nextOf('cron(0 9 * * *)', 'UTC', 1)).toThrow('cron(0 9 * * *)');
  });
});

describe('what a schedule gives its function', () => {
  const schedule = { id: 'S', name: 'sweep', expression: 'rate(1 hour)', zone: 'UTC', function: 'F' };

  it("fills in Scheduler's words with the time for which it was due", () => {
    const given = inputOf(
      { ...schedule, input: '{"at":"<aws.scheduler.scheduled-time>","try":"<aws.scheduler.attempt-number>"}' },
      at('2026-11-23T03:30:00Z'),
    );

    expect(given).toEqual({ at: '2026-11-23T03:30:00Z', try: '1' });
  });

  it('is the scheduled event of a rule without an input', () => {
    expect(inputOf(schedule, at('2026-11-23T03:30:00Z'))).toMatchObject({
      'detail-type': 'Scheduled Event',
      time: '2026-11-23T03:30:00Z',
    });
  });
});

describe('timers', () => {
  it('call the function of a schedule each time that it is due, also after a run that failed, until they are stopped', async () => {
    const schedule = {
      id: 'S',
      name: 'sweep',
      expression: 'rate(1 minute)',
      zone: 'UTC',
      function: 'F',
      input: '{"n":1}',
    };
    const calls: unknown[] = [];

    const timers = startTimers([schedule], 1 / 60, async (functionId, event) => {
      calls.push([functionId, event]);
      throw new Error('it failed');
    });
    await until('two runs', () => calls.length === 2);
    timers.stop();

    expect(calls).toEqual([
      ['F', { n: 1 }],
      ['F', { n: 1 }],
    ]);
  });
});
