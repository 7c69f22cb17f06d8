/** The new owner of a lead is told in their own channel what is open for it: once for each change, and nobody who does not have it. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Message } from '../../shared/aws/queue.ts';
import { Retry } from '../../shared/base/errors.ts';
import { type PassedSaid, passedId, recordPassed } from '../../shared/calls/passed.ts';
import { renderPassed } from '../../shared/calls/passed-message.ts';
import { PassedStore } from '../../shared/calls/passed-store.ts';
import { sweep } from '../../shared/calls/sweep.ts';
import { parseWake } from '../../shared/calls/wake.ts';
import { type Calling, ops, person, startCalling } from '../support/calling.ts';

const meera = { id: 'adm_meera', name: 'Meera Thomas' };
const arjun = { id: 'adm_arjun', name: 'Arjun Mehta' };
const sana = { id: 'adm_sana', name: 'Sana Qureshi' };
const link = 'https://acme-academy.slack.com/archives/C1/p1';
const one = { state: 'Failed, 2 tries', amount: '₹45,000.00', course: 'Full Stack Web Development', link };

let calling: Calling;
let sent: Message[];
let at: number;

beforeEach(async () => {
  calling = await startCalling();
  sent = [];
  at = calling.room.time.now();
});

/** A lead is passed on, as the payments room would say it. */
async function pass(owner: PassedSaid['owner'], more: Partial<PassedSaid> = {}): Promise<void> {
  const team = calling.room.team.id;
  at += 1;
  const lead = {
    team,
    leadId: 'lead_7',
    name: 'Priya Sharma',
    at,
    owner,
    former: arjun,
    open: [one],
    more: 0,
    ...more,
  };
  await recordPassed(lead, {
    passed: new PassedStore(calling.room.table('calls')),
    queue: { send: async (message) => void sent.push(message) },
    clock: calling.room.time,
    newId: calling.room.tell.newId,
    timeScale: 1,
  });
}

/** Works what was sent. */
async function worked(): Promise<string[]> {
  const outcomes = [];
  for (const { body } of sent.splice(0)) {
    const { call, agent } = parseWake(body);
    outcomes.push(await calling.told(call, agent));
  }
  return outcomes;
}

async function swept(): Promise<void> {
  const queue = { send: async (message: Message) => void sent.push(message) };
  const clock = { now: () => calling.room.time.now() };
  await sweep({ store: calling.store, queue, clock, newId: calling.room.tell.newId });
}

const channelOf = (name: string) => calling.channels().find((channel) => channel.name.includes(name));
const textsIn = (name: string) => calling.texts(channelOf(name)?.id ?? '');
const plain = (text: string) => text.replaceAll(/<[^|>]+\|([^>]+)>/g, '$1').split('\n');

describe('the new owner of a lead', () => {
  it('is told in their private channel, which they and everybody above read, what is open and who had it before', async () => {
    await pass(sana, { open: [one, { state: 'Part 1 of 3 paid', amount: '₹15,000.00', course: 'Data Science' }] });

    expect(await worked()).toEqual(['done']);

    const [text = '', ...others] = textsIn('sana');
    expect(others).toEqual([]);
    expect(plain(text)).toEqual([
      '🤝 Passed on · Priya S. · 2 open payments',
      'Sana Q. looks after Priya now; Arjun M. did before.',
      'Failed, 2 tries · ₹45,000.00 · Full Stack Web Development · thread',
      'Part 1 of 3 paid · ₹15,000.00 · Data Science · not in Slack yet',
      expect.stringMatching(/^since 20 Nov, 10:42 IST · lead_7$/),
    ]);
    expect(channelOf('sana')?.members).toEqual(['U0KAVYA001', 'U0ROHAN001', 'U0SANA0001'].sort());
    expect(calling.room.front.control.messages(channelOf('sana')?.id ?? '')[0]?.asApp).toBe(true);
  });

  it('is told where nothing is open, and where nobody had the lead before', async () => {
    await pass(sana, { open: [], former: null });
    await worked();

    expect(plain(textsIn('sana')[0] ?? '').slice(0, 2)).toEqual([
      '🤝 Passed on · Priya S. · nothing open',
      'Sana Q. looks after Priya now. No payment is under way.',
    ]);
  });

  it('is told once of one change, as it was found first, however often it is said and woken', async () => {
    await pass(sana);
    at -= 1;
    await pass(sana, { open: [] });
    const [{ body } = { body: '' }] = sent;
    const { call } = parseWake(body);

    expect(await worked()).toEqual(['done', 'done']);
    expect(await calling.told(call, 'adm_sana')).toBe('done');
    expect(textsIn('sana').map((text) => plain(text)[0])).toEqual(['🤝 Passed on · Priya S. · 1 open payment']);
    expect(calling.room.report).toMatchObject({ posted: 1, edited: 0, doubled: 0 });
  });

  it('is told again when the lead comes back', async () => {
    for (const owner of [sana, arjun, sana]) {
      await pass(owner);
      await worked();
    }

    expect([textsIn('sana').length, textsIn('arjun').length]).toEqual([2, 1]);
  });

  it('is not told once somebody else, or nobody, has the lead', async () => {
    for (const next of [arjun, null]) {
      await pass(sana);
      await pass(next);
      await worked();
    }
    // A word of the payments room that was late.
    await pass(sana, { at: at - 3 });

    expect(sent).toEqual([]);
    expect(channelOf('sana')).toBeUndefined();
    expect(textsIn('arjun')).toHaveLength(1);
    calling.room.time.advance(3_600_000);
    await swept();
    expect(sent.filter(({ body }) => parseWake(body).cause !== 'night')).toEqual([]);
  });

  it('that the directory does not know yet waits, the ops channel says so, and it is told by the sweep afterwards', async () => {
    await pass(meera);
    await calling.say('call_1', { agentId: 'adm_meera' });
    expect(await worked()).toEqual(['waiting']);
    expect(calling.roots(ops)).toEqual(['⏸️ Leads passed to adm_meera wait: the directory knows nobody with this id.']);
    expect(calling.texts(ops)[0]).toContain(
      '1 passed lead waits, nothing is lost. Put the person into the directory (PUT /v1/admins), or give the lead to somebody else (PUT /v1/leads).',
    );
    await calling.told('call_1', 'adm_meera');
    expect(calling.texts(ops)[0]).toContain('1 call and 1 passed lead wait, nothing is lost.');

    calling.people.set('adm_meera', person('adm_meera', 'Meera Thomas', 'adm_kavya'));
    calling.room.time.advance(660_000);
    await swept();

    expect(await worked()).toEqual(['done', 'done']);
    expect(textsIn('meera').filter((text) => text.startsWith('🤝'))).toHaveLength(1);
    expect(calling.roots(ops)[0]).toMatch(/^▶️ /);
  });

  it('that waits is not told any more once the lead is another’s, and the ops channel knows', async () => {
    await pass(meera);
    await worked();
    const [{ call } = { call: '' }] = (await calling.store.waiting({ team: calling.room.team.id, agent: 'adm_meera' }))
      .calls;
    await pass(arjun);
    await worked();

    expect(await calling.told(call, 'adm_meera')).toBe('nothing');
    expect(calling.roots(ops)).toEqual(['▶️ No lead waits for adm_meera any more.']);
    calling.people.set('adm_meera', person('adm_meera', 'Meera Thomas', 'adm_kavya'));
    expect(await calling.told(call, 'adm_meera')).toBe('nothing');
    expect(channelOf('meera')).toBeUndefined();
  });

  it('is told in full, though the lead went on to another while it was being told', async () => {
    await pass(sana, { open: Array.from({ length: 9 }, () => one) });
    const id = passedId({ leadId: 'lead_7', at });
    const fault = { kind: 'rateLimited', method: 'chat.postMessage', skip: 1, count: 1, retryAfterSeconds: 7 } as const;
    calling.room.front.control.fault(fault);
    await expect(worked()).rejects.toThrow(Retry);
    expect(textsIn('sana')).toHaveLength(1);
    await pass(arjun);
    calling.room.time.advance(7_000);
    await calling.told(id, 'adm_sana');

    expect(textsIn('sana').map((text) => plain(text).at(-1))).toEqual([
      expect.stringContaining('since'),
      'open payments, part 2 of 2',
    ]);
  });
});

describe('what the owner is told', () => {
  const passed = { leadId: 'lead_7', name: 'Priya Sharma', at: 0, owner: sana, former: null, open: [one], more: 0 };

  it('goes on in the thread where it is more than one message, and counts what nobody would read', () => {
    const { root, replies } = renderPassed({ ...passed, open: Array.from({ length: 48 }, () => one), more: 312 });

    expect(root.content.text).toContain('360 open payments');
    expect(root.content.text).toContain('The open payments go on in the thread.');
    expect(replies.map(({ key }) => key)).toEqual([2, 3, 4, 5, 6].map((part) => `open#${part}`));
    const all = [root, ...replies].map(({ content }) => content.text).join('\n');
    expect(all.split('Failed, 2 tries')).toHaveLength(49);
    expect(replies.at(-1)?.content.text).toContain('And 312 more: each of their threads names the new owner.');
  });

  it('fits into messages of Slack whatever people are called, and says nothing by which they could be reached', () => {
    const long = '&'.repeat(128);
    const far = {
      state: 'Failed, 40 tries',
      amount: '₹99,99,99,999.00',
      course: '&'.repeat(40),
      link: `${link}${'9'.repeat(60)}`,
    };
    const given = {
      ...passed,
      leadId: long,
      name: `${long} ${long}`,
      owner: { id: 'a', name: long },
      former: { id: 'b', name: long },
    };

    expect(() => renderPassed({ ...given, open: Array.from({ length: 48 }, () => far), more: 9 })).not.toThrow();
    const { root } = renderPassed({ ...passed, leadId: '+919876543210', name: 'priya@example.com' });
    expect(root.content.text.split('\n')[0]).toBe('🤝 Passed on · Unknown lead · 1 open payment');
    expect(root.content.text).not.toMatch(/9876543210|example\.com/);
  });
});
