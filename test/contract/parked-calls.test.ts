/** What cannot be told of a call, or done about a channel: kept, told in the ops channel once, decided about by people. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { parkedCalls, threadOf } from '../../shared/calls/parked.ts';
import { message } from '../../shared/calls/wake.ts';
import { work } from '../../shared/calls/work.ts';
import { ignoreParked, lookAtParked, type ParkedPressDependencies, retryParked } from '../../shared/parked/press.ts';
import { ParkedStore } from '../../shared/parked/store.ts';
import { takeOver } from '../../shared/parked/take-over.ts';
import { noticeAgain } from '../../shared/parked/wake.ts';
import { type Calling, ops, startCalling } from '../support/calling.ts';
import { Fuse } from '../support/fuse.ts';
import { Fifo, kavya, silent, stepping, type Waiting, writes } from '../support/parking.ts';

let all: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  all = await open();
});

/** The way round of what is parked of calls: the queue, its worker, the dead letters, and what takes them over. */
async function open() {
  const calling: Calling = await startCalling();
  const { room } = calling;
  const now = () => room.time.now();
  const [queue, deadLetters] = [new Fifo('wake', now), new Fifo('parked', now)];
  const counted = new Map<string, number>();
  const count = (name: string, by = 1) => void counted.set(name, (counted.get(name) ?? 0) + by);
  const parkedBy = (fuse: Fuse) =>
    new ParkedStore(fuse.watch(room.table('calls'), 'calls', (method) => writes.includes(method)));
  const recordOf = ({ body, id, receives, group, sentAt }: Waiting) => {
    const attributes = { MessageGroupId: group, ApproximateReceiveCount: `${receives}`, SentTimestamp: `${sentAt}` };
    return { body, messageId: id, attributes } as SQSRecord;
  };
  let ids = 0;
  const workOn = (waiting: Waiting, fuse = new Fuse()) =>
    work(recordOf(waiting), room.until(), {
      tell: calling.worker(fuse),
      queue: fuse.watch(queue, 'queue', () => true),
      parked: parkedBy(fuse),
      newId: () => `n${++ids}`,
      pacing: { scale: 1, attemptMs: 2_250, random: () => 0.5 },
      deadLetters: fuse.watch(deadLetters, 'deadLetters', () => true),
      lines: silent,
      count,
      reportError: () => undefined,
    });
  const takeOverOf = (waiting: Waiting, fuse = new Fuse()) =>
    takeOver(recordOf(waiting), {
      kind: parkedCalls,
      parked: parkedBy(fuse),
      queue: fuse.watch(queue, 'queue', () => true),
      clock: { now },
      lines: silent,
      count,
      report: () => undefined,
      scale: 1,
    });
  const { step, settle } = stepping(queue, deadLetters, room.time, workOn, takeOverOf);
  const pressing = (fuse = new Fuse()): ParkedPressDependencies => ({
    kind: parkedCalls,
    parked: parkedBy(fuse),
    queue: fuse.watch(queue, 'queue', () => true),
    threadOf: async (team, subject) => threadOf(team, subject),
    log: room.log,
    clock: { now },
  });
  const parked = new ParkedStore(room.table('calls'));
  const wake = (call: string) =>
    message({ team: room.team.id, agent: 'adm_arjun', call, cause: 'api' }, `${call}${++ids}`);
  return {
    ...{ calling, queue, deadLetters, counted, step, settle, pressing, parked },
    team: room.team.id,
    /** A call comes in. */
    call: async (id: string, outcome = 'Interested') => {
      await calling.say(id, { outcome });
      await queue.send(wake(id));
    },
    send: queue.send.bind(queue),
    /** Slack takes nothing in the agent's channel any more. */
    refuse: () => {
      const channel = calling.channels()[0]?.id ?? '';
      room.front.control.fault({ method: 'chat.postMessage', channel, kind: 'error', error: 'invalid_blocks' });
    },
    mend: () => room.front.control.resetFaults(),
    episode: async () => {
      const [record] = await parked.waiting(room.team.id);
      if (!record) throw new Error('Nothing waits.');
      return { code: record.code, since: record.episode };
    },
    told: () => calling.roots(calling.channels()[0]?.id ?? ''),
    /** The first line of each message of the ops channel. */
    notices: () => calling.texts(ops).map((text) => text.split('\n')[0] ?? ''),
  };
}

const over = '✅ No longer parked · nothing waits for this reason any more';
const retried = (what: string) => `🔁 Kavya R. had ${what} tried again. What fails again is parked again.`;

/** The agent has a channel already; then these calls are refused. */
async function park(...calls: readonly string[]) {
  await all.call('call_0');
  await all.settle();
  all.refuse();
  for (const id of calls) await all.call(id);
  await all.settle();
  return all.episode();
}

const decide = async (press: string) => ({ team: all.team, episode: await all.episode(), press, by: kavya });

describe('a call that Slack refuses', () => {
  it('is told in the ops channel once, with those alike, and posted once somebody has mended it and presses Retry', async () => {
    const episode = await park('call_1', 'call_2');
    expect(all.notices()).toEqual(['🛑 Parked · 2 calls not told in Slack']);
    const notice = all.calling.room.front.control.messages(ops)[0]?.blocks.find(({ type }) => type === 'actions');
    expect(JSON.stringify(notice)).toContain(`"value":"calls#invalid_blocks#${episode.since}"`);
    expect(all.counted.get('CallsParked')).toBe(2);
    const shown = await lookAtParked(all.team, episode, 'https://acme.slack.com/', all.pressing());
    expect(shown.text).toMatch(/^2 calls parked\ncall_1 · it has no thread yet/);

    all.mend();
    const answer = await retryParked(await decide('press-1'), all.pressing());
    await all.settle();

    expect(answer.text).toMatch(/^2 calls are looked at again now\./);
    expect(all.told()).toHaveLength(3);
    expect(all.notices()).toEqual([over, retried('2 calls')]);
    expect(all.deadLetters.waiting).toEqual([]);
  });

  it('is left to people: the sweep wakes it no more, also where somebody ignores it, until it is corrected', async () => {
    await park('call_1');
    expect((await all.calling.store.call(all.team, 'call_1'))?.isDue).toBe(false);
    await ignoreParked(await decide('press-1'), all.pressing());
    await all.settle();
    expect(all.notices()[0]).toBe(over);
    all.mend();

    await all.call('call_1', 'Enrolled');
    await all.settle();

    expect(all.told()).toHaveLength(2);
    expect(all.told()[1]).toContain('Enrolled');
  });

  it('and is told after all by something new waits for nobody, and its notice says so', async () => {
    await park('call_1');
    all.mend();

    await all.call('call_1', 'Enrolled');
    await all.settle();

    expect(all.notices()).toEqual([over]);
    expect(await all.parked.waiting(all.team)).toEqual([]);
  });

  it('has a notice that comes back where somebody deletes it', async () => {
    const { since } = await park('call_1');
    const ref = { team: all.team, key: `calls-parked#invalid_blocks#${since}` };

    expect(noticeAgain('reports', ref, 'u')).toBeUndefined();
    expect(noticeAgain('calls', { ...ref, key: 'calls#adm_arjun#call_1' }, 'u')).toBeUndefined();
    expect(JSON.parse(noticeAgain('calls', ref, 'u')?.body ?? '')).toEqual({
      team: all.team,
      notice: `invalid_blocks#${since}`,
      cause: 'parked',
    });
  });
});

describe('what is done about no call', () => {
  it('and fails for an hour is told as that, and done once somebody presses Retry', async () => {
    await all.call('call_0');
    await all.settle();
    all.calling.room.front.control.fault({ method: 'conversations.members', kind: 'error', error: 'fatal_error' });
    await all.send(message({ team: all.team, agent: 'adm_arjun', call: '', cause: 'night' }, 'night'));
    await all.settle(4_000_000);

    expect(all.notices()).toEqual(['🛑 Parked · 1 matter of calls not dealt with']);
    expect((await lookAtParked(all.team, await all.episode(), undefined, all.pressing())).text).toContain(
      'the members of adm_arjun’s channel',
    );
    all.mend();
    await retryParked(await decide('press-1'), all.pressing());
    await all.settle();

    expect(all.notices()).toEqual([over, retried('1 matter of calls')]);
  });
});

describe('a worker of calls that stops', () => {
  /** From parking to Retry, with a process that stops for good at one of its side effects. */
  const live = async (fuse: Fuse) => {
    all = await open();
    await all.call('call_0');
    await all.settle();
    all.refuse();
    await all.call('call_1');
    const stepped = async () => {
      while ((await all.step(fuse.blown ? undefined : fuse)) === true);
    };
    await stepped();
    await all.settle();
    all.mend();
    const deciding = await decide('press-1');
    // What the desk did not finish comes back to it.
    await retryParked(deciding, all.pressing(fuse.blown ? undefined : fuse)).catch(() =>
      retryParked(deciding, all.pressing()),
    );
    await stepped();
    await all.settle();
    return { first: all.notices()[0], told: all.told().length, left: all.deadLetters.waiting.length };
  };

  it('loses nothing and doubles nothing, before or after any of its side effects', async () => {
    const recorded = new Fuse();
    expect(await live(recorded)).toEqual({ first: over, told: 2, left: 0 });
    expect([...new Set(recorded.effects)]).toEqual(
      expect.arrayContaining(['calls.insert', 'calls.update', 'deadLetters.send', 'queue.send', 'slack.post']),
    );

    for (const [effect, name] of recorded.effects.entries()) {
      for (const side of ['before', 'after'] as const) {
        const at = `${side} ${name} (${effect})`;
        const { first, told, left } = await live(new Fuse({ effect, side }));
        expect({ at, first, told, left }).toEqual({ at, first: over, told: 2, left: 0 });
      }
    }
  }, 60_000);
});
