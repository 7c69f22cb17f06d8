import { afterEach, describe, expect, it } from '@jest/globals';
import { type Gateway, type Invoke, startGateway } from '../../lib/local/gateway.ts';
import type { RoutePlan } from '../../lib/local/plan.ts';

let gateway: Gateway | undefined;

afterEach(() => gateway?.stop());

async function served(invoke: Invoke, timeoutMs = 1_000): Promise<string> {
  gateway = await startGateway(0, 'PORT');
  const target: RoutePlan['target'] = { kind: 'function', function: 'F', timeoutMs };
  gateway.serve([{ key: '$default', target }], invoke);
  return gateway.origin;
}

describe('the HTTP API by itself', () => {
  it('answers 503 when the integration takes longer than its timeout', async () => {
    const origin = await served(() => new Promise(() => {}), 20);

    const response = await fetch(origin);

    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ message: 'Service Unavailable' });
  });

  it('answers 503 before anything is served', async () => {
    gateway = await startGateway(0, 'PORT');

    expect((await fetch(gateway.origin)).status).toBe(503);
  });

  it('takes a result without a status for the body of a 200', async () => {
    const origin = await served(async () => ({ fine: true }));

    const response = await fetch(origin);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ fine: true });
  });

  it('gives no body to HEAD', async () => {
    const origin = await served(async () => ({ statusCode: 200, body: 'something' }));

    const response = await fetch(origin, { method: 'HEAD' });

    expect(response.headers.get('content-length')).toBe('9');
    expect(await response.text()).toBe('');
  });

  it('says which port is in use and how to choose another', async () => {
    const origin = await served(async () => null);
    const port = Number(new URL(origin).port);

    await expect(startGateway(port, 'PORT')).rejects.toThrow(`Port ${port} is in use.`);
    await expect(startGateway(port, 'PORT')).rejects.toThrow(`PORT=${port + 1} npm start`);
  });
});
