/** Dead letters as they are read, and what becomes of one that cannot be taken over now. */
import { describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import type { Message } from '../../shared/aws/queue.ts';
import { teamId } from '../../shared/base/names.ts';
import { takeOver } from '../../shared/payments/parked.ts';
import { episodeOf, episodeText, noticePlace, readEpisode, readParked } from '../../shared/payments/parked-record.ts';
import type { ParkedStore } from '../../shared/payments/parked-store.ts';

const place = { team: 'T1', account: 'live', home: 'order_1' };
const sentAt = Date.UTC(2026, 10, 20, 5, 12);

describe('a dead letter', () => {
  it('says which payment needs somebody, why, and since when', () => {
    const more = { code: 'failed-too-often', why: 'It failed.', since: '2026-11-20T04:12:00.000Z', attempts: 19 };

    expect(readParked(JSON.stringify({ ...place, cause: 'webhook', ...more, thread: 't' }), sentAt)).toEqual({
      ...place,
      ...more,
      since: sentAt - 3_600_000,
    });
  });

  it('without a reason was given up by the queue, when it was sent', () => {
    expect(readParked(JSON.stringify({ ...place, cause: 'webhook' }), sentAt)).toMatchObject({
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
    expect(readParked(JSON.stringify({ ...place, ...more }), sentAt)?.code).toBe(code);
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
    expect(readParked(body, sentAt)).toBeUndefined();
  });
});

describe('an episode', () => {
  const episode = { code: 'failed-too-often', since: sentAt };

  it('is found again in the home of its notice, and in the value of a button', () => {
    expect(episodeOf(noticePlace(teamId('T1'), episode).home)).toEqual(episode);
    expect(readEpisode(episodeText(episode))).toEqual(episode);
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
