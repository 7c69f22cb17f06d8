import { describe, expect, it } from '@jest/globals';
import { KeptSecret, MalformedSecret } from '../../shared/aws/secrets.ts';
import { teamId } from '../../shared/base/names.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';

const entry = (over: Record<string, unknown> = {}) => ({
  teamId: 'T0123456789',
  mode: 'live',
  webhook: { current: 'whsec-1', previous: 'whsec-0' },
  keyId: 'rzp_live_1',
  keySecret: 'key-secret-1',
  ...over,
});
const parse = (accounts: Record<string, unknown>) => Accounts.parse(JSON.stringify(accounts));

describe('the razorpay secret', () => {
  it('names each account with its team, mode, webhook secrets and keys', () => {
    expect(parse({ live: entry() }).named('live')).toEqual({
      name: 'live',
      team: 'T0123456789',
      mode: 'live',
      webhook: { current: 'whsec-1', previous: 'whsec-0' },
      keyId: 'rzp_live_1',
      keySecret: 'key-secret-1',
    });
  });

  it.each([
    ['left out', undefined],
    ['null', null],
    ['empty', ''],
  ])('has no previous webhook secret when it is %s', (_, previous) => {
    const account = parse({ live: entry({ webhook: { current: 'whsec-1', previous } }) }).named('live');

    expect(account?.webhook).toEqual({ current: 'whsec-1', previous: undefined });
  });

  it('knows no account of a name that it does not hold, not even one that every object has', () => {
    const accounts = parse({ live: entry() });

    expect(['test', '', 'LIVE', 'constructor', '__proto__', 'toString'].map((name) => accounts.named(name))).toEqual(
      Array.from({ length: 6 }, () => undefined),
    );
  });

  it("lists a team's own accounts, by name", () => {
    const accounts = parse({ test: entry({ mode: 'test' }), live: entry(), other: entry({ teamId: 'T9' }) });

    expect(accounts.ofTeam(teamId('T0123456789')).map(({ name }) => name)).toEqual(['live', 'test']);
    expect(accounts.ofTeam(teamId('T404'))).toEqual([]);
  });

  it('ignores what it does not know', () => {
    expect(parse({ live: entry({ note: 'rotated in May' }) }).named('live')?.mode).toBe('live');
  });

  it.each([
    ['no JSON', '{"live": {"keySecret": "key-secret-1"'],
    ['a list', '[]'],
    ['a text', '"live"'],
    ['empty', ''],
  ])('that is %s is malformed, in a sentence that quotes none of it', (_, text) => {
    const parsing = () => Accounts.parse(text);

    expect(parsing).toThrow(MalformedSecret);
    expect(parsing).toThrow(/^The razorpay secret (is not JSON|must be an object)/);
    expect(parsing).not.toThrow(/key-secret-1/);
  });

  it.each([
    ['no team', { teamId: undefined }, '/teamId is missing.'],
    ['a team that would break a key', { teamId: 'T1#x' }, '/teamId must be a Slack team id'],
    ['an unknown mode', { mode: 'production' }, '/mode must be "live" or "test".'],
    ['an empty webhook secret', { webhook: { current: '' } }, '/webhook/current must not be empty.'],
    ['a webhook secret that is no text', { webhook: { current: 1 } }, '/webhook/current must be a text.'],
    ['no key', { keyId: undefined, keySecret: undefined }, '/keyId is missing. /keySecret is missing.'],
  ])('with an entry that has %s says so in a sentence, and the other accounts go on', (_, over, sentence) => {
    const accounts = parse({ bad: entry(over), good: entry() });

    expect(() => accounts.named('bad')).toThrow(MalformedSecret);
    expect(() => accounts.named('bad')).toThrow(`The razorpay secret, account "bad": ${sentence}`);
    expect(accounts.problems).toHaveLength(1);
    expect(accounts.named('good')?.name).toBe('good');
  });

  it.each(['a#b', 'a/b', '', 'a b', 'x'.repeat(65)])(
    'refuses the account name %j, which a key or a path cannot hold',
    (name) => {
      expect(() => parse({ [name]: entry() }).named(name)).toThrow(/a name is made of letters/);
    },
  );
});

describe('a secret that is kept', () => {
  const start = 1_000_000;

  function kept(texts: string[], at = { now: start }) {
    const asked: boolean[] = [];
    const secret = new KeptSecret(
      async ({ fresh } = { fresh: false }) => {
        asked.push(fresh);
        return (fresh ? texts.shift() : texts[0]) ?? '';
      },
      (text) => ({ text }),
      { now: () => at.now },
    );
    return { secret, asked, at };
  }

  it('is parsed once for as long as its text is the same', async () => {
    const { secret } = kept(['one']);

    expect(await secret.value()).toBe(await secret.value());
  });

  it('is fetched anew at most once a minute', async () => {
    const { secret, asked, at } = kept(['one', 'two', 'three']);

    const answers = [await secret.fresh(), await secret.fresh()];
    at.now = start + 59_999;
    answers.push(await secret.fresh());
    at.now = start + 60_000;
    answers.push(await secret.fresh());

    expect(answers).toEqual([{ text: 'one' }, undefined, undefined, { text: 'two' }]);
    expect(asked).toEqual([true, true]);
  });

  it('waits its minute after a fetch that failed, too', async () => {
    const secret = new KeptSecret(async () => Promise.reject(new Error('unreachable')), String, { now: () => start });

    await expect(secret.fresh()).rejects.toThrow('unreachable');
    expect(await secret.fresh()).toBeUndefined();
  });
});
