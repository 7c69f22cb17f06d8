/** Whatever happens to learners and in Slack, in whatever order it is heard of: everybody ends where the life cycle has them. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { State } from '../../shared/invites/lifecycle.ts';
import { emailOf, type Inviting, linkWay, startInviting } from '../support/inviting.ts';

const learners = ['tara', 'om', 'ira'] as const;
type LearnerName = (typeof learners)[number];

const who = fc.constantFrom(...learners);
const anyStep = fc.oneof(
  fc.record({
    does: fc.constant('enrol' as const),
    who,
    status: fc.constantFrom('active' as const, 'active' as const, 'ended' as const, 'doNotInvite' as const),
    course: fc.constantFrom('course_1', 'course_2'),
  }),
  fc.record({ does: fc.constant('unheard' as const), who }),
  fc.record({ does: fc.constantFrom('comes' as const, 'goes' as const, 'returns' as const, 'hidden' as const), who }),
  fc.record({ does: fc.constant('hear' as const), who }),
  fc.record({ does: fc.constantFrom('run' as const, 'runs' as const, 'sweep' as const) }),
  fc.record({
    does: fc.constant('fault' as const),
    method: fc.constantFrom('users.list', 'users.lookupByEmail', 'users.info', 'chat.postMessage'),
    retryAfterSeconds: fc.constantFrom(1, 70),
  }),
);

type Step = typeof anyStep extends fc.Arbitrary<infer One> ? One : never;

/** What is truly so, as only the test knows it. */
class Truth {
  readonly statuses = new Map<string, string>();
  /** When they were last enrolled in something new, and that was announced (ms). */
  enrolledAt = 0;
  wasActive = false;
  account: { standing: 'accepted' | 'deactivated'; since: number } | undefined;

  enrol(course: string, status: string, at: number): void {
    if (status === 'active' && this.statuses.get(course) !== 'active') this.enrolledAt = at;
    this.wasActive ||= status === 'active';
    this.statuses.set(course, status);
  }

  /** Where the life cycle has them, given when they were last written to (ms). */
  state(writtenAt: number | undefined): State | undefined {
    if (this.statuses.size === 0) return undefined;
    if (this.account?.standing === 'accepted') return 'ACCEPTED';
    if (this.account && this.account.since >= this.enrolledAt) return 'DEACTIVATED';
    const isWritten = writtenAt !== undefined && writtenAt > (this.account?.since ?? 0);
    return isWritten ? 'INVITED' : 'PENDING';
  }

  get mayBeInvited(): boolean {
    const statuses = [...this.statuses.values()];
    return statuses.includes('active') && !statuses.includes('doNotInvite');
  }
}

/** Does one step, to the world and to what is known of it. Two seconds go by: Slack counts in seconds. */
async function play(step: Step, inviting: Inviting, truths: Map<string, Truth>): Promise<void> {
  const { control, room } = inviting;
  room.time.advance(2_000);
  const now = room.time.now();
  const second = Math.floor(now / 1000) * 1000;
  const truth = 'who' in step ? truths.get(step.who) : undefined;
  const user = 'who' in step ? userOf(step.who) : '';
  switch (step.does) {
    case 'enrol': {
      // One that nobody had heard of counts as new together with the first that somebody did.
      const isUnheard = truth?.statuses.get('course_1') === 'active' && !(await inviting.details(step.who));
      truth?.enrol(step.course, step.status, now);
      if (truth && isUnheard && truth.statuses.get('course_1') === 'active') truth.enrolledAt = now;
      return inviting.enrol(step.who, step.status, { course: step.course });
    }
    case 'unheard':
      // Somebody put it there whom nobody told: the next sweep finds it.
      if (truth?.statuses.size === 0) {
        truth.statuses.set('course_1', 'active');
        truth.wasActive = true;
        await inviting.enrolUnmarked(step.who);
      }
      return;
    case 'comes':
      if (!truth || truth.account) return;
      truth.account = { standing: 'accepted', since: second };
      return control.putMember({ id: user, name: step.who, realName: step.who, email: emailOf(step.who) });
    case 'goes':
      if (truth?.account?.standing !== 'accepted') return;
      truth.account = { standing: 'deactivated', since: second };
      return control.deactivate(user);
    case 'returns':
      if (truth?.account?.standing !== 'deactivated') return;
      truth.account = { standing: 'accepted', since: second };
      return control.reactivate(user);
    case 'hidden':
      return control.behave({ listsInvited: false, pages: 'short' });
    case 'hear':
      await inviting.hear(user).catch(() => undefined);
      return;
    case 'run':
      await inviting.run();
      return;
    case 'runs':
      await Promise.all([inviting.run(), inviting.run()]);
      return;
    case 'sweep':
      room.time.advance(86_400_000);
      await inviting.run();
      return;
    case 'fault': {
      const { method, retryAfterSeconds } = step;
      control.fault({ kind: 'rateLimited', method, retryAfterSeconds, count: 1 });
    }
  }
}

const userOf = (learner: LearnerName) => `U0${learner.toUpperCase()}`;

it('everybody ends where what is so has them, and nobody is written to twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 4, maxLength: 16 }), async (steps) => {
      const inviting = await startInviting();
      inviting.tolerate();
      // Longer than any of these stories: nobody may get a second one.
      const rules = { quietHours: null, againAfterDays: 365 };
      inviting.settle({ way: linkWay({ validDays: null, uses: null }), rules });
      const written = new Map<string, number[]>();
      inviting.onMail((email) => written.set(email, [...(written.get(email) ?? []), inviting.room.time.now()]));
      const truths = new Map(learners.map((learner) => [learner as string, new Truth()]));
      await inviting.enrol('somebody', 'ended');

      for (const step of steps) await play(step, inviting, truths);
      inviting.control.resetFaults();
      for (let night = 0; night < 2; night += 1) {
        inviting.room.time.advance(86_400_000);
        for (let runs = 0; runs < 3; runs += 1) await inviting.run();
      }

      for (const [learner, truth] of truths) {
        const mails = written.get(emailOf(learner)) ?? [];
        const state = (await inviting.details(learner))?.state;

        expect([learner, state]).toEqual([learner, truth.state(mails.at(-1))]);
        expect(mails.length).toBeLessThanOrEqual(1);
        // Who waits, and may be written to, was not forgotten.
        if (state === 'PENDING' && truth.mayBeInvited) expect(mails).toHaveLength(1);
        if (!truth.wasActive) expect(mails).toEqual([]);
      }
    }),
    { numRuns: Number(process.env['INVITES_RUNS'] ?? 60) },
  );
}, 60_000);
