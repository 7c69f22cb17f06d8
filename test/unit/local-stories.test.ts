import { describe, expect, it } from '@jest/globals';
import { STORIES, type Story, seededRandom, stormStory } from '../../lib/local/stories.ts';
import { readEvent } from '../../shared/payments/event.ts';

const now = Date.parse('2026-11-22T08:00:00Z');
const scene = (seed: number) => ({ random: seededRandom(seed), now });

const all: readonly (readonly [string, (seed: number) => Story])[] = [
  ...Object.entries(STORIES).map(([name, { story }]) => [name, (seed: number) => story(scene(seed))] as const),
  ['storm', (seed) => stormStory(scene(seed), seed)],
];

const webhooks = ({ steps }: Story) => steps.flatMap(({ sent }) => (sent.kind === 'webhook' ? [sent] : []));

describe.each(all)('the story "%s"', (_, tell) => {
  it('begins with the checkout and goes on with webhooks of that order', () => {
    const story = tell(1);

    expect(story.steps[0]?.sent).toMatchObject({ kind: 'initiated', body: { orderId: story.orderId } });
    for (const { body } of webhooks(story)) {
      const reading = readEvent(Buffer.from(JSON.stringify(body)));
      expect(reading).toMatchObject({ readable: true, home: story.orderId });
    }
  });

  it('ends captured in full, now', () => {
    const story = tell(2);
    const paid = webhooks(story).find(({ body }) => body['event'] === 'order.paid');
    const reading = readEvent(Buffer.from(JSON.stringify(paid?.body)));

    expect(reading).toMatchObject({ event: { payment: { status: 'captured' } } });
    if (!reading.readable) throw new Error('It cannot be read.');
    expect(reading.event.order?.amountPaid).toBe(reading.event.order?.amount);
    const { at } = reading.event;
    expect(now / 1000 - Number(at)).toBeLessThan(5 * 60);
    expect(Number(at)).toBeLessThanOrEqual(now / 1000 + 1);
  });

  it('gives every event an id of its own', () => {
    const ids = webhooks(tell(3)).map(({ eventId }) => eventId);

    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{14}$/);
  });

  it('is the same again for the same seed, and another for another', () => {
    expect(tell(4)).toEqual(tell(4));
    expect(tell(4).orderId).not.toBe(tell(5).orderId);
  });
});
