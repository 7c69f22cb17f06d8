/** The channel of an agent that is gone, or that the app cannot see: what Slack says, what a person says, and what comes of it. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChannelId, channelId } from '../../shared/base/names.ts';
import { heardMessage } from '../../shared/calls/heard.ts';
import { deletedId } from '../../shared/calls/notice.ts';
import { readDeletedValue, sayDeleted } from '../../shared/calls/say-deleted.ts';
import { type Calling, hierarchyOf, ops, startCalling, users } from '../support/calling.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { type Ears, openEars } from '../support/slack-ears.ts';

let calling: Calling;
let ears: Ears | undefined;
beforeEach(async () => {
  calling = await startCalling();
});
afterEach(async () => {
  await ears?.stop();
  ears = undefined;
});

const { arjun, kavya, rohan, bot } = users;
const chain = [arjun, kavya, rohan].sort();
const slack = () => calling.room.front.control;
const roots = (channel: string | undefined) => (channel === undefined ? [] : calling.roots(channel));

/** Opens the ears; what was said before is not heard. */
async function listening(): Promise<void> {
  slack().regenerateSigningSecret('secret of the test');
  ears = await openEars(calling.room, 'secret of the test');
}

/** Has all that Slack says acted on, and the queue worked. */
async function heard(): Promise<void> {
  await ears?.listen();
  for (const news of ears?.told.splice(0) ?? []) calling.queue.push(heardMessage(news));
  // Threads that were held are woken by the slack room itself.
  for (const { body, group } of ears?.woken.held.splice(0) ?? []) calling.queue.push({ body, group, dedupe: 'held' });
  await calling.drained();
}

async function told(id: string): Promise<unknown> {
  await calling.say(id);
  return calling.told(id);
}

/** The first call, in the first channel. */
async function posted(): Promise<ChannelId> {
  expect(await told('call_1')).toBe('done');
  calling.room.time.advance(60_001);
  return channelId(calling.channels()[0]?.id ?? '');
}

describe('the channel of an agent that was renamed', () => {
  it('is said in the ops channel once for each time, and calls go on in it', async () => {
    await listening();
    const channel = await posted();
    slack().rename(channel, 'arjun-on-the-phone');
    slack().rename(channelId('C0PAYMENTS'), 'money');
    await ears?.listen();
    const [news] = ears?.told.filter(({ what }) => what === 'renamed') ?? [];
    // Slack says it twice, and the second time comes late.
    for (const each of [news, ...(ears?.told.splice(0) ?? [])]) if (each) calling.queue.push(heardMessage(each));
    await calling.drained();
    const said = `✏️ The channel for the calls of Arjun M. was renamed: it is <#${channel}> now, and calls go on there.`;
    expect(calling.texts(ops)).toEqual([said]);

    slack().rename(channel, 'calls-arjun-mehta');
    await heard();
    await told('call_2');

    expect(calling.texts(ops)).toEqual([said, said]);
    expect(roots(channel)).toHaveLength(2);
  });
});

describe('the channel of an agent that was deleted in Slack', () => {
  it('is said in the ops channel, made anew with its members, and what waited is posted there', async () => {
    await listening();
    const old = await posted();
    slack().deleteChannel(old);
    await told('call_2');
    const before = calling.channels();
    await heard();

    expect(before).toEqual([]);
    expect(calling.channels()).toEqual([{ id: expect.any(String), name: 'calls-arjun-mehta', members: chain }]);
    expect(roots(calling.channels()[0]?.id)).toHaveLength(1);
    const said = calling.roots(ops).filter((line) => line.startsWith('🗑️'));
    expect(said).toEqual(['🗑️ The channel for the calls of Arjun M. was deleted.']);
    expect(calling.texts(ops).join('\n')).toContain(`Calls are posted in <#${calling.channels()[0]?.id}> from now on.`);
    expect(calling.texts(ops).join('\n')).not.toMatch(/⏸️/);
  });

  it('takes with it what stood there: nothing of that is posted again, corrected or not', async () => {
    await listening();
    const old = await posted();
    slack().deleteChannel(old);
    await calling.say('call_1', { outcome: 'Enrolled' });
    await calling.told('call_1');
    await heard();
    await told('call_2');
    await calling.say('call_1', { outcome: 'Not interested' });

    expect(await calling.told('call_1')).toBe('nothing');
    expect(calling.channels()).toHaveLength(1);
    expect(roots(calling.channels()[0]?.id)).toHaveLength(1);
    expect((await calling.store.call(calling.room.team.id, 'call_1'))?.isDue).toBe(false);
    expect(await calling.room.held.of(calling.room.team.id)).toEqual([]);
  });

  it('may have had a message of which nobody knows: it is posted in the new one', async () => {
    await listening();
    slack().subscribe({ events: ['group_deleted'] });
    const old = await posted();
    slack().fault({ kind: 'reset', method: 'chat.postMessage', when: 'after', count: 1 });
    await expect(told('call_2')).rejects.toThrow();
    slack().deleteChannel(old);
    calling.room.time.advance(60_000);
    await heard();

    expect(await calling.told('call_2')).toBe('done');
    expect(roots(calling.channels()[0]?.id)).toHaveLength(1);
  });

  it('ends the same, wherever the worker stops', async () => {
    const play = async (spot?: Spot) => {
      calling = await startCalling();
      const old = await posted();
      slack().deleteChannel(old);
      await told('call_2');
      const fuse = new Fuse(spot);
      const { team } = calling.room;
      const told2 = { id: 'Ev1', team: team.id, at: 1, what: 'vanished', channel: old } as const;
      const record = heardMessage(told2);
      calling.queue.push(record);
      await calling.drained(calling.worker(fuse)).catch(() => undefined);
      calling.room.time.advance(61_000);
      await calling.drained();
      await told('call_3');
      await calling.drained();
      const timeless = (text: string) => text.replace(/\d+ Nov, \d\d:\d\d IST/g, '<time>');
      return {
        fuse,
        world: {
          channels: calling.channels().map(({ name, members }) => ({ name, members })),
          calls: calling.roots(calling.channels()[0]?.id ?? '').length,
          ops: calling.texts(ops).map(timeless).sort(),
          doubled: calling.room.report.doubled,
        },
      };
    };
    const { fuse: recorded, world: whole } = await play();
    expect(whole).toMatchObject({ calls: 2, doubled: 0, channels: [{ members: chain }] });
    expect(recorded.effects.length).toBeGreaterThan(10);
    for (const [effect, name] of recorded.effects.entries()) {
      // What the outbox keeps of messages is stopped at each write by tests of its own.
      if (name.startsWith('messages.')) continue;
      for (const side of ['before', 'after'] as const) {
        const { fuse, world } = await play({ effect, side });
        const at = `${side} effect ${effect}, ${name}`;
        expect({ at, blown: fuse.blown, ...world }).toEqual({ at, blown: true, ...whole });
      }
    }
  }, 60_000);
});

describe('the channel of an agent that Slack does not show the app', () => {
  const waits = /^⏸️ Calls of Arjun M\. wait: Slack does not show War Room their channel any more/;
  const pressed = async (by: string) => {
    const blocks = slack()
      .messages(ops)
      .flatMap((message) => message.blocks) as { elements?: { action_id?: string; value?: string }[] }[];
    const button = blocks.flatMap(({ elements = [] }) => elements).find(({ action_id }) => action_id === deletedId);
    const value = readDeletedValue(button?.value);
    if (!value) throw new Error('There is no button.');
    const queue = { send: async (message: (typeof calling.queue)[number]) => void calling.queue.push(message) };
    const parts = { store: calling.store, hierarchy: hierarchyOf(calling.people), queue };
    const { text } = await sayDeleted({ id: 'press_1', team: calling.room.team.id, by, ...value }, parts);
    await calling.drained();
    return text;
  };

  it('never gets a second one beside it: its calls wait, and follow once the app is let in again', async () => {
    await listening();
    const old = await posted();
    slack().removeMember(old, bot);
    await heard();
    expect(await told('call_2')).toBe('waiting');
    expect(await told('call_3')).toBe('waiting');
    const said = calling.roots(ops);
    slack().addMember(old, bot);
    await heard();

    expect(said).toEqual([expect.stringMatching(waits)]);
    expect(calling.channels()).toEqual([{ id: old, name: 'calls-arjun-mehta', members: chain }]);
    expect(roots(old)).toHaveLength(3);
    expect(calling.roots(ops)).toEqual(['▶️ The calls of Arjun M. are posted again.']);
  });

  it('is made anew once somebody above the agent says that it was deleted', async () => {
    slack().deleteChannel(await posted());
    expect(await told('call_2')).toBe('waiting');

    expect(await pressed('adm_rohan')).toMatch(/^A new channel is made/);
    expect(calling.channels()).toEqual([{ id: expect.any(String), name: 'calls-arjun-mehta', members: chain }]);
    expect(roots(calling.channels()[0]?.id)).toHaveLength(1);
    expect(calling.roots(ops)).toContain('🗑️ The channel for the calls of Arjun M. was deleted, as Rohan D. says.');
  });

  it('is no lost one once it is found again by its name: a call there is corrected, and goes on in its thread', async () => {
    await listening();
    const old = await posted();
    slack().removeMember(old, bot);
    await heard();
    await told('call_2');
    await pressed('adm_rohan');
    const next = channelId(calling.channels().find(({ id }) => id !== old)?.id ?? '');
    slack().addMember(old, bot);
    slack().deleteChannel(next);
    await heard();
    await told('call_3');
    await calling.say('call_3', { outcome: 'Enrolled' });
    await calling.told('call_3');

    expect(calling.channels().map(({ id }) => id)).toEqual([old]);
    expect(roots(old).map((line) => line.split(' · ')[0])).toEqual(['📞 Interested', '📞 Enrolled']);
  });

  it('is not made anew for who is not above, nor where Slack shows it again by then', async () => {
    const old = await posted();
    slack().removeMember(old, bot);
    expect(await told('call_2')).toBe('waiting');

    for (const by of ['adm_lakshmi', 'adm_arjun']) expect(await pressed(by)).toMatch(/^Only somebody above/);
    slack().addMember(old, bot);
    await pressed('adm_kavya');
    await calling.told('call_2');
    expect(calling.channels().map(({ id }) => id)).toEqual([old]);
    expect(roots(old)).toHaveLength(2);
  });
});
