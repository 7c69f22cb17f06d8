/** Who was called, and who called, taken out of what the calls room keeps: wherever it was stopped, and of nobody else. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eraseAll } from '../../bin/erase/run.ts';
import { Table } from '../../shared/aws/table.ts';
import { WholeTable } from '../../shared/aws/whole-table.ts';
import type { Step } from '../../shared/base/erasing.ts';
import { userId } from '../../shared/base/names.ts';
import { erasingFromCalls } from '../../shared/calls/erase-colleague.ts';
import { callsOfLead, erasingCalls } from '../../shared/calls/erase-lead.ts';
import { sweep } from '../../shared/calls/sweep.ts';
import { takingBack } from '../../shared/slack/taking-back.ts';
import { type Calling, ops, person, startCalling, users } from '../support/calling.ts';
import { Fuse, type Spot } from '../support/fuse.ts';

let calling: Calling;
beforeEach(async () => {
  calling = await startCalling();
});

const zorawar = { id: 'lead_77', name: 'Zorawar Quereshi' };
const said = {
  lead: zorawar,
  summary: { points: ['Zorawar wants the evening batch.', `${'His brother pays. '.repeat(120)}`] },
  nextStep: 'Call Zorawar on Monday',
  recordingUrl: 'https://recordings.example/zorawar',
};
const table = () => new WholeTable(calling.documents, new Table(calling.documents, 'calls'));
const team = () => calling.room.team.id;
const clock = { now: () => calling.room.time.now() };

/** Every item of the table, as text. */
async function kept(): Promise<string> {
  const items: object[] = [];
  for await (const item of table().itemsOf(team())) items.push(item);
  return JSON.stringify(items);
}

async function erase(...steps: readonly Step[]): Promise<boolean> {
  const quiet = { progress: () => undefined, tallied: () => undefined, isStopped: () => false };
  return eraseAll(async () => steps, { ...quiet, pause: async () => undefined });
}

/** Has the sweep wake what is due, and the worker tell it. */
async function swept(): Promise<void> {
  calling.room.time.advance(1);
  const queue = { send: async (message: (typeof calling.queue)[number]) => void calling.queue.push(message) };
  await sweep({ store: calling.store, queue, clock, newId: () => 'n' });
  await calling.drained();
}

describe('whoever was called', () => {
  const told = async () => {
    await calling.say('call_1', said);
    await calling.say('call_2');
    await calling.told('call_1');
    await calling.told('call_2');
    return calling.channels()[0]?.id ?? '';
  };
  const steps = (how: 'edited' | 'taken back', watched = table()) =>
    erasingCalls(team(), zorawar.id, how, watched, clock);

  it('is nowhere in the table nor in the channel afterwards, and the call of somebody else is as it was', async () => {
    const channel = await told();
    expect(calling.texts(channel).join('\n')).toMatch(/Zorawar Q\./);
    expect(await erase(steps('edited'))).toBe(true);
    await swept();

    expect(await kept()).not.toMatch(/Zorawar|Quereshi|brother|recordings/);
    expect(calling.texts(channel).join('\n')).not.toMatch(/Zorawar|brother|recordings/);
    expect(calling.roots(channel)).toEqual([
      '📞 Interested · Unknown lead · 12 min',
      '📞 Interested · Priya S. · 12 min',
    ]);
    expect(await kept()).toMatch(/Wants the evening batch/);
  });

  it('does not come back with the same call sent once more, nor with a correction', async () => {
    await told();
    await erase(steps('edited'));

    expect([await calling.say('call_1', said), await calling.say('call_1', { ...said, outcome: 'Enrolled' })]).toEqual([
      'same',
      'same',
    ]);
    expect(await kept()).not.toMatch(/Zorawar/);
  });

  it('is taken out of Slack with the messages where that is asked for, and nothing is posted again', async () => {
    const channel = await told();
    const calls = await callsOfLead(team(), zorawar.id, table());
    const { log, installations, client } = calling.room;
    const messages = new WholeTable(calling.documents, new Table(calling.documents, 'messages'));
    const which = { threads: new Set(calls.map(({ thread }) => thread)) };
    const times = { clock: calling.parts.clock, intervalMs: 0 };
    await erase(steps('taken back'), takingBack(team(), which, { messages, log, installations, client, ...times }));
    await calling.told('call_1');
    await swept();

    expect(calling.roots(channel)).toEqual(['📞 Interested · Priya S. · 12 min']);
  });

  it('is gone wherever it was stopped, once it was run again', async () => {
    const play = async (spot?: Spot) => {
      calling = await startCalling();
      const channel = await told();
      const fuse = new Fuse(spot);
      const watched = fuse.watch(new Table(calling.documents, 'calls'), 'calls', (method) => method === 'update');
      await erase(steps('edited', new WholeTable(calling.documents, watched))).catch(() => undefined);
      await erase(steps('edited'));
      await swept();
      expect(`${await kept()} ${calling.texts(channel)}`).not.toMatch(/Zorawar|brother/);
      return fuse;
    };
    const { effects } = await play();
    expect(effects.length).toBeGreaterThan(0);
    for (const effect of effects.keys()) {
      for (const side of ['before', 'after'] as const) expect((await play({ effect, side })).blown).toBe(true);
    }
  });
});

describe('somebody of the company', () => {
  /** Everything that is kept of Arjun, who calls, and of Rohan, who is above. */
  beforeEach(async () => {
    const { people, room } = calling;
    await calling.say('call_1');
    await calling.told('call_1');
    const channel = calling.channels()[0]?.id ?? '';
    room.time.advance(60_001);
    for (const user of [users.meera, users.dev, users.lakshmi, users.sana]) room.front.control.addMember(channel, user);
    people.set('adm_rohan', { ...person('adm_rohan', 'Rohan Desai', null), email: 'nobody@elsewhere.example' });
    await calling.compared();
    await calling.say('call_2');
    await calling.told('call_2');
    expect(await kept()).toMatch(/Arjun Mehta.*Rohan Desai|Rohan Desai.*Arjun Mehta/s);
    expect(await kept()).toMatch(/calls-arjun-mehta/);
  });
  const erasing = (id: string, name: string, user: string) =>
    erase(erasingFromCalls(team(), { id, name, user: userId(user) }, table()));

  it('is named nowhere in the table afterwards, whether they called or stand above', async () => {
    expect(await erasing('adm_arjun', 'Arjun Mehta', users.arjun)).toBe(true);
    expect(await erasing('adm_rohan', 'Rohan Desai', users.rohan)).toBe(true);

    expect(await kept()).not.toMatch(/Arjun|Mehta|arjun-mehta|Rohan|Desai/);
    expect(await kept()).toMatch(/Meera Thomas/);
    expect(await kept()).not.toContain(`#account#${users.arjun}`);
  });

  it('leaves their channel known as the one of their calls, and whoever may read it looked after', async () => {
    const channel = calling.channels()[0]?.id;
    await erasing('adm_arjun', 'Arjun Mehta', users.arjun);

    expect(await calling.store.channel({ team: team(), agent: 'adm_arjun' })).toEqual({ id: channel, name: '' });
    expect(await calling.told('call_2')).toBe('waiting');
    expect(calling.channels()).toHaveLength(1);
    expect(calling.texts(ops).length).toBeGreaterThan(0);
  });
});
