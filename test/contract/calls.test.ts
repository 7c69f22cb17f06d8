/** A call from what was recorded to the private channel of its agent: the channel, its members, the message, and what goes wrong. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Retry } from '../../shared/base/errors.ts';
import { channelId, userId } from '../../shared/base/names.ts';
import { decide } from '../../shared/calls/decide.ts';
import { fusedIds, readFusedValue } from '../../shared/calls/fused.ts';
import { nextNight } from '../../shared/calls/night.ts';
import { waitingNotice } from '../../shared/calls/notice.ts';
import { sweep } from '../../shared/calls/sweep.ts';
import { parseWake, type Wake } from '../../shared/calls/wake.ts';
import { Moved } from '../../shared/slack/moved.ts';
import { type Calling, hierarchyOf, ops, person, startCalling, users } from '../support/calling.ts';

let calling: Calling;
beforeEach(async () => {
  calling = await startCalling();
});

const { arjun, kavya, rohan, sana, lakshmi, meera, dev } = users;
const kavyaUser = kavya;
const chain = [arjun, kavya, rohan].sort();

/** Says and tells a call, and answers the channel of its agent. */
async function posted(id = 'call_1', agentId = 'adm_arjun'): Promise<string> {
  await calling.say(id, { agentId });
  expect(await calling.told(id, agentId)).toBe('done');
  return calling.channels().find(({ name }) => name.includes(agentId.slice(4)))?.id ?? '';
}

const membersOf = (channel: string) => calling.channels().find(({ id }) => id === channel)?.members;
const fault = (method: string, error: string, count = 1) =>
  calling.room.front.control.fault({ kind: 'error', method, error, count });

describe('a call', () => {
  it('is told in the private channel of its agent, to the agent and everybody above, in the name of the agent', async () => {
    const channel = await posted();

    expect(calling.channels()).toEqual([{ id: channel, name: 'calls-arjun-mehta', members: chain }]);
    expect(calling.roots(channel)).toEqual(['📞 Interested · Priya S. · 12 min']);
    expect(calling.room.front.control.messages(channel)[0]?.userId).toBe(arjun);
    expect(calling.texts(ops)).toEqual([]);
  });

  it('is posted by the app, which names the agent, where they have not allowed more', async () => {
    const channel = await posted('call_1', 'adm_sana');

    expect(calling.room.front.control.messages(channel)[0]?.userId).toBe(users.bot);
    expect(calling.texts(channel)[0]).toMatch(/^by Sana Q\. · started/m);
  });

  it('is one message, however often it is told, and its correction edits it', async () => {
    const channel = await posted();
    await calling.told('call_1');
    expect(await calling.say('call_1')).toBe('same');
    expect(await calling.say('call_1', { outcome: 'Enrolled' })).toBe('corrected');
    await calling.told('call_1');

    expect(calling.roots(channel)).toEqual(['📞 Enrolled · Priya S. · 12 min']);
    expect(await calling.say('call_1', { agentId: 'adm_sana' })).toBe('otherAgent');
  });

  it('goes on in its thread, where a correction takes back what it no longer says', async () => {
    await calling.say('call_1', { summary: { text: 'word '.repeat(1_000) } });
    await calling.told('call_1');
    const [{ id: channel = '' } = {}] = calling.channels();
    const before = calling.texts(channel).length;
    await calling.say('call_1', { summary: { text: 'Short.' } });
    await calling.told('call_1');

    expect(before).toBeGreaterThan(2);
    expect(calling.texts(channel)).toHaveLength(before);
    expect(
      calling
        .texts(channel)
        .slice(1)
        .every((text) => /taken back/.test(text)),
    ).toBe(true);
  });

  it('does not look at the members again for the next call of the same minute, and does once the directory changes', async () => {
    const channel = await posted();
    const { control } = calling.room.front;
    control.resetCalls();
    await posted('call_2');
    const stormed = control.calls()['conversations.members'] ?? 0;
    calling.people.set('adm_rohan', person('adm_rohan', 'Rohan Desai', 'adm_lakshmi'));
    await posted('call_3');
    calling.room.time.advance(60_001);
    await posted('call_4');

    expect([stormed, control.calls()['conversations.members']]).toEqual([0, 2]);
    expect(membersOf(channel)).toEqual([arjun, kavya, rohan, lakshmi].sort());
    expect(calling.roots(channel)).toHaveLength(4);
  });

  it('is woken by the sweep where its hand-over was lost, and no more once it is told', async () => {
    await calling.say('call_1');
    const woken: string[] = [];
    const swept = () =>
      sweep({
        store: calling.store,
        queue: { send: async ({ body }) => void woken.push(parseWake(body).call) },
        clock: { now: () => calling.room.time.now() },
        newId: () => `n${woken.length}`,
      });
    await swept();
    calling.room.time.advance(121_000);
    await swept();
    await calling.told('call_1');
    calling.room.time.advance(3_600_000);
    await swept();

    expect(woken).toEqual(['call_1']);
  });

  it('stays due where it was corrected while it was told', async () => {
    await calling.say('call_1');
    await calling.told('call_1');
    const kept = await calling.store.call(calling.room.team.id, 'call_1');
    await calling.say('call_1', { outcome: 'Enrolled' });
    await calling.store.clearDue(calling.room.team.id, 'call_1', kept?.revision ?? 0);

    expect((await calling.store.call(calling.room.team.id, 'call_1'))?.isDue).toBe(true);
  });
});

describe('the members of a channel', () => {
  it('are made right before each post: who left the chain goes, who came into it comes', async () => {
    const channel = await posted();
    calling.room.front.control.addMember(channel, meera);
    calling.people.set('adm_arjun', person('adm_arjun', 'Arjun Mehta', 'adm_lakshmi'));
    await posted('call_2');

    expect(membersOf(channel)).toEqual([arjun, kavya, lakshmi].sort());
    expect(calling.texts(ops)).toEqual([]);
  });

  it('are planned again where the directory changes while they are made right', async () => {
    await calling.say('call_1');
    const invite = calling.parts.channels.invite.bind(calling.parts.channels);
    calling.parts.channels.invite = async (...given) => {
      calling.people.set('adm_arjun', person('adm_arjun', 'Arjun Mehta', 'adm_lakshmi'));
      return invite(...given);
    };
    await calling.told('call_1');

    expect(calling.channels()[0]?.members).toEqual([arjun, kavya, lakshmi].sort());
  });

  it('hold whoever the team protects, and nobody who was deactivated, whose address is not confirmed or who does not work here', async () => {
    const { room, people } = calling;
    await room.installations.saveTeam({ ...room.team, protectedPeople: [userId(dev)] });
    const seeded = {
      id: rohan,
      name: 'rohan.desai',
      realName: 'Rohan Desai',
      email: 'rohan.desai@acme-academy.example',
    };
    room.front.control.putMember({ ...seeded, emailConfirmed: false });
    people.set('adm_kavya', { ...person('adm_kavya', 'Kavya Rao', null), active: false });
    const channel = await posted();

    expect(membersOf(channel)).toEqual([arjun, dev].sort());
    expect(calling.texts(ops).join('\n')).toMatch(/Rohan D\. \(their e-mail address is not confirmed in Slack\)/);
    expect(calling.texts(ops).join('\n')).toMatch(/Kavya R\. \(they no longer work here, as the directory has it\)/);
  });

  it('come in batches and are read page by page, and one who cannot come is named and keeps nobody else out', async () => {
    const { room } = calling;
    const many = Array.from({ length: 230 }, (_, index) => `U0MANY${String(index).padStart(4, '0')}`);
    for (const id of many) {
      const name = id.toLowerCase();
      const guest = id === many[40] ? { guest: 'single-channel' as const, realName: 'Gita Guest' } : { realName: name };
      room.front.control.putMember({ id, name, email: `${name}@acme-academy.example`, ...guest });
    }
    room.front.control.addMember(ops, many[40] ?? '');
    await room.installations.saveTeam({ ...room.team, protectedPeople: many.map(userId) });
    const channel = await posted();
    const invitations = room.front.control.calls()['conversations.invite'];
    room.time.advance(60_001);
    room.front.control.resetCalls();
    await posted('call_2');
    const { 'conversations.members': pages, 'conversations.kick': removals = 0 } = room.front.control.calls();

    expect(invitations).toBe(Math.ceil(233 / 30));
    expect(membersOf(channel)).toHaveLength(232);
    expect([pages, removals]).toEqual([2, 0]);
    expect(calling.texts(ops)[0]).toMatch(
      /Should be there and cannot be: Gita G\. \(they are a guest who may not be in another channel\)\./,
    );
  });

  it('are not emptied without asking: the call waits, the ops channel is told, and it is posted once that is settled', async () => {
    const channel = await posted();
    for (const user of [meera, dev, lakshmi, sana]) calling.room.front.control.addMember(channel, user);
    calling.people.set('adm_arjun', { ...person('adm_arjun', 'Arjun Mehta', null) });
    await calling.say('call_2');
    const outcome = await calling.told('call_2');
    const [held] = calling.roots(ops);
    for (const user of [meera, dev, lakshmi]) calling.room.front.control.removeMember(channel, user);
    await calling.told('call_2');

    expect(outcome).toBe('waiting');
    expect(held).toMatch(/^⏸️ Calls of Arjun M\. wait: more people than usual would have to be removed/);
    expect(membersOf(channel)).toEqual([arjun]);
    expect(calling.roots(channel)).toHaveLength(2);
    expect(calling.roots(ops)[0]).toBe('▶️ The calls of Arjun M. are posted again.');
  });
});

describe('a removal of many', () => {
  const kavya = { id: 'adm_kavya', name: 'Kavya Rao' };
  let channel: string;
  let woken: string[];

  /** A channel with four people too many, and a call that waits for somebody to decide. */
  beforeEach(async () => {
    channel = await posted();
    for (const user of [meera, dev, lakshmi, sana]) calling.room.front.control.addMember(channel, user);
    calling.people.set('adm_arjun', person('adm_arjun', 'Arjun Mehta', 'adm_kavya'));
    await calling.say('call_2');
    await calling.told('call_2');
    woken = [];
  });

  const buttons = () =>
    calling.room.front.control
      .messages(ops)
      .flatMap(({ blocks }) => blocks)
      .flatMap(({ elements }) => (elements ?? []) as { action_id?: string; value?: string }[])
      .filter(({ action_id }) => action_id !== undefined);
  const press = (
    kind: 'approved' | 'rejected',
    by = kavya,
    value = buttons()[0]?.value,
    id = `press_${by.id}_${kind}`,
  ) =>
    decide(
      { id, team: calling.room.team.id, kind, by, ...(readFusedValue(value) ?? { agent: '', sign: '' }) },
      {
        store: calling.store,
        hierarchy: hierarchyOf(calling.people),
        queue: { send: async ({ body }) => void woken.push(parseWake(body).call) },
        clock: { now: () => calling.room.time.now() },
        newId: () => 'n',
      },
    );

  it('names who would go, with a button to approve it and one to reject it', () => {
    expect(calling.texts(ops)[0]).toMatch(/Would be removed from <#.+>: .*Meera T\./);
    expect(buttons().map(({ action_id }) => action_id)).toEqual([fusedIds.approve, fusedIds.reject]);
  });

  it('is done once somebody above the agent approves it, and the call is posted', async () => {
    const answer = await press('approved');
    const outcome = await calling.told('call_2');

    expect(answer.text).toMatch(/They are removed from the channel of Arjun M\./);
    expect([woken, outcome]).toEqual([['call_2'], 'done']);
    expect(membersOf(channel)).toEqual([arjun, kavyaUser].sort());
    expect(calling.roots(channel)).toHaveLength(2);
    expect(calling.roots(ops)).toEqual(['▶️ The calls of Arjun M. are posted again.']);
  });

  it('is not done where somebody above rejects it, and says who did', async () => {
    await press('rejected');
    const late = await press('approved', { id: 'adm_kavya', name: 'Kavya Rao' });
    await calling.told('call_2');

    expect(late.text).toMatch(/Kavya R\. wants nobody removed.+Nothing was changed\./);
    expect(membersOf(channel)).toHaveLength(7);
    expect(calling.roots(channel)).toHaveLength(1);
    expect(calling.texts(ops)[0]).toMatch(/Kavya R\. wants nobody removed: put the directory right/);
    expect(buttons()).toEqual([]);
  });

  it('is not for who is not above the agent, nor for the agent', async () => {
    for (const by of [
      { id: 'adm_lakshmi', name: 'Lakshmi Nair' },
      { id: 'adm_arjun', name: 'Arjun Mehta' },
    ]) {
      expect((await press('approved', by)).text).toMatch(/^Only somebody above Arjun M\. can decide this\./);
    }
    expect(woken).toEqual([]);
    expect(await calling.told('call_2')).toBe('waiting');
  });

  it('that was approved is no other: one person more, and somebody is asked again', async () => {
    const seen = buttons()[0]?.value;
    await press('approved');
    calling.room.front.control.addMember(channel, 'USLACKBOT');
    expect(await calling.told('call_2')).toBe('waiting');
    const stale = await press('approved', kavya, seen);

    expect(stale.text).toMatch(/no longer about the same people/);
    expect(membersOf(channel)).toHaveLength(8);
    expect(buttons().map(({ action_id }) => action_id)).toEqual([fusedIds.approve, fusedIds.reject]);
  });

  it('is decided once by a press that comes twice, which wakes each time', async () => {
    await press('approved');
    const again = await press('approved');

    expect(again.text).toMatch(/^They are removed/);
    expect(woken).toEqual(['call_2', 'call_2']);
  });
});

describe('a call that cannot be told yet', () => {
  const waitsFor = async (happened: RegExp, mend: () => void) => {
    expect(await calling.told('call_1')).toBe('waiting');
    await calling.told('call_1');
    const told = calling.roots(ops);
    const due = (await calling.store.call(calling.room.team.id, 'call_1'))?.isDue;
    mend();
    calling.room.time.advance(61_000);

    expect(await calling.told('call_1')).toBe('done');
    expect([told.length, due]).toEqual([1, true]);
    expect(told[0]).toMatch(happened);
    expect(calling.roots(ops)).toEqual([expect.stringMatching(/^▶️ The calls of .+ are posted again\.$/)]);
    expect(calling.channels()).toHaveLength(1);
    expect((await calling.store.call(calling.room.team.id, 'call_1'))?.isDue).toBe(false);
  };

  beforeEach(async () => {
    await calling.say('call_1');
  });

  it('waits for an agent whom the directory does not know', async () => {
    calling.people.delete('adm_arjun');

    await waitsFor(/the directory knows nobody with this id/, () =>
      calling.people.set('adm_arjun', person('adm_arjun', 'Arjun Mehta', 'adm_rohan')),
    );
  });

  it('waits among thousands: its notice is edited now and then, and who looks again reads no more than a row of the others', async () => {
    calling.people.delete('adm_arjun');
    const said = new Set<string>();
    const waiting = Array.from({ length: 3_000 }, (_, at) => ({ call: `c${at}`, code: 'unknown', since: at }));
    for (let many = 1; many <= waiting.length; many += 1) {
      said.add(waitingNotice('adm_arjun', undefined, waiting.slice(0, many)).root.content.text);
    }
    await calling.told('call_1');
    await calling.say('call_2');
    await calling.told('call_2');
    const { store } = calling.parts;
    const list = store.waiting.bind(store);
    let lists = 0;
    store.waiting = (ref) => {
      lists += 1;
      return list(ref);
    };
    await calling.told('call_2');

    expect([said.size, lists]).toEqual([27, 0]);
    expect(calling.texts(ops)[0]).toMatch(/^2 calls wait,/m);
  });

  it('waits for an agent who has left', async () => {
    const agent = person('adm_arjun', 'Arjun Mehta', 'adm_rohan');
    calling.people.set('adm_arjun', { ...agent, active: false });

    await waitsFor(/no longer works here/, () => calling.people.set('adm_arjun', agent));
  });

  it('waits for an agent whom nobody in Slack has the address of', async () => {
    const agent = person('adm_arjun', 'Arjun Mehta', 'adm_rohan');
    calling.people.set('adm_arjun', { ...agent, email: 'arjun@elsewhere.example' });

    await waitsFor(/nobody in Slack has the e-mail address/, () => calling.people.set('adm_arjun', agent));
  });

  it('waits for an agent who has not accepted the invitation to Slack', async () => {
    const seeded = { id: arjun, name: 'arjun', realName: 'Arjun Mehta', email: 'arjun.mehta@acme-academy.example' };
    calling.room.front.control.putMember({ ...seeded, invited: true });

    await waitsFor(/not accepted the invitation/, () => calling.room.front.control.putMember(seeded));
  });

  const createCodes =
    'restricted_action cannot_create_channel no_channel no_permission user_is_restricted missing_scope';
  it.each(createCodes.split(' '))('waits where Slack lets the app make no private channel (%s)', async (code) => {
    fault('conversations.create', code, 2);

    await waitsFor(/does not let War Room make a private channel/, () => undefined);
    expect(calling.channels()[0]?.members).toEqual(chain);
  });

  it.each(['fatal_error', 'internal_error'])('is tried again where Slack may have made one (%s)', async (code) => {
    fault('conversations.create', code);

    await expect(calling.told('call_1')).rejects.toThrow(Retry);
    expect(await calling.told('call_1')).toBe('done');
    expect(calling.channels().map(({ name, members }) => [name, members])).toEqual([['calls-arjun-mehta', chain]]);
  });
});

describe('the channel of an agent', () => {
  it('is another one for another agent of the same name', async () => {
    calling.people.set('adm_arjun2', {
      ...person('adm_arjun2', 'Arjun Mehta', 'adm_rohan'),
      email: 'dev.banerjee@acme-academy.example',
    });
    await posted();
    await calling.say('call_2', { agentId: 'adm_arjun2' });
    await calling.told('call_2', 'adm_arjun2');

    expect(calling.channels().map(({ name, members }) => [name, members])).toEqual([
      ['calls-arjun-mehta', chain],
      ['calls-arjun-mehta-2', [dev, kavya, rohan].sort()],
    ]);
  });

  it('gets a number where its name is taken by a channel that is archived or that the app cannot see', async () => {
    const first = await posted();
    calling.room.front.control.archive(first);
    await calling.say('call_2', { agentId: 'adm_sana' });
    fault('conversations.create', 'name_taken');
    await calling.told('call_2', 'adm_sana');

    expect(calling.channels().map(({ name }) => name)).toEqual(['calls-arjun-mehta', 'calls-sana-qureshi-2']);
  });

  it('is the one that was made, where the answer was lost', async () => {
    await calling.say('call_1');
    calling.room.front.control.fault({ kind: 'reset', method: 'conversations.create', when: 'after', count: 1 });

    await expect(calling.told('call_1')).rejects.toThrow(Retry);
    expect(await calling.told('call_1')).toBe('done');

    expect(calling.channels().map(({ name, members }) => [name, members])).toEqual([['calls-arjun-mehta', chain]]);
  });

  it('is never one that the app made for another agent, whatever that has been renamed to', async () => {
    const first = await posted();
    calling.room.front.control.rename(first, 'calls-sana-qureshi');
    await posted('call_2', 'adm_sana');

    expect(calling.channels().map(({ id, name }) => [id === first, name])).toEqual([
      [true, 'calls-sana-qureshi'],
      [false, 'calls-sana-qureshi-2'],
    ]);
    expect(membersOf(first)).toEqual(chain);
    expect(calling.roots(first)).toHaveLength(1);
  });

  it('is in plain letters where Slack does not take the script of the name', async () => {
    calling.people.set('adm_arjun', { ...person('adm_arjun', 'Arjun Mehta', 'adm_rohan'), name: 'अर्जुन मेहता' });
    fault('conversations.create', 'invalid_name_specials');
    await calling.say('call_1');
    await calling.told('call_1');

    expect(calling.channels().map(({ name }) => name)).toEqual([expect.stringMatching(/^calls-agent-[0-9a-f]{8}$/)]);
  });

  it('is the same under another name, and under another id that Slack has given it', async () => {
    const channel = await posted();
    calling.room.front.control.rename(channel, 'calls-of-arjun');
    calling.room.time.advance(60_001);
    await posted('call_2');
    calling.room.front.control.renumber(channel, 'C0SHARED001');
    const { id } = calling.room.team;
    await new Moved(calling.room.table('messages')).record(id, channelId(channel), channelId('C0SHARED001'), 1);
    calling.room.time.advance(60_001);
    await calling.say('call_3');
    expect(await calling.told('call_3')).toBe('done');
    await calling.say('call_1', { outcome: 'Enrolled' });
    expect(await calling.told('call_1')).toBe('done');

    expect(calling.channels()).toEqual([{ id: 'C0SHARED001', name: 'calls-of-arjun', members: chain }]);
    expect(calling.roots('C0SHARED001').map((line) => line.split(' · ')[0])).toEqual([
      '📞 Enrolled',
      '📞 Interested',
      '📞 Interested',
    ]);
    expect(calling.texts(ops)).toEqual([]);
  });

  it('keeps its calls, and what is left of one, where somebody made it public, and says so', async () => {
    const channel = await posted();
    calling.room.front.control.setPrivate(channel, false);
    calling.room.time.advance(11 * 60_000);
    await calling.say('call_2');
    const outcome = await calling.told('call_2');
    await calling.say('call_1', { summary: { points: Array.from({ length: 40 }, () => 'It goes on. '.repeat(10)) } });
    const longer = await calling.told('call_1');
    const [shown, said] = [calling.texts(channel).length, calling.roots(ops)];
    calling.room.front.control.setPrivate(channel, true);
    await calling.told('call_2');

    expect([outcome, longer, shown]).toEqual(['held', 'held', 1]);
    expect(said).toEqual([expect.stringMatching(/are waiting: the channel was made public/)]);
    expect(calling.roots(channel)).toHaveLength(2);
  });

  it('keeps its calls until it is restored, where it was archived, and says so', async () => {
    const channel = await posted();
    calling.room.front.control.archive(channel);
    calling.room.time.advance(11 * 60_000);
    await calling.say('call_2');
    const outcome = await calling.told('call_2');
    const [said] = calling.roots(ops);
    calling.room.front.control.unarchive(channel);
    await calling.told('call_2');

    expect(outcome).toBe('held');
    expect(said).toMatch(/are waiting: the channel was archived/);
    expect(calling.roots(channel)).toHaveLength(2);
  });
});

describe('at night', () => {
  const woken: Wake[] = [];
  const swept = async () => {
    woken.length = 0;
    await sweep({
      store: calling.store,
      queue: { send: async ({ body }) => void woken.push(parseWake(body)) },
      clock: { now: () => calling.room.time.now() },
      newId: () => `n${woken.length}`,
    });
    return woken.filter(({ cause }) => cause === 'night');
  };
  /** Two in the morning, in India; the tests begin at 10:42. */
  const untilNight = () => calling.room.time.advance((15 * 60 + 19) * 60_000);
  const night = () => calling.compared();

  it('each channel is compared once, at a time of its own between two and five o’clock in India', async () => {
    await posted();
    const evening = Date.UTC(2026, 10, 20, 20, 30) - 1;
    const times = Array.from({ length: 300 }, (_, at) => nextNight(`adm_${at}`, evening) - evening);
    expect(new Set(times.map((time) => Math.floor(time / 3_600_000)))).toEqual(new Set([0, 1, 2]));
    calling.room.time.advance(nextNight('adm_arjun', evening) - calling.room.time.now() + 60_000);
    calling.room.time.advance(-2 * 60_000);
    const early = await swept();
    calling.room.time.advance(2 * 60_000);
    const first = await swept();
    await night();
    const again = await swept();
    calling.room.time.advance(24 * 3_600_000);
    const next = await swept();

    expect([early.length, first.length, again.length, next.length]).toEqual([0, 1, 0, 1]);
    expect(first[0]).toMatchObject({ agent: 'adm_arjun', call: '' });
  });

  it('a channel with the right members is left alone, and nothing is said', async () => {
    const channel = await posted();
    untilNight();

    expect(await night()).toBe('nothing');
    expect([membersOf(channel), calling.texts(ops)]).toEqual([chain, []]);
  });

  it('who moved, left or came meanwhile is told, then put right, though nobody called', async () => {
    const channel = await posted();
    calling.room.front.control.addMember(channel, meera);
    calling.people.set('adm_arjun', person('adm_arjun', 'Arjun Mehta', 'adm_lakshmi'));
    untilNight();

    expect(await night()).toBe('done');
    await night();

    expect(membersOf(channel)).toEqual([arjun, kavya, lakshmi].sort());
    expect(calling.texts(ops)).toHaveLength(1);
    expect(calling.texts(ops)[0]).toMatch(/^🌙 The members of 1 channel were not who they should be/);
    expect(calling.texts(ops)[0]).toMatch(/<#.+>: too many: Rohan D\., Meera T\.; missing: Lakshmi N\.$/m);
    expect(calling.roots(channel)).toHaveLength(1);
  });

  it('channels that are compared at the same time are told in one message', async () => {
    const channels = [await posted(), await posted('call_2', 'adm_sana')];
    for (const channel of channels) calling.room.front.control.addMember(channel, meera);
    untilNight();
    const patiently = async (agent: string): Promise<unknown> => {
      try {
        return await calling.compared(agent);
      } catch (error) {
        if (!(error instanceof Retry)) throw error;
        calling.room.time.advance(error.delayMs ?? 1_000);
        return patiently(agent);
      }
    };
    await Promise.all([patiently('adm_arjun'), patiently('adm_sana')]);

    expect(calling.roots(ops)).toEqual([
      '🌙 The members of 2 channels were not who they should be. War Room puts that right; what it cannot is said by itself.',
    ]);
    expect(calling.texts(ops)[0]?.match(/too many: Meera T\./g)).toHaveLength(2);
  });

  it('too many to be removed without asking are asked about, though nobody calls, and removed once somebody above approves it', async () => {
    const channel = await posted();
    for (const user of [meera, dev, lakshmi, sana]) calling.room.front.control.addMember(channel, user);
    calling.people.set('adm_arjun', person('adm_arjun', 'Arjun Mehta', 'adm_kavya'));
    untilNight();
    await night();
    const asked = calling.room.front.control
      .messages(ops)
      .flatMap(({ blocks }) => blocks)
      .flatMap(({ elements }) => (elements ?? []) as { action_id?: string; value?: string }[])
      .find(({ action_id }) => action_id === fusedIds.approve);
    const before = membersOf(channel)?.length;
    const wakes: Wake[] = [];
    await decide(
      {
        id: 'press_1',
        team: calling.room.team.id,
        kind: 'approved',
        by: { id: 'adm_kavya', name: 'Kavya Rao' },
        ...(readFusedValue(asked?.value) ?? { agent: '', sign: '' }),
      },
      {
        store: calling.store,
        hierarchy: hierarchyOf(calling.people),
        queue: { send: async ({ body }) => void wakes.push(parseWake(body)) },
        clock: { now: () => calling.room.time.now() },
        newId: () => 'n',
      },
    );
    for (const { agent } of wakes) await calling.compared(agent);

    expect([before, wakes.map(({ cause }) => cause)]).toEqual([7, ['night']]);
    expect(membersOf(channel)).toEqual([arjun, kavyaUser].sort());
    expect(calling.texts(ops)).toContainEqual(
      expect.stringMatching(/^▶️ Nobody is in <#.+> any more who should not be\.$/),
    );
  });

  it('an agent who has left no longer reads their calls, and those above still do', async () => {
    const channel = await posted();
    calling.people.set('adm_arjun', { ...person('adm_arjun', 'Arjun Mehta', 'adm_rohan'), active: false });
    untilNight();
    await night();

    expect(membersOf(channel)).toEqual([kavya, rohan].sort());
  });

  it('of an agent who is no longer in the directory those stay who were above last and work here, and it is said once', async () => {
    const channel = await posted();
    calling.people.delete('adm_arjun');
    untilNight();
    await night();
    calling.people.set('adm_rohan', { ...person('adm_rohan', 'Rohan Desai', 'adm_kavya'), active: false });
    const first = membersOf(channel);
    calling.room.time.advance(24 * 3_600_000);
    await night();

    expect([first, membersOf(channel)]).toEqual([[kavya, rohan].sort(), [kavya]]);
    const said = calling.roots(ops).filter((line) => line.startsWith('👤'));
    expect(said).toEqual([
      expect.stringMatching(/^👤 An agent is not in the directory any more, and has a channel: <#.+>\.$/),
    ]);
  });

  it('a channel of which nobody is left is not emptied: it is said, and left to a person', async () => {
    const channel = await posted();
    for (const id of ['adm_arjun', 'adm_rohan', 'adm_kavya']) calling.people.delete(id);
    untilNight();
    await night();

    expect(membersOf(channel)).toEqual(chain);
    expect(calling.roots(ops)).toEqual([expect.stringMatching(/^👤/)]);
  });

  it('a channel that Slack does not show is left to the next night, and one that got no answer to the next try', async () => {
    await posted();
    fault('conversations.members', 'channel_not_found');
    expect(await night()).toBe('nothing');
    fault('conversations.members', 'internal_error');
    await expect(night()).rejects.toThrow(Retry);
  });
});

describe('a failure while the members are made right', () => {
  const inviteCodes =
    'cant_invite user_is_restricted ura_max_channels org_user_not_in_team invitee_cant_see_channel no_permission ' +
    'no_external_invite_permission user_not_found missing_scope method_not_supported_for_channel_type fatal_error internal_error';
  it.each(inviteCodes.split(' '))('of an invitation (%s) is reported by name, and the call is posted', async (code) => {
    fault('conversations.invite', code, 10);
    const channel = await posted();

    expect(calling.roots(channel)).toHaveLength(1);
    expect(calling.roots(ops)).toEqual([expect.stringMatching(/^👥 Not everybody is where they should be/)]);
    expect(calling.texts(ops)[0]).toMatch(/Should be there and cannot be: .*Rohan D\. \(.+\).*Kavya R\. \(.+\)\./);
  });

  const kickCodes =
    'cant_kick_from_general restricted_action not_supported user_not_found missing_scope fatal_error internal_error';
  it.each(kickCodes.split(' '))(
    'of a removal (%s) is told at once, with who stays, and the call is posted',
    async (code) => {
      const channel = await posted();
      calling.room.front.control.addMember(channel, meera);
      calling.room.time.advance(60_001);
      fault('conversations.kick', code, 2);
      await posted('call_2');
      const said = calling.texts(ops).join('\n');
      calling.room.front.control.resetFaults();
      calling.room.time.advance(60_001);
      await posted('call_3');

      expect(said).toMatch(/Should be out and could not be removed: Meera T\. \(.+\)\. Remove them by hand\./);
      expect(said).toContain(`did not let War Room remove them (${code})`);
      expect(said).toMatch(/Remove somebody by hand: Meera T\. reads .+ and should not\./);
      expect(membersOf(channel)).toEqual(chain);
      expect(calling.roots(channel)).toHaveLength(3);
      expect(calling.texts(ops).join('\n')).toMatch(/✅ Meera T\. is no longer in/);
      expect(calling.roots(ops)[0]).toMatch(/^👥 Everybody who should be in .+ is there again, and nobody else\.$/);
    },
  );

  it.each(['not_in_channel', 'cant_kick_self'])('of a removal that says it is done (%s) is none', async (code) => {
    const channel = await posted();
    calling.room.front.control.addMember(channel, meera);
    calling.room.time.advance(60_001);
    fault('conversations.kick', code);
    await posted('call_2');

    expect(calling.texts(ops)).toEqual([]);
  });

  it.each(['fetch_members_failed', 'missing_scope', 'internal_error'])(
    'of reading who is there (%s) removes nobody, is reported, and the call is posted',
    async (code) => {
      const channel = await posted();
      calling.room.front.control.addMember(channel, meera);
      calling.room.time.advance(60_001);
      fault('conversations.members', code, 2);
      await posted('call_2');

      expect(calling.roots(channel)).toHaveLength(2);
      expect(membersOf(channel)).toContain(meera);
      expect(calling.texts(ops)[0]).toMatch(new RegExp(`does not say who is there \\(${code}\\)`));
    },
  );

  it('that no answer came to is made good by a second try', async () => {
    await calling.say('call_1');
    for (const method of ['conversations.members', 'conversations.invite']) {
      calling.room.front.control.fault({ kind: 'reset', method, when: 'after', count: 1 });
    }
    await calling.told('call_1');

    expect(calling.channels()[0]?.members).toEqual(chain);
    expect(calling.texts(ops)).toEqual([]);
  });

  it.each(['conversations.create', 'conversations.members', 'conversations.invite', 'users.lookupByEmail'])(
    'is none where Slack asks to wait (%s): the call waits as long',
    async (method) => {
      await calling.say('call_1');
      calling.room.front.control.fault({ kind: 'rateLimited', method, retryAfterSeconds: 7, count: 1 });

      await expect(calling.told('call_1')).rejects.toMatchObject({ waiting: true, delayMs: 7_000 });
      expect(await calling.told('call_1')).toBe('done');
    },
  );
});
