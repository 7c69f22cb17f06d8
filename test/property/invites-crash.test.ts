/** A worker of invitations that stops for good before or after any of its effects invites nobody twice and forgets nobody. */
import { describe, expect, it } from '@jest/globals';
import { run } from '../../shared/invites/job.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { emailOf, type Inviting, linkWay, startInviting } from '../support/inviting.ts';

/** What happened before the worker that stops, and what that worker is about to do. */
type Scenario = {
  readonly learners: readonly string[];
  readonly prepare: (inviting: Inviting) => Promise<void>;
  /** Undefined: a run of the job. */
  readonly hears?: string;
};

const link = { way: linkWay({ validDays: null }), rules: { quietHours: null } };
const member = (learner: string, more: object = {}) => ({
  id: `U0${learner.toUpperCase()}`,
  name: learner,
  realName: `${learner} Sharma`,
  email: emailOf(learner),
  ...more,
});

const scenarios: Readonly<Record<string, Scenario>> = {
  'a learner who is invited by Slack': {
    learners: ['tara'],
    prepare: ({ enrol }) => enrol('tara'),
  },
  'a learner who is sent a link, and one who is a member already': {
    learners: ['tara', 'om'],
    prepare: async ({ enrol, settle, control }) => {
      settle(link);
      control.putMember(member('om'));
      await enrol('tara');
      await enrol('om');
    },
  },
  'a learner whose address changed, and one who is enrolled no more': {
    learners: ['tara', 'om'],
    prepare: async ({ enrol, control, run }) => {
      control.putMember(member('om'));
      await enrol('tara');
      await enrol('om');
      await run();
      await enrol('tara', 'active', { email: 'tara.new@learners.example' });
      await enrol('om', 'ended');
    },
  },
  'a member who comes': {
    learners: ['tara'],
    prepare: async ({ enrol, control, run, settle }) => {
      settle(link);
      await enrol('tara');
      await run();
      await run();
      control.putMember(member('tara'));
    },
    hears: 'U0TARA',
  },
  'a member who goes, under another address by now': {
    learners: ['om'],
    prepare: async ({ enrol, control, run }) => {
      control.putMember(member('om'));
      await enrol('om');
      await run();
      await run();
      control.putMember(member('om', { email: 'om.new@learners.example', deactivated: true }));
    },
    hears: 'U0OM',
  },
};

/** What anybody can see: where everybody stands, who was written to and how often, what the ops channel says. */
async function seen({ details, invited, mails, told }: Inviting, learners: readonly string[]) {
  const states = await Promise.all(learners.map(async (learner) => (await details(learner))?.state));
  const keys = new Set(mails.map(({ headers }) => headers.get('idempotency-key')));
  return { states, invited: invited(), mailed: keys.size, told: told() };
}

describe.each(Object.entries(scenarios))('%s', (_, { learners, prepare, hears }) => {
  const play = async (spot?: Spot) => {
    const inviting = await startInviting();
    // The first sweep is another story.
    await inviting.enrol('nobody', 'ended');
    await inviting.run();
    await prepare(inviting);
    const fuse = new Fuse(spot);
    const parts = inviting.worker(fuse);
    await (hears === undefined
      ? run(inviting.room.time.now() + 50_000, parts).catch(() => undefined)
      : inviting.hear(hears, parts).catch(() => undefined));
    // What was begun by a worker that is gone is taken over; an event comes again.
    inviting.room.time.advance(130_000);
    if (hears !== undefined) await inviting.hear(hears);
    for (let runs = 0; runs < 4; runs += 1) {
      await inviting.run();
      inviting.room.time.advance(70_000);
    }
    return { fuse, world: await seen(inviting, learners) };
  };

  it('ends the same, wherever the worker stops', async () => {
    const { fuse: recorded, world: whole } = await play();
    expect(recorded.effects.length).toBeGreaterThan(4);

    for (const [effect, name] of recorded.effects.entries()) {
      for (const side of ['before', 'after'] as const) {
        const { fuse, world } = await play({ effect, side });

        const at = `${side} effect ${effect}, ${name}`;
        expect({ at, blown: fuse.blown, ...world }).toEqual({ at, blown: true, ...whole });
      }
    }
  }, 60_000);
});

it('a sweep of several pages counts everybody once and finds what changed, wherever the worker stops', async () => {
  const play = async (spot?: Spot) => {
    const inviting = await startInviting();
    inviting.settle(undefined);
    inviting.control.behave({ pages: 'short' });
    for (let index = 0; index < 4; index += 1) inviting.control.putMember(member(`m${index}`));
    await inviting.enrol('m1');
    await inviting.enrol('m3');
    await inviting.run();
    inviting.control.deactivate('U0M1');
    inviting.room.time.advance(86_400_000);
    const fuse = new Fuse(spot);
    await run(inviting.room.time.now() + 50_000, inviting.worker(fuse)).catch(() => undefined);
    for (let runs = 0; runs < 4; runs += 1) {
      inviting.room.time.advance(100_000);
      await inviting.run();
    }
    const { done, sweep } = await inviting.syncs.read(inviting.room.team.id);
    return { fuse, world: { counts: done?.counts, sweep, ...(await seen(inviting, ['m1', 'm3'])) } };
  };

  const { fuse: recorded, world: whole } = await play();
  expect(whole).toMatchObject({ counts: { members: 13, deactivated: 1 }, states: ['DEACTIVATED', 'ACCEPTED'] });
  for (const [effect, name] of recorded.effects.entries()) {
    for (const side of ['before', 'after'] as const) {
      const { fuse, world } = await play({ effect, side });

      const at = `${side} effect ${effect}, ${name}`;
      expect({ at, blown: fuse.blown, ...world }).toEqual({ at, blown: true, ...whole });
    }
  }
}, 60_000);

it('an invitation into a shared channel goes out once at most, wherever the worker stops', async () => {
  const play = async (spot?: Spot) => {
    const inviting = await startInviting();
    inviting.settle({ way: { kind: 'connect', channel: 'C0COURSEFS' }, rules: { quietHours: null } });
    inviting.mayConnect();
    await inviting.enrol('tara');
    await inviting.run({ companies: inviting.parts.companies, syncs: inviting.parts.syncs });
    const fuse = new Fuse(spot);
    await inviting.enrol('om');
    await run(inviting.room.time.now() + 50_000, inviting.worker(fuse)).catch(() => undefined);
    for (let runs = 0; runs < 4; runs += 1) {
      inviting.room.time.advance(100_000);
      await inviting.run();
    }
    return { fuse, invited: inviting.invited(), stands: (await inviting.details('om'))?.state };
  };

  const { fuse: recorded } = await play();
  for (const [effect, name] of recorded.effects.entries()) {
    for (const side of ['before', 'after'] as const) {
      const { invited, stands } = await play({ effect, side });

      const at = `${side} effect ${effect}, ${name}`;
      // Stopped right before the call nobody was written to, and nobody can know that.
      expect({ at, twice: invited.length > new Set(invited).size, stands }).toEqual({
        at,
        twice: false,
        stands: 'INVITED',
      });
    }
  }
}, 60_000);

it('several workers at once invite everybody once', async () => {
  const inviting = await startInviting();
  inviting.settle(link);
  const learners = Array.from({ length: 12 }, (_, index) => `l${index}`);
  for (const learner of learners) await inviting.enrol(learner);
  for (let runs = 0; runs < 4; runs += 1) await Promise.all([1, 2, 3].map(() => inviting.run()));
  const written = inviting.mails.map(({ body }) => (JSON.parse(body) as { to: { email: string } }).to.email);

  expect(written.toSorted()).toEqual(learners.map(emailOf).toSorted());
});
