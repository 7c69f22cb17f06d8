import { describe, expect, it } from '@jest/globals';
import { KeptSecret, MalformedSecret } from '../../shared/base/secret.ts';

const start = 1_000_000;

/** A secret whose text changes: `kept` is what a cache still holds, `now` what Secrets Manager would say. */
function secretOf(texts: { kept: string; now: string }, parse = (text: string) => ({ text })) {
  const clock = { at: start };
  let fetches = 0;
  const secret = new KeptSecret(
    async ({ fresh } = { fresh: false }) => {
      if (fresh) {
        fetches += 1;
        texts.kept = texts.now;
      }
      return texts.kept;
    },
    parse,
    { now: () => clock.at },
  );
  const find = (wanted: string) => secret.find(({ text }) => (text === wanted ? `found ${wanted}` : undefined));
  return { secret, find, clock, fetches: () => fetches };
}

describe('a secret that is kept', () => {
  it('is parsed once for as long as its text is the same', async () => {
    const { secret } = secretOf({ kept: 'one', now: 'one' });

    expect(await secret.value()).toBe(await secret.value());
  });

  it('is not fetched anew for what is found in it', async () => {
    const { find, fetches } = secretOf({ kept: 'one', now: 'two' });

    expect(await find('one')).toBe('found one');
    expect(fetches()).toBe(0);
  });

  it('is fetched anew for what is not found in it', async () => {
    const { find, fetches } = secretOf({ kept: 'one', now: 'two' });

    expect(await find('two')).toBe('found two');
    expect(fetches()).toBe(1);
  });

  it('is fetched anew once a minute, however often nothing is found', async () => {
    const { find, clock, fetches } = secretOf({ kept: 'one', now: 'one' });

    const counts: number[] = [];
    for (const at of [start, start + 1, start + 59_999, start + 60_000]) {
      clock.at = at;
      expect(await find('forged')).toBeUndefined();
      counts.push(fetches());
    }

    expect(counts).toEqual([1, 1, 1, 2]);
  });

  const strict = (text: string) => {
    if (text === 'bad') throw new MalformedSecret('It is bad.');
    return { text };
  };

  it('is fetched anew when it is malformed, and used when it was put right', async () => {
    const { find } = secretOf({ kept: 'bad', now: 'good' }, strict);

    expect(await find('good')).toBe('found good');
  });

  it('says each time that it is malformed, while it is', async () => {
    const { find } = secretOf({ kept: 'bad', now: 'bad' }, strict);

    await expect(find('good')).rejects.toThrow('It is bad.');
    await expect(find('good')).rejects.toThrow('It is bad.');
  });

  it('that cannot be read says so, and is not fetched anew', async () => {
    const asked: unknown[] = [];
    const read = async (options: unknown) => {
      asked.push(options);
      throw new Error('unreachable');
    };
    const secret = new KeptSecret(read, String, { now: () => start });

    await expect(secret.find(() => undefined)).rejects.toThrow('unreachable');
    expect(asked).toEqual([undefined]);
  });

  it('waits its minute after a fetch that failed, too', async () => {
    const asked: unknown[] = [];
    const read = async (options?: { fresh: boolean }) => {
      asked.push(options?.fresh ?? false);
      if (options?.fresh) throw new Error('unreachable');
      return 'one';
    };
    const secret = new KeptSecret(read, String, { now: () => start });

    await expect(secret.find(() => undefined)).rejects.toThrow('unreachable');
    expect(await secret.find(() => undefined)).toBeUndefined();
    expect(asked).toEqual([false, true, false]);
  });
});
