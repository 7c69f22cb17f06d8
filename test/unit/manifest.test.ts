import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { creationLink, manifestOf } from '../../shared/install/manifest.ts';
import { botScopes } from '../../shared/install/scopes.ts';
import { subscriptions } from '../../shared/install/subscriptions.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'support', 'slack-manifest', 'manifest.schema.2.0.0.json'), 'utf8'),
);
// Slack's schema has a note and a misspelt keyword in it, which say nothing to a validator.
const validate = new Ajv({ strict: false, allErrors: true, logger: false }).compile(schema);
const complaints = (manifest: unknown) => (validate(manifest) ? [] : validate.errors);

const settings = { stage: 'live', origin: 'https://war-room.example.com', supportEmail: 'help@example.com' };

describe('the manifest of the Slack app', () => {
  it.each([
    ['live', settings],
    ['of a stage with the longest name', { ...settings, stage: 'a'.repeat(20) }],
    ['without an address for questions', { ...settings, supportEmail: undefined }],
  ])('is one by the schema that Slack publishes: %s', (_, given) => {
    expect(complaints(manifestOf(given))).toEqual([]);
  });

  it('is held to that schema: what Slack would refuse is refused', () => {
    const manifest = manifestOf(settings);

    expect(complaints({ ...manifest, display_information: { name: 'x'.repeat(36) } })).not.toEqual([]);
    expect(complaints({ ...manifest, settings: { ...manifest.settings, socket_mode: false } })).not.toEqual([]);
  });

  it('asks for every scope that an event wants', () => {
    const wanted = Object.values(subscriptions).flatMap(({ scope }) => scope ?? []);

    expect(Object.keys(botScopes)).toEqual(expect.arrayContaining(wanted));
  });

  it('names its stage, so that two apps in one workspace are not mistaken for each other', () => {
    expect(manifestOf(settings).display_information.name).toBe('War Room');
    expect(manifestOf({ ...settings, stage: 'dev' }).features.bot_user.display_name).toBe('War Room (dev)');
  });

  it('never turns on what cannot be turned off again', () => {
    expect(manifestOf(settings).settings.token_rotation_enabled).toBe(false);
  });

  it('comes back whole out of the link that makes the app', () => {
    const link = new URL(creationLink(manifestOf(settings)));

    expect(link.origin + link.pathname).toBe('https://api.slack.com/apps');
    expect(JSON.parse(link.searchParams.get('manifest_json') ?? '')).toEqual(manifestOf(settings));
    expect(link.href.length).toBeLessThan(8_000);
  });
});

describe('npm run manifest', () => {
  const program = join(import.meta.dirname, '..', '..', 'bin', 'manifest.ts');

  it('prints the manifest alone with --json, however the address was copied', () => {
    const printed = execFileSync(
      process.execPath,
      [program, '--json', '--stage', 'live', '--origin', `${settings.origin}/`, '--support-email', 'help@example.com'],
      { encoding: 'utf8' },
    );

    expect(JSON.parse(printed)).toEqual(manifestOf(settings));
  });

  it('tells people each scope and each event with its reason, and the link', () => {
    const printed = execFileSync(process.execPath, [program, '--origin', settings.origin], { encoding: 'utf8' });

    for (const [scope, reason] of Object.entries(botScopes)) expect(printed).toMatch(line(scope, reason));
    for (const [event, { reason }] of Object.entries(subscriptions)) expect(printed).toMatch(line(event, reason));
    expect(printed).toContain(creationLink(manifestOf({ ...settings, stage: 'dev', supportEmail: undefined })));
  });

  it.each([
    [[], 'Say where War Room is reached, by --origin.'],
    [['--origin', 'http://war-room.example.com'], 'no address that Slack calls'],
    [['--origin', 'war-room'], 'no address that Slack calls'],
    [['--origin', settings.origin, '--stage', 'Live!'], 'cannot be part of a stack'],
    [['--origin', settings.origin, '--nonsense'], '--nonsense'],
  ])('says what is wrong and how it is used: %j', (args, sentence) => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });

    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain('npm run manifest --');
  });
});

function line(name: string, reason: string): RegExp {
  const exactly = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^  ${exactly(name)} +${exactly(reason)}$`, 'm');
}
