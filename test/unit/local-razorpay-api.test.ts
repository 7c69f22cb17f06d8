import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RazorpayApi, startRazorpayApi } from '../../lib/local/razorpay-api.ts';
import { seededRandom } from '../../lib/local/stories.ts';

let api: RazorpayApi;

beforeAll(async () => {
  api = await startRazorpayApi({
    keyId: 'rzp_test_1',
    keySecret: 'secret',
    now: () => Date.parse('2026-11-22T08:00:00Z'),
    random: seededRandom(1),
  });
});

afterAll(() => api.stop());

const KEY = `Basic ${Buffer.from('rzp_test_1:secret').toString('base64')}`;

async function asked(method: string, path: string, body?: unknown, authorization = KEY) {
  const response = await fetch(`${api.origin}${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe("the stand-in for Razorpay's API", () => {
  it('creates an order and finds it again', async () => {
    const made = await asked('POST', '/v1/orders', { amount: 45_000_00, currency: 'INR', receipt: 'lead_1' });

    const found = await asked('GET', `/v1/orders/${made.body['id']}`);

    expect(made.body['id']).toMatch(/^order_[A-Za-z0-9]{14}$/);
    expect(found.body).toEqual({
      id: made.body['id'],
      entity: 'order',
      amount: 45_000_00,
      amount_paid: 0,
      amount_due: 45_000_00,
      currency: 'INR',
      receipt: 'lead_1',
      offer_id: null,
      status: 'created',
      attempts: 0,
      notes: {},
      created_at: Date.parse('2026-11-22T08:00:00Z') / 1000,
    });
  });

  it('lists the payments that the world made on an order', async () => {
    await asked('PUT', '/control/orders/order_A', { amount: 100, status: 'paid' }, '');
    await asked('PUT', '/control/payments/pay_A', { order_id: 'order_A', status: 'captured' }, '');
    await asked('PUT', '/control/payments/pay_B', { order_id: 'order_B', status: 'failed' }, '');

    const { body } = await asked('GET', '/v1/orders/order_A/payments');

    expect(body).toEqual({
      entity: 'collection',
      count: 1,
      items: [{ id: 'pay_A', order_id: 'order_A', status: 'captured' }],
    });
    expect((await asked('GET', '/v1/payments/pay_B')).body).toMatchObject({ status: 'failed' });
  });

  it('lists the webhooks that were registered', async () => {
    api.registerWebhook('http://127.0.0.1:3000/webhooks/razorpay/live');

    const { body } = await asked('GET', '/v1/webhooks');

    expect(body['items']).toMatchObject([{ url: 'http://127.0.0.1:3000/webhooks/razorpay/live', active: true }]);
  });

  it('refuses a wrong key with 401', async () => {
    const { status, body } = await asked('GET', '/v1/orders', undefined, 'Basic bm9ib2R5');

    expect(status).toBe(401);
    expect(body).toMatchObject({ error: { code: 'BAD_REQUEST_ERROR', description: 'Authentication failed' } });
  });

  it('refuses an id that does not exist with 400, as Razorpay does', async () => {
    const { status, body } = await asked('GET', '/v1/orders/order_nowhere');

    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { description: 'The id provided does not exist' } });
  });

  it('refuses an order whose amount is too small and names the field', async () => {
    const { status, body } = await asked('POST', '/v1/orders', { amount: 99 });

    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { field: 'amount' } });
  });

  it('lists the refunds of a payment, and finds a payment link', async () => {
    await asked('PUT', '/control/payments/pay_R', { status: 'captured' }, '');
    await asked('PUT', '/control/refunds/rfnd_A', { payment_id: 'pay_R', status: 'processed' }, '');
    await asked('PUT', '/control/refunds/rfnd_B', { payment_id: 'pay_S', status: 'pending' }, '');
    await asked('PUT', '/control/payment_links/plink_A', { status: 'cancelled' }, '');

    const refunds = await asked('GET', '/v1/payments/pay_R/refunds?count=100');

    expect(refunds.body['items']).toEqual([{ id: 'rfnd_A', payment_id: 'pay_R', status: 'processed' }]);
    expect((await asked('GET', '/v1/payment_links/plink_A')).body).toEqual({ id: 'plink_A', status: 'cancelled' });
  });

  it('goes wrong as often as it was ordered to, for the call that was named', async () => {
    await asked('PUT', '/control/faults/busy', { call: 'GET /v1/payments/:id', how: 429, times: 2 }, '');
    await asked('PUT', '/control/payments/pay_F', { status: 'failed' }, '');

    const statuses = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await asked('GET', '/v1/payments/pay_F')).status);

    expect(statuses).toEqual([429, 429, 200]);
  });

  it('breaks a connection before or after the call had its effect', async () => {
    const orders = async () => (await asked('GET', '/v1/orders?count=100')).body['count'];
    const before = await orders();
    await asked('PUT', '/control/faults/lost', { call: 'POST /v1/orders', how: 'reset', after: true }, '');
    await asked('PUT', '/control/faults/refused', { call: 'POST /v1/orders', how: 'reset' }, '');

    await expect(asked('POST', '/v1/orders', { amount: 100 })).rejects.toThrow('fetch failed');
    await expect(asked('POST', '/v1/orders', { amount: 100 })).rejects.toThrow('fetch failed');

    expect(await orders()).toBe(Number(before) + 1);
  });

  it('refuses a fault that does not say how', async () => {
    expect((await asked('PUT', '/control/faults/vague', { call: 'POST /v1/orders' }, '')).status).toBe(400);
  });
});
