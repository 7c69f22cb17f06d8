/** Session reports from the schedule to Slack: on time, late, after missed runs, with data that comes late. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { startTimers } from '../../lib/local/timers.ts';
import { channelId } from '../../shared/base/names.ts';
import { meantFor } from '../../shared/reports/run.ts';
import { Fuse } from '../support/fuse.ts';
import { announced, aSession, startReporting } from '../support/reporting.ts';
import { ids } from '../support/slack-world.ts';

const minute = 60_000;
const monday = '2026-11-16T09:00:00+05:30';
const friday = '2026-11-20T09:00:00+05:30';
const nextMonday = '2026-11-23T09:00:00+05:30';

const tuesdays = aSession('s1', '2026-11-17T20:00:00+05:30', { title: 'Python' });
const wednesdays = aSession('s2', '2026-11-18T20:00:00+05:30', { title: 'Statistics' });
const saturdays = aSession('s3', '2026-11-21T20:00:00+05:30', { title: 'Regression' });

/** A course of four, and a week of it that two of them rated. */
async function aWeek(...given: Parameters<typeof startReporting>) {
  const reporting = await startReporting(...given);
  const { say } = reporting;
  await say.course();
  await say.enrolled('l1', 'l2', 'l3', 'l4');
  await say.session(tuesdays);
  await say.session({ ...wednesdays, status: 'cancelled' });
  await say.attendance(tuesdays, ['l1', 'l2', 'l3'], ['l4']);
  await say.feedback(tuesdays, 'l1', 5, 'The examples made it click.');
  await say.feedback(tuesdays, 'l2', 2, 'Too fast for me.');
  reporting.queue.length = 0;
  return reporting;
}

describe('a report', () => {
  it('says how the sessions of its window went', async () => {
    const { run, drain, threads } = await aWeek();

    await run(friday);
    await drain();

    expect(threads()).toEqual([
      {
        text: [
          'Session report · Data Science · 16 to 20 Nov',
          '⭐ 3.5 from 2 ratings',
          '1 session held, 1 cancelled · attendance 75 % (3 of 4)',
          '5★ ▰▰▰▰▰▱▱▱▱▱ 1',
          '4★ ▱▱▱▱▱▱▱▱▱▱ 0',
          '3★ ▱▱▱▱▱▱▱▱▱▱ 0',
          '2★ ▰▰▰▰▰▱▱▱▱▱ 1',
          '1★ ▱▱▱▱▱▱▱▱▱▱ 0',
          '1 low rating (2★ or less)',
          '• 2★ “Too fast for me.” · Python, Tue 17 Nov',
          'Sessions',
          '• Tue 17 Nov · Python · 3 of 4 came · 3.5★ from 2',
          '• Wed 18 Nov · Statistics · cancelled',
          'In their words',
          '• 5★ “The examples made it click.” · Python',
          '4 enrolled · from Mon 16 Nov, 09:00 to Fri 20 Nov, 09:00',
        ].join('\n'),
        replies: [],
      },
    ]);
  });

  it('is there once, however often its run comes', async () => {
    const { run, drain, sweep, threads, room, due } = await aWeek();

    for (let time = 0; time < 3; time += 1) {
      await run(friday);
      await drain();
      await sweep();
      await drain();
    }
    room.time.advance(3 * minute);
    await sweep();
    await drain();

    expect(threads()).toHaveLength(1);
    expect(room.report).toMatchObject({ posted: 1, edited: 0, doubled: 0 });
    expect(await due()).toEqual([]);
  });

  it('shows how the ratings changed since the one before', async () => {
    const { run, drain, say, threads } = await aWeek();
    await say.session(saturdays);
    await say.feedback(saturdays, 'l1', 4);
    await run(friday);

    await run(nextMonday);
    await drain();

    expect(threads()[1]?.text.split('\n').slice(0, 3)).toEqual([
      'Session report · Data Science · 20 to 23 Nov',
      '⭐ 4.0 from 1 rating · ▲ 0.5 since the last report (3.5)',
      '1 session held · attendance not told yet',
    ]);
  });

  it('names the learners of low ratings only where the stage allows it, and by an initial', async () => {
    const { run, drain, threads } = await aWeek({ learnerNames: true });

    await run(friday);
    await drain();

    expect(threads()[0]?.text).toContain('• 2★ “Too fast for me.” · Learner l. · Python, Tue 17 Nov\n');
    expect(threads()[0]?.text).toContain('“The examples made it click.” · Python\n');
  });
});

describe('data that comes late', () => {
  it('edits the report once, says what came and when, and corrects the change that the next one shows', async () => {
    const { run, drain, sweep, say, threads, room, due } = await aWeek();
    await say.session(saturdays);
    await say.feedback(saturdays, 'l1', 4);
    await run(friday);
    await run(nextMonday);
    await drain();
    room.time.advance(3 * minute);
    await sweep();
    await drain();
    room.time.advance(Date.parse('2026-11-23T10:11:00+05:30') - room.time.now());

    await say.feedback(tuesdays, 'l3', 5);
    await say.feedback(tuesdays, 'l4', 5);
    expect([await sweep(), room.report.edited]).toEqual([0, 0]);
    room.time.advance(minute + 1);
    await sweep();
    await drain();

    const [first, second] = threads().map(({ text }) => text.split('\n'));
    expect(first?.[1]).toBe('⭐ 4.3 from 4 ratings');
    expect(first?.slice(-2)).toEqual([
      '4 enrolled · from Mon 16 Nov, 09:00 to Fri 20 Nov, 09:00',
      'updated 23 Nov, 10:12: ratings that came late',
    ]);
    expect(second?.[1]).toBe('⭐ 4.0 from 1 rating · ▼ 0.3 since the last report (4.3)');
    expect(second?.at(-1)).toBe('updated 23 Nov, 10:12: the report before was corrected');
    expect(room.report).toMatchObject({ posted: 2, edited: 2, doubled: 0 });
    expect(await due()).toEqual([]);
  });

  it('is not lost where it is written while the report is being read', async () => {
    const { run, drain, sweep, say, told, threads, room, parts, queue } = await aWeek();
    await run(friday);
    queue.length = 0;
    // The page with its rating is read before it is written, and after it was noted.
    const { sessions } = parts.records;
    const racing = {
      ...parts.records,
      sessions: {
        sessions: sessions.sessions.bind(sessions),
        attendance: sessions.attendance.bind(sessions),
        async *feedback(...args: Parameters<typeof sessions.feedback>) {
          yield* sessions.feedback(...args);
          await say.feedback(tuesdays, 'l4', 1, 'It arrived in between.');
        },
      },
    };

    await told({ team: room.team.id, course: 'crs_ds', run: Date.parse(friday), cause: 'run' }, { records: racing });
    expect(threads()[0]?.text).not.toContain('It arrived in between.');
    room.time.advance(minute + 1);
    await sweep();
    await drain();

    expect(threads()[0]?.text).toContain('It arrived in between.');
  });

  it('of a session that moved corrects the report that it left and the one that it came to', async () => {
    const { run, drain, sweep, say, threads, room } = await aWeek();
    await run(friday);
    await run(nextMonday);
    await drain();
    room.time.advance(Date.parse(nextMonday) + minute - room.time.now());

    await say.session({ ...tuesdays, startsAt: saturdays.startsAt, endsAt: saturdays.endsAt });
    room.time.advance(minute + 1);
    await sweep();
    await drain();

    const [first, second] = threads().map(({ text }) => text.split('\n'));
    expect(first?.slice(1, 3)).toEqual(['No ratings yet', '0 sessions held, 1 cancelled · attendance not told yet']);
    expect(second?.slice(1, 3)).toEqual(['⭐ 3.5 from 2 ratings', '1 session held · attendance 75 % (3 of 4)']);
  });

  it('for a window that nobody reported posts nothing, and is forgotten', async () => {
    const { say, sweep, drain, threads, room, due } = await aWeek();
    await say.session(aSession('old', '2026-09-01T20:00:00+05:30'));
    room.time.advance(2 * minute);

    await sweep();
    const outcomes = await drain();

    expect(new Set(outcomes)).toEqual(new Set(['nothing']));
    expect([threads(), await due()]).toEqual([[], []]);
  });

  it('keeps a report that grew shorter from losing a reply: it says that the part was taken back', async () => {
    const { run, drain, sweep, say, threads, room } = await aWeek();
    const long = 'word '.repeat(70);
    for (let learner = 10; learner < 30; learner += 1)
      await say.feedback(tuesdays, `l${learner}`, 2, `${learner} ${long}`);
    await run(friday);
    await drain();
    const before = threads()[0]?.replies.length ?? 0;
    room.time.advance(minute);

    await say.session({ ...tuesdays, status: 'cancelled' });
    room.time.advance(2 * minute);
    await sweep();
    await drain();

    const [thread] = threads();
    expect(before).toBeGreaterThan(1);
    expect(thread?.replies).toEqual(
      Array.from({ length: before }, () => 'This part of the report was taken back by what came late.'),
    );
    expect(thread?.text).toContain('0 sessions held, 2 cancelled');
  });
});

describe('a run that was missed', () => {
  it('is made up for with the next: each window its report, the oldest first', async () => {
    const { run, drain, say, threads } = await aWeek();
    await run(monday);
    await say.session(saturdays);
    const november27 = aSession('s4', '2026-11-26T20:00:00+05:30');
    await say.session(november27);

    await run('2026-11-27T09:00:00+05:30');
    await drain();

    expect(threads().map(({ text }) => text.split('\n')[0])).toEqual([
      'Session report · Data Science · 16 to 20 Nov',
      'Session report · Data Science · 20 to 23 Nov',
      'Session report · Data Science · 23 to 27 Nov',
    ]);
  });

  it('of a course that began before is made up for, and of a course that is new no history is told', async () => {
    const early = await startReporting();
    early.room.time.advance(Date.parse('2026-11-24T12:00:00+05:30') - early.room.time.now());
    await early.say.course();
    await early.say.session(saturdays);
    await early.say.feedback(saturdays, 'l1', 3);
    const thursdays = aSession('s5', '2026-11-26T20:00:00+05:30');
    await early.say.session(thursdays);
    await early.say.feedback(thursdays, 'l1', 4);
    await early.say.session(aSession('s6', '2026-11-28T20:00:00+05:30'));

    await early.run('2026-11-30T09:00:00+05:30');
    await early.drain();

    expect(early.threads().map(({ text }) => text.split('\n')[0])).toEqual([
      'Session report · Data Science · 23 to 27 Nov',
      'Session report · Data Science · 27 to 30 Nov',
    ]);
    // There are ratings of the week before, and nobody was told of them.
    expect(early.threads()[0]?.text.split('\n')[1]).toBe('⭐ 4.0 from 1 rating');
  });

  it('too long ago is left out, and the first report after it says so', async () => {
    const { run, drain, say, threads } = await aWeek();
    await run('2026-08-03T09:00:00+05:30');
    await say.session(aSession('s0', '2026-10-24T20:00:00+05:30'));

    await run(friday);
    await drain();

    const texts = threads().map(({ text }) => text);
    expect(texts[0]).toMatch(/^Session report · Data Science · 23 to 26 Oct\n/);
    expect(texts[0]).toContain('Nothing was reported between Mon 3 Aug, 09:00 and Fri 23 Oct, 09:00');
    expect(texts.filter((text) => text.includes('Nothing was reported'))).toHaveLength(1);
  });

  it('stops anywhere and runs again: every report is there once', async () => {
    const whole = await aWeek();
    const counting = new Fuse();
    await whole.run(friday, { fuse: counting });
    expect(counting.effects.length).toBeGreaterThan(2);

    for (const [effect, name] of counting.effects.entries()) {
      for (const side of ['before', 'after'] as const) {
        const { run, drain, sweep, threads, room, due } = await aWeek();
        await run(monday);
        await expect(run(friday, { fuse: new Fuse({ effect, side }) })).rejects.toThrow('gone');
        await drain();

        await run(friday);
        await drain();
        room.time.advance(3 * minute);
        await sweep();
        await drain();

        const roots = threads().map(({ text }) => text.split('\n')[0]);
        const at = `${side} ${name}`;
        expect({ at, roots, due: await due() }).toEqual({
          at,
          roots: ['Session report · Data Science · 16 to 20 Nov'],
          due: [],
        });
      }
    }
  });
});

describe('a run by hand', () => {
  it('is for a time that came: of one that lies ahead nothing would be noted that comes until then', () => {
    const now = Date.parse(friday);

    expect(meantFor('2026-11-16T03:30:00Z', now)).toBe(Date.parse(monday));
    expect(meantFor(friday, now - 1_000)).toBe(now);
    expect(() => meantFor(nextMonday, now)).toThrow('2026-11-23T09:00:00+05:30, which has not come');
    expect(() => meantFor('soon', now)).toThrow('needs a time in `scheduledAt`');
  });
});

describe('the schedule, as the runner of this machine keeps it', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('runs each Monday and Friday at nine over the end of the year; a late run and a missed one leave no window out', async () => {
    const schedule = {
      id: 'ReportsRunSchedule',
      name: 'reports',
      expression: 'cron(0 9 ? * MON,FRI *)',
      zone: 'Asia/Kolkata',
      function: 'ReportsRun',
      input: '{"scheduledAt":"<aws.scheduler.scheduled-time>"}',
    };
    const started = Date.parse('2026-12-24T12:00:00+05:30');
    const called: { readonly scheduledAt: string }[] = [];
    jest.useFakeTimers({ now: started });
    const timers = startTimers([schedule], 1, async (_, event) => void called.push(event as (typeof called)[number]));
    jest.advanceTimersByTime(13 * 24 * 60 * minute);
    timers.stop();
    jest.useRealTimers();

    const { say, run, drain, threads, room } = await startReporting();
    room.time.advance(started - room.time.now());
    await say.course();
    for (const day of ['24', '26', '29']) await say.session(aSession(`s${day}`, `2026-12-${day}T20:00:00+05:30`));
    await say.session(aSession('s2', '2027-01-02T20:00:00+05:30'));
    for (const [index, { scheduledAt }] of called.entries()) {
      // The second never came about, the third came two days late.
      const lateMs = index === 2 ? 2 * 24 * 60 * minute : 0;
      room.time.advance(Math.max(0, Date.parse(scheduledAt) + lateMs - room.time.now()));
      if (index !== 1) await run(scheduledAt);
      await drain();
    }

    expect(called.map(({ scheduledAt }) => scheduledAt)).toEqual([
      '2026-12-25T03:30:00Z',
      '2026-12-28T03:30:00Z',
      '2027-01-01T03:30:00Z',
      '2027-01-04T03:30:00Z',
    ]);
    const heads = threads().map(({ text }) => text.split('\n').filter((line) => /^Session report|^• /.test(line)));
    expect(heads).toEqual([
      ['Session report · Data Science · 21 to 25 Dec', '• Thu 24 Dec · Lesson s24'],
      ['Session report · Data Science · 25 to 28 Dec', '• Sat 26 Dec · Lesson s26'],
      ['Session report · Data Science · 28 Dec 2026 to 1 Jan 2027', '• Tue 29 Dec · Lesson s29'],
      ['Session report · Data Science · 1 to 4 Jan', '• Sat 2 Jan · Lesson s2'],
    ]);
  });
});

describe('a course without sessions', () => {
  const quiet = async (whenQuiet: 'never' | 'first' | 'always') => {
    const { run, drain, threads } = await aWeek({ whenQuiet });
    for (const time of [friday, nextMonday, '2026-11-27T09:00:00+05:30']) {
      await run(time);
      await drain();
    }
    return threads().map(({ text }) => text.split('\n').slice(0, 2).join(': '));
  };
  const first = 'Session report · Data Science · 16 to 20 Nov: ⭐ 3.5 from 2 ratings';

  it('is told once that there were none, and then when there are some', async () => {
    expect(await quiet('first')).toEqual([
      first,
      'Session report · Data Science · 20 to 23 Nov: There were no sessions in this time. The next report comes when there are some.',
    ]);
  });

  it('is told so never, or each time, where the stage wants it', async () => {
    expect(await quiet('never')).toEqual([first]);
    expect(await quiet('always')).toEqual([
      first,
      'Session report · Data Science · 20 to 23 Nov: There were no sessions in this time.',
      'Session report · Data Science · 23 to 27 Nov: There were no sessions in this time.',
    ]);
  });
});

describe('a course that cannot be told', () => {
  it('for lack of a channel waits, the ops channel knows why and what to do, and it is posted once there is one', async () => {
    const { run, drain, sweep, say, threads, room, due } = await aWeek();
    await say.course({ announcementChannel: null });
    await say.session(saturdays);
    await run(friday);
    await run(nextMonday);

    expect(new Set(await drain())).toEqual(new Set(['waiting']));
    expect(threads(ids.ops).map(({ text }) => text.split('\n').slice(0, 2))).toEqual([
      [
        '⏸️ Session reports of Data Science are waiting: the course has no announcement channel.',
        expect.stringMatching(/^2 reports wait, nothing is lost: 16 to 20 Nov, 20 to 23 Nov\. Name a channel/),
      ],
    ]);
    room.time.advance(10 * minute);
    await sweep();
    await drain();
    await say.course({ announcementChannel: announced });
    room.time.advance(minute + 1);
    await sweep();
    await drain();

    expect(threads().map(({ text }) => text.split('\n')[0])).toEqual([
      'Session report · Data Science · 16 to 20 Nov',
      'Session report · Data Science · 20 to 23 Nov',
    ]);
    expect(threads(ids.ops).map(({ text }) => text.split('\n')[0])).toEqual([
      '▶️ Session reports of Data Science are posted again. Everything that waited is there.',
    ]);
    expect(await due()).toEqual([]);
  });

  it('is not left waiting where it is given a channel while a worker tells that it has none', async () => {
    const { run, drain, sweep, say, threads, room, due, parts } = await aWeek();
    await say.course({ announcementChannel: null });
    await run(friday);
    const courses = {
      course: async (...asked: Parameters<typeof parts.courses.course>) => {
        const read = await parts.courses.course(...asked);
        if (read?.announcementChannel === null) await say.course({ announcementChannel: announced });
        return read;
      },
    };

    expect(await drain({ courses })).toEqual(['waiting']);
    room.time.advance(minute + 1);
    await sweep();
    await drain();

    expect(threads().map(({ text }) => text.split('\n')[0])).toEqual(['Session report · Data Science · 16 to 20 Nov']);
    expect(await due()).toEqual([]);
  });

  it('in an archived channel is held, and goes to another one that the course is given', async () => {
    const { run, drain, sweep, say, threads, room } = await aWeek();
    room.front.control.archive(announced);
    await run(friday);

    expect(await drain()).toEqual(['held']);
    expect(threads(ids.ops)[0]?.text).toMatch(/^⏸️ Messages for <#C0PAYMENTS> are waiting: the channel was archived/);
    await say.course({ announcementChannel: channelId(ids.partPayments) });
    room.time.advance(minute + 1);
    await sweep();
    await drain();

    expect(threads(ids.partPayments).map(({ text }) => text.split('\n')[0])).toEqual([
      'Session report · Data Science · 16 to 20 Nov',
    ]);
    expect(threads(ids.ops)[0]?.text).toMatch(/are posted again/);
  });
});
