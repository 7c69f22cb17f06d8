/** Whatever goes wrong at Slack, and whoever moves meanwhile: calls arrive once each, and nobody outside the chain is ever invited. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Park, Retry } from '../../shared/base/errors.ts';
import { type UserId, userId } from '../../shared/base/names.ts';
import { type Calling, person, startCalling, users } from '../support/calling.ts';

const methods =
  'conversations.create conversations.members conversations.invite conversations.kick users.lookupByEmail users.conversations chat.postMessage';
const errors =
  'name_taken cant_invite user_is_restricted restricted_action not_supported internal_error fetch_members_failed';

const anyFault = fc.record({
  method: fc.constantFrom(...methods.split(' ')),
  skip: fc.nat(2),
  count: fc.integer({ min: 1, max: 3 }),
  how: fc.oneof(
    fc.record({ kind: fc.constant('error' as const), error: fc.constantFrom(...errors.split(' ')) }),
    fc.record({ kind: fc.constant('reset' as const), when: fc.constantFrom('before' as const, 'after' as const) }),
    fc.record({ kind: fc.constant('rateLimited' as const), retryAfterSeconds: fc.constantFrom(1, 40) }),
    fc.record({ kind: fc.constant('status' as const), when: fc.constantFrom('before' as const, 'after' as const) }),
  ),
});
const anyStep = fc.oneof(
  fc.record({ does: fc.constant('call' as const), id: fc.constantFrom('call_1', 'call_2', 'call_3') }),
  fc.record({ does: fc.constant('fault' as const), fault: anyFault }),
  fc.record({
    does: fc.constant('move' as const),
    manager: fc.constantFrom('adm_rohan', 'adm_lakshmi', 'adm_kavya', null),
  }),
  fc.record({ does: fc.constant('intrude' as const), who: fc.constantFrom(users.meera, users.dev) }),
  fc.record({ does: fc.constant('wait' as const), seconds: fc.constantFrom(5, 61, 3_700) }),
);

/** One delivery. What did not go through comes again later. */
async function delivered({ told, room }: Calling, call: string): Promise<boolean> {
  try {
    // However many have to go.
    await told(call, 'adm_arjun', { fuse: { share: 1, atLeast: 0 } });
    return true;
  } catch (error) {
    if (!(error instanceof Retry) && !(error instanceof Park)) throw error;
    room.time.advance(1_000);
    return false;
  }
}

it('whatever fails, wherever, and whoever moves meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 3, maxLength: 14 }), async (steps) => {
      const calling = await startCalling();
      const { room, people, parts, say } = calling;
      const invited = new Set<UserId>();
      const invite = parts.channels.invite.bind(parts.channels);
      parts.channels.invite = async (bot, channel, them) => {
        for (const user of them) invited.add(user);
        return invite(bot, channel, them);
      };
      const said = new Map<string, number>();

      for (const step of steps) {
        if (step.does === 'call') {
          const times = (said.get(step.id) ?? 0) + 1;
          said.set(step.id, times);
          await say(step.id, { outcome: `Outcome ${times}`, lead: { id: 'l', name: `Lead${step.id.at(-1)}` } });
          await delivered(calling, step.id);
        } else if (step.does === 'fault') {
          const { how, ...where } = step.fault;
          room.front.control.fault({ ...where, ...how });
        } else if (step.does === 'move') {
          people.set('adm_arjun', person('adm_arjun', 'Arjun Mehta', step.manager));
        } else if (step.does === 'intrude') {
          for (const { id } of calling.channels()) room.front.control.addMember(id, step.who);
        } else room.time.advance(step.seconds * 1_000);
      }
      room.front.control.resetFaults();
      for (let round = 0; round < 6; round += 1) {
        room.time.advance(61_000);
        for (const id of said.keys()) await delivered(calling, id);
      }

      const outside = [users.sana, users.meera, users.dev].map(userId);
      expect([...invited].filter((user) => outside.includes(user))).toEqual([]);
      if (said.size === 0) return;
      // A channel whose making was never answered may be left over, empty.
      const channels = calling.channels().filter(({ id }) => calling.texts(id).length > 0);
      const manager = people.get('adm_arjun')?.managerId;
      const above = {
        adm_rohan: [users.rohan, users.kavya],
        adm_lakshmi: [users.lakshmi, users.kavya],
        adm_kavya: [users.kavya],
      };
      const chain = manager ? above[manager as keyof typeof above] : [];
      expect(channels.map(({ members }) => members)).toEqual([[users.arjun, ...chain].sort()]);
      expect(calling.roots(channels[0]?.id ?? '').sort()).toEqual(
        [...said].map(([id, times]) => `📞 Outcome ${times} · Lead${id.at(-1)} · 12 min`).sort(),
      );
    }),
    { numRuns: 100 },
  );
}, 120_000);
