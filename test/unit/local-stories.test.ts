import { describe, expect, it } from '@jest/globals';
import { ownedBy, STORIES, type Story, saleOfMany, seededRandom } from '../../lib/local/stories.ts';
import { readEvent } from '../../shared/payments/event.ts';

const now = Date.parse('2026-11-22T08:00:00Z');
const scene = (seed: number) => ({ random: seededRandom(seed), now });

const all: readonly (readonly [string, (seed: number) => Story])[] = [
  ...Object.entries(STORIES).map(([name, { story }]) => [name, (seed: number) => story(scene(seed))] as const),
  [
    'one of many',
    (seed) => {
      const { steps, ending } = saleOfMany(scene(seed), seed);
      return { steps, endings: [ending] };
    },
  ],
];

const webhooks = ({ steps }: Story) => steps.flatMap(({ sent }) => (sent.kind === 'webhook' ? [sent] : []));

describe.each(all)('the story "%s"', (_, tell) => {
  it('tells of the threads that it ends in, and of no other', () => {
    const story = tell(1);

    const homes = story.steps.map(({ sent }) => {
      if (sent.kind === 'initiated') return sent.body['orderId'];
      const reading = readEvent(Buffer.from(JSON.stringify(sent.body)));
      expect(reading.readable).toBe(true);
      return reading.home;
    });

    const ofPayments = homes.filter((home) => !String(home).startsWith('ops#'));
    expect([...new Set(ofPayments)].sort()).toEqual(story.endings.map(({ id }) => id).sort());
  });

  it('replies of payments, refunds, disputes and links that it told of', () => {
    const story = tell(2);
    const told = JSON.stringify(story.steps);

    for (const key of story.endings.flatMap(({ replies }) => replies)) expect(told).toContain(`"${key.split('#')[1]}"`);
  });

  it('ends now', () => {
    const dated = webhooks(tell(2)).filter(({ body }) => !String(body['event']).startsWith('payment_link.'));
    const last = Math.max(...dated.map(({ body }) => Number(body['created_at'])));

    expect(Math.abs(now / 1000 - last)).toBeLessThan(24 * 3600);
  });

  it('names in every line what it is about, by an id that can be looked up', () => {
    for (const { tells, sent } of tell(3).steps) {
      const [, id] = /\b((?:order|pay|plink|rfnd|disp|setl|down)_\w{14})\)?$/.exec(tells) ?? [];

      expect(id).toBeDefined();
      expect(JSON.stringify(sent.body)).toContain(`"${id}"`);
    }
  });

  it('is the same with other admins where somebody else is to look after its learners', () => {
    const [usual, owned] = [tell(3), ownedBy(tell(3), { id: 'adm_kavya', name: 'Kavya Rao' })];

    const admins = owned.steps.flatMap(({ sent }) => (sent.kind === 'initiated' ? [sent.body['assignedAdmin']] : []));
    for (const admin of admins) expect(admin).toEqual({ id: 'adm_kavya', name: 'Kavya Rao' });
    const unowned = ({ steps }: Story) => JSON.stringify(steps).replaceAll(/"assignedAdmin":\{.*?\}/g, '');
    expect(unowned(owned)).toBe(unowned(usual));
    expect(owned.endings).toEqual(usual.endings);
  });

  it('gives every event an id of its own', () => {
    const ids = webhooks(tell(3)).map(({ eventId }) => eventId);

    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{14}$/);
  });

  it('is the same again for the same seed, and another for another', () => {
    expect(tell(4)).toEqual(tell(4));
    expect(JSON.stringify(tell(4).steps)).not.toBe(JSON.stringify(tell(5).steps));
  });

  it("keeps Razorpay's API in step: its payments add up to what their order says is paid", () => {
    const story = tell(6);
    const world = new Map(story.steps.flatMap((step) => Object.entries(step.world)));

    const paid = new Map<unknown, number>();
    for (const [path, { order_id: order, captured, amount }] of world) {
      if (path.startsWith('payments/') && captured) paid.set(order, (paid.get(order) ?? 0) + Number(amount));
    }
    for (const [path, { id, amount_paid: amount }] of world) {
      if (path.startsWith('orders/')) expect([id, amount]).toEqual([id, paid.get(id) ?? 0]);
    }
  });
});
