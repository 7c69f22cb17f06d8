import { describe, expect, it } from '@jest/globals';
import { teamId } from '../../shared/base/names.ts';
import { MalformedSecret } from '../../shared/base/secret.ts';
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
    expect(accounts.named('good')?.name).toBe('good');
  });

  it.each(['a#b', 'a/b', '', 'a b', 'x'.repeat(65)])(
    'refuses the account name %j, which a key or a path cannot hold',
    (name) => {
      expect(() => parse({ [name]: entry() }).named(name)).toThrow(/A name is made of 1 to 64 letters/);
    },
  );

  it.each([
    ["of the team's own", { teamId: 'T0123456789', mode: 'none' }, /account "slip"/],
    ['of nobody knows whom', {}, /account "slip"/],
  ])("does not list a team's accounts while there is a wrong entry %s", (_, slip, sentence) => {
    expect(() => parse({ live: entry(), slip }).ofTeam(teamId('T0123456789'))).toThrow(sentence);
  });

  it("lists a team's accounts while another team's entry is wrong", () => {
    const accounts = parse({ live: entry(), slip: { teamId: 'T9' } });

    expect(accounts.ofTeam(teamId('T0123456789')).map(({ name }) => name)).toEqual(['live']);
  });
});
