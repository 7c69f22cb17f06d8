import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readEvent, sha256 } from '../../shared/payments/event.ts';
import { attempt, bytesOf, captured, linkPaid } from '../support/facts.ts';

const read = (body: unknown) => readEvent(Buffer.from(JSON.stringify(body)));
const payload = (entities: Record<string, unknown>) => ({
  event: 'some.event',
  payload: Object.fromEntries(Object.entries(entities).map(([name, entity]) => [name, { entity }])),
});

describe('the home key', () => {
  it.each([
    ['the order', { order: { id: 'order_A' }, payment: { id: 'pay_1', order_id: 'order_B' } }, 'order_A'],
    ["the payment's order", { payment: { id: 'pay_1', order_id: 'order_A' } }, 'order_A'],
    [
      'an order without its prefix',
      { order: { id: 'QflczVVaNJciLq' }, payment: { id: 'pay_1' } },
      'order_QflczVVaNJciLq',
    ],
    ["the invoice's order", { invoice: { id: 'inv_1', order_id: 'order_A' } }, 'order_A'],
    ["the link's order", { payment_link: { id: 'plink_1', order_id: 'order_A' } }, 'order_A'],
    ['the payment that has no order', { qr_code: { id: 'qr_1' }, payment: { id: 'pay_1', order_id: null } }, 'pay_1'],
    ["the refund's payment", { refund: { id: 'rfnd_1', payment_id: 'pay_1' } }, 'pay_1'],
    ["the dispute's payment", { dispute: { id: 'disp_1', payment_id: 'pay_1' } }, 'pay_1'],
    ['the link that has no order yet', { payment_link: { id: 'plink_1' } }, 'plink_1'],
    ['the invoice that has no order', { invoice: { id: 'inv_1' } }, 'inv_1'],
    ['a settlement', { settlement: { id: 'setl_1' } }, 'ops#setl_1'],
    ['a downtime, whose key has a dot', { 'payment.downtime': { id: 'down_1' } }, 'ops#down_1'],
  ])('is %s', (_, entities, home) => {
    expect(read(payload(entities)).home).toBe(home);
  });

  it('is the hash of a body that names nothing', () => {
    const body = Buffer.from('{"event":"account.app.authorization_revoked","contains":[]}');

    expect(readEvent(body).home).toBe(`body#${sha256(body)}`);
  });

  it('is never made of text that is no identifier', () => {
    expect(read(payload({ payment: { id: 'pay_1#alias', order_id: 'order_#1' }, order: { id: '' } })).home).toMatch(
      /^body#/,
    );
  });
});

describe('a body', () => {
  it.each(['not json', '', '[]', 'null', '{"event":""}', '{"event":7}'])(
    'that is signed but says %s is unreadable, and says why',
    (text) => {
      expect(readEvent(Buffer.from(text))).toMatchObject({
        readable: false,
        why: expect.stringMatching(/^The body is signed/),
      });
    },
  );

  it('is never refused for what it holds, and never throws', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readEvent(bytes)));
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('payment', 'order', 'payment_link', 'refund'), (entity, name) => {
        const reading = readEvent(Buffer.from(`{"event":"x","payload":{"${name}":{"entity":${entity}}}}`));
        expect(reading.readable).toBe(true);
      }),
    );
  });

  it('counts "", null and what is missing as one', () => {
    const entity = { id: 'pay_1', error_code: '', error_reason: null, email: 7, fee: '12' };

    expect(read(payload({ payment: entity }))).toMatchObject({
      event: { payment: { error: undefined, fee: undefined, method: undefined } },
    });
  });

  it.each([
    ['amount', -1, 0],
    ['amount', 0.5, 1],
    ['amount', Number.MAX_SAFE_INTEGER + 1, Number.MAX_SAFE_INTEGER],
    ['fee', -100, 100],
    ['currency', 'inr', 'INR'],
    ['currency', 'X'.repeat(5_000), 'XXX'],
    ['currency', 'US$', 'USD'],
    ['created_at', 946_684_799, 946_684_800],
    ['created_at', 4_102_444_801, 4_102_444_800],
    ['created_at', 1_773_999_600_000, 1_773_999_600],
  ])('whose %s is %j counts as saying none, and as saying so where it is %j', (field, absurd, sane) => {
    const told = (value: unknown) => {
      const reading = read(payload({ payment: { id: 'pay_1', [field]: value } }));
      return reading.readable ? Object.values(reading.event.payment ?? {}) : [];
    };

    expect(told(absurd)).not.toContain(absurd);
    expect(told(sane)).toContain(sane);
  });

  it('keeps nothing of a person', () => {
    const told = JSON.stringify(readEvent(bytesOf(captured(attempt('pay_1')))));

    expect(told).not.toMatch(/@|\+91/);
    expect(JSON.stringify(readEvent(bytesOf(linkPaid(attempt('pay_1')))))).not.toMatch(/@|\+91/);
  });
});

const samples = new URL('../../../shared/razorpay-samples/', import.meta.url);

(existsSync(samples) ? describe : describe.skip)('a body that Razorpay or its users published', () => {
  const files = existsSync(samples) ? readdirSync(samples).filter((name) => name.endsWith('.json')) : [];

  it.each(files)('%s is read, and names its event and home', (name) => {
    const reading = readEvent(readFileSync(new URL(name, samples)));

    expect(reading).toMatchObject({ readable: true, home: expect.stringMatching(/^(order_|pay_|plink_|inv_|ops#)/) });
  });
});
