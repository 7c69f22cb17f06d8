/**
 * What was erased is nowhere in any table and nowhere in Slack, wherever it was stopped on the way and run again; and nothing
 * of anybody else is touched.
 */
import { describe, expect, it } from '@jest/globals';
import type { Erasure, Parts } from '../../bin/erase/parts.ts';
import { erasingOne, peopleCalled } from '../../bin/erase/person.ts';
import { survey } from '../../bin/erase/run.ts';
import { erasingTeam } from '../../bin/erase/team.ts';
import { fold } from '../../shared/payments/lifecycle.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { deleted } from '../../shared/slack/heard.ts';
import { erase, everySpot, found, leadId, planted, startWorld, type World } from '../support/erasing.ts';
import { Fuse } from '../support/fuse.ts';
import { ids } from '../support/slack-world.ts';

/** The erasure of somebody, as the command finds them; nothing where nobody is found. */
async function ofPerson(given: string, { team }: World, parts: Parts, posts = false): Promise<Erasure> {
  const [person, ...others] = await peopleCalled(given, team, parts);
  if (others.length > 0) throw new Error('More than one was found.');
  return person ? erasingOne(person, { posts }, parts) : { look: async () => [], remains: async () => [] };
}

const run = async (erasure: (world: World, parts: Parts) => Promise<Erasure>, world: World, fuse?: Fuse) => {
  const parts = world.parts(fuse);
  return erase(await erasure(world, parts));
};

/** Stops at every side effect, one after another, each time in a world of its own; runs it again; looks what is left. */
async function stopsAnywhere(
  erasure: (world: World, parts: Parts) => Promise<Erasure>,
  look: (world: World, at: string) => Promise<void>,
): Promise<number> {
  const spots = await everySpot(async (fuse) => run(erasure, await startWorld(), fuse));
  for (const spot of spots) {
    const world = await startWorld();
    const fuse = new Fuse(spot);
    const crashed = await run(erasure, world, fuse).then(
      () => false,
      () => true,
    );
    const at = `${spot.side} effect ${spot.effect}, ${fuse.effects[spot.effect]}`;
    expect({ at, crashed, blown: fuse.blown }).toEqual({ at, crashed: true, blown: true });
    const { isDone } = await run(erasure, world);
    expect({ at, isDone }).toEqual({ at, isDone: true });
    await world.work();
    await look(world, at);
  }
  return spots.length;
}

describe('erasing a payer', () => {
  const erasure = (world: World, parts: Parts) => ofPerson(leadId, world, parts);

  it('leaves nothing of them in any table or channel, and everything of the others as it was', async () => {
    const world = await startWorld();
    const { team, neighbour } = world;
    expect(found(planted.payer, await world.kept(team))).toEqual([...planted.payer]);
    expect(found(planted.payer, world.inSlack())).toEqual(['Zorawar']);
    const before = await world.kept(neighbour);
    const messages = world.inSlack().length;

    const { isDone, tallies } = await run(erasure, world);
    expect(isDone).toBe(true);
    expect(tallies.flatMap(({ what, erased }) => (erased > 0 ? [`${erased} ${what}`] : []))).toEqual([
      '18 facts of payments',
      '5 rows of lists of payments',
      '1 orders made for an Idempotency-Key',
      '1 record of who looks after them',
      '2 payment threads, handed over to be edited in Slack within minutes',
      // The replies of the thread that only points to another: nobody would edit them.
      '4 messages in Slack',
    ]);
    expect(found(planted.payer, await world.kept(team))).toEqual([]);
    await world.work();
    expect(found(planted.payer, world.inSlack())).toEqual([]);
    expect(world.inSlack()).toHaveLength(messages - 4);
    expect(world.inSlack().filter((text) => text.includes('Nila S.'))).toHaveLength(1);
    expect(await world.kept(neighbour)).toEqual(before);
  });

  it('leaves the payment as it stands: state, amounts, ids and the replies that are wanted', async () => {
    const world = await startWorld();
    const store = new PaymentStore(world.room.table('payments'));
    const place = { team: world.team, account: 'live' };
    const state = async (thread: string) => fold((await store.factsOf(place, thread)).facts);
    const before = [await state('order_Z1'), await state('order_Z2')];
    await run(erasure, world);
    const after = [await state('order_Z1'), await state('order_Z2')];
    const nameless = before.map((one) => ({
      ...one,
      initiated: one.initiated && { ...one.initiated, lead: { id: leadId, name: '' } },
      attempts: one.attempts.map((attempt) => ({
        ...attempt,
        failures: attempt.failures.map((failure) => ({
          ...failure,
          error: failure.error && { ...failure.error, description: expect.stringMatching(/^Declined for +\.?$/) },
        })),
      })),
    }));
    expect(after).toEqual(nameless);
    expect(after[0]?.standing).toBe('disputed');
  });

  it('takes the same delivery and the same announcement for what is there, and no news', async () => {
    const world = await startWorld();
    const { room, team } = world;
    const store = new PaymentStore(room.table('payments'));
    const place = { team, account: 'live', home: 'order_Z1' };
    const { facts } = await store.factsOf(place, 'order_Z1');
    const initiated = facts.find((fact) => fact.source === 'initiated')?.initiated;
    if (!initiated) throw new Error('Nobody announced it.');
    const bytes = Buffer.from('this is not JSON: Zorawar Quereshi');
    await run(erasure, world);
    const again = await store.recordInitiated(place, initiated, { at: 9, dueAt: 9 });
    expect(again.outcome).toBe('same');
    const other = { ...initiated, lead: { ...initiated.lead, id: 'lead_1' } };
    expect((await store.recordInitiated(place, other, { at: 9, dueAt: 9 })).outcome).toBe('different');
    expect(await store.recordDelivery(place, { eventId: 'evt_y', bytes, secret: 'current', at: 9 })).toBe('duplicate');
    expect(found(planted.payer, await world.kept(team))).toEqual([]);
  });

  it('comes to the same wherever it is stopped', async () => {
    const spots = await stopsAnywhere(erasure, async (world, at) => {
      expect({ at, left: found(planted.payer, await world.kept(world.team)) }).toEqual({ at, left: [] });
      expect({ at, left: found(planted.payer, world.inSlack()) }).toEqual({ at, left: [] });
    });
    expect(spots).toBeGreaterThan(18);
  }, 120_000);

  it('takes the messages of their payments back where that is asked for, and no other', async () => {
    const world = await startWorld();
    const { tallies } = await run((one, parts) => ofPerson(leadId, one, parts, true), world);
    expect(tallies.find(({ what }) => what === 'messages in Slack')?.stays.size).toBe(0);
    expect(world.inSlack().filter((text) => text.includes('order_Z'))).toEqual([]);
    expect(world.inSlack().filter((text) => text.includes('order_N1')).length).toBeGreaterThan(0);
    const { log } = world.room;
    const ref = { team: world.team, key: 'payments#live#order_Z1' };
    const { entries, destination } = await log.read(ref);
    const { ts } = entries['root'] ?? {};
    if (!destination || !ts) throw new Error('It was never told.');
    // Slack tells that it went: nothing follows from that, or another root would stand there at once.
    const news = { key: 'root', channel: destination.channel, ts };
    expect(deleted(await log.read(ref), news, world.room.time.now())).toEqual({ kind: 'nothing' });
    expect(Object.values(entries).map(({ state }) => state)).toEqual(Object.keys(entries).map(() => 'gone'));
  });
});

describe('erasing somebody of the company', () => {
  const everywhere = [...planted.colleague];

  /** What is left of them beyond the ids by which they were found. */
  const left = async (world: World) => {
    const kept = await world.kept(world.team);
    return found(
      everywhere,
      kept.map((text) => text.replaceAll('adm_arjun', '').replaceAll(ids.arjun, '')),
    );
  };

  it('leaves their ids at most, and comes to the same wherever it is stopped', async () => {
    const spots = await stopsAnywhere(
      (world, parts) => ofPerson('adm_arjun', world, parts),
      async (world, at) => {
        expect({ at, left: await left(world) }).toEqual({ at, left: [] });
        expect(await world.room.installations.user(world.team, ids.arjun as never)).toBeUndefined();
      },
    );
    expect(spots).toBeGreaterThan(10);
  }, 120_000);

  it.each(['arjun.mehta@ACME.example', ids.arjun])('finds them by %s as well', async (given) => {
    const world = await startWorld();
    expect(await left(world)).toEqual([...everywhere]);

    await run((one, parts) => ofPerson(given, one, parts), world);
    await world.work();

    expect(await left(world)).toEqual([]);
  });

  it('takes their name out of what they decided, though the directory has forgotten it', async () => {
    const world = await startWorld();
    const decisions = async () => (await world.kept(world.team)).filter((text) => text.includes('press-1'));
    expect(found(['Mehta'], await decisions())).toEqual(['Mehta']);
    await world.parts().directory.remove(world.team, 'adm_arjun');

    await run((one, parts) => ofPerson('adm_arjun', one, parts), world);

    expect(await decisions()).toHaveLength(1);
    expect(found(['Mehta'], await decisions())).toEqual([]);
  });

  it('touches neither the neighbour nor the others', async () => {
    const world = await startWorld();
    const before = await world.kept(world.neighbour);
    await run((one, parts) => ofPerson('adm_arjun', one, parts), world);
    expect(await world.kept(world.neighbour)).toEqual(before);
    expect(found(['Sana Iqbal', 'Nila Sen', 'Zorawar Quereshi'], await world.kept(world.team))).toHaveLength(3);
  });

  it('erases nothing while somebody reports to them', async () => {
    const world = await startWorld();
    const parts = world.parts();
    const sana = await parts.directory.admin(world.team, 'adm_sana');
    if (!sana) throw new Error('Sana is not in the directory.');
    await parts.directory.put(world.team, { ...sana, managerId: 'adm_arjun' });
    const before = await world.kept(world.team);
    await expect(run((one, with_) => ofPerson('adm_arjun', one, with_), world)).rejects.toThrow(
      'Nothing was erased: 1 people report to them (adm_sana).',
    );
    expect(await world.kept(world.team)).toEqual(before);
  });

  it('finds nobody who is not there', async () => {
    const world = await startWorld();
    expect(await peopleCalled('adm_nobody', world.team, world.parts())).toEqual([]);
    expect(await peopleCalled(leadId.slice(0, -1), world.team, world.parts())).toEqual([]);
  });
});

describe('erasing a team', () => {
  const erasure = (posts: boolean) => async (world: World, parts: Parts) => erasingTeam(world.team, { posts }, parts);

  it.each([false, true])(
    'leaves nothing of it, and all of a team whose id begins with its own (posts: %s)',
    async (posts) => {
      const world = await startWorld();
      const before = await world.kept(world.neighbour);
      const messages = world.inSlack().length;
      expect(messages).toBeGreaterThan(5);
      const { isDone } = await run(erasure(posts), world);
      expect(isDone).toBe(true);
      expect(await world.kept(world.team)).toEqual([]);
      expect(await world.kept(world.neighbour)).toEqual(before);
      expect(world.inSlack()).toHaveLength(posts ? 0 : messages);
      await world.work();
      expect(await world.kept(world.team)).toEqual([]);
    },
  );

  it('comes to the same wherever it is stopped, and Slack takes none of its tokens any more', async () => {
    const spots = await stopsAnywhere(erasure(true), async (world, at) => {
      expect({ at, left: await world.kept(world.team) }).toEqual({ at, left: [] });
      expect({ at, left: world.inSlack() }).toEqual({ at, left: [] });
    });
    expect(spots).toBeGreaterThan(30);
  }, 240_000);

  it('says what there is and erases nothing, when it is only looked at', async () => {
    const world = await startWorld();
    const before = await world.kept(world.team);
    const counts = await survey(await erasingTeam(world.team, { posts: true }, world.parts()).look());
    expect(counts.filter(({ what }) => what.startsWith('items of')).reduce((sum, { count }) => sum + count, 0)).toBe(
      before.length,
    );
    expect(await world.kept(world.team)).toEqual(before);
  });
});
