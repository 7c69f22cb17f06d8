import { PassThrough } from 'node:stream';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { askAccount, askCaller, askInvites, askSlack, forgetPrevious, put, standings } from '../../bin/secrets/fill.ts';
import { accountName, callerKey, razorpayFields, slackFields } from '../../bin/secrets/form.ts';
import { hashOf, readGiven } from '../../bin/secrets/given.ts';
import { KeptSecrets } from '../../bin/secrets/kept.ts';
import { Ended, openKeyboard } from '../../bin/stage/keyboard.ts';
import { Mistaken } from '../../bin/stage/mistaken.ts';

const hex = (digit: string) => digit.repeat(32);
const slack = { clientId: '1234567890.1234567890', clientSecret: hex('a'), signing: hex('b') };
const account = {
  teamId: 'T0123456789',
  keyId: 'rzp_live_abcdefghijklmn',
  keySecret: 'k'.repeat(24),
  webhook: 'w'.repeat(24),
};

/** Secrets Manager with these texts in it, and what was said. */
function manager(texts: Readonly<Record<string, string>>) {
  const kept = new Map(Object.entries(texts));
  const client = mockClient(SecretsManagerClient);
  client.on(GetSecretValueCommand).callsFake(async ({ SecretId }) => {
    const text = kept.get(SecretId);
    if (text === undefined) throw new ResourceNotFoundException({ message: 'gone', $metadata: {} });
    return { SecretString: text, VersionId: String(text.length) };
  });
  client.on(PutSecretValueCommand).callsFake(async ({ SecretId, SecretString }) => {
    kept.set(SecretId, SecretString);
    return {};
  });
  const said: string[] = [];
  const value = (name: string): unknown => JSON.parse(kept.get(`war-room/live/${name}`) ?? 'null');
  const parts = {
    kept: new KeptSecrets(new SecretsManagerClient({ region: 'local' }), 'live'),
    say: (line: string) => said.push(line),
  };
  return { client, texts: kept, said, value, parts };
}

const empty = {
  'war-room/live/slack': '{}',
  'war-room/live/razorpay': '{}',
  'war-room/live/api-keys': '[]',
  'war-room/live/invites': '{}',
};

/** Somebody who types these lines, one for each question. */
function typing(...lines: readonly string[]) {
  const left = [...lines];
  const next = async () => left.shift() ?? Promise.reject(new Error('nothing more is typed'));
  return { secret: next, line: next, close: () => undefined };
}

const asking = (parts: ReturnType<typeof manager>['parts'], ...lines: readonly string[]) => ({
  ...parts,
  keyboard: typing(...lines),
  makeSecret: () => 'made-of-chance-and-of-nothing',
});

const how = { leaked: false };

describe('a value of a secret', () => {
  it.each([
    ['Client ID', slackFields.clientId, slack.clientId],
    ['Client Secret', slackFields.clientSecret, slack.clientSecret],
    ['Signing Secret', slackFields.signing, slack.signing],
    ['team', razorpayFields.teamId, account.teamId],
    ['Key Id', razorpayFields.keyId, account.keyId],
    ['Key Secret', razorpayFields.keySecret, account.keySecret],
    ['Webhook secret', razorpayFields.webhook, account.webhook],
    ['account', accountName, 'live'],
    ['Key', callerKey, 'k'.repeat(24)],
  ])('%s is taken in its form, and refused otherwise without being repeated', (_, field, right) => {
    const rubbish = ['', ' ', '"quoted"', '<paste here>', 'xxx', '…', 'two words', 'ein Wört', 'a/b'];

    expect(field.check(right)).toBeUndefined();
    for (const value of rubbish) {
      expect(field.check(value)).toMatch(/^[A-Z].+: .+\.$/);
      if (value.length > 4) expect(field.check(value)).not.toContain(value);
    }
  });

  it('is not taken for another: a key id where its secret belongs, a signing secret where an id belongs', () => {
    expect(razorpayFields.keySecret.check(account.keyId)).toBeDefined();
    expect(razorpayFields.webhook.check(account.keyId)).toBeDefined();
    expect(slackFields.clientId.check(slack.signing)).toBeDefined();
  });
});

describe('filling secrets', () => {
  it('writes the Slack app, and says nothing of it but that it was written', async () => {
    const { parts, value, said } = manager(empty);

    const given = await askSlack(asking(parts, slack.clientId, slack.clientSecret, slack.signing));
    await put({ slack: given }, how, parts);

    expect(value('slack')).toEqual({
      clientId: slack.clientId,
      clientSecret: { current: slack.clientSecret },
      signing: { current: slack.signing },
    });
    expect(said.join('\n')).toContain('war-room/live/slack: written.');
    expect(said.join('\n')).not.toMatch(new RegExp(`${slack.clientSecret}|${slack.signing}`));
  });

  it('asks again until a value has its form, and says why', async () => {
    const { parts, said } = manager(empty);

    const given = await askSlack(asking(parts, 'app', slack.clientId, '', 'short', slack.clientSecret, slack.signing));

    expect(given).toEqual(slack);
    expect(said.filter((line) => /is not one|is empty/.test(line))).toHaveLength(3);
  });

  it('keeps what is there where Enter is pressed, and what replaces something keeps that as the one before', async () => {
    const before = {
      clientId: slack.clientId,
      clientSecret: { current: hex('c'), previous: hex('d') },
      signing: { current: hex('e') },
    };
    const { parts, value } = manager({ ...empty, 'war-room/live/slack': JSON.stringify(before) });

    await put({ slack: await askSlack(asking(parts, '', '', slack.signing)) }, how, parts);

    expect(value('slack')).toEqual({ ...before, signing: { current: slack.signing, previous: hex('e') } });
  });

  it('takes the same value again for no rotation', async () => {
    const before = {
      ...slack,
      clientSecret: { current: slack.clientSecret, previous: hex('d') },
      signing: { current: slack.signing },
    };
    const { parts, client, said } = manager({ ...empty, 'war-room/live/slack': JSON.stringify(before) });

    await put({ slack }, how, parts);

    expect(client.commandCalls(PutSecretValueCommand)).toHaveLength(0);
    expect(said).toEqual(['war-room/live/slack: nothing to change.']);
  });

  it('does not go on accepting what somebody else has seen', async () => {
    const before = {
      clientId: slack.clientId,
      clientSecret: 'as text alone',
      signing: { current: hex('e'), previous: hex('f') },
    };
    const { parts, value } = manager({ ...empty, 'war-room/live/slack': JSON.stringify(before) });

    await put({ slack: { clientSecret: slack.clientSecret, signing: slack.signing } }, { leaked: true }, parts);

    expect(value('slack')).toEqual({
      clientId: slack.clientId,
      clientSecret: { current: slack.clientSecret },
      signing: { current: slack.signing },
    });
  });

  it('forgets what was replaced, and nothing else', async () => {
    const { parts, value } = manager({
      ...empty,
      'war-room/live/slack': JSON.stringify({
        ...slack,
        clientSecret: slack.clientSecret,
        signing: { current: hex('e'), previous: hex('f') },
      }),
    });

    await forgetPrevious(parts);

    expect(value('slack')).toEqual({ ...slack, signing: { current: hex('e') } });
  });

  it('adds a Razorpay account beside the others, with the mode that its key says, and makes its webhook secret', async () => {
    const other = {
      teamId: 'T0000000001',
      mode: 'live',
      webhook: { current: 'x'.repeat(20) },
      keyId: 'rzp_live_x',
      keySecret: 'y',
    };
    const { parts, value, said } = manager({ ...empty, 'war-room/live/razorpay': JSON.stringify({ live: other }) });

    const given = await askAccount(
      'test',
      asking(parts, account.teamId, 'rzp_test_abcdefghijklmn', account.keySecret, ''),
    );
    await put({ razorpay: given }, how, parts);

    expect(value('razorpay')).toEqual({
      live: other,
      test: {
        teamId: account.teamId,
        mode: 'test',
        webhook: { current: 'made-of-chance-and-of-nothing' },
        keyId: 'rzp_test_abcdefghijklmn',
        keySecret: account.keySecret,
      },
    });
    expect(said.join('\n')).not.toMatch(/made-of-chance|kkkk/);
  });

  it('rotates the webhook secret of an account and leaves its key', async () => {
    const before = {
      teamId: account.teamId,
      mode: 'live',
      webhook: { current: 'o'.repeat(20) },
      keyId: account.keyId,
      keySecret: account.keySecret,
    };
    const { parts, value } = manager({ ...empty, 'war-room/live/razorpay': JSON.stringify({ live: before }) });

    await put({ razorpay: await askAccount('live', asking(parts, '', '', '', account.webhook)) }, how, parts);

    expect(value('razorpay')).toEqual({
      live: { ...before, webhook: { current: account.webhook, previous: 'o'.repeat(20) } },
    });
  });

  it('keeps of a caller the hash of its key alone, and gives no two callers one name', async () => {
    const { parts, value } = manager(empty);
    const asked = { name: 'checkout', teamId: undefined, scopes: ['payments', 'read'] };

    const { caller, key } = await askCaller(asked, asking(parts, account.teamId));
    await put({ callers: [caller] }, how, parts);

    expect(value('api-keys')).toEqual([
      { name: 'checkout', teamId: account.teamId, scopes: ['payments', 'read'], sha256: hashOf(key) },
    ]);
    await expect(askCaller(asked, asking(parts, account.teamId))).rejects.toThrow(
      'a name of its own, such as checkout-2',
    );
  });
});

describe('how a workspace invites', () => {
  it('is taken as JSON beside the other workspaces, and asked for again where it is wrong, without a word of it', async () => {
    const other = { way: { kind: 'connect', channel: 'C0000000001' } };
    const { parts, value, said } = manager({
      ...empty,
      'war-room/live/invites': JSON.stringify({ T0000000001: other }),
    });
    const entry = { way: { kind: 'enterprise', token: 'xoxp-never-shown', channels: ['C0123456789'] } };

    const typed = [
      account.teamId,
      'none',
      '{"way": {"kind": "pigeon", "token": "xoxp-never-shown"}}',
      JSON.stringify(entry),
    ];
    const given = await askInvites(undefined, asking(parts, ...typed));
    await put({ invites: given }, how, parts);

    expect(value('invites')).toEqual({ T0000000001: other, [account.teamId]: entry });
    expect(said.join('\n')).toMatch(/is not one[\s\S]*\/way/);
    expect(said.join('\n')).not.toContain('never-shown');
  });
});

describe('secrets from a pipeline', () => {
  it('are taken like those that are typed', async () => {
    const { parts, value } = manager(empty);
    const key = 'wr_0123456789012345678901234';
    const read = readGiven(
      JSON.stringify({
        slack,
        razorpay: { live: account },
        'api-keys': [{ name: 'checkout', teamId: account.teamId, scopes: ['payments'], key }],
      }),
    );

    if (!('given' in read)) throw new Error(read.problems.join());
    await put(read.given, how, parts);

    expect([...(await standings(parts.kept))]).toEqual([
      ['slack', { state: 'filled', holds: 'the app' }],
      ['razorpay', { state: 'filled', holds: 'live' }],
      ['api-keys', { state: 'filled', holds: 'checkout' }],
      ['invites', { state: 'filled', holds: 'nobody is invited' }],
    ]);
    expect(value('api-keys')).toEqual([expect.objectContaining({ sha256: hashOf(key) })]);
  });

  it.each([
    ['what is no JSON', '{slack', ['What came in is not JSON']],
    ['a list', '[]', ['What came in: must be an object']],
    ['an unknown secret', '{"stripe": {}}', ['/stripe: is no secret']],
    ['an unknown field', '{"slack": {"token": "x"}}', ['/slack/token: is not a field here']],
    ['what is no text', '{"slack": {"clientId": 7}}', ['/slack/clientId: must be a text']],
    ['a name of an account that no address holds', '{"razorpay": {"a/b": {}}}', ['/razorpay: Name of the account']],
    [
      'a workspace that is none',
      '{"invites": {"acme": {"way": {"kind": "connect", "channel": "C1234"}}}}',
      ['/invites: Slack team'],
    ],
    [
      'a way that is none',
      '{"invites": {"T0123": {"way": {"kind": "pigeon"}}}}',
      ['/invites: The invites secret, team'],
    ],
    ['callers that are no list', '{"api-keys": {}}', ['/api-keys: must be a list']],
    [
      'a caller without anything',
      '{"api-keys": [{}]}',
      [
        '/api-keys/0/name: is missing',
        '/api-keys/0/teamId: is missing',
        '/api-keys/0/scopes: give some of',
        '/api-keys/0: give the key',
      ],
    ],
    [
      'everything at once',
      '{"slack": {"clientId": "x", "signing": "yyyy-yyyy"}, "razorpay": {"live": {"keyId": "z"}}}',
      ['/slack/clientId: ', '/slack/signing: ', '/razorpay/live/keyId: '],
    ],
  ])('are refused with %s, by place and without the value', (_, text, expected) => {
    const read = readGiven(text);

    expect(read).toEqual({ problems: expected.map((start) => expect.stringContaining(start)) });
    expect(JSON.stringify(read)).not.toContain('yyyy-yyyy');
  });
});

describe('a secret that cannot be changed', () => {
  it('is said to be missing where the stage is not deployed', async () => {
    const { parts } = manager({});

    await expect(put({ slack }, how, parts)).rejects.toThrow(
      'war-room/live/slack could not be read: it is not there yet. `npm run deploy -- --stage live` makes the secrets',
    );
  });

  it.each([
    ['AccessDeniedException', /does not let you/],
    ['ExpiredTokenException', /have expired/],
    ['CredentialsProviderError', /no AWS credentials/],
    ['SomethingElse', /did not answer as it should \(SomethingElse\)/],
  ])('is told in words where AWS says %s', async (name, sentence) => {
    const { parts, client } = manager(empty);
    client.on(PutSecretValueCommand).rejects(Object.assign(new Error(slack.signing), { name }));

    const refused = put({ slack }, how, parts);

    await expect(refused).rejects.toThrow(sentence);
    await expect(refused).rejects.toThrow(Mistaken);
    await expect(refused).rejects.not.toThrow(slack.signing);
  });

  it('is not overwritten where somebody else was faster', async () => {
    const { parts, client } = manager(empty);
    let reads = 0;
    client.on(GetSecretValueCommand).callsFake(async () => ({ SecretString: '{}', VersionId: String(reads++) }));

    await expect(put({ slack }, how, parts)).rejects.toThrow('Somebody else has changed war-room/live/slack meanwhile');
    expect(client.commandCalls(PutSecretValueCommand)).toHaveLength(0);
  });

  it.each(['not JSON at all', '[]', '"text"'])('is not overwritten where it holds something else: %s', async (text) => {
    const { parts, client } = manager({ ...empty, 'war-room/live/slack': text });

    await expect(put({ slack }, how, parts)).rejects.toThrow('holds something else than the JSON that belongs there');
    expect(client.commandCalls(PutSecretValueCommand)).toHaveLength(0);
  });

  it('is not written half: what functions could not work with is refused', async () => {
    const { parts, client } = manager(empty);

    await expect(put({ slack: { clientId: slack.clientId } }, how, parts)).rejects.toThrow(
      'war-room/live/slack was not changed',
    );
    expect(client.commandCalls(PutSecretValueCommand)).toHaveLength(0);
  });
});

describe('the keyboard', () => {
  /** A terminal, and what it has shown. */
  function terminal() {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    let shown = '';
    return { input, output: { write: (text: string) => (shown += text) }, shown: () => shown };
  }

  it('shows nothing of a secret that is typed or pasted, and shows a line', async () => {
    const { input, output, shown } = terminal();
    const keyboard = openKeyboard({ input, output });

    const secret = keyboard.secret('Signing Secret: ');
    input.write('do-not-show\r');
    const answered = [await secret];
    const line = keyboard.line('Go on? ');
    input.write('yes\r');
    answered.push(await line);
    keyboard.close();

    expect(answered).toEqual(['do-not-show', 'yes']);
    expect(shown()).toContain('Signing Secret: ');
    expect(shown()).toContain('yes');
    expect(shown()).not.toMatch(/do-not|show/);
  });

  it('ends with Ctrl-C, and asks nobody where there is no terminal', async () => {
    const { input, output } = terminal();
    const keyboard = openKeyboard({ input, output });

    const secret = keyboard.secret('Signing Secret: ');
    input.write('half\x03');

    await expect(secret).rejects.toThrow(Ended);
    expect(() => openKeyboard({ input: new PassThrough(), output })).toThrow('There is no keyboard');
  });
});
