/** What alarms say, told in the ops channel: once each, whatever is heard twice, late or in the wrong order. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import fc from 'fast-check';
import { type Change, readChange } from '../../shared/alarms/change.ts';
import { episodeAt } from '../../shared/alarms/episode.ts';
import { ChangeStore } from '../../shared/alarms/store.ts';
import { message } from '../../shared/alarms/wake.ts';
import { type WorkDependencies, work } from '../../shared/alarms/work.ts';
import { memoryTables } from '../support/databases.ts';
import { type Room, startRoom } from '../support/room.ts';
import { ids } from '../support/slack-world.ts';

const began = Date.UTC(2026, 10, 20, 5, 0);
const minutes = (count: number) => began + count * 60_000;

/** As CloudWatch publishes it. */
function published(state: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA', at: number, alarm = 'Payments are late'): string {
  return JSON.stringify({
    AlarmName: `war-room live: ${alarm}`,
    AlarmDescription: 'People see payments late.\n\nWhat to do: Look at the log of PaymentsWorker.',
    AWSAccountId: '123456789012',
    NewStateValue: state,
    NewStateReason: 'Threshold Crossed',
    StateChangeTime: new Date(at).toISOString().replace('Z', '+0000'),
    OldStateValue: 'OK',
  });
}

let room: Room;
let changes: ChangeStore;
let parts: WorkDependencies;
let outcomes: string[];

beforeEach(async () => {
  const { table } = await memoryTables();
  room = await startRoom(table, { inProcess: true });
  changes = new ChangeStore(table('alarms'));
  outcomes = [];
  const { log, outbox, installations, clock, newId } = room.tell;
  parts = {
    ...{ log, outbox, installations, clock, newId, changes },
    pacing: { scale: 1, attemptMs: 100, random: () => 0 },
    deadLetters: { send: async () => undefined },
    lines: {
      info: (_, fields) => void outcomes.push(String(fields?.['outcome'])),
      warn: () => undefined,
      error: () => undefined,
    },
    count: () => undefined,
    reportError: (error) => {
      throw error;
    },
  };
});

/** Hears what was published, and works it. */
async function heard(text: string): Promise<void> {
  const change = readChange(text);
  if (!change) throw new Error('CloudWatch publishes nothing like this.');
  await changes.record(room.team.id, change);
  const { body } = message({ team: room.team.id, alarm: change.alarm, at: change.at }, 'id');
  await work({ body, attributes: {} } as unknown as SQSRecord, room.until(), parts);
}

const inOps = () => room.front.control.messages(ids.ops).map(({ text }) => text.split('\n')[0]);

describe('an alarm', () => {
  it('is told when it rings, with what people lose and what to do, and edited when it is over', async () => {
    await heard(published('ALARM', minutes(0)));
    const rings = room.front.control.messages(ids.ops).map(({ text }) => text);
    await heard(published('OK', minutes(12)));

    expect(rings).toEqual([
      expect.stringMatching(/Payments are late.*People see payments late\.\s+Look at the log of PaymentsWorker/),
    ]);
    expect(inOps()).toEqual([
      expect.stringMatching(/Payments are late.*over after 12 min/),
      expect.stringContaining('It is over, after 12 min.'),
    ]);
    expect(outcomes).toEqual(['done', 'done']);
  });

  it('is told once, however often it is heard', async () => {
    for (let time = 0; time < 3; time += 1) await heard(published('ALARM', minutes(0)));
    for (let time = 0; time < 3; time += 1) await heard(published('OK', minutes(12)));

    expect(inOps()).toHaveLength(2);
  });

  it('that rings again has a message of its own', async () => {
    await heard(published('ALARM', minutes(0)));
    await heard(published('OK', minutes(12)));
    await heard(published('ALARM', minutes(60)));

    expect(inOps().filter((text) => !text?.includes('It is over'))).toEqual([
      expect.stringContaining('over after 12 min'),
      expect.stringContaining('People see payments late'),
    ]);
  });

  it('is told as over where that is heard first', async () => {
    await heard(published('OK', minutes(12)));
    await heard(published('ALARM', minutes(0)));

    expect(inOps()[0]).toContain('over after 12 min');
    expect(outcomes).toEqual(['nothing', 'done']);
  });

  it('that was just made and never rang is told to nobody', async () => {
    await heard(published('OK', minutes(0)));

    expect([inOps(), outcomes]).toEqual([[], ['nothing']]);
  });

  it('of silence rings where there is no data', async () => {
    await heard(published('INSUFFICIENT_DATA', minutes(0), 'PaymentsSweep does not run'));

    expect(inOps()).toEqual([expect.stringContaining('PaymentsSweep does not run')]);
  });

  it('is kept, and told to nobody, where War Room is not installed: people have a mail', async () => {
    await room.installations.forgetTeam(room.team.id);

    await heard(published('ALARM', minutes(0)));

    expect(outcomes).toEqual(['untold']);
    expect(await changes.of(room.team.id, 'Payments are late')).toHaveLength(1);
  });

  it.each([
    ['no JSON', 'hello'],
    ['an alarm of somebody else', published('ALARM', began).replace('war-room live: ', 'billing: ')],
    ['a state that is none', published('ALARM', began).replace('"ALARM"', '"ODD"')],
    ['no time', published('ALARM', began).replace(/"StateChangeTime":"[^"]*"/, '"StateChangeTime":"soon"')],
  ])('is not read from %s', (_, text) => {
    expect(readChange(text)).toBeUndefined();
  });
});

describe('the episodes of an alarm', () => {
  const change = (state: Change['state'], at: number): Change => ({ alarm: 'a', state, at, impact: 'i', remedy: 'r' });

  it('are the same in any order, with duplicates, and each begins with a ring', () => {
    const some = fc.array(fc.record({ state: fc.constantFrom('rings', 'over'), at: fc.integer({ min: 0, max: 20 }) }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(some, fc.integer({ min: 0, max: 20 }), fc.func(fc.integer()), (steps, at, by) => {
        const all = steps.map((step) => change(step.state as Change['state'], step.at));
        const shuffled = [...all, ...all].sort((a, b) => by(a) - by(b));

        const episode = episodeAt(all, at);

        expect(episodeAt(shuffled, at)).toEqual(episode);
        if (!episode) return;
        expect(all).toContainEqual(change('rings', episode.since));
        expect(episode.since).toBeLessThanOrEqual(at);
        expect(episode.until ?? at).toBeGreaterThanOrEqual(at);
      }),
    );
  });
});
