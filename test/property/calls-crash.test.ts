/** A worker of calls that stops for good before or after any of its side effects loses nothing, doubles nothing and invites nobody else. */
import { describe, expect, it } from '@jest/globals';
import { Retry } from '../../shared/base/errors.ts';
import { type Calling, ops, person, startCalling, users } from '../support/calling.ts';
import { Fuse, type Spot } from '../support/fuse.ts';

/** What happened before the worker that stops, and which call it was woken for. */
type Scenario = (calling: Calling) => Promise<string>;

const scenarios: Readonly<Record<string, Scenario>> = {
  'the first call of an agent': async ({ say }) => {
    await say('call_1', { summary: { text: 'word '.repeat(400) } });
    return 'call_1';
  },
  'a corrected call, after its agent got another manager': async ({ say, told, people, room }) => {
    await say('call_1');
    await told('call_1');
    room.time.advance(60_001);
    people.set('adm_arjun', person('adm_arjun', 'Arjun Mehta', 'adm_lakshmi'));
    await say('call_1', { outcome: 'Enrolled' });
    return 'call_1';
  },
  'a call while somebody can be neither removed nor invited': async ({ say, told, people, channels, room }) => {
    await say('call_1');
    await told('call_1');
    room.time.advance(60_001);
    const { control } = room.front;
    control.addMember(channels()[0]?.id ?? '', users.meera);
    control.fault({ kind: 'error', method: 'conversations.kick', error: 'restricted_action' });
    people.set('adm_rohan', { ...person('adm_rohan', 'Rohan Desai', 'adm_gone') });
    people.set('adm_gone', { ...person('adm_gone', 'Gone Away', null), email: 'gone@elsewhere.example' });
    await say('call_2');
    return 'call_2';
  },
  'a call whose channel loses many, as somebody above the agent approved': async (calling) => {
    const { say, told, store, people, channels, room } = calling;
    await say('call_1');
    await told('call_1');
    room.time.advance(60_001);
    for (const user of [users.meera, users.dev, users.lakshmi, users.sana, 'USLACKBOT']) {
      room.front.control.addMember(channels()[0]?.id ?? '', user);
    }
    people.set('adm_arjun', person('adm_arjun', 'Arjun Mehta', null));
    await say('call_2');
    await told('call_2');
    const ref = { team: room.team.id, agent: 'adm_arjun' };
    const by = { id: 'adm_kavya', name: 'Kavya Rao' };
    const decision = { kind: 'approved', by, at: room.time.now(), press: 'press_1' } as const;
    await store.decideFused(ref, (await store.fused(ref))?.sign ?? '', decision);
    return 'call_2';
  },
  'a call whose channel changed since': async ({ say, told, people, channels, room }) => {
    await say('call_1');
    await told('call_1');
    room.time.advance(60_001);
    room.front.control.addMember(channels()[0]?.id ?? '', users.meera);
    people.set('adm_arjun', person('adm_arjun', 'Arjun Mehta', 'adm_lakshmi'));
    return 'call_1';
  },
  'a call that waited for its agent to be known': async ({ say, told, people }) => {
    people.delete('adm_arjun');
    await say('call_1');
    await told('call_1');
    people.set('adm_arjun', person('adm_arjun', 'Arjun Mehta', 'adm_rohan'));
    return 'call_1';
  },
  'a call whose agent nobody knows': async ({ say, people }) => {
    people.delete('adm_arjun');
    await say('call_1');
    return 'call_1';
  },
};

/** What the queue does: wakes again when the worker asked to, until it is done. */
async function redelivered({ told, room }: Calling, call: string): Promise<string> {
  for (let delivery = 0; delivery < 12; delivery += 1) {
    try {
      return await told(call);
    } catch (error) {
      if (!(error instanceof Retry)) throw error;
      room.time.advance(error.delayMs ?? 1_000);
    }
  }
  throw new Error('It never came to an end.');
}

/** Everything that anybody can see, and whether the sweep would come back. */
async function seen(calling: Calling, call: string, outcome: string) {
  const channels = calling.channels();
  const timeless = (text: string) => text.replace(/\d+ Nov, \d\d:\d\d IST/g, '<time>');
  return {
    outcome,
    channels: channels.map(({ name, members }) => ({ name, members })),
    messages: channels.map(({ id }) => calling.texts(id).map(timeless).sort()),
    ops: calling.texts(ops).map(timeless).sort(),
    isDue: (await calling.store.call(calling.room.team.id, call))?.isDue,
    waiting: (await calling.store.waiting({ team: calling.room.team.id, agent: 'adm_arjun' })).calls.length,
  };
}

describe.each(Object.entries(scenarios))('%s', (_, scenario) => {
  const play = async (spot?: Spot) => {
    const calling = await startCalling();
    const call = await scenario(calling);
    const fuse = new Fuse(spot);
    await calling.told(call, 'adm_arjun', calling.worker(fuse)).catch(() => undefined);
    // The lease of a worker that is gone ends by itself.
    calling.room.time.advance(61_000);
    const outcome = await redelivered(calling, call);
    return { fuse, doubled: calling.room.report.doubled, world: await seen(calling, call, outcome) };
  };

  it('ends the same, wherever the worker stops', async () => {
    const { fuse: recorded, world: whole } = await play();
    expect(recorded.effects.length).toBeGreaterThan(4);

    for (const [effect, name] of recorded.effects.entries()) {
      for (const side of ['before', 'after'] as const) {
        const { fuse, doubled, world } = await play({ effect, side });

        const at = `${side} effect ${effect}, ${name}`;
        // What Slack refused has no end at which a worker could stop.
        const isOver = fuse.blown || (side === 'after' && name === 'slack.remove');
        expect({ at, isOver, doubled, ...world }).toEqual({ at, isOver: true, doubled: 0, ...whole });
      }
    }
  }, 60_000);
});

it('a channel that is compared at night is told as it was found and then put right, wherever the worker stops', async () => {
  const play = async (spot?: Spot) => {
    const calling = await startCalling();
    await scenarios['a call whose channel changed since']?.(calling);
    const fuse = new Fuse(spot);
    await calling.compared('adm_arjun', calling.worker(fuse)).catch(() => undefined);
    calling.room.time.advance(61_000);
    for (let delivery = 0; delivery < 12; delivery += 1) {
      const wait = await calling.compared().then(
        () => undefined,
        (error: unknown) => (error instanceof Retry ? (error.delayMs ?? 1_000) : Promise.reject(error)),
      );
      if (wait === undefined) break;
      calling.room.time.advance(wait);
    }
    return { fuse, world: await seen(calling, 'call_1', 'compared') };
  };

  const { fuse: recorded, world: whole } = await play();
  expect(whole.ops).toEqual([expect.stringMatching(/too many: Rohan D\., Meera T\.; missing: Lakshmi N\./)]);
  for (const [effect, name] of recorded.effects.entries()) {
    for (const side of ['before', 'after'] as const) {
      const { fuse, world } = await play({ effect, side });

      const at = `${side} effect ${effect}, ${name}`;
      expect({ at, blown: fuse.blown, ...world }).toEqual({ at, blown: true, ...whole });
    }
  }
}, 60_000);
