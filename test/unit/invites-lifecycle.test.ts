import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { INVITES_DOC, invitesDoc } from '../../bin/invites-doc.ts';
import { teamId } from '../../shared/base/names.ts';
import { type Account, accountOf, causeOf, enrolmentOf, type Facts, isAnew } from '../../shared/invites/facts.ts';
import { dayOf, nextAt, quietMs } from '../../shared/invites/hours.ts';
import { after, type Cause, causes, explain, lifecycle, states } from '../../shared/invites/lifecycle.ts';
import { AllInviteSettings } from '../../shared/invites/settings.ts';
import { addressOf, type ListedMember, sightingOf } from '../../shared/invites/standing.ts';

const team = teamId('T0ACADEMY1');

describe('docs/invites.md', () => {
  const page = readFileSync(INVITES_DOC, 'utf8');

  it('draws the life cycle as it is; else run `npm run invites:doc`', () => {
    expect(page).toBe(invitesDoc(page));
  });

  it('has settings that are taken as they are', () => {
    const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => text);
    const ways = examples.map((text) => AllInviteSettings.parse(text).of(teamId('T0123456789'))?.way.kind);

    expect(ways).toEqual(['enterprise', 'connect', 'link']);
  });
});

describe('the life cycle', () => {
  const legal: Readonly<Record<string, string>> = {
    'PENDING invited': 'INVITED',
    'PENDING awaited': 'INVITED',
    'PENDING joined': 'ACCEPTED',
    'PENDING deactivated': 'DEACTIVATED',
    'INVITED joined': 'ACCEPTED',
    'INVITED deactivated': 'DEACTIVATED',
    'INVITED refused': 'PENDING',
    'INVITED bounced': 'PENDING',
    'INVITED lapsed': 'PENDING',
    'INVITED readdressed': 'PENDING',
    'ACCEPTED deactivated': 'DEACTIVATED',
    'ACCEPTED readdressed': 'PENDING',
    'DEACTIVATED enrolled': 'PENDING',
    'DEACTIVATED refused': 'PENDING',
    'DEACTIVATED bounced': 'PENDING',
    'DEACTIVATED lapsed': 'PENDING',
    'DEACTIVATED readdressed': 'PENDING',
    'DEACTIVATED invited': 'INVITED',
    'DEACTIVATED awaited': 'INVITED',
    'DEACTIVATED joined': 'ACCEPTED',
  };

  it('has these ways from one state to another, and no others', () => {
    const found = states.flatMap((from) =>
      (Object.keys(causes) as Cause[]).flatMap((cause) => {
        const to = after(from, cause);
        return to === from ? [] : [[`${from} ${cause}`, to]];
      }),
    );

    expect(Object.fromEntries(found)).toEqual(legal);
  });

  it('says of every pair what follows and why', () => {
    for (const from of [undefined, ...states]) {
      for (const cause of Object.keys(causes) as Cause[]) {
        const { outcome, to, why, when } = explain(from, cause);

        expect([outcome === 'moves', to !== from]).toEqual([outcome === 'moves', outcome === 'moves']);
        expect([why, when].every((text) => text.length > 10)).toBe(true);
      }
    }
  });

  it('takes nothing from somebody’s absence, wherever they stand', () => {
    expect(Object.values(lifecycle).map(({ absent }) => absent.kind)).toEqual(Array(5).fill('refused'));
  });
});

describe('a member of Slack’s list', () => {
  const member: ListedMember = {
    id: 'U0TARA0001',
    team_id: team,
    deleted: false,
    is_email_confirmed: true,
    updated: 1_795_000_000,
    profile: { email: 'Tara@Learners.example' },
  };

  it.each<[string, Partial<ListedMember>]>([
    ['Slackbot', { id: 'USLACKBOT' }],
    ['the account in whose name Slack writes', { id: 'USLACK' }],
    ['a bot', { is_bot: true }],
    ['a bot of a workflow', { is_workflow_bot: true }],
    ['a bot of a connector', { is_connector_bot: true }],
    ['somebody of another workspace, seen from afar', { is_stranger: true }],
    ['somebody of another workspace', { team_id: 'T0PARTNER1' }],
    ['who has no id', { id: '' }],
  ])('is no learner: %s', (_, more) => {
    expect(sightingOf({ ...member, ...more }, team)).toBeUndefined();
  });

  it.each<[string, Partial<ListedMember> & { is_app_user?: boolean }, string]>([
    ['accepted', { is_app_user: true }, 'accepted'],
    ['deactivated, whatever else is said', { deleted: true, is_invited_user: true }, 'deactivated'],
    ['invited', { is_invited_user: true, is_email_confirmed: false }, 'invited'],
  ])('stands as %s', (_, more, standing) => {
    expect(sightingOf({ ...member, ...more }, team)?.standing).toBe(standing);
  });

  it('is a guest of one channel or of several by both flags or one', () => {
    expect(sightingOf({ ...member, is_restricted: true }, team)?.guest).toBe('multi-channel');
    expect(sightingOf({ ...member, is_restricted: true, is_ultra_restricted: true }, team)?.guest).toBe(
      'single-channel',
    );
    expect(sightingOf(member, team)?.guest).toBeUndefined();
  });

  it('is known by an address whatever its case, which nobody can read back', () => {
    expect(sightingOf(member, team)?.address).toBe(addressOf(' tara@learners.EXAMPLE'));
    expect(addressOf('tara@learners.example')).not.toMatch(/tara/);
    expect(sightingOf({ ...member, profile: {} }, team)?.address).toBeUndefined();
  });
});

describe('what is the case with a learner', () => {
  const account = (standing: Account['standing'], since = 1_000): Account => ({
    user: 'U1' as Account['user'],
    guest: undefined,
    standing,
    since,
  });
  const facts: Facts = { enrolment: 'active', enrolledAt: 500, account: undefined, invitation: undefined };
  const invitation = { provider: 'link', key: 'k', attempt: 1, at: 2_000, takenAt: 2_000 };

  it('is what their account says, before any invitation', () => {
    const sent = { ...invitation, fate: 'sent' } as const;

    expect(causeOf({ ...facts, invitation: sent, account: account('accepted') }, undefined)).toBe('joined');
    expect(causeOf({ ...facts, invitation: sent, account: account('invited') }, undefined)).toBe('awaited');
    expect(causeOf({ ...facts, invitation: sent, account: account('deactivated', 3_000) }, undefined)).toBe(
      'deactivated',
    );
  });

  it('is that they enrolled, where that was after their account was deactivated', () => {
    const gone = account('deactivated', 1_000);

    expect(causeOf({ ...facts, enrolledAt: 1_001, account: gone }, undefined)).toBe('enrolled');
    expect(causeOf({ ...facts, enrolledAt: 1_000, account: gone }, undefined)).toBe('deactivated');
    expect(causeOf({ ...facts, enrolledAt: 0, account: account('deactivated', 0) }, undefined)).toBe('deactivated');
    expect(causeOf({ ...facts, enrolledAt: 1_001, account: gone }, 'ACCEPTED')).toBe('deactivated');
    expect(causeOf({ ...facts, enrolledAt: 1_001, account: gone }, 'INVITED')).toBe('deactivated');
    expect(causeOf({ ...facts, enrolledAt: 1_001, account: gone }, 'DEACTIVATED')).toBe('enrolled');
    const again = { ...invitation, fate: 'sent' } as const;
    expect(causeOf({ ...facts, enrolledAt: 1_001, account: gone, invitation: again }, undefined)).toBe('invited');
    expect(causeOf({ ...facts, enrolledAt: 1_001, account: gone, invitation: { ...again, at: 900 } }, undefined)).toBe(
      'enrolled',
    );
  });

  it.each([
    ['sent', 'invited'],
    ['known', 'invited'],
    ['unsure', 'invited'],
    ['refused', 'refused'],
    ['bounced', 'bounced'],
    ['lapsed', 'lapsed'],
    ['withdrawn', 'enrolled'],
    [undefined, 'enrolled'],
  ] as const)('is, where an invitation was %s, %s', (fate, cause) => {
    expect(causeOf({ ...facts, invitation: { ...invitation, fate } }, undefined)).toBe(cause);
  });

  it('is decided by one enrolment among several, and of several accounts by the one that is there', () => {
    expect(enrolmentOf(['active', 'doNotInvite', 'ended'])).toBe('doNotInvite');
    expect(enrolmentOf(['ended', 'active'])).toBe('active');
    expect(enrolmentOf([])).toBe('ended');
    expect(isAnew({ a: 'active' }, { a: 'active' })).toBe(false);
    expect(isAnew({ a: 'ended' }, { a: 'active' })).toBe(true);
    expect(isAnew({ a: 'active' }, { a: 'active', b: 'active' })).toBe(true);
    expect(accountOf([account('deactivated', 9), account('invited', 1)])?.standing).toBe('invited');
    expect(accountOf([account('deactivated', 1), account('deactivated', 9)])?.since).toBe(9);
  });
});

describe('hours', () => {
  const at = (time: string) => Date.parse(`2026-11-22T${time}:00+05:30`);
  const night = { from: 21 * 60, to: 9 * 60 };

  it.each([
    ['20:59', 0],
    ['21:00', 12],
    ['23:30', 9.5],
    ['08:59', 1 / 60],
    ['09:00', 0],
  ])('are quiet at %s in Kolkata for %d hours', (time, hours) => {
    expect(quietMs(at(time), 'Asia/Kolkata', night)).toBe(Math.round(hours * 3_600_000));
    expect(quietMs(at(time), 'Asia/Kolkata', undefined)).toBe(0);
  });

  it('may be quiet at midday', () => {
    expect(quietMs(at('12:30'), 'Asia/Kolkata', { from: 12 * 60, to: 13 * 60 })).toBe(1_800_000);
  });

  it('name a day by the clock of the workspace, and the next time on it', () => {
    expect(dayOf(Date.parse('2026-11-21T19:00:00Z'), 'Asia/Kolkata')).toBe('2026-11-22');
    expect(nextAt(at('03:00'), 'Asia/Kolkata', 3 * 60)).toBe(at('03:00') + 86_400_000);
    expect(nextAt(at('02:59'), 'Asia/Kolkata', 3 * 60)).toBe(at('03:00'));
  });
});

describe('the invites secret', () => {
  const way = { kind: 'connect', channel: 'C0123456789' };
  const parsed = (entry: unknown) => AllInviteSettings.parse(JSON.stringify({ T0ACADEMY1: entry }));

  it('is nothing for a team that has settled nothing', () => {
    expect(AllInviteSettings.parse('{}').of(team)).toBeUndefined();
  });

  it('fills in the usual rules', () => {
    expect(parsed({ way }).of(team)?.rules).toMatchObject({
      perRun: 15,
      againAfterDays: 14,
      noLongerEnrolled: 'report',
    });
    expect(parsed({ way, rules: { quietHours: null } }).of(team)?.rules.quiet).toBeUndefined();
  });

  it.each([
    ['no way', {}],
    ['a way that is none', { way: { kind: 'scim' } }],
    ['a rule that is none', { way, rules: { everybody: true } }],
    ['a time that is none', { way, rules: { syncAt: '25:00' } }],
    ['no channel', { way: { kind: 'enterprise', token: 'xoxp-secret-token', channels: [] } }],
  ])('is wrong for a team with %s, and for it alone, without telling what stands there', (_, entry) => {
    const secret = AllInviteSettings.parse(JSON.stringify({ T0ACADEMY1: entry, T0OTHER001: { way } }));

    expect(() => secret.of(team)).toThrow(/The invites secret, team "T0ACADEMY1"/);
    expect(() => secret.of(team)).not.toThrow(/xoxp/);
    expect(secret.of(teamId('T0OTHER001'))?.way.kind).toBe('connect');
  });
});
