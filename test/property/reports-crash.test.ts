/** A worker of reports that stops for good before or after any of its side effects loses nothing and doubles nothing. */
import { describe, expect, it } from '@jest/globals';
import { channelId } from '../../shared/base/names.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { announced, aSession, type Reporting, startReporting } from '../support/reporting.ts';
import { ids } from '../support/slack-world.ts';

const minute = 60_000;
const friday = '2026-11-20T09:00:00+05:30';
const nextMonday = '2026-11-23T09:00:00+05:30';
const tuesdays = aSession('s1', '2026-11-17T20:00:00+05:30', { title: 'Python' });
const saturdays = aSession('s3', '2026-11-21T20:00:00+05:30', { title: 'Regression' });

/** What happened before the worker that stops; its record is the first in the queue then. */
type Scenario = (reporting: Reporting) => Promise<void>;

async function said({ say, room }: Reporting) {
  await say.course();
  await say.enrolled('l1', 'l2');
  await say.session(tuesdays);
  await say.attendance(tuesdays, ['l1'], ['l2']);
  await say.feedback(tuesdays, 'l1', 2, 'Too fast for me.');
  room.time.advance(2 * minute);
}

const scenarios: Readonly<Record<string, Scenario>> = {
  'a report that goes on in its thread': async (reporting) => {
    await said(reporting);
    for (let learner = 10; learner < 22; learner += 1) {
      await reporting.say.feedback(tuesdays, `l${learner}`, 2, `${learner} ${'word '.repeat(70)}`);
    }
    await reporting.run(friday);
  },
  'a report that late data corrects, with the next one': async (reporting) => {
    await said(reporting);
    await reporting.say.session(saturdays);
    await reporting.say.feedback(saturdays, 'l1', 4);
    await reporting.run(friday);
    await reporting.run(nextMonday);
    await reporting.drain();
    reporting.room.time.advance(Date.parse('2026-11-23T10:11:00+05:30') - reporting.room.time.now());
    await reporting.say.feedback(tuesdays, 'l2', 5, 'Much better now.');
    reporting.room.time.advance(minute + 1);
    await reporting.sweep();
  },
  'a report of a course without a channel': async (reporting) => {
    await said(reporting);
    await reporting.say.course({ announcementChannel: null });
    await reporting.run(friday);
  },
  'a report of a course that was given its channel': async (reporting) => {
    await said(reporting);
    await reporting.say.course({ announcementChannel: null });
    await reporting.run(friday);
    await reporting.drain();
    await reporting.say.course({ announcementChannel: channelId(ids.partPayments) });
    reporting.room.time.advance(minute + 1);
    await reporting.sweep();
  },
  'a report for an archived channel': async (reporting) => {
    await said(reporting);
    reporting.room.front.control.archive(announced);
    await reporting.run(friday);
  },
  'a time without sessions': async (reporting) => {
    await said(reporting);
    await reporting.run(nextMonday);
  },
  'data that came late for a window that nobody reports': async (reporting) => {
    await said(reporting);
    reporting.queue.length = 0;
    await reporting.sweep();
  },
};

/** Everything that anybody can see, and what the sweep would come back for. */
async function seen({ threads, due, store, room }: Reporting) {
  const timeless = (text: string) => text.replace(/\d+ Nov, \d\d:\d\d IST|updated \d+ Nov, \d\d:\d\d/g, '<time>');
  const all = [announced, ids.partPayments, ids.ops].map((channel) =>
    threads(channel).map(({ text, replies }) => [text, ...replies].map(timeless)),
  );
  return { all, due: await due(), waiting: await store.waiting({ team: room.team.id, course: 'crs_ds' }) };
}

/** The next worker, and the sweeps of the minutes after. */
async function afterwards({ drain, sweep, room }: Reporting) {
  await drain();
  for (let look = 0; look < 3; look += 1) {
    room.time.advance(11 * minute);
    await sweep();
    await drain();
  }
}

describe.each(Object.entries(scenarios))('%s', (_, scenario) => {
  const play = async (spot?: Spot) => {
    const reporting = await startReporting();
    await scenario(reporting);
    const fuse = new Fuse(spot);
    await reporting.drain(reporting.worker(fuse)).catch(() => undefined);
    // The lease of a worker that is gone ends by itself.
    reporting.room.time.advance(61_000);
    await afterwards(reporting);
    return { fuse, doubled: reporting.room.report.doubled, world: await seen(reporting) };
  };

  it('ends the same, wherever the worker stops', async () => {
    const { fuse: recorded, world: whole } = await play();
    expect(recorded.effects.length).toBeGreaterThan(0);
    expect(whole.due).toEqual([]);

    for (const [effect, name] of recorded.effects.entries()) {
      for (const side of ['before', 'after'] as const) {
        const { fuse, doubled, world } = await play({ effect, side });

        const at = `${side} effect ${effect}, ${name}`;
        expect({ at, isOver: fuse.blown, doubled, ...world, waiting: world.waiting !== undefined }).toEqual({
          at,
          isOver: true,
          doubled: 0,
          ...whole,
          waiting: whole.waiting !== undefined,
        });
      }
    }
  }, 60_000);
});
