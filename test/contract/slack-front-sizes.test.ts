/** What Slack accepts as a message, at the exact edges. Each name here is a rule listed in coverage.ts. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ids, refusalOf, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

const channel = ids.payments;
let world: SlackWorld;
let ts: string;

beforeAll(async () => {
  world = await startSlackWorld();
  await world.app.conversations.join({ channel });
  ts = (await world.app.chat.postMessage({ channel, text: 'x' })).ts ?? '';
});
afterAll(() => world.front.stop());

type Blocks = readonly Readonly<Record<string, unknown>>[];

function post(args: Readonly<Record<string, unknown>>): Promise<string> {
  return refusalOf(world.app.apiCall('chat.postMessage', { channel, text: 'x', ...args }));
}

const section = (length: number) => ({ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(length) } });
const many = (count: number, block: Readonly<Record<string, unknown>>): Blocks =>
  Array.from({ length: count }, () => block);
const plain = (text: string) => ({ type: 'plain_text', text });
const button = (more: Readonly<Record<string, unknown>> = {}) => ({ type: 'button', text: plain('Press'), ...more });

describe('sizes of messages', () => {
  it.each<[string, Blocks, string, Blocks]>([
    ['50 blocks', many(50, { type: 'divider' }), 'invalid_blocks', many(51, { type: 'divider' })],
    ['3,000 characters in a section', [section(3_000)], 'invalid_blocks', [section(3_001)]],
    [
      '13,200 characters over all blocks',
      [...many(4, section(3_000)), section(1_200)],
      'msg_blocks_too_long',
      [...many(4, section(3_000)), section(1_201)],
    ],
    [
      'block_ids that differ',
      [
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'b' },
      ],
      'invalid_blocks',
      many(2, { type: 'divider', block_id: 'a' }),
    ],
    [
      'a block_id of 255 characters',
      [{ type: 'divider', block_id: 'a'.repeat(255) }],
      'invalid_blocks',
      [{ type: 'divider', block_id: 'a'.repeat(256) }],
    ],
    [
      'a header of 150 characters',
      [{ type: 'header', text: plain('x'.repeat(150)) }],
      'invalid_blocks',
      [{ type: 'header', text: plain('x'.repeat(151)) }],
    ],
    [
      'a plain header',
      [{ type: 'header', text: plain('x') }],
      'invalid_blocks',
      [{ type: 'header', text: { type: 'mrkdwn', text: '*x*' } }],
    ],
    [
      '10 fields',
      [{ type: 'section', fields: many(10, plain('x')) }],
      'invalid_blocks',
      [{ type: 'section', fields: many(11, plain('x')) }],
    ],
    [
      'a field of 2,000 characters',
      [{ type: 'section', fields: [plain('x'.repeat(2_000))] }],
      'invalid_blocks',
      [{ type: 'section', fields: [plain('x'.repeat(2_001))] }],
    ],
    [
      '10 elements in a context',
      [{ type: 'context', elements: many(10, plain('x')) }],
      'invalid_blocks',
      [{ type: 'context', elements: many(11, plain('x')) }],
    ],
    [
      '25 elements in actions',
      [{ type: 'actions', elements: many(25, button()) }],
      'invalid_blocks',
      [{ type: 'actions', elements: many(26, button()) }],
    ],
    [
      'a button text of 75 characters',
      [{ type: 'actions', elements: [button({ text: plain('x'.repeat(75)) })] }],
      'invalid_blocks',
      [{ type: 'actions', elements: [button({ text: plain('x'.repeat(76)) })] }],
    ],
    [
      'a button value of 2,000 characters',
      [{ type: 'actions', elements: [button({ value: 'x'.repeat(2_000) })] }],
      'invalid_blocks',
      [{ type: 'actions', elements: [button({ value: 'x'.repeat(2_001) })] }],
    ],
    [
      'a picture with words for it',
      [{ type: 'image', image_url: 'https://a.example/x.png', alt_text: 'x' }],
      'invalid_blocks',
      [{ type: 'image', image_url: 'https://a.example/x.png' }],
    ],
    ['a block of a known kind', [{ type: 'divider' }], 'invalid_blocks', [{ type: 'marquee' }]],
    ['a section that says something', [section(1)], 'invalid_blocks', [section(0)]],
  ])('takes %s and no more', async (_, good, refusal, bad) => {
    expect([await post({ blocks: good }), await post({ blocks: bad })]).toEqual(['accepted', refusal]);
  });

  it('says what is wrong with which block', async () => {
    const call = world.app.apiCall('chat.postMessage', { channel, text: 'x', blocks: [section(1), section(3_001)] });

    await expect(call).rejects.toMatchObject({
      data: {
        response_metadata: {
          messages: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]'],
        },
      },
    });
  });

  it('refuses blocks that are no list', async () => {
    expect(await post({ blocks: '{"type":"divider"}' })).toBe('invalid_blocks_format');
  });

  it('takes 4,000 characters of text in an edit and no more', async () => {
    const edit = (length: number) => refusalOf(world.app.chat.update({ channel, ts, text: 'x'.repeat(length) }));

    expect([await edit(4_000), await edit(4_001)]).toEqual(['accepted', 'msg_too_long']);
  });

  it.each<[string, unknown]>([
    ['without an event_type', { event_payload: {} }],
    ['with a payload that is no object', { event_type: 'a', event_payload: 'b' }],
    ['with objects inside objects', { event_type: 'a', event_payload: { b: { c: { d: 1 } } } }],
    ['with null inside', { event_type: 'a', event_payload: { b: null } }],
    ['with fields of its own', { event_type: 'a', event_payload: {}, more: 1 }],
  ])('refuses metadata %s', async (_, metadata) => {
    expect(await post({ metadata })).toBe('invalid_metadata_format');
  });

  it('takes metadata of texts, numbers, flat objects and lists of them', async () => {
    const payload = { a: 'x', b: 1, c: true, d: { e: 'y' }, f: ['z', 2], g: [{ h: 1 }] };

    expect(await post({ metadata: { event_type: 'a', event_payload: payload } })).toBe('accepted');
    expect(await post({ metadata: { event_type: 'a', event_payload: { a: 'x'.repeat(9_000) } } })).toBe(
      'metadata_too_large',
    );
  });
});
