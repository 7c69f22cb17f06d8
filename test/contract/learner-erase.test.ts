/** Somebody who takes courses, taken out of tables, session reports and what the ops channel was told: wherever it was stopped. */
import { describe, expect, it } from '@jest/globals';
import { learnersCalled } from '../../bin/erase/learner.ts';
import { erasingOne, peopleCalled } from '../../bin/erase/person.ts';
import { erase, everySpot, found, keptIn, partsIn } from '../support/erasing.ts';
import type { Fuse } from '../support/fuse.ts';
import { Fuse as Fused } from '../support/fuse.ts';
import { emailOf, startInviting } from '../support/inviting.ts';
import { aSession, type Reporting, startReporting } from '../support/reporting.ts';

const friday = '2026-11-20T09:00:00+05:30';
const tuesdays = aSession('s1', '2026-11-17T20:00:00+05:30', { title: 'Python' });
const dayMs = 86_400_000;

/** What tells who somebody is, or is their own: none of it may be left. */
const planted = ['Learner l2', 'l2@example.com', 'Too fast for me'];

/** A course that is reported with the names of low ratings: l2 is to be erased, and has said something. */
async function reported(): Promise<Reporting> {
  const reporting = await startReporting({ learnerNames: true });
  const { say, run, drain } = reporting;
  await say.course();
  await say.enrolled('l1', 'l2', 'l3', 'l4');
  await say.session(tuesdays);
  await say.attendance(tuesdays, ['l1', 'l2', 'l3'], ['l4']);
  await say.feedback(tuesdays, 'l1', 5, 'The examples made it click.');
  await say.feedback(tuesdays, 'l2', 2, 'Too fast for me.');
  await run(friday);
  await drain();
  await settle(reporting);
  return reporting;
}

/** Has the workers come to what is due, until nothing is. */
async function settle({ room, sweep, drain, due }: Reporting): Promise<void> {
  for (let round = 0; round < 5 && (await due()).length > 0; round += 1) {
    room.time.advance(130_000);
    await sweep();
    await drain();
  }
}

/** Erases whom `given` means. */
async function erased(
  { room, documents }: Pick<Reporting, 'room' | 'documents'>,
  given = 'l2',
  posts = false,
  fuse?: Fuse,
) {
  const parts = partsIn(room, documents, fuse);
  const [person, ...others] = await peopleCalled(given, room.team.id, parts);
  if (!person || others.length > 0) throw new Error(`${others.length + (person ? 1 : 0)} people were found.`);
  const erasure = erasingOne(person, { posts }, parts);
  return { ...(await erase(erasure)), remains: await erasure.remains(room.time.now()) };
}

const left = async ({ room, documents }: Pick<Reporting, 'room' | 'documents'>) =>
  found(planted, await keptIn(documents, room.team.id));

describe('a learner who is erased', () => {
  it('is gone from tables and reports, and every figure stays', async () => {
    const reporting = await reported();
    const [before] = reporting.threads();
    expect(await left(reporting)).toEqual(planted);
    expect(before?.text).toContain('• 2★ “Too fast for me.” · Learner l. · Python, Tue 17 Nov');

    const { isDone, tallies, remains } = await erased(reporting, 'L2@example.com ');

    expect(isDone).toBe(true);
    expect(tallies.flatMap(({ what, erased: count }) => (count > 0 ? [`${count} ${what}`] : []))).toEqual([
      '1 ratings, of which the words go',
      '1 session reports, edited in Slack within minutes',
      '1 enrolments',
    ]);
    expect(remains).toContainEqual(expect.stringContaining('run this again with --person l2'));
    expect(await left(reporting)).toEqual([]);
    await settle(reporting);
    const [after, ...others] = reporting.threads();
    expect(others).toEqual([]);
    expect(after?.text).toBe(before?.text.replace('“Too fast for me.” · Learner l. · ', 'no words · '));
    expect(await left(reporting)).toEqual([]);
  });

  it('stays erased when the same is sent again, and when it is sent anew under the same id', async () => {
    const reporting = await reported();
    await erased(reporting);
    await settle(reporting);
    const [before] = reporting.threads();
    const { say, due } = reporting;

    await say.enrolled('l2');
    await say.feedback(tuesdays, 'l2', 2, 'Too fast for me.');
    expect(await due()).toEqual([]);
    await say.feedback(tuesdays, 'l2', 1, 'Too fast for me, still.');
    await settle(reporting);

    expect(await left(reporting)).toEqual([]);
    const [after] = reporting.threads();
    expect(before?.text).toContain('2★ ▰▰▰▰▰▱▱▱▱▱ 1');
    expect(after?.text).toContain('1★ ▰▰▰▰▰▱▱▱▱▱ 1');
    expect(after?.text).toContain('4 enrolled');
    // Somebody else is somebody else.
    await say.enrolled('l5');
    expect(
      await learnersCalled('l5@example.com', reporting.room.team.id, partsIn(reporting.room, reporting.documents)),
    ).toHaveLength(1);
  });

  it('comes to the same wherever it is stopped, asked for by id or by address', async () => {
    const address = 'l2@example.com';
    const spots = await everySpot(async (fuse) => erased(await reported(), address, false, fuse));
    expect(spots.length).toBeGreaterThan(4);
    for (const [index, spot] of spots.entries()) {
      const reporting = await reported();
      const fuse = new Fused(spot);
      const at = `${spot.side} effect ${spot.effect}, ${fuse.effects[spot.effect]}`;
      await expect(erased(reporting, index % 2 ? 'l2' : address, false, fuse)).rejects.toThrow('This process is gone.');
      const team = reporting.room.team.id;
      const again = await learnersCalled(address, team, partsIn(reporting.room, reporting.documents));
      // Where the address is found no more, nothing else was left to do.
      if (again.length > 0) await erased(reporting, address);
      await settle(reporting);
      expect({ at, left: await left(reporting), said: found(planted, [reporting.threads()[0]?.text ?? '']) }).toEqual({
        at,
        left: [],
        said: [],
      });
    }
  });

  it('is quoted no longer by a message that cannot be edited any more: it is taken back where that is asked for', async () => {
    const reporting = await reported();
    await erased(reporting);
    reporting.room.front.control.fault({ kind: 'error', method: 'chat.update', error: 'edit_window_closed', count: 1 });
    await settle(reporting);
    expect(found(planted, [reporting.threads()[0]?.text ?? ''])).toEqual(['Too fast for me']);

    const { remains } = await erased(reporting);
    expect(remains).toContainEqual(expect.stringMatching(/^1 messages in Slack .* --person l2 --posts/));
    await erased(reporting, 'l2', true);
    await settle(reporting);

    const everything = reporting.threads().flatMap(({ text, replies }) => [text, ...replies]);
    expect(found(planted, everything)).toEqual([]);
    expect((await erased(reporting)).remains).not.toContainEqual(expect.stringContaining('--posts'));
  });

  it('is left in no report that is too old to be made again, which is not touched', async () => {
    const reporting = await reported();
    const [before] = reporting.threads();
    reporting.room.time.advance(401 * dayMs);
    const { tallies } = await erased(reporting);
    expect(tallies.filter(({ what }) => what.startsWith('session reports'))).toEqual([]);
    await reporting.say.feedback(tuesdays, 'l1', 4);
    await settle(reporting);
    expect(reporting.threads()).toEqual([before]);
    expect(await reporting.due()).toEqual([]);
  });
});

describe('a learner on their way into the workspace who is erased', () => {
  const world = async () => {
    const inviting = await startInviting();
    const { control, enrol, run } = inviting;
    control.fault({ kind: 'error', method: 'admin.users.invite', error: 'invalid_email', count: 1 });
    await enrol('tara');
    await run();
    await enrol('uma');
    await run();
    await run();
    return inviting;
  };
  const traces = ['tara Sharma', 'Tara S', emailOf('tara')];

  it('is named nowhere, invited never, and the others stand where they stood', async () => {
    const inviting = await world();
    const { room, documents, told, stands, invited, run, enrol, enrolUnmarked } = inviting;
    expect(found(traces.slice(1), told())).toEqual(['Tara S']);
    expect(found(traces, await keptIn(documents, room.team.id))).toContain(emailOf('tara'));

    const { isDone, tallies } = await erased(inviting, emailOf('tara'));
    room.time.advance(1);
    await run();

    expect(isDone).toBe(true);
    expect(tallies.map(({ what }) => what)).toEqual([
      'steps towards the workspace',
      'days told in the ops channel, edited in Slack within minutes',
      'enrolments',
      'records of their way into the workspace',
    ]);
    expect(found(traces, await keptIn(documents, room.team.id))).toEqual([]);
    expect(found(traces, told())).toEqual([]);
    expect(told().join()).toContain('Could not be invited: somebody (');
    // The same again, and the nights that follow, find nobody whom they could write to.
    await enrolUnmarked('tara');
    await enrol('tara', 'doNotInvite');
    await enrol('tara');
    const { marks } = await inviting.store.learner({ team: room.team.id, learner: 'tara' });
    for (let night = 0; night < 2; night += 1) {
      room.time.advance(dayMs);
      for (let minute = 0; minute < 4; minute += 1) await run();
    }
    expect(await inviting.store.learner({ team: room.team.id, learner: 'tara' })).toMatchObject({ marks });
    expect(await stands('tara', 'uma')).toEqual(['UNKNOWN', 'INVITED invited']);
    expect(invited()).toEqual(['uma']);
    expect(found(traces, await keptIn(documents, room.team.id))).toEqual([]);
  });

  it('leaves the invitation to an address that somebody else has as well', async () => {
    const inviting = await world();
    const { room, documents, enrol, run, stands } = inviting;
    await enrol('twin', 'active', { email: emailOf('uma') });
    await run();
    const both = await learnersCalled(emailOf('uma'), room.team.id, partsIn(room, documents));
    expect(both.map(({ id }) => id).sort()).toEqual(['twin', 'uma']);

    await erased(inviting, 'uma');
    await run();

    expect(await stands('uma', 'twin')).toEqual(['UNKNOWN', 'INVITED invited']);
    expect(inviting.invited()).toEqual(['uma']);
  });
});
