/** App Home as it is rendered: its largest, its emptiest, and what outside text can do to it. */
import { describe, expect, it } from '@jest/globals';
import { channelId, teamId } from '../../shared/base/names.ts';
import { type Home, renderHome, strangersHome } from '../../shared/desk/home.ts';
import { textsOf } from '../support/slack-texts.ts';

const origin = 'https://war-room.example';
const nothing: Home = {
  note: undefined,
  team: teamId('T1'),
  workspace: 'Acme Academy',
  channels: { payments: channelId('C1'), partPayments: channelId('C2'), ops: channelId('C3') },
  connection: undefined,
  accounts: [{ name: 'live', mode: 'live', webhookOff: undefined }],
  attention: { shown: [], more: 0 },
  today: { shown: [], more: 0, total: 0, isCut: false, groups: [], received: [] },
  now: 1_774_000_000,
};
const textOf = (home: Partial<Home>) => textsOf(renderHome({ ...nothing, ...home }, origin).blocks).join('\n');

describe('a home', () => {
  it('stays within a hundred blocks where there is as much as it may show of everything', () => {
    const button = { id: 'parked.retry', label: 'Retry', value: 'v' };
    const entry = {
      line: ['a'.repeat(300)],
      fine: ['b'.repeat(500)],
      buttons: [button, { ...button, id: 'parked.ignore' }],
    };
    const { blocks } = renderHome(
      {
        ...nothing,
        connection: { state: 'refused' },
        accounts: Array.from({ length: 30 }, (_, n) => ({ name: `account-${n}`, mode: 'live', webhookOff: 1 })),
        attention: { shown: Array(16).fill(entry), more: 5 },
        today: {
          ...{ shown: Array(12).fill({ ...entry, buttons: [] }), more: 4_988, total: 5_000, isCut: true },
          groups: Array(10).fill({ mark: '✅', name: 'paid', payments: 500 }),
          received: ['₹1,70,000.00', '$12.00'],
        },
      },
      origin,
    );

    expect(blocks.length).toBeLessThanOrEqual(100);
  });

  it.each([
    ['live', 'Messages about your learners come from you.'],
    ['refused', 'Messages no longer come from you'],
    ['leaving', 'You are being disconnected.'],
    [undefined, `<${origin}/slack/install?as=me&amp;team=T1|Post as yourself>`],
  ] as const)('says how its reader is connected: %s', (state, says) => {
    const text = textOf({ connection: state && { state } });

    expect(text).toContain(says);
    expect(text).toContain(`<${origin}/connections|My connections>`);
  });

  it('says since when a webhook is off, and what to do', () => {
    const text = textOf({ accounts: [{ name: 'live', mode: 'live', webhookOff: 1_774_000_000 }] });

    expect(text).toMatch(/^⚠️ \*Webhook off\* · account live, since <!date\^1774000000\^/);
    expect(text).toContain("Switch it on again in Razorpay's dashboard");
  });

  it('counts no more than it has read, and says so', () => {
    const groups = [{ mark: '✅', name: 'paid', payments: 5_000 }];
    const today = { shown: [], more: 4_988, total: 5_000, isCut: true, groups, received: [] };

    expect(textOf({ today })).toContain('Of more than 5,000 payments: ✅ 5,000 paid');
  });

  it('lets nothing mention or link that came from outside', () => {
    const shown = [{ line: ['<!channel> <https://evil.example|x> *b*'], fine: [] }];

    const text = textOf({ attention: { shown, more: 0 }, workspace: '<!here>' });

    expect(text).not.toMatch(/<!channel>|<!here>|<https:\/\/evil/);
  });

  it.each(['nobody', 'unconfirmed', 'stranger', 'not-installed', 'unreachable'] as const)(
    'of somebody unknown (%s) has nothing of the company',
    (why) => {
      const text = textsOf(strangersHome(why, origin).blocks).join('\n');

      expect(text).toMatch(/^War Room\nWar Room|^War Room\nSlack/);
      expect(text).not.toMatch(/₹|<#|Razorpay|Acme/);
    },
  );
});
