import { describe, expect, it } from '@jest/globals';
import { Refuse } from '../../shared/base/errors.ts';
import { problemOf } from '../../shared/base/problem.ts';
import { MalformedSecret } from '../../shared/base/secret.ts';

describe('the problem that a caller is told', () => {
  it('of a refusal holds its sentence and every wrong field', () => {
    const fields = [{ pointer: '/amount', message: 'is missing.' }];

    expect(problemOf(new Refuse(400, 'Put it right.', fields), 'request-1')).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'Put it right.',
      errors: fields,
    });
  });

  it('of a malformed secret is a 503 that names neither the secret nor what is wrong with it', () => {
    const problem = problemOf(new MalformedSecret('The razorpay secret is not JSON.'), 'request-1');

    expect(problem).toMatchObject({ status: 503, title: 'Service Unavailable', errors: [] });
    expect(JSON.stringify(problem)).not.toContain('razorpay');
  });

  it.each([
    ['an error', new Error('connect ECONNREFUSED 10.0.0.7:443')],
    ['a text', 'connect ECONNREFUSED'],
    ['nothing', undefined],
    ['an object that looks like a refusal', { name: 'Refuse', status: 400, message: 'ECONNREFUSED', fields: [] }],
  ])('of %s is a 500 with the id of the request and nothing of its inside', (_, thrown) => {
    const problem = problemOf(thrown, 'request-1');

    expect(problem).toMatchObject({ status: 500, title: 'Internal Server Error', errors: [] });
    expect(problem.detail).toContain('request-1');
    expect(JSON.stringify(problem)).not.toContain('ECONNREFUSED');
  });
});
