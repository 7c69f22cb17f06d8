/** Reading back: windows, pages, broadcasts and metadata, as Slack gives them. Each name here is a rule listed in coverage.ts. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ids, ManualClock, refusalOf, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

const channel = ids.payments;
const clock = new ManualClock();
let world: SlackWorld;
/** Five roots a second apart, "m0" to "m4", and three replies to m1. */
const roots: string[] = [];
const replies: string[] = [];

beforeAll(async () => {
  world = await startSlackWorld((seed) => seed, clock);
  await world.app.conversations.join({ channel });
  for (let n = 0; n < 5; n += 1) {
    clock.advance(1_000);
    roots.push((await world.app.chat.postMessage({ channel, text: `m${n}` })).ts ?? '');
  }
  for (let n = 0; n < 3; n += 1) {
    clock.advance(1_000);
    replies.push((await world.app.chat.postMessage({ channel, text: `r${n}`, thread_ts: roots[1] ?? '' })).ts ?? '');
  }
});
afterAll(() => world.front.stop());

async function texts(args: Readonly<Record<string, unknown>>): Promise<string> {
  const { messages } = await world.app.conversations.history({ channel, ...args });
  return (messages ?? []).map((message) => message.text).join(' ');
}

async function replyTexts(args: Readonly<Record<string, unknown>>): Promise<string> {
  const { messages } = await world.app.conversations.replies({ channel, ts: roots[1] ?? '', ...args });
  return (messages ?? []).map((message) => message.text).join(' ');
}

describe('conversations.history', () => {
  it('gives roots newest first and no replies', async () => {
    expect(await texts({})).toBe('m4 m3 m2 m1 m0');
  });

  it('counts the replies of a root and names the latest', async () => {
    const { messages } = await world.app.conversations.history({ channel });

    expect(messages?.[3]).toMatchObject({
      text: 'm1',
      thread_ts: roots[1],
      reply_count: 3,
      latest_reply: replies[2],
      reply_users: [ids.bot],
    });
  });

  it('leaves the edges of the window out unless inclusive', async () => {
    const window = { oldest: roots[1], latest: roots[3] };

    expect([await texts(window), await texts({ ...window, inclusive: true })]).toEqual(['m2', 'm3 m2 m1']);
  });

  it('takes seconds without decimals as an edge', async () => {
    const seconds = String(Number(roots[2]?.split('.')[0]) + 1);

    expect(await texts({ oldest: seconds, inclusive: true })).toBe('m4 m3');
  });

  it('refuses an edge that is not a time', async () => {
    expect(await refusalOf(world.app.conversations.history({ channel, oldest: 'yesterday' }))).toBe(
      'invalid_ts_oldest',
    );
  });

  it('pages by cursor until there is no more', async () => {
    const pages: string[] = [];
    for await (const page of world.app.paginate('conversations.history', { channel, limit: 2 })) {
      const { messages } = page as { messages?: { text: string }[] };
      pages.push((messages ?? []).map(({ text }) => text).join(' '));
    }

    expect(pages).toEqual(['m4 m3', 'm2 m1', 'm0']);
  });

  it('keeps its place when the message at the cursor is deleted', async () => {
    const other = ids.general;
    const posted: string[] = [];
    for (const text of ['a', 'b', 'c'])
      posted.push((await world.app.chat.postMessage({ channel: other, text })).ts ?? '');
    const first = await world.app.conversations.history({ channel: other, limit: 1 });
    world.front.control.deleteMessage(other, posted[1] ?? '');

    const cursor = first.response_metadata?.next_cursor ?? '';
    const second = await world.app.conversations.history({ channel: other, limit: 1, cursor });

    expect(second.messages?.map((message) => message.text)).toEqual(['a']);
  });

  it('refuses a cursor it did not give', async () => {
    expect(await refusalOf(world.app.conversations.history({ channel, cursor: 'bm9uc2Vuc2U=' }))).toBe(
      'invalid_cursor',
    );
  });
});

describe('conversations.replies', () => {
  it('gives the root and then its replies, oldest first', async () => {
    expect(await replyTexts({})).toBe('m1 r0 r1 r2');
  });

  it('honours the window, the root always heading the answer', async () => {
    expect(await replyTexts({ oldest: replies[0] })).toBe('m1 r1 r2');
    expect(await replyTexts({ oldest: replies[0], latest: replies[1], inclusive: true })).toBe('m1 r0 r1');
  });

  it('pages replies by cursor', async () => {
    const first = await world.app.conversations.replies({ channel, ts: roots[1] ?? '', limit: 2 });

    expect(first).toMatchObject({ has_more: true });
    expect(await replyTexts({ limit: 2, cursor: first.response_metadata?.next_cursor })).toBe('r1 r2');
  });

  it('gives a root without replies alone', async () => {
    const { messages } = await world.app.conversations.replies({ channel, ts: roots[0] ?? '' });

    expect(messages?.map((message) => message.text)).toEqual(['m0']);
  });

  it('does not find a thread that never was', async () => {
    expect(await refusalOf(world.app.conversations.replies({ channel, ts: '1.000001' }))).toBe('thread_not_found');
  });
});

describe('what comes back with a message', () => {
  it('shows a broadcast reply in the channel and in its thread', async () => {
    const root = await world.app.chat.postMessage({ channel, text: 'root' });
    await world.app.chat.postMessage({ channel, text: 'disputed', thread_ts: root.ts ?? '', reply_broadcast: true });

    const { messages } = await world.app.conversations.history({ channel, limit: 1 });

    expect(messages?.[0]).toMatchObject({ subtype: 'thread_broadcast', text: 'disputed', thread_ts: root.ts });
    const inThread = await world.app.conversations.replies({ channel, ts: root.ts ?? '' });
    expect(inThread.messages?.map((message) => message.text)).toEqual(['root', 'disputed']);
  });

  it('gives the payload of metadata only when asked for all of it', async () => {
    const metadata = { event_type: 'war_room', event_payload: { marker: 'order_1#root#1' } };
    const { ts = '' } = await world.app.chat.postMessage({ channel, text: 'marked', metadata });
    const read = async (all: boolean) => {
      const { messages } = await world.app.conversations.history({
        channel,
        latest: ts,
        inclusive: true,
        limit: 1,
        include_all_metadata: all,
      });
      return messages?.[0]?.metadata;
    };

    expect(await read(false)).toEqual({ event_type: 'war_room' });
    expect(await read(true)).toEqual(metadata);
  });

  it('keeps block_id, and gives a block without one its own', async () => {
    const blocks = [{ type: 'divider', block_id: 'order_1#root#1' }, { type: 'divider' }];
    const { ts = '' } = await world.app.chat.postMessage({ channel, text: 'blocks', blocks });

    const { messages } = await world.app.conversations.history({ channel, oldest: ts, inclusive: true });

    expect(messages?.[0]?.blocks).toMatchObject([
      { block_id: 'order_1#root#1' },
      { block_id: expect.stringMatching(/^\w{5}$/) },
    ]);
  });
});
