import { describe, expect, it } from '@jest/globals';
import { MalformedSecret } from '../../shared/base/secret.ts';
import { readSlackApp } from '../../shared/slack/app.ts';

const read = (secret: unknown) => readSlackApp(JSON.stringify(secret));

describe('the app in the slack secret', () => {
  it('has one client secret, or the one in use and the one before it, in this order', () => {
    const signing = { current: 'signing' };

    expect(read({ clientId: '1.2', clientSecret: 'a', signing })).toEqual({ clientId: '1.2', clientSecrets: ['a'] });
    expect(read({ clientId: '1.2', clientSecret: { current: 'b', previous: 'a' } })).toEqual({
      clientId: '1.2',
      clientSecrets: ['b', 'a'],
    });
  });

  it.each([undefined, null, ''])('has no client secret before it where that is %j', (previous) => {
    expect(read({ clientId: '1.2', clientSecret: { current: 'b', previous } }).clientSecrets).toEqual(['b']);
  });

  it.each([
    {},
    { clientId: '1.2' },
    { clientId: '', clientSecret: 'hidden' },
    { clientId: '1.2', clientSecret: '' },
    { clientId: '1.2', clientSecret: { previous: 'hidden' } },
    { clientId: '1.2', clientSecret: { current: '', previous: 'hidden' } },
  ])('is refused where it is %j, which is said without what stands there', (secret) => {
    expect(() => read(secret)).toThrow(MalformedSecret);
    expect(() => read(secret)).toThrow(/^The slack secret: \/client/);
    expect(() => read(secret)).not.toThrow(/hidden/);
  });

  it('is refused where the text is no JSON, without the text', () => {
    expect(() => readSlackApp('{"clientSecret": "hidden"')).toThrow(/not JSON/);
    expect(() => readSlackApp('{"clientSecret": "hidden"')).not.toThrow(/hidden/);
  });
});
