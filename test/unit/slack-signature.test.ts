import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { KeptSecret, MalformedSecret } from '../../shared/base/secret.ts';
import { readSigningSecrets, type Signed, signedBySlack } from '../../shared/slack/signature.ts';

const now = Date.UTC(2026, 10, 20, 5, 12);
const seconds = now / 1000;
const bytes = Buffer.from('{"type":"event_callback","text":"₹ और 🙂"}', 'utf8');
const secrets = { current: 'current-secret', previous: 'previous-secret' };

const sign = (secret: string, at: number | string = seconds, of: Uint8Array = bytes) =>
  `v0=${createHmac('sha256', secret).update(`v0:${at}:`).update(of).digest('hex')}`;
const signed = (over: Partial<Signed> = {}): Signed => ({
  bytes,
  timestamp: `${seconds}`,
  signature: sign(secrets.current),
  ...over,
});
const right = sign(secrets.current);

describe("Slack's signature", () => {
  // The example of https://docs.slack.dev/authentication/verifying-requests-from-slack
  it("is the one of Slack's own example", () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&' +
      'user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2F' +
      'commands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.' +
      '803a0bc887a14d10d2c447fce8b6703c';
    const example = {
      bytes: Buffer.from(body),
      timestamp: '1531420618',
      signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    };

    const secret = { current: '8f742231b10e8888abcd99yyyzzz85a5', previous: undefined };
    expect(signedBySlack(example, secret, 1_531_420_618_000)).toBe('current');
  });

  it('of the current secret is accepted, and named', () => {
    expect(signedBySlack(signed(), secrets, now)).toBe('current');
  });

  it('of the previous secret is accepted, and named, while there is one', () => {
    const older = signed({ signature: sign(secrets.previous) });

    expect(signedBySlack(older, secrets, now)).toBe('previous');
    expect(signedBySlack(older, { ...secrets, previous: undefined }, now)).toBeUndefined();
  });

  it('of another secret, and of an empty one, is refused', () => {
    expect(signedBySlack(signed({ signature: sign('another') }), secrets, now)).toBeUndefined();
    expect(signedBySlack(signed({ signature: sign('') }), { current: '', previous: '' }, now)).toBeUndefined();
  });

  it('is of these bytes and this time', () => {
    expect(signedBySlack(signed({ bytes: Buffer.from(`${bytes} `) }), secrets, now)).toBeUndefined();
    expect(signedBySlack(signed({ timestamp: `${seconds + 1}` }), secrets, now)).toBeUndefined();
  });

  it.each([
    [-301, undefined],
    [-300, 'current'],
    [0, 'current'],
    [300, 'current'],
    [301, undefined],
  ])('made %i seconds from now is %s', (apart, expected) => {
    const at = seconds + apart;
    const made = signed({ timestamp: `${at}`, signature: sign(secrets.current, at) });

    expect(signedBySlack(made, secrets, now)).toBe(expected);
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['a number', 42],
    ['a list of the right one', [right]],
    ['of another version', right.replace('v0=', 'v1=')],
    ['without a version', right.slice(3)],
    ['in upper case', `v0=${right.slice(3).toUpperCase()}`],
    ['a digit short', right.slice(0, -1)],
    ['a digit long', `${right}0`],
    ['followed by a line break', `${right}\n`],
    ['sent twice, as API Gateway joins it', `${right},${right}`],
  ])('that is %s is refused and throws nothing', (_, signature) => {
    expect(signedBySlack(signed({ signature }), secrets, now)).toBeUndefined();
  });

  it.each(['', 'now', `${seconds}.5`, ` ${seconds}`, `-${seconds}`, '1e9', undefined, seconds, 'Infinity'])(
    'at the time %j is refused, even where it is signed',
    (timestamp) => {
      const made = signed({ timestamp, signature: sign(secrets.current, `${timestamp}`) });

      expect(signedBySlack(made, secrets, now)).toBeUndefined();
    },
  );
});

describe('the signing secrets in the slack secret', () => {
  const text = (signing: unknown) => JSON.stringify({ clientId: '1.2', clientSecret: 'client-secret', signing });

  it('are the current one and, while it rotates, the one before', () => {
    expect(readSigningSecrets(text({ current: 'a', previous: 'b' }))).toEqual({ current: 'a', previous: 'b' });
  });

  it.each([undefined, null, ''])('have no previous one where it is %j', (previous) => {
    expect(readSigningSecrets(text({ current: 'a', previous }))).toEqual({ current: 'a', previous: undefined });
  });

  it.each([undefined, null, 'a', {}, { current: '' }, { current: 7 }, { previous: 'hidden' }])(
    'are not there where `signing` is %j, which is said without what stands there',
    (signing) => {
      expect(() => readSigningSecrets(text(signing))).toThrow(MalformedSecret);
      expect(() => readSigningSecrets(text(signing))).toThrow(/^The slack secret: \/signing/);
      expect(() => readSigningSecrets(text(signing))).not.toThrow(/hidden|client-secret/);
    },
  );

  it('change over without a request refused that both sides know how to sign', async () => {
    let kept = text({ current: 'old' });
    let held = kept;
    // Five minutes old at times, as what is read from Secrets Manager may be; fetched anew it is not.
    const read = async ({ fresh } = { fresh: false }) => {
      if (fresh) held = kept;
      return held;
    };
    const secret = new KeptSecret(read, readSigningSecrets, { now: () => now });
    const verify = (signature: string) => secret.find((known) => signedBySlack(signed({ signature }), known, now));

    expect(await verify(sign('old'))).toBe('current');
    kept = text({ current: 'new', previous: 'old' });
    expect(await verify(sign('old'))).toBe('current');
    expect(await verify(sign('new'))).toBe('current');
    expect(await verify(sign('old'))).toBe('previous');
    kept = text({ current: 'new' });
    held = kept;
    expect(await verify(sign('new'))).toBe('current');
    expect(await verify(sign('old'))).toBeUndefined();
  });
});
