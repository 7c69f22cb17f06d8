import { describe, expect, it } from '@jest/globals';
import { lazy, once } from '../../shared/base/lazy.ts';

describe('a value that is waited for', () => {
  it('is built at its first use, and then kept for everybody', async () => {
    let built = 0;
    const value = lazy(async () => {
      built += 1;
      return { built };
    });
    expect(built).toBe(0);

    const [one, other] = await Promise.all([value(), value()]);

    expect(one).toBe(other);
    expect(built).toBe(1);
  });

  it('is tried again where it could not be built', async () => {
    const answers = [Promise.reject(new Error('Not yet.')), Promise.resolve('here')];
    const value = lazy(() => answers.shift() ?? Promise.reject(new Error('Asked too often.')));

    await expect(value()).rejects.toThrow('Not yet.');

    expect([await value(), await value()]).toEqual(['here', 'here']);
  });
});

describe('a value that is there at once', () => {
  it.each([
    ['an object', {}],
    ['nothing', undefined],
  ])('is built at its first use, and then kept, even %s', (_, made) => {
    let built = 0;
    const value = once(() => {
      built += 1;
      return made;
    });
    expect(built).toBe(0);

    expect([value(), value()]).toEqual([made, made]);

    expect(built).toBe(1);
  });
});
