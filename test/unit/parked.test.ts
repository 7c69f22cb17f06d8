/** Dead letters as they are read, and what becomes of one that cannot be taken over now. */
import { describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import type { Message } from '../../shared/aws/queue.ts';
import { teamId } from '../../shared/base/names.ts';
import { parkedCalls, threadOf } from '../../shared/calls/parked.ts';
import { buttonValue, readReason, readValue } from '../../shared/parked/record.ts';
import type { ParkedStore } from '../../shared/parked/store.ts';
import { takeOver } from '../../shared/parked/take-over.ts';
import { episodeOf, noticePlace, parkedPayments } from '../../shared/payments/parked.ts';
import { parkedReports } from '../../shared/reports/parked.ts';

const place = { team: 'T1', account: 'live', home: 'order_1' };
const sentAt = Date.UTC(2026, 10, 20, 5, 12);

describe('a dead letter', () => {
  it('says which payment needs somebody, why, and since when', () => {
    const more = { code: 'failed-too-often', why: 'It failed.', since: '2026-11-20T04:12:00.000Z', attempts: 19 };

    const body = JSON.stringify({ ...place, cause: 'webhook', ...more, thread: 't' });
    expect(parkedPayments.about(body)).toEqual({ team: 'T1', subject: 'live#order_1' });
    expect(readReason(body, sentAt)).toEqual({ ...more, since: sentAt - 3_600_000 });
  });

  it('without a reason was given up by the queue, when it was sent', () => {
    expect(readReason(JSON.stringify({ ...place, cause: 'webhook' }), sentAt)).toMatchObject({
      code: 'received-too-often',
      since: sentAt,
      attempts: 1,
    });
  });

  it.each([
    ['a code that is no part of a key', { code: 'a#b', why: 'It failed.' }, 'unnamed'],
    ['a code that is no text', { code: 7, why: 'It failed.' }, 'unnamed'],
    ['no code', { why: 'It failed.' }, 'unnamed'],
    ['a reason that is no text', { code: 'invalid_blocks', why: 7 }, 'received-too-often'],
  ])('with %s is kept all the same', (_, more, code) => {
    expect(readReason(JSON.stringify({ ...place, ...more }), sentAt).code).toBe(code);
  });

  it.each([
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['no team', JSON.stringify({ ...place, team: undefined })],
    ['a team that would be another key', JSON.stringify({ ...place, team: 'T1##parked' })],
    ['no account', JSON.stringify({ ...place, account: '' })],
    ['no home', JSON.stringify({ ...place, home: 7 })],
  ])('that holds %s is nobody’s', (_, body) => {
    expect([parkedPayments, parkedCalls, parkedReports].map(({ about }) => about(body))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('a record of the calls queue', () => {
  const team = teamId('T1');

  it.each<[object, string, string]>([
    [{ agent: 'a1', call: 'call_1', cause: 'api' }, 'call#a1#call_1', 'calls#a1#call_1'],
    [{ agent: 'a1', call: '~x~1', cause: 'sweep' }, 'call#a1#~x~1', 'calls#a1#~x~1'],
    [{ agent: 'a1', call: '', cause: 'night' }, 'night#a1', 'calls#a1#'],
    [{ user: 'U1', account: 'member', address: 'ab', cause: 'person' }, 'person#U1#member#ab', 'calls-heard#person#U1'],
    [{ user: 'U1', account: 'gone', address: '', cause: 'person' }, 'person#U1#gone#', 'calls-heard#person#U1'],
    [{ cause: 'protected' }, 'protected', 'calls-heard#protected'],
    [{ channel: 'C1', cause: 'deleted' }, 'deleted#C1', 'calls-heard#channel#C1'],
    [{ channel: 'C1', cause: 'joined' }, 'joined#C1', 'calls-heard#channel#C1'],
    [{ channel: 'C1', event: 'Ev1', cause: 'renamed' }, 'renamed#C1#Ev1', 'calls-heard#channel#C1'],
    [{ agent: 'a1', channel: 'C1', cause: 'lost' }, 'lost#a1#C1#', 'calls-heard#channel#C1'],
    [{ agent: 'a1', channel: 'C1', by: 'a2', cause: 'lost' }, 'lost#a1#C1#a2', 'calls-heard#channel#C1'],
  ])('%j is named in the dead letters, and tried again as what it was', (fields, subject, thread) => {
    const body = JSON.stringify({ team, ...fields, why: 'It failed.', code: 'failed-too-often' });

    expect(parkedCalls.about(body)).toEqual({ team, subject });
    expect(threadOf(team, subject).key).toBe(thread);
    const again = JSON.parse(parkedCalls.wake(team, subject, 'm1').body);
    const { cause } = fields as { cause: string };
    expect(again).toEqual({ team, ...fields, cause: subject.startsWith('call#') ? 'parked' : cause });
    expect(parkedCalls.called(subject)).not.toBe('');
  });

  it('that tells a notice is found again as that', () => {
    const episode = { code: 'failed-too-often', since: 7 };
    for (const kind of [parkedCalls, parkedReports]) {
      expect(kind.about(kind.noticeWake(team, episode, 'm1').body)).toEqual({ team, notice: episode });
    }
  });

  it('and one of the reports queue is tried again', () => {
    const about = { team, course: 'c1', window: '2026-11-20T03:30Z' };

    expect(parkedReports.about(JSON.stringify({ ...about, cause: 'run', why: 'No.' }))).toEqual({
      team,
      subject: 'c1#2026-11-20T03:30Z',
    });
    const { body } = parkedReports.wake(team, 'c1#2026-11-20T03:30Z', 'm1');
    expect(JSON.parse(body)).toEqual({ ...about, cause: 'parked' });
  });
});

describe('an episode', () => {
  const episode = { code: 'failed-too-often', since: sentAt };

  it('is found again in the home of its notice, and in the value of a button', () => {
    expect(episodeOf(noticePlace(teamId('T1'), episode).home)).toEqual(episode);
    for (const room of ['payments', 'calls', 'reports'] as const) {
      expect(readValue(buttonValue(room, episode))).toEqual({ room, episode });
    }
  });

  it.each([
    'order_1',
    'ops#setl_1',
    'ops#parked#',
    'ops#parked#code',
    'ops#parked#code#x',
    'ops#parked##1',
    'ops#parked#a#1#2',
  ])('is in no other home: %s', (home) => {
    expect(episodeOf(home)).toBeUndefined();
  });
});

describe('a dead letter that cannot be taken over now', () => {
  const sent: Message[] = [];
  const reported: unknown[] = [];
  const logged: string[] = [];
  const take = (body: object, receives = 1, keep: ParkedStore['keep'] = () => Promise.reject(new Error('Away.'))) => {
    for (const list of [sent, reported, logged]) list.splice(0);
    const attributes = { SentTimestamp: `${sentAt}`, ApproximateReceiveCount: `${receives}` };
    const log = (message: string, fields: object = {}) => void logged.push(JSON.stringify({ message, ...fields }));
    return takeOver({ messageId: 'm1', body: JSON.stringify(body), attributes } as SQSRecord, {
      kind: parkedPayments,
      parked: { keep },
      queue: { send: async (message) => void sent.push(message) },
      clock: { now: () => sentAt },
      lines: { info: log, warn: log, error: log },
      count: () => undefined,
      report: (error) => void reported.push(error),
      scale: 1,
    });
  };

  it('comes back, and the reason is reported', async () => {
    expect(await take({ ...place, why: 'It failed.', code: 'unreadable' })).toEqual({ comeBackMs: 30_000 });

    expect([sent, reported]).toEqual([[], [new Error('Away.')]]);
  });

  it('stays for an hour at a time where it is nobody’s, and is logged without what stands in it', async () => {
    expect(await take({ hello: 'there', why: 'Unreadable.' })).toEqual({ comeBackMs: 3_600_000 });

    expect(logged).toEqual(['{"message":"parked","outcome":"unowned","messageId":"m1"}']);
    expect(reported).toEqual([]);
  });

  it('and is a notice itself waits once, then is woken', async () => {
    const notice = {
      ...noticePlace(teamId('T1'), { code: 'x', since: 1 }),
      why: 'It failed.',
      code: 'failed-too-often',
    };

    expect(await take(notice)).toEqual({ comeBackMs: 20 * 60_000 });
    expect(sent).toEqual([]);

    expect(await take(notice, 2)).toBe('done');
    expect(sent.map(({ body }) => JSON.parse(body))).toEqual([
      { team: 'T1', account: '*', home: 'ops#parked#x#1', cause: 'parked' },
    ]);
  });
});
