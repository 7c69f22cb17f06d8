/** Buttons of payment threads: taken over, put off, explained; each press once, whatever comes twice, at once or late. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Message } from '../../shared/aws/queue.ts';
import { teamId } from '../../shared/base/names.ts';
import { buttonIds, type Pressed, readValue } from '../../shared/payments/buttons.ts';
import { explain, explainSought } from '../../shared/payments/explain.ts';
import type { Initiated } from '../../shared/payments/lifecycle.ts';
import type { PressParts, ThreadPress } from '../../shared/payments/press.ts';
import { snooze } from '../../shared/payments/snooze.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { takeOver } from '../../shared/payments/take-over.ts';
import { tell } from '../../shared/payments/tell.ts';
import { parseWake } from '../../shared/payments/wake.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';
import { attempt, authorized, bytesOf, captured, initiated } from '../support/facts.ts';
import { Fuse } from '../support/fuse.ts';
import { type Reconciling, startReconciling } from '../support/reconciling.ts';
import { ids } from '../support/slack-world.ts';

let live: Reconciling;
beforeEach(async () => {
  live = await startReconciling();
});
afterEach(() => live.stop());

const account = 'live';
const home = 'order_A';
const tried = attempt('pay_1');
const arjun = { id: 'adm_arjun', name: 'Arjun Mehta' };
const meera = { id: 'adm_meera', name: 'Meera Thomas' };
const nobody = { connectUrl: 'https://war-room.example/slack/install?as=me' };

const place = () => ({ team: live.room.team.id, account });
const sent: Message[] = [];
beforeEach(() => {
  sent.splice(0);
});

const parts = (table = live.table): PressParts => ({
  store: new PaymentStore(table),
  queue: { send: async (message) => void sent.push(message) },
  clock: { now: () => live.room.time.now() },
});

/** Has the thread told, as its worker would. */
const told = () =>
  tell({ ...place(), home, cause: 'desk' }, { until: live.room.until(), report: live.room.report }, live.room.tell);

async function announced(more: Partial<Initiated> = {}): Promise<void> {
  const fact = initiated(more);
  if (fact.source !== 'initiated') throw new Error('not an initiated fact');
  const at = live.room.time.now();
  await live.store.recordInitiated({ ...place(), home }, fact.initiated, { at, dueAt: at });
  await told();
}

async function delivered(body: object): Promise<void> {
  const delivery = { eventId: undefined, bytes: bytesOf(body as never), secret: 'current' } as const;
  await live.store.recordDelivery({ ...place(), home }, { ...delivery, at: live.room.time.now() });
  await told();
}

/** What Slack shows in a channel, oldest first: who says what, and the buttons below it. */
const shown = (channel: string = ids.payments) =>
  live.room.front.control.messages(channel).map(({ text, userId, threadTs, blocks }) => ({
    text,
    user: userId,
    isRoot: threadTs === undefined,
    buttons: blocks.flatMap((block) => (block['type'] === 'actions' ? (block['elements'] as Button[]) : [])),
  }));
type Button = { readonly action_id: string; readonly value: string };

/** What the button of the newest root that has it stands for. */
function button(id: string, channel: string = ids.payments): Pressed {
  const found = shown(channel)
    .flatMap(({ buttons }) => buttons)
    .findLast(({ action_id }) => action_id === id);
  const pressed = readValue(found?.value);
  if (!pressed) throw new Error(`There is no button ${id}.`);
  return pressed;
}

let presses = 0;
function press(by: ThreadPress['by'], { thread, seen }: Pick<Pressed, 'thread' | 'seen'>, id?: string): ThreadPress {
  presses += 1;
  return { id: id ?? `sha256:${presses}`, place: place(), thread, seen, by };
}

const ownersNoted = async () => {
  const { facts } = await live.store.factsOf(place(), home);
  return facts.flatMap((fact) => (fact.source === 'note' && fact.note.kind === 'owner' ? [fact.note.owner?.id] : []));
};

describe('the buttons of a payment', () => {
  it('stand below its root while it is under way, and go when it is over', async () => {
    await announced();
    const before = shown()[0]?.buttons.map(({ action_id }) => action_id);

    await delivered(captured(tried));

    expect(before).toEqual([buttonIds.explain, buttonIds.takeOver]);
    expect(shown().flatMap(({ buttons }) => buttons)).toEqual([]);
  });

  it.each(['', 'live', `live#${'x'.repeat(65)}#`, 'live#order A#', '#order_A#', 'live##order_A#', 'a#b'])(
    'hold no value like %s',
    (value) => {
      expect(readValue(value)).toBeUndefined();
    },
  );

  it('hold an account, a thread, and whatever was seen', () => {
    expect(readValue('live#order_A#a#b')).toEqual({ account: 'live', thread: 'order_A', seen: 'a#b' });
  });
});

describe('Take over', () => {
  it('names the new owner on the root, and has what follows told by them', async () => {
    await announced({ assignedAdmin: meera });

    const answer = await takeOver(press(arjun, button(buttonIds.takeOver)), 'person', parts());
    await told();
    await delivered(captured(tried));

    expect(answer.text.split('\n')[1]).toBe(
      'You look after it now. What is told in its thread from here on comes from you.',
    );
    expect(sent.map(({ body }) => parseWake(body))).toEqual([{ ...place(), home, cause: 'desk' }]);
    const [root, reply] = shown();
    expect(root?.text).toContain('owner Arjun M.');
    expect(root?.user).toBe(ids.bot);
    expect(reply).toMatchObject({ user: ids.arjun, text: expect.stringContaining('Paid ₹45,000.00') });
  });

  it('says how to be the one it comes from, to who is not', async () => {
    await announced({ assignedAdmin: null });

    const { text } = await takeOver(press(meera, button(buttonIds.takeOver)), nobody, parts());

    expect(text).toContain(`<${nobody.connectUrl}|Let it come from you>`);
  });

  it('promises nobody’s name where the row has War Room tell the thread', async () => {
    await announced({ assignedAdmin: null });

    const { text } = await takeOver(press(meera, button(buttonIds.takeOver)), 'app', parts());

    expect(text).toMatch(/comes from War Room, with your name\.$/);
  });

  it('by who has it already changes nothing', async () => {
    await announced();

    const { text } = await takeOver(press(arjun, button(buttonIds.takeOver)), nobody, parts());

    expect(text).toContain('You look after it already');
    expect(await ownersNoted()).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('on an older message tells who has it now, with a fresh button, and changes nothing', async () => {
    await announced({ assignedAdmin: null });
    const old = button(buttonIds.takeOver);
    await takeOver(press(meera, old), nobody, parts());

    const { text, blocks } = await takeOver(press(arjun, old), nobody, parts());

    expect(text).toContain('Meera T. looks after it since ');
    expect(text).toContain('Nothing was changed.');
    expect(await ownersNoted()).toEqual([meera.id]);
    const [fresh] = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
    const pressed = readValue(fresh && 'value' in fresh ? fresh.value : undefined);
    expect(pressed).toEqual({ account, thread: home, seen: meera.id });
    await takeOver(press(arjun, pressed ?? old), nobody, parts());
    expect(await ownersNoted()).toEqual([meera.id, arjun.id]);
  });

  it('pressed two hundred times by two people, each press worked three times, acts once', async () => {
    await announced({ assignedAdmin: null });
    const seen = button(buttonIds.takeOver);
    const all = Array.from({ length: 200 }, (_, index) => press(index % 2 ? arjun : meera, seen));

    const answers = await Promise.all([...all, ...all, ...all].map((one) => takeOver(one, nobody, parts())));
    await told();

    const [owner] = await ownersNoted();
    expect(await ownersNoted()).toEqual([owner]);
    const name = owner === arjun.id ? 'Arjun M.' : 'Meera T.';
    expect(shown()).toHaveLength(1);
    expect(shown()[0]?.text).toContain(`owner ${name}`);
    // Who lost is told who won, each time.
    expect(answers.filter(({ text }) => text.includes('You look after it'))).toHaveLength(300);
    expect(answers.filter(({ text }) => text.includes(`${name} looks after it`))).toHaveLength(300);
  });

  it('survives a crash at any of its effects: worked again, it is one note, and the thread is woken', async () => {
    const effects = new Fuse();
    await announced({ assignedAdmin: null });
    const isEffect = (method: string) => ['insert', 'put', 'update', 'send'].includes(method);
    const worked = (one: ThreadPress, fuse: Fuse) => {
      const { queue, clock } = parts();
      const store = new PaymentStore(fuse.watch(live.table, 'payments', isEffect));
      return takeOver(one, nobody, { store, clock, queue: fuse.watch(queue, 'queue', isEffect) });
    };
    await worked(press(meera, button(buttonIds.takeOver)), effects);
    expect(effects.effects).toEqual(['payments.insert', 'queue.send']);

    for (const side of ['before', 'after'] as const) {
      for (const effect of effects.effects.keys()) {
        await told();
        const fuse = new Fuse({ effect, side });
        const [by, before] = [(await ownersNoted()).length % 2 ? arjun : meera, (await ownersNoted()).length];
        const one = press(by, button(buttonIds.takeOver));
        sent.splice(0);

        await expect(worked(one, fuse)).rejects.toThrow('This process is gone.');
        const { text } = await worked(one, new Fuse());

        expect(text).toContain('You look after it now');
        expect(await ownersNoted()).toHaveLength(before + 1);
        expect(sent.length).toBeGreaterThanOrEqual(1);
      }
    }
  });

  it('gives way to what the company’s systems say later', async () => {
    await announced({ assignedAdmin: null });
    await takeOver(press(meera, button(buttonIds.takeOver)), nobody, parts());
    live.room.time.advance(60_000);

    const at = live.room.time.now();
    await live.store.recordNote({ ...place(), home }, `owner#${at}`, { kind: 'owner', owner: arjun }, at);
    await told();

    expect(shown()[0]?.text).toContain('owner Arjun M.');
  });

  it('of another team’s payment finds nothing', async () => {
    await announced();
    const foreign = { ...press(meera, button(buttonIds.takeOver)), place: { team: teamId('TOTHER'), account } };

    const { text } = await takeOver(foreign, nobody, parts());

    expect(text).toContain('War Room has not heard of this payment.');
    expect(await ownersNoted()).toEqual([]);
  });
});

describe('Snooze', () => {
  const hour = 3_600_000;

  /** A payment that Razorpay has authorized and nobody captured for a day, with its warning. */
  async function warned(): Promise<void> {
    const at = Math.floor(live.room.time.now() / 1_000);
    const now = attempt('pay_1', { at });
    const { payload } = authorized(now) as { payload: { payment: { entity: object } } };
    await live.happen('payments/pay_1', payload.payment.entity as never);
    await live.happen('orders/order_A', { id: home, status: 'attempted', amount: 4_500_000, amount_paid: 0 } as never);
    await announced();
    await delivered(authorized(now));
    await live.pass(1.1);
    expect(firstOf(ids.ops)).toContain('⚠️ Not captured · ₹45,000.00 · Priya S.');
  }
  const firstOf = (channel: string) =>
    shown(channel)
      .find(({ isRoot }) => isRoot)
      ?.text.split('\n')[0];
  const buttonsOf = (channel: string) => shown(channel)[0]?.buttons.map(({ action_id }) => action_id);

  it('puts the warning off for four hours, and reminds in the channel if it is still so then', async () => {
    await warned();
    const seen = button(buttonIds.snooze, ids.ops);

    const { text } = await snooze(press(meera, seen), 1, parts());
    await told();
    const meanwhile = [firstOf(ids.ops), shown(ids.ops)[0]?.text.split('\n')[2], buttonsOf(ids.ops)];
    await live.pass(3.9 / 24);
    const early = shown(ids.ops).length;
    await live.pass(0.2 / 24);

    expect(text).toContain('You have put this warning off until ');
    expect(meanwhile[0]).toBe('💤 Not captured, snoozed · ₹45,000.00 · Priya S. · Full Stack Web Development');
    expect(meanwhile[1]).toMatch(/^Snoozed by Meera T\. until \d+ Nov, \d\d:\d\d IST\.$/);
    expect(meanwhile[2]).toEqual([buttonIds.explain, buttonIds.takeOver]);
    expect(early).toBe(1);
    expect(firstOf(ids.ops)).toContain('⚠️ Not captured · ');
    expect(buttonsOf(ids.ops)).toContain(buttonIds.snooze);
    expect(shown(ids.ops).slice(1)).toMatchObject([
      { isRoot: false, text: expect.stringMatching(/^The snooze until .+ is over, and it is still not captured\./) },
    ]);
    await live.pass(0.5);
    expect(shown(ids.ops)).toHaveLength(2);
  });

  it('ends in silence where the money was captured meanwhile', async () => {
    await warned();
    await snooze(press(meera, button(buttonIds.snooze, ids.ops)), 1, parts());
    await told();

    await delivered(captured(attempt('pay_1')));
    await live.pass(1);

    expect(shown(ids.ops).map(({ text }) => text.split(' · ')[0])).toEqual(['✅ Settled']);
    expect(shown(ids.ops)[0]?.buttons).toEqual([]);
  });

  it('is one for all: who presses later is told who did it, and until when', async () => {
    await warned();
    const seen = button(buttonIds.snooze, ids.ops);
    const all = Array.from({ length: 100 }, (_, index) => press(index % 2 ? arjun : meera, seen));

    const answers = await Promise.all([...all, ...all].map((one) => snooze(one, 1, parts())));

    const { facts } = await live.store.factsOf(place(), home);
    const notes = facts.flatMap((fact) => (fact.source === 'note' && fact.note.kind === 'snoozed' ? [fact.note] : []));
    expect(notes).toHaveLength(1);
    expect(answers.filter(({ text }) => text.includes('You have put this warning off'))).toHaveLength(100);
    expect(answers.filter(({ text }) => /(Arjun M\.|Meera T\.) has put this warning off/.test(text))).toHaveLength(100);
  });

  it('may follow a snooze, after five days of waiting too', async () => {
    await warned();
    for (let day = 0; day < 6; day += 1) {
      await snooze(press(meera, button(buttonIds.snooze, ids.ops)), 1, parts());
      await told();
      await live.pass(1);
    }

    // After five days there is another warning, whose button is the newest.
    const reminders = shown(ids.ops).filter(({ isRoot, text }) => !isRoot && text.startsWith('The snooze until'));
    expect(reminders.map(({ text }) => /still (open|not captured)/.exec(text)?.[1])).toEqual([
      ...Array<string>(4).fill('not captured'),
      ...Array<string>(2).fill('open'),
    ]);
  });

  it('has its end, wherever the run of it stops', async () => {
    await warned();
    await snooze(press(meera, button(buttonIds.snooze, ids.ops)), 1, parts());
    await told();
    live.room.time.advance(4 * hour + 1_000);
    const counted = new Fuse();
    await live.run({ fuse: counted });
    expect(counted.effects.length).toBeGreaterThan(2);

    for (const effect of counted.effects.keys()) {
      for (const side of ['before', 'after'] as const) {
        await snooze(press(meera, button(buttonIds.snooze, ids.ops)), 1, parts());
        await told();
        const before = shown(ids.ops).length;
        live.room.time.advance(4 * hour + 1_000);
        await live.run({ fuse: new Fuse({ effect, side }) });
        live.room.time.advance(61_000);
        await live.run();
        expect({ effect, side, reminders: shown(ids.ops).length - before }).toEqual({ effect, side, reminders: 1 });
      }
    }
  });

  it('that is noted while Razorpay is being asked has its end as well', async () => {
    await warned();
    const one = press(meera, button(buttonIds.snooze, ids.ops));
    live.room.time.advance(24 * hour);
    const { store } = live;
    let snoozed = false;
    const meanwhile = {
      factsOf: async (...args: Parameters<typeof store.factsOf>) => {
        const read = await store.factsOf(...args);
        if (snoozed) return read;
        snoozed = true;
        await snooze(one, 1, parts());
        await told();
        return read;
      },
      recordReconciled: store.recordReconciled.bind(store),
      recordNote: store.recordNote.bind(store),
    };

    await live.run({ more: { store: meanwhile } });
    await live.pass(5 / 24);

    expect(shown(ids.ops).filter(({ isRoot }) => !isRoot)).toHaveLength(1);
  });

  it('of a warning that is settled, or never was, says so', async () => {
    await warned();
    const seen = button(buttonIds.snooze, ids.ops);
    await delivered(captured(attempt('pay_1')));

    const late = await snooze(press(meera, seen), 1, parts());
    const wrong = await snooze(press(meera, { ...seen, seen: 'pay_2' }), 1, parts());

    expect(late.text).toContain('✅ Paid');
    expect(late.text).toContain('This warning has settled itself');
    expect(wrong.text).toContain('There is no such warning of this payment.');
    expect(sent).toEqual([]);
  });
});

describe('Explain', () => {
  const explained = () => {
    const { room } = live;
    return { store: live.store, log: room.log, team: async () => room.team };
  };
  const accounts = (names: readonly string[]) => ({
    value: async () =>
      Accounts.parse(
        JSON.stringify(
          Object.fromEntries(
            names.map((name) => [
              name,
              { teamId: live.room.team.id, mode: 'test', webhook: { current: 'w' }, keyId: 'k', keySecret: 's' },
            ]),
          ),
        ),
      ),
  });

  it('tells how a payment stands, where and why there, who has it, what was heard, and what comes next', async () => {
    await announced();
    await delivered(authorized(tried));

    const { text, blocks } = await explain(place(), 'pay_1', meera.id, explained());

    const lines = text.split('\n');
    expect(lines[0]).toBe('🔵 Authorized · ₹45,000.00 · Priya S. · Full Stack Web Development');
    expect(text).toContain(`Where: <#${ids.payments}>, by the row “`);
    expect(text).toContain('This is a full payment');
    expect(text).toContain('|Open its thread>');
    expect(text).toContain('Who: Arjun M. looks after it, as your systems say.');
    expect(text).toContain('· checkout: payment initiated');
    expect(text).toContain('· Razorpay: payment authorized');
    expect(text).toMatch(/Next: Razorpay reports what happens\. In case a report is lost, War Room asks again \d/);
    expect(lines.at(-1)).toBe('account live · order_A · pay_1');
    expect(blocks.at(-1)).toMatchObject({ elements: [{ action_id: buttonIds.takeOver }] });
  });

  it('says what was done in Slack', async () => {
    await announced();
    await takeOver(press(meera, button(buttonIds.takeOver)), nobody, parts());

    const own = await explain(place(), home, meera.id, explained());

    expect(own.text).toMatch(/Who: you look after it since .+, taken over in Slack\./);
    expect(own.text).toContain('· War Room: Meera T. took it over');
    expect(own.blocks.some(({ type }) => type === 'actions')).toBe(false);
  });

  it('finds a payment by any id, in whichever account it is, and asks where several know it', async () => {
    await announced();
    await delivered(captured(tried));
    const sought = (id: string, account?: string, names = ['live', 'second']) =>
      explainSought({ team: live.room.team.id, id, account }, meera.id, {
        ...explained(),
        accounts: accounts(names),
      }).then(({ text }) => text.split('\n')[0]);

    expect(await sought('pay_1')).toContain('✅ Paid');
    expect(await sought('order_A', 'live')).toContain('✅ Paid');
    expect(await sought('order_A', 'second')).toContain('has not heard of');
    expect(await sought('order_A', undefined, ['second'])).toContain('has not heard of');
    expect(await sought('')).toContain('Say which payment');
    expect(await sought('../../etc')).toContain('Say which payment');
    const fact = initiated();
    if (fact.source !== 'initiated') throw new Error('not an initiated fact');
    const second = { team: live.room.team.id, account: 'second', home };
    await live.store.recordInitiated(second, fact.initiated, { at: 1, dueAt: 1 });
    expect(await sought('order_A')).toBe('Several of your Razorpay accounts know order_A: live, second.');
    expect(await sought('order_A', 'second')).toContain('🟡 Initiated');
  });

  it('stays within what Slack takes, however much was heard', async () => {
    const name = 'व'.repeat(200);
    await announced({ lead: { id: 'lead', name }, course: { id: 'c', name, type: 'bootcamp' } });
    for (let index = 0; index < 30; index += 1) await delivered(captured(attempt(`pay_${index}`)));

    const { text } = await explain(place(), home, meera.id, explained());

    expect(text.length).toBeLessThan(4_000);
    expect(text).toContain('25 more before, then');
  });
});
