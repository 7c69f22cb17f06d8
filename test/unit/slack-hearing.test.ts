/** What Slack's events say to the slack room, who is woken by it, and what becomes of a record that cannot be worked. */
import { describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import fc from 'fast-check';
import type { Message } from '../../shared/aws/queue.ts';
import { Retry } from '../../shared/base/errors.ts';
import { channelId, teamId, userId } from '../../shared/base/names.ts';
import { threadMessage } from '../../shared/payments/wake.ts';
import { told } from '../../shared/slack/hand-over.ts';
import type { SlackEvent } from '../../shared/slack/inbound.ts';
import { type ListenParts, listen } from '../../shared/slack/listen.ts';
import { groupOf, installed, type News, newsOf, readNews } from '../../shared/slack/news.ts';
import { returnedNotice } from '../../shared/slack/notice.ts';

const seen = { id: 'Ev1', team: teamId('T0ACME'), at: 1_795_150_000 };
const newsIn = (event: SlackEvent['event']) => newsOf({ kind: 'event', ...seen, app: 'A0WAR', event });
const marker = { key: 'payments#live#order_1/root', revision: 2 };
const metadata = { event_type: 'war_room_message', event_payload: marker };
const posted = {
  type: 'message_metadata_posted',
  app_id: 'A0WAR',
  bot_id: 'B0WAR',
  user_id: 'U0ASHA',
  channel_id: 'C0PAY',
  message_ts: '1795150000.000100',
  metadata,
};
const deleted = {
  type: 'message',
  subtype: 'message_deleted',
  channel: 'C0PAY',
  deleted_ts: '1795150000.000100',
  previous_message: { ts: '1795150000.000100', text: 'Paid', metadata },
};
const message = { channel: 'C0PAY', ts: '1795150000.000100', marker };

describe('an event', () => {
  it.each<[string, SlackEvent['event'], object]>([
    ['that the app was removed', { type: 'app_uninstalled' }, { what: 'uninstalled' }],
    [
      'that tokens were taken back',
      { type: 'tokens_revoked', tokens: { oauth: ['U0ASHA'], bot: ['U0APP'] } },
      { what: 'revoked', people: ['U0ASHA'], bots: ['U0APP'] },
    ],
    ['that people’s were', { type: 'tokens_revoked', tokens: { oauth: ['U0ASHA'] } }, { people: ['U0ASHA'], bots: [] }],
    [
      'that a channel was restored',
      { type: 'channel_unarchive', channel: 'C0PAY' },
      { what: 'opened', channel: 'C0PAY' },
    ],
    ['that a private one was', { type: 'group_unarchive', channel: 'C0PAY' }, { what: 'opened', channel: 'C0PAY' }],
    [
      'that a private channel is gone',
      { type: 'group_deleted', channel: 'C0PAY' },
      { what: 'vanished', channel: 'C0PAY' },
    ],
    [
      'that a private channel has another name, without the name',
      { type: 'group_rename', channel: { id: 'C0PAY', name: 'money', created: 1 } },
      { what: 'renamed', channel: 'C0PAY' },
    ],
    ['that a public one is', { type: 'channel_deleted', channel: 'C0PAY' }, { what: 'vanished', channel: 'C0PAY' }],
    [
      'that somebody joined a channel',
      { type: 'member_joined_channel', channel: 'C0PAY', user: 'U0APP' },
      { what: 'joined', channel: 'C0PAY', user: 'U0APP' },
    ],
    [
      'that a channel has another id',
      { type: 'channel_id_changed', old_channel_id: 'C0PAY', new_channel_id: 'C0NEW' },
      { what: 'moved', from: 'C0PAY', channel: 'C0NEW' },
    ],
    ['that a message of the app is there', posted, { what: 'posted', ...message, author: 'U0ASHA' }],
    ['that one was deleted', deleted, { what: 'deleted', ...message }],
    [
      'that one was deleted, known by its first block alone',
      { ...deleted, previous_message: { blocks: [{ block_id: `${marker.key}#2` }] } },
      { what: 'deleted', ...message },
    ],
    [
      'that one with replies became a tombstone',
      {
        ...deleted,
        subtype: 'message_changed',
        deleted_ts: undefined,
        message: { subtype: 'tombstone', text: 'This message was deleted.' },
      },
      { what: 'deleted', ...message },
    ],
  ])('says %s', (_, event, news) => {
    expect(newsIn(event)).toEqual(expect.objectContaining({ ...seen, ...news }));
  });

  it.each<[string, SlackEvent['event']]>([
    ['metadata of another app', { ...posted, app_id: 'A0OTHER' }],
    ['other metadata of the app', { ...posted, metadata: { event_type: 'another', event_payload: marker } }],
    ['metadata without a message', { ...posted, message_ts: 'now' }],
    ['what somebody wrote', { type: 'message', channel: 'C0PAY', text: 'Lunch?', ts: '1.1' }],
    ['what somebody wrote and deleted', { ...deleted, previous_message: { text: 'Lunch?', ts: '1.1' } }],
    ['that a message of the app was edited', { ...deleted, subtype: 'message_changed', message: { text: 'Paid' } }],
    ['a channel with the id that it had', { type: 'channel_id_changed', old_channel_id: 'C0', new_channel_id: 'C0' }],
    ['a channel whose id is none', { type: 'channel_unarchive', channel: 'C0#held' }],
    ['a channel that was archived: nothing waits for it yet', { type: 'channel_archive', channel: 'C0PAY' }],
  ])('that is about %s is no news', (_, event) => {
    expect(newsIn(event)).toBeUndefined();
  });

  it('that is about metadata is no news where Slack does not say to which app it tells', () => {
    const { app_id: _, ...anonymous } = posted;

    expect(newsOf({ kind: 'event', ...seen, app: undefined, event: anonymous })).toBeUndefined();
  });

  it('of any shape is read without a throw, and its news is read back from the queue as it was', () => {
    const anything = fc.dictionary(
      fc.constantFrom(
        ...Object.keys({ ...posted, ...deleted, tokens: 0, user: 0, old_channel_id: 0, new_channel_id: 0 }),
      ),
      fc.oneof(fc.constantFrom<unknown>('C0PAY', 'A0WAR', '1.1', metadata, deleted.previous_message), fc.jsonValue()),
    );
    const types = ['tokens_revoked', 'channel_unarchive', 'member_joined_channel', 'channel_id_changed', 'message'];

    fc.assert(
      fc.property(anything, fc.constantFrom(...types, 'message_metadata_posted'), (fields, type) => {
        const news = newsIn({ ...fields, type });

        if (news) expect(readNews(told(news).body)).toEqual(JSON.parse(JSON.stringify(news)));
      }),
    );
  });
});

describe('news', () => {
  it('of one thread, of one channel and of the app are each worked in order, apart from the others', () => {
    const about = (key: string) => ({ ...seen, what: 'posted', ...message, marker: { key, revision: 1 } }) as News;
    const groups = [
      groupOf(about('payments#live#order_1/root')),
      groupOf(about('payments#live#order_1/paid#pay_1')),
      groupOf(about('payments#live#order_2/root')),
      groupOf({ ...seen, what: 'opened', channel: channelId('C0PAY') }),
      groupOf({ ...seen, what: 'uninstalled' }),
      groupOf(installed(seen.team, 1_795_150_000_000, 'i')),
    ];

    expect(groups).toEqual([
      'T0ACME#thread#payments#live#order_1',
      'T0ACME#thread#payments#live#order_1',
      'T0ACME#thread#payments#live#order_2',
      'T0ACME#C0PAY',
      'T0ACME#app',
      'T0ACME#app',
    ]);
  });

  it('is none that War Room did not write', () => {
    for (const body of ['', 'null', '[]', '{}', '{"what":"opened"}', '{"what":1,"team":"T","id":"i","at":1}']) {
      expect(readNews(body)).toBeUndefined();
    }
  });
});

describe('a thread that has to be told again', () => {
  const refOf = (key: string) => ({ team: seen.team, key });

  it.each([
    ['payments#live#order_1', 'order_1'],
    ['payments#live#ops#setl_1', 'ops#setl_1'],
    ['payments#live#warning#notCaptured#pay_1', 'pay_1'],
    ['payments#live#warning#openTooLong#order_1', 'order_1'],
  ])('by its key %s is the payment’s of %s', (key, home) => {
    const woken = threadMessage(refOf(key), 'u1');

    expect(JSON.parse(woken?.body ?? '')).toEqual({ team: 'T0ACME', account: 'live', home, cause: 'slack' });
  });

  it.each([['held#C0PAY#1'], ['reconnect#U0ASHA#1'], ['returned#1'], ['payments#live#'], ['']])(
    'is none of a payment: %s',
    (key) => {
      expect(threadMessage(refOf(key), 'u1')).toBeUndefined();
    },
  );
});

describe('a record of the slack room’s queue', () => {
  const sentAt = 1_795_150_000_000;

  /** A worker whose first step fails with `error`, at `now`. */
  function worker(error: unknown, now = sentAt) {
    const [buried, reported, lines]: [Message[], unknown[], unknown[]] = [[], [], []];
    const fails = async () => {
      throw error;
    };
    const parts: ListenParts = {
      hearing: {
        revocations: { uninstalled: error === undefined ? async () => {} : fails } as never,
        held: undefined as never,
        moved: undefined as never,
        log: undefined as never,
        clock: { now: () => now },
        times: { callMs: 5_000 },
        wake: async () => {},
        wakeThread: async () => {},
        tellRooms: async () => {},
      },
      deadLetters: { send: async (message) => void buried.push(message) },
      newId: () => 'new',
      lines: { info: (_: string, line: unknown) => lines.push(line) } as never,
      report: (cause) => reported.push(cause),
      scale: 1,
    };
    return { parts, buried, reported, lines };
  }

  const record = (body = told({ ...seen, what: 'uninstalled' }).body, receives = 1) =>
    ({
      body,
      attributes: {
        MessageGroupId: 'T0ACME#app',
        SentTimestamp: String(sentAt),
        ApproximateReceiveCount: String(receives),
      },
    }) as unknown as SQSRecord;

  it('that is done leaves one line, with ids alone', async () => {
    const { parts, lines } = worker(undefined);

    expect(await listen([record()], parts)).toBe('done');
    expect(lines).toEqual([{ team: 'T0ACME', id: 'Ev1', what: 'uninstalled', outcome: 'marked dead', ms: 0 }]);
  });

  it('that waits for a pass comes back when that may be over, and is no fault', async () => {
    const { parts, reported } = worker(Retry.waiting('A pass is at work.', 700), sentAt + 7_200_000);

    expect(await listen([record()], parts)).toEqual({ comeBackMs: 700 });
    expect(reported).toEqual([]);
  });

  it('that fails comes back later each time, five minutes at most', async () => {
    const { parts, reported } = worker(new Error('unreachable'));

    const verdicts = [];
    for (const receives of [1, 2, 3, 20]) verdicts.push(await listen([record(undefined, receives)], parts));

    expect(verdicts).toEqual([2_000, 4_000, 8_000, 300_000].map((comeBackMs) => ({ comeBackMs })));
    expect(reported).toHaveLength(4);
  });

  it('that failed for an hour is parked as it was, with the reason', async () => {
    const { parts, buried } = worker(new Error('unreachable'), sentAt + 3_600_000);

    expect(await listen([record()], parts)).toBe('done');
    expect(buried[0]?.group).toBe('T0ACME#app');
    expect(readNews(buried[0]?.body ?? '')).toMatchObject({ ...seen, what: 'uninstalled', code: 'failed-too-long' });
  });

  it('that nobody can read is parked at once, and those behind it are worked', async () => {
    const { parts, buried, lines } = worker(undefined);

    expect(await listen([record('not news'), record()], parts)).toBe('done');
    expect(JSON.parse(buried[0]?.body ?? '')).toMatchObject({ body: 'not news', code: 'news-unreadable' });
    expect(lines).toHaveLength(1);
  });

  it('that has to come again keeps those behind it from being worked before it', async () => {
    const { parts, lines } = worker(Retry.waiting('A pass is at work.', 700));

    await listen([record(), record()], parts);

    expect(lines).toHaveLength(1);
  });
});

describe('what the ops channel is told once the app is back', () => {
  const refused = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      user: userId(`U${index}`),
      version: '1',
      at: 1_795_150_000_000 + index,
      code: 'app_uninstalled',
    }));

  it.each([
    [1, 'One person does not post as themself any more: ', '<@U0> can connect once more.'],
    [3, '3 people do not post as themselves any more: ', '<@U0>, <@U1>, <@U2> can connect once more.'],
    [23, '23 people do not post as themselves any more: ', '<@U19> and 3 more can connect once more.'],
  ])('names %i', (count, title, who) => {
    const { text } = returnedNotice(refused(count), undefined);

    expect(text).toContain(title);
    expect(text).toContain(who);
  });
});
