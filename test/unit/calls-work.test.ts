/** The calls worker around a telling: what waits, what fails, what is parked; and what wakes a call that is held. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import type { Message } from '../../shared/aws/queue.ts';
import { heldWake, message, parseWake, threadMessage, threadRef, type Wake } from '../../shared/calls/wake.ts';
import { work } from '../../shared/calls/work.ts';
import { ParkedStore } from '../../shared/parked/store.ts';
import { message as paymentMessage } from '../../shared/payments/wake.ts';
import { wakerOf } from '../../shared/slack/rooms.ts';
import { type Calling, startCalling } from '../support/calling.ts';

let calling: Calling;
let parked: Message[];
let lines: object[];
beforeEach(async () => {
  calling = await startCalling();
  parked = [];
  lines = [];
});

const wakeOf = (call: string): Wake => ({ team: calling.room.team.id, agent: 'adm_arjun', call, cause: 'api' });
const recordOf = (body: string, receives = 1) =>
  ({ body, attributes: { MessageGroupId: 'g', ApproximateReceiveCount: String(receives) } }) as unknown as SQSRecord;
const worked = (body: string) =>
  work(recordOf(body), calling.room.until(), {
    tell: calling.parts,
    queue: { send: async () => undefined },
    parked: new ParkedStore(calling.room.table('calls')),
    newId: () => `n${parked.length}`,
    pacing: { scale: 1, attemptMs: 2_250, random: () => 0 },
    deadLetters: { send: async (record) => void parked.push(record) },
    lines: { info: (_, fields = {}) => void lines.push(fields), warn: () => undefined, error: () => undefined },
    count: () => undefined,
    reportError: () => undefined,
  });

describe('a record of the calls queue', () => {
  it('is done once its call is told, with one line that joins it to the others', async () => {
    await calling.say('call_1');

    expect(await worked(message(wakeOf('call_1'), 'a').body)).toBe('done');

    expect(lines).toEqual([
      expect.objectContaining({ agent: 'adm_arjun', call: 'call_1', outcome: 'done', posted: 1 }),
    ]);
  });

  it('comes back when Slack says, and waiting is no failing', async () => {
    await calling.say('call_1');
    const { control } = calling.room.front;
    control.fault({ kind: 'rateLimited', method: 'conversations.members', retryAfterSeconds: 40, count: 1 });

    expect(await worked(message(wakeOf('call_1'), 'a').body)).toEqual({ comeBackMs: 40_000 });
    expect(lines).toEqual([expect.objectContaining({ outcome: 'waiting', forMs: 40_000 })]);
  });

  it('is parked with a sentence after an hour of failures, and told like any other once it is put back', async () => {
    await calling.say('call_1');
    const { control } = calling.room.front;
    control.fault({ kind: 'error', method: 'users.lookupByEmail', error: 'missing_scope' });
    const { body } = message(wakeOf('call_1'), 'a');
    for (let attempt = 0; attempt < 20 && parked.length === 0; attempt += 1) {
      const verdict = await worked(body);
      calling.room.time.advance(verdict === 'done' ? 0 : Math.max(verdict.comeBackMs ?? 0, 300_000));
    }
    control.resetFaults();
    const [letter] = parked;

    expect(parked).toHaveLength(1);
    expect(JSON.parse(letter?.body ?? '')).toMatchObject({
      agent: 'adm_arjun',
      call: 'call_1',
      code: 'failed-too-often',
      why: expect.stringMatching(/Slack does not say who has the e-mail address of adm_arjun \(missing_scope\)/),
    });
    expect(await worked(letter?.body ?? '')).toBe('done');
    expect(calling.channels()).toHaveLength(1);
  });

  it('is parked where it names no call', async () => {
    expect(await worked('{"team":"T1"}')).toBe('done');

    expect(JSON.parse(parked[0]?.body ?? '')).toMatchObject({ code: 'wake-unreadable', team: 'T1' });
  });
});

describe('a wake', () => {
  it('is found again by the key of its thread, and by no key of another room or of a notice', () => {
    const { team, key } = threadRef(wakeOf('call:1'));

    expect(parseWake(threadMessage({ team, key }, 'n')?.body ?? '')).toEqual({ ...wakeOf('call:1'), cause: 'slack' });
    for (const other of ['payments#live#order_1', 'calls-waiting#adm_arjun#1', 'calls-members#adm_arjun#1']) {
      expect(threadMessage({ team, key: other }, 'n')).toBeUndefined();
    }
  });

  it('of a thread that is held goes to the queue of the room that tells it', async () => {
    const sent: [string, Message][] = [];
    const queueOf = (name: string) => ({ send: async (record: Message) => void sent.push([name, record]) });
    const queues = { payments: queueOf('payments'), calls: queueOf('calls'), reports: queueOf('reports') };
    const wake = wakerOf(queues, () => `n${sent.length}`);
    const payment = paymentMessage(
      { team: calling.room.team.id, account: 'live', home: 'order_1', cause: 'held' },
      { unique: '' },
    );

    await wake(heldWake(wakeOf('call_1')));
    await wake({ body: payment.body, group: payment.group });

    expect(sent.map(([room, { body, dedupe }]) => [room, JSON.parse(body).cause, dedupe])).toEqual([
      ['calls', 'held', 'n0'],
      ['payments', 'held', 'n1'],
    ]);
  });
});
