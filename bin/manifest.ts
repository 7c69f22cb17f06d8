// `npm run manifest -- --stage NAME --origin ADDRESS`: the Slack app as Slack is told it, and the link that makes it.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkedSettings } from '../lib/parts/settings.ts';
import { readStageFile, STAGES } from '../lib/parts/stage-file.ts';
import { creationLink, type Manifest, manifestOf } from '../shared/install/manifest.ts';
import { botScopes } from '../shared/install/scopes.ts';
import { subscriptions } from '../shared/install/subscriptions.ts';

const USAGE = `npm run manifest -- --origin ADDRESS [--stage NAME] [--support-email ADDRESS] [--json]

  --origin         where War Room is reached: \`ApiUrl\` among the outputs of the hub stack; the domain of the stage file, where it has one
  --stage          which deployment; the app of any but \`live\` says which it is by its name (dev)
  --support-email  whom Slack's directory names for questions, where the stage file does not; an app without one cannot be listed there
  --json           the manifest alone, to be piped or pasted`;

/** Prints what was asked for; answers the exit code. */
function main(args: readonly string[]): number {
  let settings: Parameters<typeof manifestOf>[0];
  let json: boolean;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        stage: { type: 'string', default: 'dev' },
        origin: { type: 'string' },
        'support-email': { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const { stage } = values;
    const said = checkedSettings({ ...readStageFile(join(import.meta.dirname, '..', STAGES), stage), stage });
    const origin = originOf(values.origin ?? said.origin);
    settings = { stage, origin, supportEmail: values['support-email'] ?? said.supportEmail };
    json = values.json;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 1;
  }
  const manifest = manifestOf(settings);
  console.log(json ? JSON.stringify(manifest, null, 2) : inWords(manifest));
  return 0;
}

/** Scheme and host, however somebody copied the address. Throws for what Slack would not call. */
function originOf(given: string | undefined): string {
  if (given === undefined) throw new Error('Say where War Room is reached, by --origin.');
  if (!URL.canParse(given) || new URL(given).protocol !== 'https:') {
    throw new Error(`"${given}" is no address that Slack calls. Give one like https://war-room.example.com.`);
  }
  return new URL(given).origin;
}

function inWords(manifest: Manifest): string {
  const { display_information, features, oauth_config, settings } = manifest;
  const [command] = features.slash_commands;
  const { event_subscriptions, interactivity } = settings;
  return [
    `The Slack app "${display_information.name}"`,
    '',
    'What it may do in a workspace, and why',
    listed(Object.entries(botScopes)),
    '',
    'What a person may allow it besides',
    listed([
      ['chat:write', 'post as themself what concerns their learners'],
      ['openid, profile, email', 'know who signs in to see what is connected'],
    ]),
    '',
    `What Slack tells it, at ${event_subscriptions.request_url}`,
    listed(Object.entries(subscriptions).map(([event, { reason }]): [string, string] => [event, reason])),
    '',
    'Where else Slack reaches it',
    listed([
      [command?.command ?? '', command?.url ?? ''],
      ['buttons and forms', interactivity.request_url],
      ...oauth_config.redirect_urls.map((url): [string, string] => ['back from Slack', url]),
    ]),
    '',
    'The manifest',
    JSON.stringify(manifest, null, 2),
    '',
    'Open this, choose a workspace, and Slack makes the app. Deploy first: Slack tries the addresses at once.',
    creationLink(manifest),
    '',
    'To change an app that is there: "App Manifest" in its settings at https://api.slack.com/apps, and paste the manifest.',
    'Then put its client id, client secret and signing secret into the slack secret (docs/operations.md).',
  ].join('\n');
}

/** Two columns. */
function listed(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`).join('\n');
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
