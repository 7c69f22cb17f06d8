/** The decision table as people change it in Slack: opened, edited, tried and saved, on a database and a Slack. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type UserId, userId } from '../../shared/base/names.ts';
import { sha256 } from '../../shared/payments/event.ts';
import { parkedPayments, subjectOf } from '../../shared/payments/parked.ts';
import { defaultTable, type Row } from '../../shared/payments/route.ts';
import { putRouting } from '../../shared/payments/routing.ts';
import { RoutingDesk, type RoutingDeskParts } from '../../shared/payments/routing-desk.ts';
import { presses } from '../../shared/payments/routing-modal.ts';
import { RoutingStore } from '../../shared/payments/routing-store.ts';
import { answer } from '../../shared/payments/routing-submit.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { tell } from '../../shared/payments/tell.ts';
import { parseWake, threadMessage, threadRef } from '../../shared/payments/wake.ts';
import { ask } from '../../shared/slack/asked.ts';
import { type Inbound, readInbound } from '../../shared/slack/inbound.ts';
import type { Response } from '../../shared/slack/respond-client.ts';
import { body, message } from '../../shared/slack/text.ts';
import { Views } from '../../shared/slack/views.ts';
import { initiated } from '../support/facts.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { type Room, startRoom, startTables } from '../support/room.ts';
import { row } from '../support/routing.ts';
import { blockOf, entered } from '../support/slack-forms.ts';
import { personIn, type SlackPerson } from '../support/slack-people.ts';
import { type SlackReceiver, startReceiver } from '../support/slack-receiver.ts';
import { textsOf } from '../support/slack-texts.ts';
import { ids } from '../support/slack-world.ts';

let tables: Awaited<ReturnType<typeof startTables>>;
let room: Room;
let app: SlackReceiver;
let routing: RoutingStore;
let parts: RoutingDeskParts;
let arjun: SlackPerson;
let meera: SlackPerson;
/** What the desk was asked and has done, one after another. */
let work: Promise<void>;
/** What the desk answered in so many words. */
let answers: Response[];
/** What was asked last, as it came. */
let asked: Inbound | undefined;

beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());
beforeEach(async () => {
  // No call is to be given up because the machine is busy.
  room = await startRoom(tables.table, { times: { callMs: 10_000 } });
  room.front.control.behave({ answerWithinMs: 10_000 });
  const payments = tables.table('payments');
  routing = new RoutingStore(payments);
  parts = {
    routing,
    store: new PaymentStore(payments),
    queue: room.tell.queue,
    directory: { admin: async (_, id) => people.find((one) => one.id === id) },
    views: new Views({ installations: room.installations, slack: room.asking }),
    clock: room.time,
    newId: () => `id-${room.sent.length}`,
  };
  app = await startReceiver(room.front.control);
  room.front.control.subscribe({ events: [] });
  serve(new RoutingDesk(parts));
  arjun = personIn(room.front.control, ids.arjun, ids.general);
  meera = personIn(room.front.control, ids.meera, ids.general);
});
afterEach(async () => {
  await app.stop();
  await room.stop();
});

const people = [
  { id: 'adm_arjun', name: 'Arjun Mehta', email: 'arjun@acme.example', managerId: null, active: true },
  { id: 'adm_meera', name: 'Meera Thomas', email: 'meera@acme.example', managerId: null, active: true },
];
const personOf = (user: UserId) => {
  const [first, second] = people as [(typeof people)[0], (typeof people)[0]];
  return { admin: user === ids.arjun ? first : second, user };
};

/** Takes what Slack sends as the ingress and the desk's worker do, in turn; `halt` keeps it waiting. */
function serve(desk: RoutingDesk): void {
  work = Promise.resolve();
  answers = [];
  app.answer = (request) => {
    const reading = readInbound(request.bytes, request.headers['content-type']);
    if (reading.kind !== 'inbound') return {};
    const inbound = { ...reading.inbound, team: room.team.id };
    asked = inbound;
    const looked = inbound.kind === 'submission' ? answer(inbound) : { accepted: true, response: undefined };
    if (looked.accepted) {
      const before = work;
      work = (async () => {
        await before;
        const response = await attend(desk, inbound);
        if (response) answers.push(response);
      })();
    }
    return looked.response ? { body: looked.response } : {};
  };
}

async function attend(desk: RoutingDesk, inbound: Inbound): Promise<Response | undefined> {
  switch (inbound.kind) {
    case 'command':
      return desk.open(inbound);
    case 'press':
      return desk.press(inbound);
    case 'submission':
      return desk.submit(inbound, personOf(inbound.user));
    case 'event':
      return undefined;
  }
}

/** What somebody sees of the form. */
const seen = (who: SlackPerson) => {
  const view = who.modal();
  const texts = view ? textsOf([view.content.title, ...view.content.blocks]) : [];
  return texts.join('\n').replaceAll(/[*\u200B]/g, '');
};

async function open(who: SlackPerson): Promise<void> {
  await who.command('/warroom routing');
  await work;
}

async function press(who: SlackPerson, used: Parameters<SlackPerson['pressIn']>[1], choice?: string): Promise<void> {
  await who.pressIn('modal', used, choice);
  await work;
}

const menu = (at: number) => ({ block: `row#${at}`, action: presses.menu });

async function submit(who: SlackPerson, values: Parameters<typeof entered>[1] = {}): Promise<unknown> {
  const taken = await who.submit(entered(who.modal(), values));
  await work;
  return taken;
}

/** Adds a row that sends large amounts to the ops channel. */
async function addLarge(who: SlackPerson, name = 'large amounts'): Promise<void> {
  await press(who, 'Add a row');
  await submit(who, { name, amountMin: '1,00,000', channel: 'ops' });
  await press(who, menu(2), 'up#2');
  await press(who, menu(1), 'up#1');
}

const large: Row = row('large amounts', { amount: { min: 10_000_000 } }, { channel: 'ops' });

/** Works what was sent to the queue of payments. */
async function toldInOps(): Promise<readonly string[]> {
  for (const { body } of room.sent) {
    await tell(parseWake(body), { until: room.until(), report: room.report }, room.tell);
  }
  return room.front.control.messages(ids.ops).map(({ text }) => text);
}

describe('the form', () => {
  it('shows the table in force, row by row in words, and that it is complete', async () => {
    await open(arjun);

    expect(seen(arjun)).toContain('The built-in table is in force.');
    expect(seen(arjun)).toContain('1. learner with an open plan');
    expect(seen(arjun)).toContain('Takes a payment by a learner who has completed at least 1 instalment');
    expect(seen(arjun)).toContain('✅ Complete: every payment goes to exactly one row.');
    expect(arjun.modal()?.content.submit).toBeNull();
  });

  it('is opened by a button where Slack was too slow for the first try', async () => {
    const held = Promise.withResolvers<void>();
    work = held.promise;
    await arjun.command('/warroom routing');
    room.time.advance(3_001);
    held.resolve();
    await work;

    expect(arjun.modal()).toBeUndefined();
    const [answered] = answers;
    expect(textsOf(answered?.content.blocks ?? [])).toContain('Open');
    const { ts = '' } = await postedFor(answered);
    await arjun.press('Open', { ts });
    await work;
    expect(seen(arjun)).toContain('learner with an open plan');
  });

  it('is opened once, though the command comes again', async () => {
    await open(arjun);
    if (asked?.kind !== 'command') throw new Error('No command came.');

    expect(await new RoutingDesk(parts).open(asked)).toBeUndefined();
    expect(answers).toEqual([]);
  });

  it('changes rows by their menus, says what that leaves open, and offers to save only then', async () => {
    await open(arjun);
    await press(arjun, menu(2), 'remove#2');

    expect(seen(arjun)).not.toContain('full payment\n');
    expect(seen(arjun)).toContain('⚠️ The rows leave a case open: no row takes a full payment');
    expect(arjun.modal()?.content.submit).toMatchObject({ text: 'Save' });

    expect(await submit(arjun)).toEqual({ ok: true });
    expect(seen(arjun)).toContain('Not saved.');
    expect((await routing.newest(room.team.id)).version).toBe(0);
  });

  it('adds a row before the last that takes all the rest, and moves it', async () => {
    await open(arjun);
    await addLarge(arjun);

    expect(seen(arjun)).toMatch(/1\. large amounts.*\n?Takes a payment of an amount of at least ₹1,00,000\.00/s);
    expect(seen(arjun)).toContain('4. full payment');
  });

  it('says in the request what is wrong with a row, at its field', async () => {
    await open(arjun);
    await press(arjun, 'Add a row');

    expect(
      await submit(arjun, { name: 'first instalment', amountMin: 'a lot', completedMin: '3', completedMax: '1' }),
    ).toEqual({ ok: false, problem: 'errors' });
    expect(arjun.modal()?.errors).toEqual({
      [blockOf(arjun.modal(), 'amountMin')]: expect.stringContaining('must be an amount in rupees'),
      [blockOf(arjun.modal(), 'completedMax')]: 'This must not be less than “at least”.',
    });

    await submit(arjun, { amountMin: '', completedMax: '' });
    expect(arjun.modal()?.errors).toEqual({
      [blockOf(arjun.modal(), 'name')]: 'This is the name of another row; give each a name of its own.',
    });
  });

  it('shows each form empty, whatever was typed in the one before', async () => {
    await open(arjun);
    await press(arjun, 'Add a row');
    await arjun.fill(entered(arjun.modal(), { name: 'half a thought', amountMin: '5' }));
    await work;
    await press(arjun, '← Back to the table');
    await press(arjun, menu(1), 'edit#1');

    expect(await submit(arjun)).toEqual({ ok: true });
    expect(seen(arjun)).toContain('2. first instalment');
    expect(seen(arjun)).not.toContain('half a thought');
    expect(seen(arjun)).not.toContain('₹5');
  });

  it('of a row whose channel Slack may not show keeps that channel until another is chosen', async () => {
    const hidden = row('overseas', { courseType: ['overseas'] }, { channel: 'C0HIDDEN01' });
    const rows = [hidden, ...defaultTable.rows];
    await routing.activate(room.team.id, await routing.save(room.team.id, rows, { by: 'ops', at: 1 }));
    await open(arjun);
    await press(arjun, menu(0), 'edit#0');

    expect(seen(arjun)).toContain('War Room is not in this channel');
    expect(JSON.stringify(arjun.modal()?.content.blocks)).not.toContain('C0HIDDEN01');
    expect(await submit(arjun, { amountMin: '10' })).toEqual({ ok: true });
    expect(seen(arjun)).toContain('<#C0HIDDEN01>');
    expect(seen(arjun)).toContain('at least ₹10.00');
  });

  it('keeps nothing of the values of another form, which Slack may send', async () => {
    await open(arjun);
    await press(arjun, menu(1), 'edit#1');
    await submit(arjun, { name: 'a part' });
    await press(arjun, menu(0), 'edit#0');
    if (asked?.kind !== 'press') throw new Error('No press came.');
    const metadata = arjun.modal()?.content.private_metadata ?? '';
    const values = { 'name.1': { 'routing.field': 'a part' }, 'kind.1': { 'routing.typed': 'part' } };
    const { accepted, response } = answer({
      view: { id: 'V1', hash: '1', callbackId: 'routing.row', metadata, values },
    });

    expect(accepted).toBe(false);
    expect(response).toEqual({
      response_action: 'errors',
      errors: { 'name.2': expect.stringContaining('as it stood before') },
    });
  });

  it('is let go where Slack does not answer: who still waits presses again', async () => {
    await open(arjun);
    room.front.control.fault({ method: 'views.update', kind: 'reset', when: 'before', count: 1 });
    await press(arjun, 'Add a row');
    expect(seen(arjun)).toContain('1. learner with an open plan');

    await press(arjun, 'Add a row');
    expect(seen(arjun)).toContain('A new row');
  });

  it('of somebody who may not change it (any more) says so in its place', async () => {
    await open(arjun);
    await press(arjun, menu(0), 'down#0');
    if (asked?.kind !== 'press') throw new Error('No press came.');
    await new RoutingDesk(parts).turnAway(asked, message(body('Nobody of the directory has your address.')));

    expect(seen(arjun)).toContain('Nobody of the directory has your address.');
    expect(arjun.modal()?.content.submit).toBeNull();
  });

  it('of somebody who went back to the table is not brought back by letters that come late', async () => {
    await open(arjun);
    await press(arjun, 'Add a row');
    const held = Promise.withResolvers<void>();
    work = held.promise;
    await arjun.fill(entered(arjun.modal(), { amountMin: '5' }));
    await arjun.submit(entered(arjun.modal(), { name: 'small ones' }));
    held.resolve();
    await work;

    expect(seen(arjun)).toContain('small ones');
    expect(arjun.modal()?.content.callback_id).toBe('routing.table');
  });
});

describe('while somebody types', () => {
  const check = (who: SlackPerson) =>
    textsOf(who.modal()?.content.blocks.filter(({ block_id: id }) => id === 'check') ?? []);

  it('what the row takes is said, and whether every payment has a row', async () => {
    await open(arjun);
    await press(arjun, menu(2), 'edit#2');
    await arjun.fill(entered(arjun.modal(), { amountMin: '40,000' }));
    await work;

    expect(check(arjun).join()).toContain('It takes a payment of an amount of at least ₹40,000.00.');
    expect(check(arjun).join()).toContain('⚠️ The rows leave a case open: no row takes a full payment');

    await arjun.fill(entered(arjun.modal(), { amountMin: '40,000 or so' }));
    await work;
    expect(check(arjun).join()).toContain('⚠️ Not understood yet. The amount, at least, must be an amount in rupees');
  });

  it('rows that can never match are named', async () => {
    await open(arjun);
    await press(arjun, menu(0), 'edit#0');
    await arjun.fill(entered(arjun.modal(), { completedMin: '' }));
    await work;

    expect(check(arjun).join()).toMatch(/Row 2, “first instalment”, can never match: .* taken before by row 1/);
  });

  it('the newest letter is the one that counts, though all were typed before the form changed', async () => {
    await open(arjun);
    await press(arjun, menu(2), 'edit#2');
    const held = Promise.withResolvers<void>();
    work = held.promise;
    await arjun.fill(entered(arjun.modal(), { amountMin: '4' }));
    await arjun.fill(entered(arjun.modal(), { amountMin: '40' }));
    await arjun.fill(entered(arjun.modal(), { amountMin: '400' }));
    held.resolve();
    await work;

    expect(check(arjun).join()).toContain('at least ₹400.00');
  });

  it.each<readonly [string, { is_private: boolean; archived?: boolean }, string]>([
    ['is not in', { is_private: true }, 'War Room is not in this channel'],
    ['joins by itself', { is_private: false }, 'War Room joins this channel by itself'],
    ['finds archived', { is_private: false, archived: true }, 'This channel is archived'],
  ])('a channel that the app %s is named as such, and not refused', async (_, { archived = false, ...kind }, told) => {
    const { control } = room.front;
    const bot = (await (await room.installations.bot(room.team.id))?.token()) ?? '';
    const made = await ask(bot, room.asking, (slack) => slack.conversations.create({ name: 'money', ...kind }));
    const channel = (made.ok && made.value.channel?.id) || '';
    control.addMember(channel, ids.arjun);
    control.removeMember(channel, ids.bot);
    if (archived) control.archive(channel);
    await open(arjun);
    await press(arjun, menu(1), 'edit#1');
    await arjun.fill(entered(arjun.modal(), { channel: 'other', other: channel }));
    await work;

    expect(seen(arjun)).toContain(told);
    expect(await submit(arjun)).toEqual({ ok: true });
    expect(seen(arjun)).toContain(channel);
  });
});

describe('a payment that is tried', () => {
  it('goes by the rows as they are in the form, and every other row says why it is none of it', async () => {
    await open(arjun);
    await addLarge(arjun);
    await press(arjun, 'Try a payment');
    await submit(arjun, { kind: 'part', completed: '1', amount: '1,50,000' });

    expect(seen(arjun)).toContain('It goes to the ops channel, by row 1. large amounts.');
    expect(seen(arjun)).toContain('The amount is ₹1,50,000.00.');
    expect(seen(arjun)).toContain('It would take this payment too, but "large amounts" comes before it.');

    await submit(arjun, { amount: '15,000' });
    expect(seen(arjun)).toContain('by row 2. learner with an open plan');
    expect(seen(arjun)).toContain(
      'It asks for a payment of an amount of at least ₹1,00,000.00, but the amount is ₹15,000.00.',
    );
    expect((await routing.active(room.team.id)).version).toBe(0);
  });

  it('is told where no row takes it', async () => {
    await open(arjun);
    await press(arjun, menu(2), 'remove#2');
    await press(arjun, 'Try a payment');
    await submit(arjun, { kind: 'full' });

    expect(seen(arjun)).toContain('No row takes this payment.');
  });
});

describe('a table that is too large for the form', () => {
  const many: readonly Row[] = [
    // Nothing like one another, so that they take as much room as they can.
    ...Array.from({ length: 99 }, (_, index) =>
      row(sha256(Buffer.from(`row ${index}`)), { amount: { min: index * 13, max: index * 13 } }),
    ),
    row('the rest'),
  ];

  it('is shown page by page, tried, and not changed', async () => {
    await routing.activate(room.team.id, await routing.save(room.team.id, many, { by: 'ops', at: 1 }));
    await open(arjun);

    expect(seen(arjun)).toContain('PUT /v1/routing');
    expect(seen(arjun)).toContain(`1. ${many[0]?.name}`);
    await expect(arjun.pressIn('modal', 'Add a row')).rejects.toThrow('There is no');
    for (let page = 0; page < 4; page += 1) await press(arjun, 'Rows after');
    expect(seen(arjun)).toContain('100. the rest');

    await press(arjun, 'Try a payment');
    await submit(arjun, { amount: '0.13' });
    expect(seen(arjun)).toContain(`by row 2. ${many[1]?.name}`);
  });
});

describe('saving', () => {
  it('puts the table in force, shows that it did, and tells the ops channel who changed what', async () => {
    await open(arjun);
    await addLarge(arjun);
    await submit(arjun);

    expect(seen(arjun)).toContain('Version 1 is in force.');
    const active = await routing.active(room.team.id);
    expect(active).toMatchObject({ version: 1, saved: { by: 'adm_arjun', person: true } });
    expect(active.untold).toBeUndefined();
    expect(active.rows.map(({ name }) => name)).toEqual([
      'large amounts',
      ...defaultTable.rows.map(({ name }) => name),
    ]);
    expect(active.rows[0]).toMatchObject({ when: large.when, then: { channel: 'ops' } });

    const [told, ...more] = await toldInOps();
    expect(more).toEqual([]);
    expect(told).toContain('Routing changed · Arjun M.');
    expect(told).toContain(
      'Added as row 1: large amounts, which takes a payment of an amount of at least ₹1,00,000.00 to the ops channel.',
    );
    expect(told).toContain('version 1, before the built-in table');
  });

  it('tells the ops channel by a wake that can be parked, and found again by its thread', async () => {
    await open(arjun);
    await addLarge(arjun);
    await submit(arjun);

    const [wake] = room.sent;
    const [place, why] = [parseWake(wake?.body ?? ''), 'Slack will never take it.'];
    const about = { team: place.team, subject: subjectOf(place) };
    expect(parkedPayments.about(JSON.stringify({ ...place, why }))).toEqual(about);
    expect(threadMessage(threadRef(place, place.home), 'x')?.group).toBe(wake?.group);
  });

  it('makes the next payment go elsewhere, and leaves the one that is posted', async () => {
    await pay('order_B', 12_000_000);
    await open(arjun);
    await addLarge(arjun);
    await submit(arjun);
    await pay('order_C', 12_000_000);

    expect(room.front.control.messages(ids.payments)).toHaveLength(1);
    expect(room.front.control.messages(ids.ops)).toHaveLength(1);
  });

  it('is done once, however often the form comes', async () => {
    await open(arjun);
    await addLarge(arjun);
    await submit(arjun);
    if (asked?.kind !== 'submission') throw new Error('No form came.');
    const again = new RoutingDesk(parts);
    await again.submit(asked, personOf(userId(ids.arjun)));
    await again.submit({ ...asked, id: 'sha256:another' }, personOf(userId(ids.arjun)));

    expect((await routing.newest(room.team.id)).version).toBe(1);
    expect(seen(arjun)).toContain('Version 1 is in force.');
    expect(await toldInOps()).toHaveLength(1);
  });

  it('of what is in force already changes nothing and tells nobody', async () => {
    await open(arjun);
    await press(arjun, menu(1), 'up#1');
    await press(arjun, menu(0), 'down#0');
    await submit(arjun);

    expect(seen(arjun)).toContain('Nothing to save: the built-in table has these rows already');
    expect(await routing.newest(room.team.id)).toMatchObject({ version: 0 });
    expect(room.sent).toEqual([]);
  });

  it('overwrites nothing that somebody else put in force meanwhile: who, what differs, and the draft are shown', async () => {
    await open(arjun);
    await open(meera);
    await addLarge(arjun, 'from one lakh');
    await addLarge(meera, 'anything large');
    await submit(meera);
    await submit(arjun);

    expect(seen(arjun)).toContain(
      'Not saved, and nothing was overwritten. Meanwhile Meera Thomas put version 1 in force.',
    );
    expect(seen(arjun)).toContain('Renamed: anything large is now from one lakh.');
    expect(seen(arjun)).toContain('1. from one lakh');
    expect((await routing.active(room.team.id)).rows[0]?.name).toBe('anything large');

    await submit(arjun);
    expect(seen(arjun)).toContain('Version 2 is in force.');
    await open(meera);
    expect(seen(meera)).toMatch(/Version 2 is in force \(Arjun Mehta, .*20 Nov.*\)\. The first row/);
    expect((await routing.active(room.team.id)).rows[0]?.name).toBe('from one lakh');
    expect(await toldInOps()).toEqual([
      expect.stringContaining('Routing changed · Meera T.'),
      expect.stringMatching(/Routing changed · Arjun M\.[\s\S]*Renamed/),
    ]);
  });

  it('of a draft that is given up for the table in force shows that', async () => {
    await open(arjun);
    await addLarge(arjun);
    const key = { name: 'nightly', team: room.team.id, scopes: ['routing'] } as never;
    await putRouting({ rows: [row('everything')] }, key, { ...room.tell, team: async () => room.team } as never);
    await submit(arjun);

    expect(seen(arjun)).toContain('Meanwhile somebody with the API key “nightly” put version 1 in force.');
    await press(arjun, 'Give mine up');
    expect(seen(arjun)).toContain('Version 1 is in force.');
    expect(seen(arjun)).not.toContain('large amounts');
  });

  it('is told by a message to somebody who has closed the form', async () => {
    await open(arjun);
    await addLarge(arjun);
    const held = Promise.withResolvers<void>();
    work = held.promise;
    await arjun.submit();
    expect(seen(arjun)).toContain('Saving …');
    await arjun.close();
    held.resolve();
    await work;

    const direct = room.front.control
      .channels()
      .filter(({ members }) => members.includes(ids.arjun) && members.length === 2);
    const texts = direct.flatMap(({ id }) => room.front.control.messages(id).map(({ text }) => text));
    expect(texts.join()).toContain('Version 1 is in force.');
  });

  it('stopped before or after any of its side effects is done once when the form comes again', async () => {
    const isEffect = (method: string) => /^(insert|put|replace|update|send|whisper)$/.test(method);
    const fused = (fuse: Fuse) => {
      const payments = fuse.watch(tables.table('payments'), 'payments', isEffect);
      return new RoutingDesk({
        ...parts,
        routing: new RoutingStore(payments),
        store: new PaymentStore(payments),
        queue: fuse.watch(room.tell.queue as never, 'queue', isEffect),
        views: fuse.watch(parts.views, 'views', isEffect),
      });
    };
    const counted = new Fuse();
    const spots: (Spot | undefined)[] = [undefined];
    for (const spot of spots) {
      const from = (await routing.active(room.team.id)).version;
      const fuse = spot ? new Fuse(spot) : counted;
      await open(arjun);
      await press(arjun, 'Add a row');
      await submit(arjun, { name: `row of ${JSON.stringify(spot)}`, amountMin: String(1_000 - spots.indexOf(spot)) });
      serve(fused(fuse));
      await arjun.submit();
      if (spot) await expect(work).rejects.toThrow('This process is gone.');
      else await work;
      if (asked?.kind !== 'submission') throw new Error('No form came.');
      serve(new RoutingDesk(parts));
      await new RoutingDesk(parts).submit(asked, personOf(userId(ids.arjun)));

      const active = await routing.active(room.team.id);
      expect([spot, active.version, active.untold]).toEqual([spot, from + 1, undefined]);
      expect(seen(arjun)).toContain(`Version ${from + 1} is in force.`);
      const told = (await toldInOps()).filter((text) => text.includes(`version ${from + 1},`));
      expect([spot, told.length]).toEqual([spot, 1]);
      if (!spot) {
        const sides = ['before', 'after'] as const;
        spots.push(...counted.effects.flatMap((_, effect) => sides.map((side) => ({ effect, side }))));
        expect(counted.effects).toEqual([
          'payments.insert',
          'payments.replace',
          'payments.insert',
          'queue.send',
          'payments.replace',
          'views.update',
        ]);
      }
    }
  }, 60_000);

  it('tells the ops channel once, whatever step a crash comes after, and whoever saves next', async () => {
    await open(arjun);
    await addLarge(arjun);
    const crash = new RoutingDesk({
      ...parts,
      queue: {
        send: async () => {
          throw new Error('The queue does not answer.');
        },
      },
    });
    serve(crash);
    await arjun.submit();
    await expect(work).rejects.toThrow('The queue does not answer.');
    expect(await routing.active(room.team.id)).toMatchObject({ version: 1, untold: true });

    serve(new RoutingDesk(parts));
    await open(meera);
    await press(meera, menu(3), 'edit#3');
    await submit(meera, { postAs: 'app' });
    await submit(meera);

    expect(await toldInOps()).toEqual([
      expect.stringContaining('Routing changed · Arjun M.'),
      expect.stringMatching(/Routing changed · Meera T\.[\s\S]*Changed: full payment is posted by the app\./),
    ]);
  });
});

async function pay(orderId: string, amount: number): Promise<void> {
  const fact = initiated({ orderId, amount });
  if (fact.source !== 'initiated') throw new Error('Not an initiated fact.');
  const place = { team: room.team.id, account: 'live', home: orderId };
  const times = { at: room.time.now(), dueAt: room.time.now() + 120_000 };
  await new PaymentStore(tables.table('payments')).recordInitiated(place, fact.initiated, times);
  await tell({ ...place, cause: 'api' }, { until: room.until(), report: room.report }, room.tell);
}

/** The answer to a command, as the person sees it: what the responder does with it. */
async function postedFor(response: Response | undefined): Promise<{ readonly ts?: string }> {
  const url = asked && 'responseUrl' in asked ? asked.responseUrl : undefined;
  if (!url || !response) throw new Error('Nothing can be answered.');
  await fetch(url, { method: 'POST', body: JSON.stringify({ ...response.content, response_type: 'ephemeral' }) });
  const told = await arjun.untilTold(/is ready/);
  return { ts: told.ts };
}
