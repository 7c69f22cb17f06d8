import { describe, expect, it } from '@jest/globals';
import type { RoutePlan } from '../../lib/local/plan.ts';
import { matchRoute } from '../../lib/local/route-table.ts';

const target: RoutePlan['target'] = { kind: 'unserved', why: 'a test' };
const routes: readonly RoutePlan[] = [
  'GET /v1/payments/{id}',
  'ANY /v1/payments/{id}',
  'GET /v1/payments/latest',
  'GET /v1/{rest+}',
  'POST /v1/payments',
  '$default',
].map((key) => ({ key, target }));

const matched = (method: string, path: string) => matchRoute(routes, method, path);

describe('which route a request takes', () => {
  it.each([
    ['GET', '/v1/payments/pay_1', 'GET /v1/payments/{id}'],
    ['DELETE', '/v1/payments/pay_1', 'ANY /v1/payments/{id}'],
    ['GET', '/v1/payments/latest', 'GET /v1/payments/latest'],
    ['GET', '/v1/payments/pay_1/more', 'GET /v1/{rest+}'],
    ['POST', '/v1/payments', 'POST /v1/payments'],
    ['POST', '/v1/payments/', '$default'],
    ['PUT', '/elsewhere', '$default'],
    ['GET', '/', '$default'],
  ])('%s %s takes %s', (method, path, key) => {
    expect(matched(method, path)?.key).toBe(key);
  });

  it('decodes path variables', () => {
    expect(matched('GET', '/v1/payments/a%2Fb%20c')?.parameters).toEqual({ id: 'a/b c' });
    expect(matched('GET', '/v1/x/y%20z')?.parameters).toEqual({ rest: 'x/y z' });
  });

  it('leaves a stray percent sign as it is', () => {
    expect(matched('GET', '/v1/payments/100%')?.parameters).toEqual({ id: '100%' });
  });

  it('finds none where none fits', () => {
    expect(matchRoute([{ key: 'GET /a', target }], 'GET', '/b')).toBeUndefined();
  });
});
