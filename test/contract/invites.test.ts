/** Learners on their way into the workspace: enrolled, invited, come, gone and back. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { hookSignature } from '../../shared/invites/hook-client.ts';
import { linkTrouble } from '../../shared/invites/link.ts';
import { noteBounce, showInvites } from '../../shared/invites/list.ts';
import { readAsked } from '../../shared/invites/request.ts';
import { emailOf, enterprise, type Inviting, linkWay, startInviting } from '../support/inviting.ts';

const dayMs = 86_400_000;
let inviting: Inviting;

beforeEach(async () => {
  inviting = await startInviting();
});

const fault = (method: string, error: string, count = 1) =>
  inviting.control.fault({ kind: 'error', method, error, count });
const later = (ms: number) => inviting.room.time.advance(ms);
/** Somebody is a member, for reasons of their own. */
const member = (learner: string, more: object = {}) =>
  inviting.control.putMember({
    id: `U0${learner.toUpperCase()}`,
    name: learner,
    realName: `${learner} Sharma`,
    email: emailOf(learner),
    ...more,
  });
const rules = (more: object) => ({ ...enterprise, rules: { ...enterprise.rules, ...more } });

describe('a learner who is enrolled', () => {
  it('is invited by itself, comes, is deactivated, and comes back, and the ops channel reads of it in one message', async () => {
    const { enrol, run, stands, control, userOf, invited, told } = inviting;
    await enrol('tara');
    await run();
    const first = await stands('tara');
    control.acceptInvitation(emailOf('tara'));
    const user = await userOf('tara');
    await inviting.hear(user);
    const second = await stands('tara');
    control.deactivate(user);
    await inviting.hear(user);
    const third = await stands('tara');
    later(3_600_000);
    control.reactivate(user);
    await inviting.hear(user);
    await run();

    expect([first, second, third, await stands('tara')]).toEqual([
      ['INVITED invited'],
      ['ACCEPTED joined'],
      ['DEACTIVATED deactivated'],
      ['ACCEPTED joined'],
    ]);
    expect(invited()).toEqual(['tara']);
    expect(told()).toEqual([
      expect.stringMatching(/^📨 Workspace, 20 Nov: 1 enrolled · 1 invited · 1 joined · 1 came back · 1 deactivated$/m),
    ]);
  });

  it('is not invited where they are a member already, invited, or asked not to be', async () => {
    member('om');
    member('ira', { invited: true, emailConfirmed: false });
    await inviting.enrol('om');
    await inviting.enrol('ira');
    await inviting.enrol('dev', 'doNotInvite');
    await inviting.run();
    await inviting.run();

    expect(await inviting.stands('om', 'ira', 'dev')).toEqual([
      'ACCEPTED joined',
      'INVITED awaited',
      'PENDING enrolled',
    ]);
    expect(inviting.invited()).toEqual([]);
  });

  it('is not taken for a member by an address that was never confirmed, nor by an account of another company', async () => {
    member('om', { emailConfirmed: false });
    member('ed', { homeTeam: 'T0PARTNER1' });
    await inviting.enrol('om');
    await inviting.enrol('ed');
    await inviting.run();
    await inviting.run();

    expect(await inviting.stands('om', 'ed')).toEqual(['PENDING enrolled', 'INVITED invited']);
    expect(inviting.invited()).toEqual(['ed']);
    expect((await inviting.details('om'))?.invitation).toMatchObject({ fate: 'refused', code: 'unconfirmed' });
    expect(inviting.told()[0]).toMatch(
      /Could not be invited: om S\. \(an account has this address, and never confirmed it\)\./,
    );
  });

  it('is one person to Slack where two learners share an address', async () => {
    await inviting.enrol('tara');
    await inviting.enrol('sister', 'active', { email: emailOf('tara') });
    await inviting.run();
    await inviting.run();

    expect(inviting.invited()).toEqual(['tara']);
    expect(await inviting.stands('tara', 'sister')).toEqual(['INVITED invited', 'INVITED invited']);
  });

  it('begins anew under another address, and what happens at the old one is no longer theirs', async () => {
    const { enrol, run, stands, control } = inviting;
    await enrol('tara');
    await run();
    control.acceptInvitation(emailOf('tara'));
    await inviting.hear(await inviting.userOf('tara'));
    await enrol('tara', 'active', { email: 'tara.new@learners.example' });
    await run();
    await run();
    control.deactivate(await inviting.userOf('tara'));
    await inviting.hear(await inviting.userOf('tara'));

    expect(await stands('tara')).toEqual(['INVITED invited']);
    expect(inviting.invited()).toEqual(['tara', 'tara.new']);
  });

  it('stays who they are where their address changes in Slack, and goes with that account', async () => {
    const { enrol, run, stands, control } = inviting;
    member('om');
    await enrol('om');
    await run();
    member('om', { email: 'om.new@learners.example' });
    await inviting.hear('U0OM');
    const moved = await stands('om');
    control.deactivate('U0OM');
    await inviting.hear('U0OM');

    expect([moved, await stands('om')]).toEqual([['ACCEPTED joined'], ['DEACTIVATED deactivated']]);
  });
});

describe('who was deactivated', () => {
  beforeEach(async () => {
    member('om');
    await inviting.enrol('om');
    await inviting.run();
    inviting.control.deactivate('U0OM');
    await inviting.hear('U0OM');
    later(20 * dayMs);
  });

  it('is not invited again, however often everybody is compared', async () => {
    for (let run = 0; run < 3; run += 1) {
      await inviting.run();
      later(dayMs);
    }

    expect(await inviting.stands('om')).toEqual(['DEACTIVATED deactivated']);
    expect(inviting.invited()).toEqual([]);
  });

  it('is invited once they enrol anew, and the reason is shown where Slack will not', async () => {
    await inviting.enrol('om', 'active', { course: 'course_2' });
    await inviting.run();
    await inviting.run();

    expect(await inviting.stands('om')).toEqual(['PENDING enrolled']);
    expect((await inviting.details('om'))?.invitation).toMatchObject({ fate: 'refused', code: 'user_disabled' });
    expect(inviting.told().at(-1)).toMatch(
      /om S\. \(their account is deactivated: an administrator has to activate it\)/,
    );
  });

  it('is not enrolled anew by the same enrolment, sent again, and is by one that had ended', async () => {
    await inviting.enrol('om');
    const same = await inviting.stands('om');
    await inviting.enrol('om', 'ended');
    await inviting.run();
    await inviting.enrol('om');
    await inviting.run();

    expect([same, await inviting.stands('om')]).toEqual([['DEACTIVATED deactivated'], ['PENDING enrolled']]);
  });
});

describe('an invitation', () => {
  it('waits for the morning, and for its turn', async () => {
    inviting.settle(rules({ quietHours: { from: '10:00', to: '11:00' }, perRun: 2 }));
    for (const learner of ['a', 'b', 'c']) await inviting.enrol(learner);
    await inviting.run();
    const early = inviting.invited();
    later(3_600_000);
    await inviting.run();
    const first = inviting.invited();
    await inviting.run();

    expect([early, first.length, inviting.invited().length]).toEqual([[], 2, 3]);
  });

  it('that came back is shown with its reason, and not sent again unless they enrol anew', async () => {
    inviting.settle({ way: linkWay({ validDays: null }), rules: { quietHours: null } });
    await inviting.enrol('tara');
    await inviting.run();
    const { key } = JSON.parse(inviting.mails[0]?.body ?? '') as { key: string };
    const api = { name: 'mail', team: inviting.room.team.id, scopes: ['invites'] };
    const parts = { store: inviting.store, clock: inviting.room.time };
    const stale = await noteBounce({ learnerId: 'tara', key: 'another' }, api, parts);
    const noted = await noteBounce({ learnerId: 'tara', key, reason: 'the mailbox is full' }, api, parts);
    await inviting.run();
    later(30 * dayMs);
    await inviting.run();
    const waits = inviting.mails.length;
    await inviting.enrol('tara', 'active', { course: 'course_2' });
    await inviting.run();

    expect([stale.body, noted.body]).toEqual([
      { learnerId: 'tara', noted: false },
      { learnerId: 'tara', noted: true },
    ]);
    expect(inviting.told()[0]).toMatch(
      /1 could not be invited\n+Could not be invited: tara S\. \(the mailbox is full\)/,
    );
    expect([waits, inviting.mails.length]).toEqual([1, 2]);
    await expect(noteBounce({ learnerId: 'nobody', key }, api, parts)).rejects.toThrow(/No learner is known/);
  });

  it('goes out once more to who did not come, where the team has it, and never sooner', async () => {
    inviting.settle({
      way: linkWay({ uses: null, validDays: null }),
      rules: { quietHours: null, reminders: 1, againAfterDays: 7 },
    });
    await inviting.enrol('tara');
    await inviting.run();
    for (let day = 0; day < 30; day += 1) {
      later(dayMs - 60_000);
      await inviting.run();
    }

    expect(inviting.mails).toHaveLength(2);
    expect(await inviting.stands('tara')).toEqual(['INVITED invited']);
  });

  it('is not sent for a team that has settled no way, and is once it has', async () => {
    inviting.settle(undefined);
    await inviting.enrol('tara');
    await inviting.run();
    const before = inviting.invited();
    inviting.settle(enterprise);
    later(dayMs);
    await inviting.run();
    await inviting.run();

    expect([before, inviting.invited()]).toEqual([[], ['tara']]);
  });

  it('waits as long as Slack asks, and is no second one then', async () => {
    inviting.control.fault({ kind: 'rateLimited', method: 'admin.users.invite', retryAfterSeconds: 90, count: 1 });
    for (const learner of ['a', 'b']) await inviting.enrol(learner);
    await inviting.run();
    const during = inviting.invited();
    later(60_000);
    await inviting.run();

    expect([during, inviting.invited().toSorted()]).toEqual([[], ['a', 'b']]);
    expect(await inviting.stands('a', 'b')).toEqual(['INVITED invited', 'INVITED invited']);
  });

  it('stops for everybody where the set-up is wrong; the ops channel is told what is needed, once, and that it is over', async () => {
    inviting.control.behave({ plan: 'paid' });
    for (const learner of ['a', 'b', 'c']) await inviting.enrol(learner);
    for (let run = 0; run < 5; run += 1) await inviting.run();
    const calls = inviting.control.calls()['admin.users.invite'];
    const stopped = inviting.told().filter((text) => /does not let War Room invite/.test(text));
    inviting.control.behave({ plan: 'enterprise' });
    later(3_600_000);
    await inviting.run();
    await inviting.run();

    expect([calls, stopped.length]).toEqual([1, 1]);
    expect(stopped[0]).toMatch(/needs Slack’s Enterprise plan/);
    expect(inviting.invited().toSorted()).toEqual(['a', 'b', 'c']);
    expect(inviting.told().some((text) => /^📨 Invitations go out again\./.test(text))).toBe(true);
  });

  it('whose answer never came is asked again by itself, and there is one', async () => {
    inviting.control.fault({ kind: 'timeout', method: 'admin.users.invite', when: 'after', count: 1 });
    inviting.control.behave({ listsInvited: false });
    await inviting.enrol('tara');
    await inviting.run();
    const unsure = await inviting.stands('tara');
    later(120_000);
    await inviting.run();

    expect([unsure, await inviting.stands('tara')]).toEqual([['PENDING enrolled'], ['INVITED awaited']]);
    expect(inviting.invited()).toEqual(['tara']);
  });

  it('into a shared channel whose answer never came is not asked for again, and somebody is told to look', async () => {
    inviting.settle({ way: { kind: 'connect', channel: 'C0COURSEFS' }, rules: { quietHours: null } });
    inviting.mayConnect();
    inviting.control.fault({ kind: 'timeout', method: 'conversations.inviteShared', when: 'after', count: 1 });
    await inviting.enrol('tara');
    await inviting.enrol('om');
    for (let run = 0; run < 4; run += 1) {
      await inviting.run();
      later(120_000);
    }

    expect(inviting.invited().toSorted()).toEqual(['om', 'tara']);
    expect(await inviting.stands('tara', 'om')).toEqual(['INVITED invited', 'INVITED invited']);
    expect(inviting.told()[0]).toMatch(/Perhaps invited, look into Slack: (tara|om) S\. \(no_answer\)\./);
  });
});

describe('a join link', () => {
  beforeEach(() => inviting.settle({ way: linkWay({ uses: 3 }), rules: { quietHours: null } }));

  it('is sent by the mail system, which can tell who asks and that it was not changed', async () => {
    await inviting.enrol('tara');
    await inviting.run();
    const [mail] = inviting.mails;
    const seconds = Number(mail?.headers.get('war-room-timestamp'));
    const body = JSON.parse(mail?.body ?? '') as Record<string, unknown>;

    expect(body).toEqual({
      type: 'workspace.invitation',
      key: mail?.headers.get('idempotency-key'),
      team: inviting.room.team.id,
      to: { name: 'tara Sharma', email: emailOf('tara') },
      link: 'https://join.slack.com/t/acme/one',
    });
    expect(mail?.headers.get('war-room-signature')).toBe(
      hookSignature('sixteen characters', seconds, mail?.body ?? ''),
    );
    expect(await inviting.stands('tara')).toEqual(['INVITED invited']);
    expect(inviting.told().join('\n')).not.toMatch(/@learners/);
  });

  it('is asked for again with the same key where the mail system fails, and once it answers there is one', async () => {
    inviting.answer = () => new Response(null, { status: 503 });
    await inviting.enrol('tara');
    for (let run = 0; run < 3; run += 1) {
      await inviting.run();
      later(60_000);
    }
    inviting.answer = () => new Response(null, { status: 409 });
    later(120_000);
    await inviting.run();
    const keys = new Set(inviting.mails.map(({ headers }) => headers.get('idempotency-key')));

    expect([inviting.mails.length > 1, keys.size]).toEqual([true, 1]);
    expect((await inviting.details('tara'))?.invitation).toMatchObject({ fate: 'known', code: 'hook_409' });
  });

  it.each([
    [422, 'refused', /could not be invited/],
    [401, 'withdrawn', /The mail system does not take invitations/],
  ])('is, where the mail system answers %d, %s', async (status, fate, said) => {
    inviting.answer = () => new Response(null, { status });
    await inviting.enrol('tara');
    for (let run = 0; run < 3; run += 1) await inviting.run();

    expect((await inviting.details('tara'))?.invitation?.fate).toBe(fate);
    expect(inviting.told().join('\n')).toMatch(said);
    expect(inviting.mails).toHaveLength(1);
  });

  it('is sent to as many as may use it; the others wait for another one, and the ops channel is told', async () => {
    for (const learner of ['a', 'b', 'c', 'd']) await inviting.enrol(learner);
    for (let run = 0; run < 3; run += 1) await inviting.run();
    const sent = inviting.mails.length;
    const told = inviting.told().join('\n');
    inviting.settle({
      way: linkWay({ uses: 3, url: 'https://join.slack.com/t/acme/two' }),
      rules: { quietHours: null },
    });
    later(3_600_000);
    await inviting.run();

    expect([sent, inviting.mails.length]).toEqual([3, 4]);
    expect(told).toMatch(/The join link was sent as often as it may be used/);
  });

  it('is watched: before it ends, and before its uses are gone', () => {
    const link = { url: 'u', madeAt: 0, validDays: 30, uses: 400 };

    expect(linkTrouble(link, 0, 26 * dayMs)).toBeUndefined();
    expect(linkTrouble(link, 0, 27 * dayMs)).toBe('link_expires_soon');
    expect(linkTrouble(link, 0, 30 * dayMs)).toBe('link_expired');
    expect(linkTrouble(link, 359, dayMs)).toBeUndefined();
    expect(linkTrouble(link, 360, dayMs)).toBe('link_nearly_used_up');
    expect(linkTrouble(link, 400, dayMs)).toBe('link_used_up');
    expect(linkTrouble({ ...link, validDays: null, uses: null }, 9_999, 999 * dayMs)).toBeUndefined();
  });
});

describe('a sweep of everybody', () => {
  const seen = async () => (await inviting.syncs.read(inviting.room.team.id)).done;
  /** The last sweep is a day ago. */
  const swept = async () => {
    await inviting.run();
    later(dayMs);
  };

  beforeEach(async () => {
    inviting.settle(undefined);
    for (let index = 0; index < 900; index += 1) member(`m${index}`);
    await inviting.enrol('m7');
  });

  it('counts each page once over runs that end in between, whatever the size of the pages', async () => {
    inviting.control.behave({ pages: 'short' });
    const short = { intervalMs: 30_000 };
    let runs = 0;
    for (; !(await seen()) && runs < 60; runs += 1) await inviting.run(short);
    const done = await seen();

    // The company's seven, Slackbot and the bot are members as well.
    expect(done?.counts).toMatchObject({ members: 909, accepted: 907, skipped: 2, enrolments: 1 });
    expect([done?.runs, done && done.runs > 3]).toEqual([runs, true]);
    expect(await inviting.stands('m7')).toEqual(['ACCEPTED joined']);
  });

  it('goes on where it was once Slack has asked it to wait', async () => {
    inviting.control.fault({ kind: 'rateLimited', method: 'users.list', retryAfterSeconds: 100, skip: 2, count: 1 });
    await inviting.run();
    const waiting = await inviting.syncs.read(inviting.room.team.id);
    inviting.control.resetCalls();
    await inviting.run();
    const soon = inviting.control.calls()['users.list'] ?? 0;
    await inviting.run();

    expect([waiting.sweep?.counts.members, soon]).toEqual([400, 0]);
    expect((await seen())?.counts.members).toBe(909);
  });

  it('begins anew where Slack no longer takes its cursor', async () => {
    inviting.control.fault({ kind: 'error', method: 'users.list', error: 'invalid_cursor', skip: 3, count: 1 });
    await inviting.run();

    expect(await seen()).toMatchObject({ restarts: 1, counts: { members: 909, accepted: 907 } });
  });

  it('takes nobody for gone who is not in the list', async () => {
    inviting.settle(enterprise);
    await inviting.enrol('tara');
    await inviting.run();
    inviting.control.behave({ listsInvited: false });
    later(dayMs);
    await inviting.run();

    expect(await inviting.stands('tara')).toEqual(['INVITED invited']);
    expect(inviting.invited()).toEqual(['tara']);
  });

  it('finds what no event told, and tells nothing where nothing changed', async () => {
    await swept();
    await swept();
    const before = inviting.told().length;
    await swept();
    const quiet = inviting.told().length;
    inviting.control.deactivate('U0M7');
    await swept();
    await inviting.run();

    expect([quiet - before, await inviting.stands('m7')]).toEqual([0, ['DEACTIVATED deactivated']]);
    expect(inviting.told().at(-1)).toMatch(/1 deactivated/);
  });

  it('is done by one worker at a time', async () => {
    inviting.control.resetCalls();
    for (let runs = 0; !(await seen()) && runs < 20; runs += 1) {
      await Promise.all([inviting.run(), inviting.run(), inviting.run()]);
    }

    expect((await seen())?.counts.members).toBe(909);
    expect(inviting.control.calls()['users.list']).toBe(5);
  });

  it('finds learners whose mark was lost, and asks for nobody who left long before War Room looked', async () => {
    member('old', { deactivated: true });
    await inviting.enrolUnmarked('m8');
    await inviting.enrolUnmarked('old');
    inviting.settle(enterprise);
    await swept();
    await inviting.run();

    expect(await inviting.stands('m8', 'old')).toEqual(['ACCEPTED joined', 'DEACTIVATED deactivated']);
    expect(inviting.invited()).toEqual([]);
  });
});

describe('who is enrolled no more', () => {
  beforeEach(async () => {
    member('om');
    await inviting.enrol('om');
    await inviting.run();
  });

  it('is named in the ops channel, and stays a member', async () => {
    await inviting.enrol('om', 'ended');
    await inviting.run();
    await inviting.run();

    expect(inviting.told().join('\n')).toMatch(
      /1 no longer enrolled\n+Enrolled in nothing any more, and still here: om S\./,
    );
    expect(await inviting.stands('om')).toEqual(['ACCEPTED joined']);
    expect(inviting.control.calls()['admin.users.remove'] ?? 0).toBe(0);
  });

  it('is not named where the team does not want it', async () => {
    inviting.settle(rules({ noLongerEnrolled: 'keep' }));
    await inviting.enrol('om', 'ended');
    await inviting.run();
    await inviting.run();

    expect(inviting.told().join('\n')).not.toMatch(/no longer enrolled/);
  });
});

describe('GET /v1/invites', () => {
  const key = { name: 'k', team: '' as never, scopes: ['invites'] };
  type Body = { invites: { learner: { id: string }; state: string; why: string }[]; cursor?: string };
  const page = async (query: Record<string, string>) =>
    (await showInvites(readAsked(query), { ...key, team: inviting.room.team.id }, inviting)).body as Body;

  it('shows every learner once over its pages, and those of one state alone', async () => {
    inviting.settle(undefined);
    for (let index = 0; index < 130; index += 1) {
      if (index % 40 === 0) member(`l${index}`);
      await inviting.enrolUnmarked(`l${index}`);
    }
    await inviting.enrol('last');
    await inviting.run();
    await inviting.run();
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const body = await page(cursor === undefined ? {} : { cursor });
      found.push(...body.invites.map(({ learner }) => learner.id));
      cursor = body.cursor;
    } while (cursor !== undefined);
    const accepted = await page({ state: 'ACCEPTED' });

    expect([found.length, new Set(found).size]).toEqual([131, 131]);
    expect(accepted.invites.map(({ learner }) => learner.id).toSorted()).toEqual(['l0', 'l120', 'l40', 'l80']);
    expect(JSON.stringify(accepted)).not.toMatch(/@/);
  });

  it('refuses a state that is none and a cursor that it did not give', () => {
    expect(() => readAsked({ state: 'GONE' })).toThrow(/must be one of PENDING/);
    expect(() => readAsked({ cursor: 'x' })).toThrow(/as an answer gave it/);
  });
});

it('a learner whose enrolment was announced and never written is forgotten', async () => {
  await inviting.announce('ghost');
  await inviting.run();

  expect(await inviting.stands('ghost')).toEqual(['UNKNOWN']);
  expect(inviting.told()).toEqual([]);
});

it('a refused call for a member leaves the record for later', async () => {
  fault('users.info', 'internal_error');
  await inviting.enrol('tara');

  await expect(inviting.hear('U0ARJUN001')).rejects.toThrow(/does not say who somebody is/);
});
