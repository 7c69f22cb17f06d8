/** Accounts in Slack that come, go and change: what the calls room knew of them is forgotten, and what waited is told. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Message } from '../../shared/aws/queue.ts';
import { Table } from '../../shared/aws/table.ts';
import { userId } from '../../shared/base/names.ts';
import { type Heard, heardMessage, readHeard } from '../../shared/calls/heard.ts';
import { forgetPerson, type PersonParts } from '../../shared/calls/person.ts';
import { CallStore } from '../../shared/calls/store.ts';
import { parseWake } from '../../shared/calls/wake.ts';
import { wakeWaiting } from '../../shared/calls/wake-waiting.ts';
import { addressSign } from '../../shared/slack/account.ts';
import { type Calling, ops, person, startCalling, users } from '../support/calling.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { type Ears, openEars } from '../support/slack-ears.ts';

let calling: Calling;
let ears: Ears;
let woken: Message[];
beforeEach(async () => {
  calling = await startCalling();
  calling.room.front.control.regenerateSigningSecret('secret of the test');
  ears = await openEars(calling.room, 'secret of the test');
  woken = [];
});
afterEach(() => ears.stop());

const { arjun, kavya, rohan } = users;
const account = (id: string, name: string) => ({
  id,
  name: name.toLowerCase().replace(' ', '.'),
  realName: name,
  email: `${name.toLowerCase().replace(' ', '.')}@acme-academy.example`,
});
const parts = (): PersonParts => ({
  store: calling.store,
  queue: { send: async (message) => void woken.push(message) },
  newId: () => `n${woken.length}`,
});

/** The record that the calls worker gets of a piece of news. */
function heardIn(news: Ears['told'][number]): Heard & { cause: 'person' } {
  const heard = readHeard(heardMessage(news).body);
  if (heard?.cause !== 'person') throw new Error('It is about nobody.');
  return heard;
}

/** Has everything acted on that Slack says of people until now; answers what came of each. */
async function listened(): Promise<string[]> {
  await ears.listen();
  const outcomes: string[] = [];
  for (const news of ears.told.splice(0)) {
    if (news.what === 'person') outcomes.push(await forgetPerson(heardIn(news), parts()));
  }
  return outcomes;
}

async function told(id: string): Promise<unknown> {
  await calling.say(id);
  return calling.told(id);
}

const members = () => calling.channels()[0]?.members;
const slack = () => calling.room.front.control;
const lookups = () => slack().calls()['users.lookupByEmail'] ?? 0;

describe('of an account, Slack says', () => {
  beforeEach(async () => {
    await told('call_1');
    await listened();
    slack().resetCalls();
  });

  it('that it is deactivated, and the next call is told to who is left, though all was remembered as right', async () => {
    slack().deactivate(kavya);
    expect(await listened()).toEqual(['forgotten']);

    expect(await told('call_2')).toBe('done');
    expect(calling.texts(ops)[0]).toMatch(
      /Should be there and cannot be: Kavya R\. \(nobody in Slack has their e-mail address\)/,
    );
  });

  it('that it has another address: whoever has the one of the directory now is invited, the other removed', async () => {
    slack().putMember({ ...account(rohan, 'Rohan Desai'), email: 'rohan.old@acme-academy.example' });
    slack().putMember({ ...account('U0ROHAN002', 'Rohan Desai'), name: 'rohan.desai.2' });
    await listened();
    await told('call_2');

    expect(members()).toEqual([arjun, kavya, 'U0ROHAN002'].sort());
  });

  it('what changes nothing of who may read, and nothing is looked up, forgotten or woken', async () => {
    slack().putMember({ ...account(rohan, 'Rohan Desai'), title: 'Team lead' });
    slack().putMember({ ...account(users.meera, 'Meera Thomas') });

    expect(new Set(await listened())).toEqual(new Set(['nothing']));
    await told('call_2');
    expect([lookups(), slack().calls()['conversations.members'], woken]).toEqual([0, undefined, []]);
  });

  it('the same twice, as it does where the answer was late, and the second time changes nothing', async () => {
    slack().deactivate(kavya);
    await ears.listen();
    const [heard] = ears.told.map(heardIn);
    const twice = heard && [await forgetPerson(heard, parts()), await forgetPerson(heard, parts())];

    expect(twice).toEqual(['forgotten', 'nothing']);
  });
});

describe('while the app asks whose an address is, Slack says', () => {
  it.each(['for the first time', 'once more after an hour'])(
    'that it is another’s (%s), and who has it is invited, the other not',
    async (when) => {
      if (when !== 'for the first time') {
        await told('call_1');
        calling.room.time.advance(3_600_001);
      }
      await listened();
      const { channels } = calling.parts;
      const ask = channels.account.bind(channels);
      channels.account = async (bot, email) => {
        channels.account = ask;
        const found = await ask(bot, email);
        slack().putMember({ ...account(arjun, 'Arjun Mehta'), email: 'arjun.old@acme-academy.example' });
        slack().putMember({ ...account('U0ARJUNEW1', 'Arjun Mehta'), name: 'arjun.mehta.2' });
        await listened();
        return found;
      };
      await told('call_2');
      calling.room.time.advance(61_000);
      await told('call_3');

      expect(members()).toEqual(['U0ARJUNEW1', kavya, rohan].sort());
    },
  );
});

describe('an account that an agent’s calls wait for', () => {
  it('comes, and they are told at once', async () => {
    const address = 'arjun@new.example';
    calling.people.set('adm_arjun', { ...person('adm_arjun', 'Arjun Mehta', 'adm_rohan'), email: address });
    expect(await told('call_1')).toBe('waiting');
    slack().putMember({ ...account('U0ARJUN009', 'Arjun Mehta'), email: address });

    expect(await listened()).toContain('forgotten');
    const wakes = woken.map(({ body }) => parseWake(body));
    expect(wakes).toMatchObject([{ agent: 'adm_arjun', call: 'call_1', cause: 'slack' }]);
    expect(await calling.told('call_1')).toBe('done');
    expect(members()).toContain('U0ARJUN009');
  });

  it('comes, and they are told wherever the worker that hears of it stops', async () => {
    const play = async (spot?: Spot) => {
      calling = await startCalling();
      woken = [];
      calling.people.delete('adm_arjun');
      calling.people.set('adm_arjun', { ...person('adm_arjun', 'Arjun Mehta', 'adm_rohan'), email: 'a@new.example' });
      expect(await told('call_1')).toBe('waiting');
      slack().putMember({ ...account('U0ARJUN009', 'Arjun Mehta'), email: 'a@new.example' });
      const [team, address] = [calling.room.team.id, addressSign('a@new.example')];
      const heard = { team, user: userId('U0ARJUN009'), account: 'member', address, cause: 'person' } as const;
      const before = await calling.store.peopleVersion(team);
      const fuse = new Fuse(spot);
      const table = fuse.watch(
        new Table(calling.documents, 'calls'),
        'calls',
        (method) => method !== 'get' && method !== 'query',
      );
      const queue = fuse.watch(parts().queue, 'queue', () => true);
      await forgetPerson(heard, { ...parts(), store: new CallStore(table), queue }).catch(() => undefined);
      await forgetPerson(heard, parts());

      expect(new Set(woken.map(({ body }) => parseWake(body).call))).toEqual(new Set(['call_1']));
      expect(await calling.store.peopleVersion(team)).toBeGreaterThan(before);
      expect(await calling.told('call_1')).toBe('done');
      return fuse;
    };
    const { effects } = await play();
    expect(effects.join(' ')).toBe('calls.update calls.delete calls.update queue.send calls.delete calls.delete');
    for (const effect of effects.keys()) {
      for (const side of ['before', 'after'] as const) expect((await play({ effect, side })).blown).toBe(true);
    }
  });

  it('accepts its invitation, and they are told at once', async () => {
    slack().putMember({ ...account(arjun, 'Arjun Mehta'), invited: true });
    expect(await told('call_1')).toBe('waiting');
    await listened();
    slack().putMember(account(arjun, 'Arjun Mehta'));

    expect(await listened()).toEqual(['forgotten']);
    expect(woken).toHaveLength(1);
    expect(await calling.told('call_1')).toBe('done');
  });
});

it('thousands that wait for somebody are woken many at a time', async () => {
  let [underWay, most, sent] = [0, 0, 0];
  const send = async () => {
    underWay += 1;
    [most, sent] = [Math.max(most, underWay), sent + 1];
    await Promise.resolve();
    underWay -= 1;
  };
  const calls = Array.from({ length: 3_000 }, (_, at) => ({ call: `c${at}`, code: 'absent', since: at }));
  const store = { waiting: async () => ({ since: 0, calls }) };
  const woken = await wakeWaiting({ team: calling.room.team.id, agent: 'adm_arjun' }, 'slack', {
    store,
    queue: { send },
    newId: () => 'n',
  });

  expect([woken, sent, most]).toEqual([3_000, 3_000, 40]);
});

describe('what is put on a queue of a person', () => {
  it('is an id, how they stand, and two bytes of a hash of their address: no name, no address', async () => {
    slack().putMember(account('U0NEW00001', 'Nila Varma'));
    await ears.listen();
    const [news] = ears.told;

    expect(JSON.parse((news && heardMessage(news).body) ?? '')).toEqual({
      team: calling.room.team.id,
      user: 'U0NEW00001',
      account: 'member',
      address: expect.stringMatching(/^[0-9a-f]{4}$/),
      cause: 'person',
    });
    expect(JSON.stringify(news).toLowerCase()).not.toMatch(/nila|varma|acme-academy/);
  });
});
