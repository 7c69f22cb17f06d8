import type { ThreadLog } from '../slack/thread-log.ts';
import type { Craft } from '../slack/working.ts';
import type { Kind } from './kind.ts';
import { episodeText, recordName } from './record.ts';
import { type NoticeDependencies, type SolveDependencies, solve, tellNotice } from './tell.ts';
import { type NoticeWake, readNotice } from './wake.ts';

export type ParkingDependencies = NoticeDependencies &
  SolveDependencies & { readonly log: Pick<ThreadLog, 'read' | 'park' | 'unpark'> };

/** What is not told yet, and waits for a person somewhere else. */
const untold = ['held', 'waiting'];

/**
 * The craft of a room whose records are worked one at a time, with all that becomes of what it parks: the notices are told
 * by the same worker; a thread remembers what of it was parked; and what is told after all waits for nobody any more.
 */
export function withParked<Wake extends object>(
  room: Kind,
  craft: Craft<Wake>,
  /** By what name in the dead letters something is found again. */
  subjectOf: (wake: Wake) => string,
  dependencies: ParkingDependencies,
): Craft<Wake | NoticeWake> {
  const { log } = dependencies;
  const recordOf = (wake: Wake | NoticeWake) =>
    isNotice(wake) ? room.noticeWake(wake.team, wake.episode, '-') : craft.record(wake);
  return {
    ...craft,
    isNews: (wake) => !isNotice(wake) && craft.isNews?.(wake) === true,
    parse: (text) => readNotice(text) ?? craft.parse(text),
    choose: ([wake]) => wake,
    ids: (wake) =>
      isNotice(wake) ? { team: wake.team, notice: episodeText(wake.episode), cause: 'parked' } : craft.ids(wake),
    record: recordOf,
    thread: async (wake) => (isNotice(wake) ? room.noticeRef(wake.team, wake.episode) : craft.thread(wake)),
    parking: async (wake, ref, code) => {
      // Of a notice there is no notice: it is told again by whoever takes its letter over.
      if (isNotice(wake)) return;
      await log.park(ref, recordName({ code, subject: subjectOf(wake) }));
      await craft.parking?.(wake, ref, code);
    },
    tell: async (wake, budget) => {
      if (isNotice(wake)) {
        const { body, group } = recordOf(wake);
        const held = { ...budget, wake: { body, group, room: room.room } };
        return { outcome: await tellNotice(room, { ...wake, budget: held }, dependencies) };
      }
      const ref = await craft.thread(wake);
      const { parked } = await log.read(ref);
      const told = await craft.tell(wake, budget);
      if (!untold.includes(told.outcome)) await solve(room, ref, parked, dependencies);
      return told;
    },
  };
}

function isNotice(wake: object): wake is NoticeWake {
  return 'episode' in wake;
}
