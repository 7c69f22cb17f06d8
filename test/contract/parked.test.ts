/** What cannot be told of a payment: kept, told in the ops channel once, decided about by people, and never lost on the way. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { teamId } from '../../shared/base/names.ts';
import { renderParked } from '../../shared/parked/notice.ts';
import { retryParked } from '../../shared/parked/press.ts';
import { type Parked, ParkedStore } from '../../shared/parked/store.ts';
import { parkedPayments } from '../../shared/payments/parked.ts';
import { Fuse } from '../support/fuse.ts';
import { Meanwhile } from '../support/meanwhile.ts';
import { arjun, kavya, openParking, type Parking } from '../support/parking.ts';
import { ids } from '../support/slack-world.ts';

let all: Parking;
beforeEach(async () => {
  all = await openParking();
});

const parkedOne = ['🛑 Parked · 1 payment not told in Slack'];
const over = '✅ No longer parked · nothing waits for this reason any more';
const retried = (what: string, who = 'Kavya R.') =>
  `🔁 ${who} had ${what} tried again. What fails again is parked again.`;

/** So many payments that Slack refuses, parked and told. */
async function park(...payments: readonly string[]) {
  all.refuse();
  for (const id of payments) await all.pay(id);
  await all.settle();
  return all.episode();
}

describe('a payment that Slack refuses', () => {
  it('is told in the ops channel once, with why, since when and how many alike, and three buttons', async () => {
    await park('1');
    await park('2', '3');

    expect(all.notices()).toEqual([['🛑 Parked · 3 payments not told in Slack']]);
    const [notice] = all.room.front.control.messages(ids.ops);
    expect(notice?.text).toContain(
      'Slack will never take the first message of the thread as War Room wrote it (invalid_blocks).',
    );
    expect(notice?.text).toMatch(/since 20 Nov, 10:42 IST · invalid_blocks$/);
    const actions = notice?.blocks.find(({ type }) => type === 'actions') as never as {
      elements: { action_id: string }[];
    };
    expect(actions.elements.map(({ action_id }) => action_id)).toEqual([
      'parked.retry',
      'parked.ignore',
      'parked.show',
    ]);
    expect(all.counted.get('PaymentsParked')).toBe(3);
    expect(all.deadLetters.waiting).toEqual([]);
  });

  it('is told once mended and retried, each with one wake, and the notice says who did it', async () => {
    const episode = await park('1', '2');
    all.mend();
    const before = all.queue.taken.length;

    const answer = await all.retry(episode, 'press-1');
    await all.settle();

    expect(answer.text).toBe(
      '2 payments are looked at again now. What fails again is parked again, and told in the ops channel.',
    );
    const wakes = all.queue.taken.slice(before).map(({ body }) => JSON.parse(body).home);
    const notice = `ops#parked#invalid_blocks#${episode.since}`;
    expect(wakes.filter((home) => home !== notice)).toEqual(['order_1', 'order_2']);
    expect(wakes[2]).toBe(notice);
    expect(all.told()).toHaveLength(2);
    expect(all.notices()).toEqual([[over, retried('2 payments')]]);
    expect(await all.parked.waiting(all.room.team.id)).toEqual([]);
  });

  it('that fails again is the same record in a notice of its own, which people see arrive', async () => {
    const episode = await park('1');
    await all.retry(episode, 'press-1');
    await all.settle();

    expect(all.notices()).toEqual([[over, retried('1 payment')], parkedOne]);
    expect(await all.parked.waiting(all.room.team.id)).toEqual([
      expect.objectContaining({ subject: 'live#order_1', times: 2 }),
    ]);
  });

  it('is left as it stands where somebody ignores it, until something new is heard of it', async () => {
    const episode = await park('1');

    const answer = await all.ignore(episode, 'press-1');
    await all.settle();

    expect(answer.text).toBe('One payment is left as it stands. Anything new that is heard of it is told as ever.');
    expect(all.notices()).toEqual([
      [over, '🚫 Meera T. ignored 1 payment. Anything new that is heard of it is told as ever.'],
    ]);
    all.mend();
    await all.pay('1');
    await all.settle();
    expect(all.told()).toHaveLength(1);
  });

  it('that something new has told after all waits for nobody, and its notice says so', async () => {
    await park('1', '2');
    all.mend();

    await all.pay('1');
    await all.settle();

    expect(all.notices()).toEqual([parkedOne]);
    await all.pay('2');
    await all.settle();
    expect(all.notices()).toEqual([[over]]);
    expect(await all.parked.waiting(all.room.team.id)).toEqual([]);
  });

  it('that was told before its dead letter is read is no news any more', async () => {
    all.refuse();
    await all.pay('1');
    await all.step();
    expect(all.deadLetters.waiting).toHaveLength(1);
    const [letter] = all.deadLetters.waiting.splice(0);
    all.mend();
    all.room.time.advance(1_000);
    await all.pay('1');
    await all.settle();

    if (letter) all.deadLetters.waiting.push(letter);
    await all.settle();

    expect(all.told()).toHaveLength(1);
    expect(all.notices()).toEqual([]);
    expect(all.counted.get('PaymentsParked')).toBeUndefined();
  });

  it('is shown with the way to its thread and why, to who asks', async () => {
    await all.pay('1');
    await all.settle();
    all.room.front.control.fault({
      method: 'chat.update',
      channel: ids.payments,
      kind: 'error',
      error: 'msg_too_long',
    });
    const orderPaid = await park('2');
    const shown = await all.show(orderPaid);

    expect(shown.text).toContain('1 payment parked');
    expect(shown.text).toContain('it has no thread yet');
    expect(shown.text).toContain('Slack will never take the first message of the thread');
  });
});

describe('two who decide at once', () => {
  it.each(['retry', 'ignore'] as const)('each have what they got told: Retry beside %s', async (other) => {
    const episode = await park('1', '2', '3');
    all.mend();

    const [one, two] = await Promise.all([all.retry(episode, 'press-1'), all[other](episode, 'press-2')]);
    await all.settle();

    const told = all.notices()[0] ?? [];
    expect(told[0]).toBe(over);
    const decided = told.slice(1).map((line) => Number(/(\d+) payments?/.exec(line)?.[1]));
    expect(decided.reduce((sum, records) => sum + records, 0)).toBe(3);
    expect([one.text, two.text].join()).toMatch(/payments? (are|is)|Nothing waits|One payment is/);
    // Whoever retried, each payment is told once.
    const tried = told.slice(1).flatMap((line) => (line.startsWith('🔁') ? Number(/(\d+)/.exec(line)?.[1]) : []));
    expect(all.told()).toHaveLength(tried.reduce((sum, records) => sum + records, 0));
  });

  it('send one wake for each payment, wherever the second presses into the first', async () => {
    const counted = new Meanwhile();
    const play = async (meanwhile: (happen: () => Promise<unknown>) => Meanwhile) => {
      all = await openParking();
      const episode = await park('1', '2');
      all.mend();
      const before = all.queue.taken.length;
      const watching = meanwhile(() => all.retry(episode, 'press-2', arjun));
      const parts = all.pressing();
      await retryParked(
        { team: all.room.team.id, episode, press: 'press-1', by: kavya },
        { ...parts, parked: new ParkedStore(watching.watch(all.room.table('payments'), 'payments')) },
      );
      await all.settle();
      return all.queue.taken.slice(before).map(({ body }) => String(JSON.parse(body).home));
    };
    await play(() => counted);

    for (const at of counted.calls.keys()) {
      const wakes = await play((happen) => new Meanwhile(at, happen));
      expect(wakes.filter((home) => home.startsWith('order_')).sort()).toEqual(['order_1', 'order_2']);
      expect(all.told()).toHaveLength(2);
      expect(all.notices()[0]?.[0]).toBe(over);
    }
    expect(counted.calls.length).toBeGreaterThan(6);
  });

  it('are told what was decided before, where nothing is left', async () => {
    const episode = await park('1');
    all.mend();
    await all.retry(episode, 'press-1');

    const late = await all.ignore(episode, 'press-2');

    expect(late.text).toBe('Nothing waits here any more: Kavya R. had it tried again 20 Nov, 10:42 IST.');
  });
});

describe('a dead letter', () => {
  it('that is received twice changes nothing, not even where somebody decided in between', async () => {
    all.refuse();
    await all.pay('1');
    await all.step();
    const [letter] = all.deadLetters.waiting;
    await all.settle();
    const episode = await all.episode();
    all.mend();
    await all.retry(episode, 'press-1');
    if (letter) all.deadLetters.waiting.push({ ...letter, visibleAt: 0 });
    await all.settle();

    expect(all.notices()).toEqual([[over, retried('1 payment')]]);
    expect(await all.parked.waiting(all.room.team.id)).toEqual([]);
    expect(all.counted.get('PaymentsParked')).toBe(1);
  });

  it('that the queue itself gave up is told as that', async () => {
    await all.deadLetters.send({
      body: JSON.stringify({ team: all.room.team.id, account: 'live', home: 'order_9', cause: 'webhook' }),
      group: 'order_9',
      dedupe: '9',
    });
    await all.settle();

    expect(all.notices()).toEqual([parkedOne]);
    expect(all.room.front.control.messages(ids.ops)[0]?.text).toContain('received a thousand times');
  });

  it.each([
    ['no JSON', 'hello'],
    ['a wake without a team', '{"account":"live","home":"order_1","why":"It failed.","code":"failed-too-often"}'],
    ['what somebody put there by hand', '{"hello":"there","why":"Unreadable.","code":"wake-unreadable"}'],
  ])('that is %s stays where it is: nobody can be told', async (_, body) => {
    await all.deadLetters.send({ body, group: 'g', dedupe: 'd' });
    await all.settle();

    expect(all.deadLetters.waiting).toHaveLength(1);
    expect(all.notices()).toEqual([]);
  });

  it('of a team without a workspace is kept, and told once there is one', async () => {
    const other = teamId('T0NOTYET');
    await all.deadLetters.send({
      body: JSON.stringify({
        team: other,
        account: 'live',
        home: 'order_1',
        why: 'It failed.',
        code: 'failed-too-often',
      }),
      group: 'order_1',
      dedupe: '1',
    });
    await all.settle();
    expect(await all.parked.waiting(other)).toHaveLength(1);
    expect(all.notices()).toEqual([]);
    expect(all.counted.get('PaymentsParked')).toBe(1);

    await all.room.installations.saveTeam({ ...all.room.team, id: other });
    const bot = { user: all.room.team.installer, token: 'xoxb-war-room-local', installedAt: 1 };
    await all.room.installations.saveBot(other, {
      ...bot,
      token: (await (await all.room.installations.bot(all.room.team.id))?.token()) ?? '',
    });
    for (const wake of await all.room.held.wakes({ team: other, channel: 'all' })) {
      await all.queue.send({ ...wake, dedupe: 'installed' });
    }
    await all.settle();
    expect(all.notices()).toEqual([parkedOne]);
  });
});

describe('the ops channel itself being the trouble', () => {
  it('holds the notice, tells the installer, and shows it once the channel is back', async () => {
    all.room.front.control.archive(ids.ops);
    await park('1');
    expect(all.notices()).toEqual([]);
    expect(await all.room.held.of(all.room.team.id)).toEqual([
      expect.objectContaining({ channel: ids.ops, threads: 1 }),
    ]);

    all.room.front.control.unarchive(ids.ops);
    for (const wake of await all.room.held.wakes({ team: all.room.team.id, channel: ids.ops as never })) {
      await all.queue.send({ ...wake, dedupe: 'restored' });
    }
    await all.settle();
    expect(all.notices()).toEqual([parkedOne]);
  });

  it('that fails for an hour is tried again for as long as it takes, and is never a notice about a notice', async () => {
    all.room.front.control.fault({
      method: 'chat.postMessage',
      channel: ids.ops,
      kind: 'error',
      error: 'invalid_blocks',
    });
    await park('1');
    await all.settle(3_600_000);
    expect(all.notices()).toEqual([]);
    expect(await all.parked.waiting(all.room.team.id)).toHaveLength(1);
    expect(all.counted.get('PaymentsParked')).toBeGreaterThan(2);

    all.mend();
    await all.settle(3_600_000);
    expect(all.notices()).toEqual([parkedOne]);
    expect(all.deadLetters.waiting).toEqual([]);
  });
});

describe('many alike within a minute', () => {
  it('are one message, which is edited where its words change', async () => {
    const { team } = all.room;
    for (let n = 0; n < 40; n += 1) {
      const home = `order_${String(n).padStart(4, '0')}`;
      const record = { team: team.id, account: 'live', home, why: 'It failed.', code: 'failed-too-often' };
      await all.deadLetters.send({ body: JSON.stringify(record), group: home, dedupe: home });
      await all.settle();
    }

    expect(all.notices()).toEqual([['🛑 Parked · 40 payments not told in Slack']]);
    expect((await all.show(await all.episode())).text).toContain('And 30 more.');
    // Up to ten each one, then more than ten, twenty, more than twenty …
    expect([all.counted.get('MessagesPosted'), all.counted.get('MessagesEdited')]).toEqual([1, 15]);
  });

  it('are some forty edits for a thousand', () => {
    const episode = { code: 'failed-too-often', since: 1 };
    const record: Parked = {
      ...{ team: teamId('T1'), subject: 'live#order_1', code: episode.code, why: 'It failed.', since: 1 },
      ...{ attempts: 1, state: 'waiting', episode: 1, parking: 'm', times: 1, press: undefined, solvedAt: undefined },
    };
    const texts = Array.from({ length: 1_000 }, (_, n) => {
      return renderParked(parkedPayments, episode, Array<Parked>(n + 1).fill(record), [])?.root.content.text;
    });

    expect(texts.at(-1)).toContain('1,000 payments');
    expect(new Set(texts).size).toBeLessThan(50);
  });
});

describe('a worker that stops', () => {
  const whole = [[over, retried('2 payments')]];

  /** From parking to Retry, with a process that stops for good at one of its side effects. */
  const live = async (fuse: Fuse) => {
    all = await openParking();
    all.refuse();
    await all.pay('1');
    await all.pay('2');
    const stepped = async () => {
      while ((await all.step(fuse.blown ? undefined : fuse)) === true);
    };
    await stepped();
    await all.settle();
    all.mend();
    const episode = await all.episode();
    const press = (by: Fuse | undefined) => all.retry(episode, 'press-1', kavya, by);
    // What the desk did not finish comes back to it.
    await press(fuse.blown ? undefined : fuse).catch(() => press(undefined));
    await stepped();
    await all.settle();
    return { notices: all.notices(), told: all.told().length, left: all.deadLetters.waiting.length };
  };

  it('loses nothing and doubles nothing, before or after any of its side effects', async () => {
    const recorded = new Fuse();
    expect(await live(recorded)).toEqual({ notices: whole, told: 2, left: 0 });
    const kinds = [
      'payments.insert',
      'payments.update',
      'deadLetters.send',
      'queue.send',
      'slack.post',
      'slack.update',
    ];
    expect([...new Set(recorded.effects)]).toEqual(expect.arrayContaining(kinds));

    for (const [effect, name] of recorded.effects.entries()) {
      for (const side of ['before', 'after'] as const) {
        const { notices, told, left } = await live(new Fuse({ effect, side }));
        const at = `${side} ${name} (${effect})`;
        // One that stopped after it parked a payment parks it again: the same record, and perhaps already retried.
        expect({ at, first: notices[0]?.[0], many: notices.length, told, left }).toEqual({
          at,
          first: over,
          many: 1,
          told: 2,
          left: 0,
        });
      }
    }
  }, 60_000);
});

describe('a payment that is parked again while it is tried again', () => {
  it('is never lost: it waits again, or is told, wherever its dead letter comes into the press', async () => {
    const counted = new Meanwhile();
    const play = async (meanwhile: (happen: () => Promise<unknown>) => Meanwhile) => {
      all = await openParking();
      const episode = await park('1');
      // Another event of it fails just before somebody mends the cause and presses.
      await all.pay('1');
      while (all.deadLetters.waiting.length === 0) await all.step();
      all.mend();
      const watching = meanwhile(() => all.step());
      await retryParked(
        { team: all.room.team.id, episode, press: 'press-1', by: kavya },
        { ...all.pressing(), parked: new ParkedStore(watching.watch(all.room.table('payments'), 'payments')) },
      );
      await all.settle();
      return { told: all.told().length, waiting: (await all.parked.waiting(all.room.team.id)).length };
    };
    expect(await play(() => counted)).toEqual({ told: 1, waiting: 0 });

    for (const at of counted.calls.keys()) {
      expect({ at, ...(await play((happen) => new Meanwhile(at, happen))) }).toEqual({ at, told: 1, waiting: 0 });
    }
  });
});

describe('one dead letter in two hands', () => {
  it('is one record and one piece of news, wherever the second comes into the first', async () => {
    const team = all.room.team.id;
    const play = async (code: string, at?: number) => {
      const record = { team, subject: 'live#order_1', code, why: 'It failed.', since: 1, attempts: 1 };
      const letter = { id: `${code}-1`, sentAt: 900, at: 1_000 };
      let second = { isNews: false };
      const meanwhile = new Meanwhile(at, async () => {
        second = await all.parked.keep(record, letter);
      });
      const first = await new ParkedStore(meanwhile.watch(all.room.table('payments'), 'payments')).keep(record, letter);
      const kept = (await all.parked.waiting(team)).filter((each) => each.code === code);
      return { calls: meanwhile.calls, news: [first, second].filter(({ isNews }) => isNews).length, kept };
    };
    const counted = await play('counted');

    for (const at of counted.calls.keys()) {
      const { news, kept } = await play(`at-${at}`, at);
      expect({ at, news, times: kept.map(({ times }) => times) }).toEqual({ at, news: 1, times: [1] });
    }
  });
});

describe('two that park at once', () => {
  it('begin one notice, wherever the second comes into the first', async () => {
    const team = all.room.team.id;
    const record = (n: number) => ({
      team,
      subject: `live#order_${n}`,
      code: 'x',
      why: 'It failed.',
      since: 1,
      attempts: 1,
    });
    const counted = new Meanwhile();
    const play = async (meanwhile: Meanwhile, code: string, second: () => Promise<unknown>) => {
      const table = all.room.table('payments');
      await new ParkedStore(meanwhile.watch(table, 'payments')).keep(
        { ...record(1), code },
        { id: `${code}-1`, sentAt: 1_000, at: 1_000 },
      );
      await second();
      const waiting = await all.parked.waiting(team);
      return new Set(waiting.filter((each) => each.code === code).map(({ episode }) => episode));
    };
    expect((await play(counted, 'first', async () => undefined)).size).toBe(1);
    expect(counted.calls.length).toBeGreaterThan(3);

    for (const at of counted.calls.keys()) {
      // Alone; and where an episode is over, so that both begin the next.
      for (const hasEnded of [false, true]) {
        const code = `at-${at}-${hasEnded}`;
        const other = () => all.parked.keep({ ...record(2), code }, { id: `${code}-2`, sentAt: 1_001, at: 1_001 });
        if (hasEnded) {
          await all.parked.keep({ ...record(3), code }, { id: `${code}-3`, sentAt: 500, at: 500 });
          await all.ignore({ code, since: 500 }, `${code}-press`);
        }
        expect((await play(new Meanwhile(at, other), code, async () => undefined)).size).toBe(1);
      }
    }
  });

  it('stay in one notice where somebody ends it in between', async () => {
    const team = all.room.team.id;
    const record = (n: number, code: string) => ({
      team,
      subject: `live#order_${n}`,
      code,
      why: 'It failed.',
      since: 1,
      attempts: 1,
    });
    const play = async (code: string, at?: number) => {
      await all.parked.keep(record(1, code), { id: `${code}-1`, sentAt: 500, at: 500 });
      const meanwhile = new Meanwhile(at, async () => {
        await all.ignore({ code, since: 500 }, `${code}-press`);
        await all.parked.keep(record(3, code), { id: `${code}-3`, sentAt: 1_001, at: 1_001 });
      });
      const store = new ParkedStore(meanwhile.watch(all.room.table('payments'), 'payments'));
      await store.keep(record(2, code), { id: `${code}-2`, sentAt: 1_000, at: 1_000 });
      return meanwhile.calls;
    };
    const calls = await play('counted');
    expect(calls.length).toBeGreaterThan(3);

    for (const at of calls.keys()) {
      const code = `ended-${at}`;
      await play(code, at);
      const waiting = (await all.parked.waiting(team)).filter((each) => each.code === code);
      expect(new Set(waiting.map(({ episode }) => episode)).size).toBe(1);
      expect(waiting.map(({ subject }) => subject)).toContain('live#order_3');
    }
  });
});
