import { describe, expect, it } from '@jest/globals';
import { channelId, teamId, userId } from '../../shared/base/names.ts';
import { connectAnswer } from '../../shared/desk/connect.ts';
import { type Status, statusAnswer } from '../../shared/desk/status.ts';
import { stranger } from '../../shared/desk/stranger.ts';

const origin = 'https://war-room.example';
const team = teamId('T1');
/** 20 March 2026, 15:10 in India. */
const at = 1_773_999_600_000;
const [payments, ops] = [channelId('C1'), channelId('C2')];

const well: Status = {
  app: 'live',
  channels: [
    { channel: payments, use: 'payments', state: 'member' },
    { channel: ops, use: 'operations', state: 'open' },
  ],
  holds: [],
  parked: [],
  accounts: [{ name: 'live', webhookOffSince: undefined }],
  authors: { live: ['Arjun Mehta', 'Meera Thomas'], refused: [] },
};
const lines = (status: Partial<Status>) => statusAnswer({ ...well, ...status }, origin).text.split('\n');

describe('the status', () => {
  it('says first that all is well, then what that is', () => {
    expect(lines({})).toEqual([
      '✅ All is well. Payments are told as they come in.',
      'Told in <#C1> (payments), <#C2> (operations).',
      'Post as themselves: Arjun Mehta, Meera Thomas.',
      'nothing waits for a channel · nothing is parked · Razorpay’s webhook is on for live',
    ]);
  });

  it.each<[string, Partial<Status>, string]>([
    [
      'the app is gone',
      { app: 'gone', channels: [], holds: [{ channel: 'all', since: at, threads: 2 }] },
      `• War Room has no access to this workspace. Payments are stored, and 2 threads wait. An admin gives it back: <${origin}/slack/install|Add to Slack>. What waited is told then.`,
    ],
    [
      'there are no channels',
      { app: 'unsettled', channels: [] },
      `• War Room has no channels in this workspace yet. An admin settles them: <${origin}/slack/install|Add to Slack>.`,
    ],
    [
      'a channel is archived',
      {
        channels: [{ channel: payments, use: 'payments', state: 'archived' }],
        holds: [{ channel: payments, since: at, threads: 1 }],
      },
      '• <#C1> (payments) is archived, and 1 thread waits. Restore it, or send its payments elsewhere: /warroom routing.',
    ],
    [
      'a channel is closed',
      { channels: [{ channel: payments, use: 'row “big ones”', state: 'closed' }] },
      '• <#C1> (row “big ones”) is not open to War Room. If it is private, add War Room to it there; or send its payments elsewhere: /warroom routing.',
    ],
    [
      'threads wait for a channel that routing left',
      { holds: [{ channel: channelId('C9'), since: at, threads: 7 }] },
      '• 7 threads wait for <#C9> since 20 Mar, 15:10 IST. The operations channel says why. They are tried again every hour by themselves.',
    ],
    [
      'payments and calls are parked',
      { parked: ['3 payments', '1 call'] },
      '• 3 payments and 1 call cannot be told until somebody decides. The operations channel has a message for each reason, with Retry and Ignore.',
    ],
    [
      'a webhook is off',
      { accounts: [{ name: 'live', webhookOffSince: at }] },
      '• Razorpay’s webhook of the account live is off since 20 Mar, 15:10 IST. Switch it on in Razorpay’s dashboard, under Webhooks. Payments that War Room knows are asked about.',
    ],
    [
      'the settings of an account cannot be read',
      { accounts: undefined },
      '• The settings of a Razorpay account cannot be read: nothing is heard of its payments. Whoever runs War Room puts the razorpay secret right; the log of DeskWorker says where.',
    ],
    [
      'a consent is refused',
      { authors: { live: [], refused: ['Meera Thomas'] } },
      '• Slack does not let War Room post as Meera Thomas any more. Each of them can allow it again: /warroom connect.',
    ],
  ])('where %s, says so once with its remedy', (_, status, trouble) => {
    const told = lines(status);

    expect(told[0]).toBe('⚠️ One thing needs somebody.');
    expect(told.filter((line) => line.startsWith('• '))).toEqual([trouble]);
  });

  it('counts what is wrong, and says where Slack gave no answer', () => {
    const told = lines({
      parked: ['1 payment'],
      accounts: [{ name: 'live', webhookOffSince: at }],
      channels: [{ channel: ops, use: 'operations', state: undefined }],
    });

    expect(told[0]).toBe('⚠️ 2 things need somebody.');
    expect(told).toContain('Slack does not say now how the other channels are.');
  });

  it('stays within what Slack takes, however much is wrong', () => {
    const many = <T>(one: (index: number) => T) => Array.from({ length: 100 }, (_, index) => one(index));

    const { text, blocks } = statusAnswer(
      {
        app: 'live',
        channels: many((index) => ({ channel: channelId(`C${index}`), use: 'x'.repeat(90), state: 'archived' })),
        holds: many((index) => ({ channel: channelId(`D${index}`), since: at, threads: 9 })),
        parked: ['100 payments', '100 matters of calls', '100 session reports'],
        accounts: many((index) => ({ name: `${index}`.repeat(60), webhookOffSince: at })),
        authors: { live: many(() => 'y'.repeat(200)), refused: many(() => 'z'.repeat(200)) },
      },
      origin,
    );

    expect([text.length < 4_000, blocks.length <= 50]).toEqual([true, true]);
  });
});

describe('the answer to connect', () => {
  const connection = { user: userId('U1'), version: '1', since: at, lastUsed: undefined } as const;

  it.each([
    [{ ...connection, state: 'live' } as const, 'Messages about your learners come from you since 20 Mar, 15:10 IST.'],
    [{ ...connection, state: 'refused' } as const, 'Slack does not let War Room post as you any more'],
    [{ ...connection, state: 'leaving' } as const, 'You have ended it, and Slack has not confirmed that yet.'],
    [undefined, 'Messages about your learners come from War Room, with your name in them.'],
  ])('says how it is and what can be done: %j', (kept, says) => {
    const { text } = connectAnswer(kept, origin, team);

    expect(text).toContain(says);
    expect(text).toMatch(/<https:\/\/war-room\.example\/(connections|slack\/install\?as=me&amp;team=T1)\|/);
  });
});

describe('who is not of the company', () => {
  it.each(['nobody', 'unconfirmed', 'stranger', 'not-installed', 'unreachable'] as const)(
    '(%s) is told why, and what to do',
    (why) => {
      const [what = '', next = ''] = stranger(why, origin).text.split('\n');

      expect(what).toMatch(/^.{20,}[.:]/);
      expect(next).toMatch(/^(Ask|Confirm|An admin|Nothing was changed)/);
    },
  );
});
