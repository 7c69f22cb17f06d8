import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { checkedSettings, type StageFile, UnusableSettings } from '../../lib/parts/settings.ts';
import { readStageFile, stagesIn } from '../../lib/parts/stage-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'war-room-stages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is wrong with these settings, a sentence each. */
function problemsOf(given: object): readonly string[] {
  try {
    checkedSettings(given as StageFile);
    return [];
  } catch (error) {
    if (!(error instanceof UnusableSettings)) throw error;
    return error.problems;
  }
}

const certificate = 'arn:aws:acm:ap-south-1:123456789012:certificate/0f5d7c1e-0000-4000-8000-000000000000';

const whole: StageFile = {
  stage: 'live',
  version: '1.2.3',
  account: '123456789012',
  region: 'ap-south-1',
  residency: 'india',
  domain: { name: 'war-room.example.com', certificate, hostedZone: 'Z0123456789' },
  supportEmail: 'help@example.com',
  alarmEmail: 'ops@example.com',
  alarmTeam: 'T0123456789',
  tags: { 'cost-centre': 'sales' },
  logRetentionDays: 365,
  schedules: { reports: { days: ['MON', 'FRI'], time: '09:00', timeZone: 'Asia/Kolkata' } },
  reports: { lowRating: 3, learnerNames: true, whenQuiet: 'never' },
};

describe('the settings of a stage', () => {
  it('are the usual ones where nothing is said', () => {
    expect(checkedSettings({})).toEqual({
      stage: 'dev',
      version: 'unknown',
      tags: {},
      logRetentionDays: 90,
      schedules: { reports: { days: ['MON', 'FRI'], time: '09:00', timeZone: 'Asia/Kolkata' } },
      reports: { lowRating: 2, learnerNames: false, whenQuiet: 'first' },
    });
  });

  it('are taken as they are where all is said, and the domain is where people reach it', () => {
    expect(checkedSettings(whole)).toEqual({ ...whole, origin: 'https://war-room.example.com' });
  });

  it.each([
    ['stage', { stage: 'Live!' }],
    ['account', { account: 123456789012 }],
    ['account', { account: '1234' }],
    ['region', { region: 'mumbai' }],
    ['residency', { residency: 'mars' }],
    ['residency', { residency: 'toString' }],
    ['domain', { domain: 'war-room.example.com' }],
    ['domain.name', { domain: { name: 'War Room', certificate } }],
    ['domain.certificate', { domain: { name: 'war-room.example.com', certificate: 'mine' } }],
    ['domain.certificate', { domain: { name: 'war-room.example.com' } }],
    ['domain.hostedZone', { domain: { name: 'war-room.example.com', certificate, hostedZone: 'example.com' } }],
    ['domain.zone', { domain: { name: 'war-room.example.com', certificate, zone: 'Z1' } }],
    ['origin', { origin: 'http://war-room.example.com' }],
    ['supportEmail', { supportEmail: 'nobody' }],
    ['alarmEmail', { alarmEmail: 'a@b.example, c@d.example' }],
    ['alarmTeam', { alarmTeam: 'acme' }],
    ['sentryDsn', { sentryDsn: 'sentry.io' }],
    ['tags', { tags: ['sales'] }],
    ['tags', { tags: { 'aws:own': 'x' } }],
    ['tags', { tags: { cost: 7 } }],
    ['tags', { tags: Object.fromEntries(Array.from({ length: 41 }, (_, at) => [`t${at}`, 'x'])) }],
    ['logRetentionDays', { logRetentionDays: 91 }],
    ['logRetentionDays', { logRetentionDays: '90' }],
    ['schedules.reports.days', { schedules: { reports: { days: [], time: '09:00', timeZone: 'Asia/Kolkata' } } }],
    ['schedules.reports.days', { schedules: { reports: { days: ['MON', 'MON'], time: '09:00', timeZone: 'UTC' } } }],
    ['schedules.reports.time', { schedules: { reports: { days: ['MON'], time: '9', timeZone: 'UTC' } } }],
    ['schedules.reports.timeZone', { schedules: { reports: { days: ['MON'], time: '09:00', timeZone: 'Asia/Pune' } } }],
    ['reports.lowRating', { reports: { lowRating: 5 } }],
    ['reports.learnerNames', { reports: { learnerNames: 'yes' } }],
    ['reports.whenQuiet', { reports: { whenQuiet: 'often' } }],
    ['colour', { colour: 'green' }],
  ])('are refused, naming the field: %s', (field, given) => {
    expect(problemsOf(given)).toEqual([
      expect.stringMatching(new RegExp(`^${field}: .+\\.$|^${field}: .+\\d$|^origin: `)),
    ]);
  });

  it.each([
    ['an account without a region', { account: '123456789012' }, 'account and region'],
    ['a residency of nowhere', { residency: 'eu' }, 'residency'],
    ['a region outside of the residency', { ...whole, region: 'us-east-1', domain: undefined }, 'region'],
    [
      'a London that is taken for the Union',
      { account: '123456789012', region: 'eu-west-2', residency: 'eu' },
      'region',
    ],
    ['errors that leave', { ...whole, sentryDsn: 'https://key@o1.ingest.us.sentry.io/1' }, 'sentryDsn'],
    ['a certificate of another region', { ...whole, region: 'ap-south-2' }, 'domain.certificate'],
    ['a certificate of another account', { ...whole, account: '210987654321' }, 'domain.certificate'],
    ['an origin that is not the domain', { ...whole, origin: 'https://other.example.com' }, 'origin'],
  ])('are refused where they contradict each other: %s', (_, given, field) => {
    expect(problemsOf(given)).toEqual([expect.stringMatching(new RegExp(`^${field}: `))]);
  });

  it('let errors go to a Sentry inside of the residency, and to one of your own', () => {
    const eu = { account: '123456789012', region: 'eu-central-1', residency: 'eu' };

    expect(problemsOf({ ...eu, sentryDsn: 'https://key@o1.ingest.de.sentry.io/1' })).toEqual([]);
    expect(problemsOf({ ...whole, sentryDsn: 'https://key@sentry.example.com/1' })).toEqual([]);
  });

  it('are refused all at once', () => {
    const problems = problemsOf({ stage: 'Live!', account: 'mine', logRetentionDays: 1000, colour: 'green' });

    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'stage',
      'account',
      'logRetentionDays',
      'colour',
    ]);
  });
});

describe('a stage file', () => {
  const write = (stage: string, text: string) => writeFileSync(join(folder, `${stage}.json`), text);

  it('says the settings of the stage that it is named for', () => {
    write('live', '{"account": "123456789012", "region": "ap-south-1"}');

    expect(readStageFile(folder, 'live')).toEqual({ stage: 'live', account: '123456789012', region: 'ap-south-1' });
    expect(stagesIn(folder)).toContain('live');
  });

  it('may be absent, and is looked for nowhere else', () => {
    expect(readStageFile(folder, 'none')).toBeUndefined();
    expect(readStageFile(folder, '../live')).toBeUndefined();
    expect(stagesIn(join(folder, 'nowhere'))).toEqual([]);
  });

  it.each([
    ['what is not JSON', '{account: 1}', /not JSON/],
    ['what is no object', '[]', /must be a JSON object/],
    ['a stage of its own', '{"stage": "dev"}', /^stage: /],
  ])('is refused with %s', (_, text, sentence) => {
    write('wrong', text);

    expect(() => readStageFile(folder, 'wrong')).toThrow(sentence);
  });
});
