/** Who is in every channel of calls: chosen in a form by whoever may, kept once, told in the ops channel, and followed by the channels. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { callsAt } from '../../functions/desk/calls.ts';
import { type UserId, userId } from '../../shared/base/names.ts';
import { protectedForm } from '../../shared/calls/protected.ts';
import type { Person } from '../../shared/desk/asking.ts';
import { type Inbound, readInbound } from '../../shared/slack/inbound.ts';
import type { Response } from '../../shared/slack/respond-client.ts';
import { Views } from '../../shared/slack/views.ts';
import { type Calling, hierarchyOf, ops, startCalling, users } from '../support/calling.ts';
import { personIn, type SlackPerson } from '../support/slack-people.ts';
import { type SlackReceiver, startReceiver } from '../support/slack-receiver.ts';
import { ids } from '../support/slack-world.ts';

let calling: Calling;
let app: SlackReceiver;
let asked: Inbound[];
let answers: (Response | undefined)[];
let working: Promise<void>;

const { arjun, kavya, rohan, lakshmi, meera, sana } = users;
const adminOf: Readonly<Record<string, string>> = {
  [kavya]: 'adm_kavya',
  [rohan]: 'adm_rohan',
  [lakshmi]: 'adm_lakshmi',
  [sana]: 'adm_sana',
};

beforeEach(async () => {
  calling = await startCalling();
  // Who installed it stands below others here.
  await calling.room.installations.saveTeam({ ...calling.room.team, installer: userId(rohan) });
  [asked, answers, working] = [[], [], Promise.resolve()];
  app = await startReceiver(calling.room.front.control);
  calling.room.front.control.subscribe({ events: [] });
  const { installations, asking, time } = calling.room;
  const hierarchy = hierarchyOf(calling.people);
  const desk = callsAt({
    calls: {
      store: calling.store,
      hierarchy: { ...hierarchy, team: async (_, id) => below(id).map((one) => ({ id: one, name: one, depth: 1 })) },
      queue: { send: async (message) => void calling.queue.push(message) },
      clock: time,
      newId: () => 'n',
    },
    installations,
    views: new Views({ installations, slack: asking }),
    origin: 'https://war-room.example',
  });
  app.answer = (request) => {
    const reading = readInbound(request.bytes, request.headers['content-type']);
    if (reading.kind !== 'inbound') return {};
    const inbound = { ...reading.inbound, team: calling.room.team.id };
    asked.push(inbound);
    const before = working;
    working = (async () => {
      await before;
      if (inbound.kind === 'command') answers.push(await desk.protect.handle(inbound, personOf(inbound.user)));
      if (inbound.kind === 'submission') await again(inbound);
    })();
    return {};
  };
  again = async (inbound) => {
    if (inbound.kind === 'submission') {
      await desk.submissions[inbound.view.callbackId]?.(inbound, personOf(inbound.user));
    }
  };
});
afterEach(() => app.stop());

/** Works the same form once more. */
let again: (inbound: Inbound) => Promise<void>;
const below = (id: string) => [...calling.people.values()].filter((one) => one.managerId === id).map((one) => one.id);
const personOf = (user: UserId): Person => {
  const admin = calling.people.get(adminOf[user] ?? '');
  return admin ? { kind: 'known', admin, user } : { kind: 'unknown', why: 'nobody' };
};
const at = (user: string): SlackPerson => personIn(calling.room.front.control, user, ids.general);
const chosen = (...people: string[]) => ({ [protectedForm.block]: { [protectedForm.field]: people } });
const kept = async () => (await calling.room.installations.team(calling.room.team.id))?.protectedPeople;

async function opened(user: string): Promise<SlackPerson> {
  const who = at(user);
  await who.command('/warroom protect');
  await working;
  return who;
}

/** Opens the form and saves it with these people in it. */
async function protect(user: string, ...people: string[]): Promise<void> {
  const who = await opened(user);
  await who.submit(chosen(...people));
  await working;
}

const members = () => calling.channels()[0]?.members;

describe('who is in every channel of calls', () => {
  it('is chosen by who stands at the top, told in the ops channel, and comes with the next call of each agent', async () => {
    await calling.say('call_1');
    await calling.told('call_1');
    await protect(kavya, meera);
    await calling.drained();
    await calling.say('call_2');
    await calling.told('call_2');

    expect(members()).toEqual([arjun, kavya, rohan, meera].sort());
    expect(calling.roots(ops)).toEqual([
      expect.stringMatching(/^🛡️ Kavya R\. changed who is in every channel of calls/),
    ]);
    expect(calling.texts(ops)[0]).toContain(meera);
  });

  it('leaves the channels again once they are taken from the list', async () => {
    await protect(kavya, meera);
    await calling.say('call_1');
    await calling.told('call_1');
    const before = members();
    await protect(kavya);
    await calling.say('call_2');
    await calling.told('call_2');

    expect([before?.includes(meera), members()?.includes(meera)]).toEqual([true, false]);
  });

  it('is shown in the form, and may be changed by whoever installed War Room', async () => {
    await protect(rohan, meera);
    const form = (await opened(kavya)).modal();

    expect(JSON.stringify(form?.content.blocks)).toContain(`"initial_users":["${meera}"]`);
  });

  it('is no matter of anybody else: neither is the form shown to them, nor one taken', async () => {
    for (const user of [sana, lakshmi]) expect((await opened(user)).modal()).toBeUndefined();
    await protect(kavya, meera);
    const form = asked.find((one) => one.kind === 'submission');
    await again({ ...(form as Inbound & { kind: 'submission' }), id: 'other', user: userId(lakshmi) });

    expect(answers.slice(0, 2).map((answer) => answer?.content.text)).toEqual([
      expect.stringMatching(/^Only somebody who stands at the top/),
      expect.stringMatching(/^Only somebody who stands at the top/),
    ]);
    expect(await kept()).toEqual([meera]);
  });

  it('is kept once for a form that comes twice, and not over what somebody else has chosen since', async () => {
    await protect(kavya, meera);
    const form = asked.find((one) => one.kind === 'submission') as Inbound & { kind: 'submission' };
    await again(form);
    await again({ ...form, id: 'begun before', view: { ...form.view, values: chosen(sana) } });

    expect(await kept()).toEqual([meera]);
    expect(calling.queue.map(({ dedupe }) => dedupe)).toEqual([calling.queue[0]?.dedupe, calling.queue[0]?.dedupe]);
    const whispered = calling.room.front.control.channels().flatMap(({ id }) => calling.texts(id));
    expect(whispered).toEqual([
      expect.stringMatching(/^Somebody else changed .+ your choice was not saved\. Open it again\.$/),
    ]);
  });
});
