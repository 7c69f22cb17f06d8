import { describe, expect, it } from '@jest/globals';
import type { Message } from '../../shared/aws/queue.ts';
import { KeptSecret } from '../../shared/base/secret.ts';
import { subscriptions } from '../../shared/install/subscriptions.ts';
import { handOver, rooms } from '../../shared/slack/hand-over.ts';
import { readInbound } from '../../shared/slack/inbound.ts';
import { type IngressDependencies, type Looked, receive } from '../../shared/slack/ingress.ts';
import { readSigningSecrets } from '../../shared/slack/signature.ts';
import {
  asForm,
  asJson,
  command,
  envelope,
  type SlackRequest,
  signed,
  signingSecret,
} from '../support/slack-requests.ts';

const now = 1_795_150_010_000;
const at = now / 1000;
const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

const restored = { type: 'channel_unarchive', channel: 'C0PAY', user: 'U0ASHA' };
const submission = {
  type: 'view_submission',
  team: { id: 'T0ACME' },
  user: { id: 'U0ASHA' },
  view: { id: 'V0', hash: 'h', callback_id: 'routing', private_metadata: '', state: { values: {} } },
};
const press = {
  type: 'block_actions',
  team: { id: 'T0ACME' },
  user: { id: 'U0ASHA' },
  trigger_id: '1.2.x',
  actions: [{ action_id: 'payments.explain', block_id: 'b', value: 'live#order_1', action_ts: '1795150009.1' }],
};

/** Everything around the verb. `calls` says, in order, what was done outside. */
function surroundings(
  over: {
    readonly fail?: 'secret' | 'store' | 'queue' | 'look';
    readonly signing?: unknown;
    readonly refetched?: unknown;
    readonly looked?: Looked;
  } = {},
) {
  const calls: string[] = [];
  const sent: Message[] = [];
  const reported: string[] = [];
  const stored = new Set<string>();
  const doing = (what: string) => {
    calls.push(what);
    if (over.fail && what.startsWith(over.fail)) throw new Error(`${what} is not reachable`);
  };
  const queue = (name: string) => ({
    send: async (message: Message) => {
      doing(`queue ${name}`);
      sent.push(message);
    },
  });
  const text = (signing: unknown) => JSON.stringify({ signing });
  const dependencies: IngressDependencies = {
    signing: new KeptSecret(
      async ({ fresh } = { fresh: false }) => {
        doing(fresh ? 'secret, anew' : 'secret');
        const kept = over.signing ?? { current: signingSecret, previous: 'the-one-before' };
        return text(fresh && over.refetched !== undefined ? over.refetched : kept);
      },
      readSigningSecrets,
      { now: () => now },
    ),
    events: {
      keep: async ({ team, id }) => {
        doing('store');
        const known = stored.has(`${team}#${id}`);
        stored.add(`${team}#${id}`);
        return known ? 'duplicate' : 'stored';
      },
    },
    queues: { slack: queue('slack'), desk: queue('desk') },
    look: async () => {
      if (over.fail === 'look') throw new Error('a fault of ours');
      return over.looked ?? { accepted: true };
    },
    clock: { now: () => now },
    report: (_, { where }) => reported.push(String(where)),
  };
  return { dependencies, calls, sent, reported };
}

const event = (of: { readonly type: string; readonly [field: string]: unknown } = restored, over: object = {}) =>
  signed(asJson(envelope(of, over)), json, at);

describe("a request of Slack's", () => {
  it.each<[string, SlackRequest, string]>([
    ['an event about a channel', event(), 'slack'],
    ['the home being opened', event({ type: 'app_home_opened', user: 'U0ASHA', tab: 'home' }), 'desk'],
    ['a command', signed(asForm(command), form, at), 'desk'],
    ['a press', signed(asForm({ payload: JSON.stringify(press) }), form, at), 'desk'],
    ['a form', signed(asForm({ payload: JSON.stringify(submission) }), form, at), 'desk'],
  ])('%s is verified, put, sent, and nothing else; the answer is empty', async (_, request, room) => {
    const { dependencies, calls } = surroundings();

    const receipt = await receive(request, dependencies);

    expect(calls).toEqual(['secret', 'store', `queue ${room}`]);
    expect([receipt.status, receipt.outcome, receipt.body]).toEqual([200, 'stored', undefined]);
  });

  it.each([['channel_archive'], ['group_left']])('%s is kept for rooms to come, and sent to none', async (type) => {
    const { dependencies, calls } = surroundings();

    const receipt = await receive(event({ type, user: { id: 'U0RAVI' }, channel: 'C0PAY' }), dependencies);

    expect([receipt.status, receipt.outcome]).toEqual([200, 'stored']);
    expect(calls).toEqual(['secret', 'store']);
  });

  it.each(['team_join', 'user_change'])('%s is sent on without the name and the address in it', async (type) => {
    const { dependencies, sent } = surroundings();
    const profile = { email: 'ravi@example.com', real_name: 'Ravi Iyer', phone: '+91 98450 12345' };

    await receive(event({ type, user: { id: 'U0RAVI', team_id: 'T0ACME', name: 'ravi', profile } }), dependencies);

    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ what: 'person', user: 'U0RAVI', account: 'unconfirmed' });
    expect(JSON.stringify(sent)).not.toMatch(/ravi@|Ravi|98450/);
  });

  it('that is of no concern is answered, and neither stored nor sent', async () => {
    const written = event({ type: 'message', channel: 'C0PAY', user: 'U0ASHA', text: 'paid in cash', ts: '1.1' });

    for (const request of [written, event({ type: 'reaction_added' }), signed(Buffer.from('not json'), json, at)]) {
      const { dependencies, calls } = surroundings();

      expect(await receive(request, dependencies)).toMatchObject({ status: 200, outcome: 'nothing to do' });
      expect(calls).toEqual(['secret']);
    }
  });

  it('that the home was opened says who opened it, and nothing of what stood there', async () => {
    const { dependencies, sent } = surroundings();
    const shown = { type: 'section', text: { type: 'mrkdwn', text: '₹45,000.00 · Rhea Kapoor' } };
    const opened = { type: 'app_home_opened', user: 'U0ASHA', tab: 'home', channel: 'D0ASHA' };

    await receive(event({ ...opened, view: { id: 'V0', blocks: [shown] } }), dependencies);

    const { kind, event: kept } = JSON.parse(sent[0]?.body ?? '{}');
    expect([kind, kept]).toEqual(['event', { type: 'app_home_opened', user: 'U0ASHA', tab: 'home' }]);
    expect(sent[0]?.body).not.toContain('Rhea');
  });

  it('that comes again is handed over again under the same ids', async () => {
    const { dependencies, sent } = surroundings();

    const receipts = [await receive(event(), dependencies), await receive(event(), dependencies)];

    expect(receipts.map(({ status, outcome }) => [status, outcome])).toEqual([
      [200, 'stored'],
      [200, 'duplicate'],
    ]);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });

  it('that is sent again, signed anew, is the same one', async () => {
    const { dependencies, sent } = surroundings();

    await receive(event(), dependencies);
    const again = await receive(signed(asJson(envelope(restored)), json, at - 60), dependencies);

    expect(again.outcome).toBe('duplicate');
    expect(sent[1]).toEqual(sent[0]);
  });

  it.each([
    ['secret', ['secret']],
    ['store', ['secret', 'store']],
    ['queue', ['secret', 'store', 'queue slack']],
  ] as const)('whose %s fails is answered 503, so that Slack sends it again, and reported', async (fail, done) => {
    const { dependencies, calls, sent, reported } = surroundings({ fail });

    const receipt = await receive(event(), dependencies);

    expect(receipt.status).toBe(503);
    expect(calls).toEqual(done);
    expect(sent).toEqual([]);
    expect(reported).toHaveLength(1);
  });

  it('whose hand-over failed is handed over when it comes again', async () => {
    const { dependencies, sent } = surroundings();
    const broken = surroundings({ fail: 'queue' }).dependencies.queues;

    await receive(event(), { ...dependencies, queues: broken });
    const again = await receive(event(), dependencies);

    expect([again.status, again.outcome]).toEqual([200, 'duplicate']);
    expect(sent).toHaveLength(1);
  });

  it('that is too large is answered 413, and not even verified', async () => {
    const { dependencies, calls } = surroundings();
    const large = signed(asJson({ ...envelope(restored), filler: 'x'.repeat(256 * 1024) }), json, at);

    expect((await receive(large, dependencies)).status).toBe(413);
    expect(calls).toEqual([]);
  });

  it('is logged by ids alone: no text, no address to answer at, no trigger', async () => {
    const { dependencies } = surroundings();

    const { ids } = await receive(signed(asForm(command), form, at), dependencies);

    expect(Object.keys(ids).sort()).toEqual(['bytes', 'id', 'kind', 'signedWith', 'team', 'what']);
    expect(JSON.stringify(ids)).not.toMatch(/explain|hooks|1\.2\.x/);
  });
});

describe('who signed it', () => {
  const bytes = asJson(envelope(restored));
  const good = signed(bytes, json, at);

  it.each<[string, Partial<Record<keyof SlackRequest, unknown>>]>([
    ['is not signed', { signature: undefined }],
    ['has no time', { timestamp: undefined }],
    ['is signed by somebody else', { signature: signed(bytes, json, at, 'another secret').signature }],
    ['is signed with the empty secret', { signature: signed(bytes, json, at, '').signature }],
    ['is signed for another time', { timestamp: String(at - 1) }],
    ['is signed for another body', { bytes: asJson(envelope({ ...restored, channel: 'C0OPS' })) }],
    ['is signed with one byte flipped', { bytes: Buffer.concat([bytes.subarray(0, -1), Buffer.from('~')]) }],
    ['is signed in capitals', { signature: good.signature.toUpperCase() }],
    ['is signed without its version', { signature: good.signature.slice(3) }],
    ['is signed over its text in another encoding', { bytes: Buffer.from(bytes.toString('utf8'), 'utf16le') }],
    ['asks for a challenge', { bytes: asJson({ type: 'url_verification', challenge: 'x' }) }],
    ['asks about the certificate', { bytes: asForm({ ssl_check: '1' }), contentType: form }],
  ])('a request that %s is answered 401, and nothing changes', async (_, wrong) => {
    const { dependencies, calls } = surroundings();

    const receipt = await receive({ ...good, ...wrong } as SlackRequest, dependencies);

    expect([receipt.status, receipt.body]).toEqual([401, undefined]);
    expect(calls).toEqual(['secret', 'secret, anew']);
  });

  it.each([
    [300, 200],
    [301, 401],
    [-300, 200],
    [-301, 401],
  ])('a request from %i s ago is answered %i', async (seconds, status) => {
    const { dependencies, sent } = surroundings();

    const receipt = await receive(signed(bytes, json, at - seconds), dependencies);

    expect(receipt.status).toBe(status);
    expect(sent).toHaveLength(status === 200 ? 1 : 0);
  });

  it('is known by the secret before, too, and the log says so', async () => {
    const { dependencies } = surroundings();

    const receipt = await receive(signed(bytes, json, at, 'the-one-before'), dependencies);

    expect([receipt.status, receipt.ids.signedWith]).toEqual([200, 'previous']);
  });

  it('is known by a secret that was changed a moment ago', async () => {
    const { dependencies, calls } = surroundings({ refetched: { current: 'the-new-one', previous: signingSecret } });

    const receipt = await receive(signed(bytes, json, at, 'the-new-one'), dependencies);

    expect([receipt.status, receipt.ids.signedWith]).toEqual([200, 'current']);
    expect(calls).toEqual(['secret', 'secret, anew', 'store', 'queue slack']);
  });

  it('is looked for in a secret fetched anew once a minute at most, however many forge', async () => {
    const { dependencies, calls } = surroundings();

    for (let forged = 0; forged < 20; forged += 1)
      await receive(signed(bytes, json, at, `guess ${forged}`), dependencies);

    expect(calls.filter((call) => call === 'secret, anew')).toHaveLength(1);
  });

  it('cannot be known while the secret holds none: Slack is asked to send again', async () => {
    const { dependencies, reported } = surroundings({ signing: {} });

    expect((await receive(good, dependencies)).status).toBe(503);
    expect(reported).toEqual(['slack ingress: secret']);
  });
});

describe("Slack's own questions", () => {
  it('are answered in the request: the challenge as it came', async () => {
    const { dependencies, calls } = surroundings();
    const verification = signed(asJson({ type: 'url_verification', challenge: '3eZbrw1aB' }), json, at);

    const receipt = await receive(verification, dependencies);

    expect([receipt.status, receipt.body]).toEqual([200, { challenge: '3eZbrw1aB' }]);
    expect(calls).toEqual(['secret']);
  });

  it('are answered in the request: the certificate is good', async () => {
    const { dependencies, calls } = surroundings();

    const receipt = await receive(signed(asForm({ ssl_check: '1' }), form, at), dependencies);

    expect([receipt.status, receipt.body]).toEqual([200, undefined]);
    expect(calls).toEqual(['secret']);
  });
});

describe('a form', () => {
  const sent = signed(asForm({ payload: JSON.stringify(submission) }), form, at);

  it('with something wrong in it is told so in the answer, and neither stored nor sent', async () => {
    const wrong = { response_action: 'errors', errors: { name: 'Give the row a name.' } } as const;
    const { dependencies, calls } = surroundings({ looked: { accepted: false, response: wrong } });

    const receipt = await receive(sent, dependencies);

    expect([receipt.status, receipt.outcome, receipt.body]).toEqual([200, 'turned back', wrong]);
    expect(calls).toEqual(['secret']);
  });

  it('that is accepted and closes everything is stored, sent, and then closed', async () => {
    const { dependencies, calls } = surroundings({
      looked: { accepted: true, response: { response_action: 'clear' } },
    });

    const receipt = await receive(sent, dependencies);

    expect(receipt.body).toEqual({ response_action: 'clear' });
    expect(calls).toEqual(['secret', 'store', 'queue desk']);
  });

  it('is not closed as if it were accepted when it could not be handed over', async () => {
    const { dependencies } = surroundings({
      looked: { accepted: true, response: { response_action: 'clear' } },
      fail: 'queue',
    });

    const receipt = await receive(sent, dependencies);

    expect([receipt.status, receipt.body]).toEqual([503, undefined]);
  });

  it('that we fail to look at is not taken for a good one', async () => {
    const { dependencies, calls, reported } = surroundings({ fail: 'look' });

    expect((await receive(sent, dependencies)).status).toBe(503);
    expect(calls).toEqual(['secret']);
    expect(reported).toEqual(['slack ingress: look']);
  });
});

describe('the hand-over', () => {
  it("has a room for every event that the app's settings ask for, and for no other", () => {
    // By another name in the settings: both are `message` when they come in.
    const asked = Object.keys(subscriptions).map((name) => name.replace(/^message\..*$/, 'message'));

    expect(Object.keys(rooms).sort()).toEqual([...new Set(asked)].sort());
  });

  const given = (request: SlackRequest) => {
    const reading = readInbound(request.bytes, request.contentType);
    const handed = reading.kind === 'inbound' ? handOver(reading.inbound) : undefined;
    return handed && 'message' in handed ? handed.message : undefined;
  };

  it('keeps what one person asks in order, and what happens to one channel', () => {
    const asked = [signed(asForm(command), form, at), signed(asForm({ payload: JSON.stringify(press) }), form, at)];
    const happened = [event(), event(restored, { event_id: 'Ev2' })];

    expect(asked.map((request) => given(request)?.group)).toEqual(['T0ACME#U0ASHA', 'T0ACME#U0ASHA']);
    expect(happened.map((request) => given(request)?.group)).toEqual(['T0ACME#C0PAY', 'T0ACME#C0PAY']);
  });

  it('gives two events two dedupe ids, and one event the same each time', () => {
    const [first, again, other] = [event(), event(), event(restored, { event_id: 'Ev2' })].map(given);

    expect(again).toEqual(first);
    expect(other?.dedupe).not.toBe(first?.dedupe);
  });

  it('says ids to the slack room and never what somebody wrote', () => {
    const deletion = {
      type: 'message',
      subtype: 'message_deleted',
      channel: 'C0PAY',
      deleted_ts: '1795150000.000100',
      previous_message: {
        text: 'Priya S. paid ₹4,999',
        user: 'U0APP',
        blocks: [{ type: 'section', block_id: 'payments#live#order_1/root#2', text: { text: 'Priya S.' } }],
      },
    };

    const message = given(event(deletion));

    expect(JSON.parse(message?.body ?? '')).toMatchObject({
      what: 'deleted',
      channel: 'C0PAY',
      ts: '1795150000.000100',
      marker: { key: 'payments#live#order_1/root', revision: 2 },
    });
    expect(message?.body).not.toContain('Priya');
  });
});
