/** `npm run secrets`: fills the secrets of a stage, and rotates what is in them, without showing any of it. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import {
  askAccount,
  askCaller,
  askInvites,
  askSlack,
  type FillParts,
  forgetPrevious,
  put,
  standings,
} from './secrets/fill.ts';
import { type SecretName, secretNames } from './secrets/form.ts';
import { readGiven, scopes, scopesIn } from './secrets/given.ts';
import { KeptSecrets } from './secrets/kept.ts';
import type { Standing } from './secrets/standing.ts';
import { openKeyboard } from './stage/keyboard.ts';
import { Mistaken } from './stage/mistaken.ts';
import { confirmAccount, environmentOf, targetOf } from './stage/target.ts';

const HELP = `npm run secrets -- --stage NAME                     how the secrets stand; asks for those that are empty
npm run secrets -- --stage NAME slack               asks for the Slack app's three values
npm run secrets -- --stage NAME razorpay [ACCOUNT]  asks for a Razorpay account's key and webhook secret
npm run secrets -- --stage NAME api-keys [CALLER]   makes a key for a caller of the API, and writes it to a file for them
npm run secrets -- --stage NAME invites [TEAM]      asks how a workspace invites its learners (docs/invites.md)
npm run secrets -- --stage NAME --stdin             takes JSON, for pipelines

What is typed is not shown, and nothing that is in a secret is ever printed. What is there stays; what is replaced goes
on being accepted as \`previous\` until you forget it.

  --leaked             do not go on accepting what is replaced: somebody else has seen it
  --forget-previous    forget what was replaced earlier
  --team T0123456789   of a new caller: the team whose data the key opens
  --scopes a,b         of a new caller: some of ${scopes.join(', ')} (payments,read)
  --to FILE            of a new caller: where its key is written (wr-key-CALLER.txt)

Without --stage it works on the stack that \`npm start\` serves here. JSON for --stdin, every part optional:

  {"slack": {"clientId": "…", "clientSecret": "…", "signing": "…"},
   "razorpay": {"live": {"teamId": "…", "keyId": "…", "keySecret": "…", "webhook": "…"}},
   "api-keys": [{"name": "checkout", "teamId": "…", "scopes": ["payments", "read"], "key": "…"}],
   "invites": {"T0123456789": {"way": {"kind": "connect", "channel": "…"}}}}`;

function read(argv: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        help: flag,
        stage: text,
        stdin: flag,
        leaked: flag,
        'forget-previous': flag,
        team: text,
        scopes: { type: 'string', default: 'payments,read' },
        to: text,
      },
    });
    const [secret, name, ...more] = positionals;
    if (more.length > 0 || (secret !== undefined && !isSecret(secret))) throw new Mistaken(HELP);
    return { ...values, secret, name };
  } catch (error) {
    if (error instanceof Mistaken) throw error;
    throw new Mistaken(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

type Wishes = ReturnType<typeof read>;

const isSecret = (name: string): name is SecretName => (secretNames as readonly string[]).includes(name);

const makeSecret = () => randomBytes(24).toString('base64url');

async function main(): Promise<void> {
  const wishes = read(process.argv.slice(2));
  if (wishes.help) return console.log(HELP);
  const target = targetOf(wishes.stage, join(import.meta.dirname, '..'), process.env);
  // Before the first client is made: they read it then.
  Object.assign(process.env, environmentOf(target));
  if (target.kind === 'deployed') await confirmAccount(target, new STSClient());
  const stage = target.kind === 'deployed' ? target.settings.stage : 'local';
  const kept = new KeptSecrets(new SecretsManagerClient(), stage);
  const parts: FillParts = { kept, say: (line) => console.log(line) };

  if (wishes.stdin) return await fromPipeline(wishes, parts);
  if (wishes['forget-previous']) return await forgetPrevious(parts);
  if (wishes.secret !== undefined) return await askFor(wishes.secret, wishes, parts);
  await overview(wishes, parts);
}

async function fromPipeline({ leaked }: Wishes, parts: FillParts): Promise<void> {
  const read = readGiven(await textOf(process.stdin));
  if ('problems' in read) throw new Mistaken([...read.problems, 'Nothing was changed.'].join('\n'));
  await put(read.given, { leaked }, parts);
}

async function askFor(secret: SecretName, wishes: Wishes, parts: FillParts): Promise<void> {
  const keyboard = openKeyboard();
  const asking = { ...parts, keyboard, makeSecret };
  try {
    if (secret === 'slack') await put({ slack: await askSlack(asking) }, wishes, parts);
    if (secret === 'razorpay') await put({ razorpay: await askAccount(wishes.name, asking) }, wishes, parts);
    if (secret === 'invites') await put({ invites: await askInvites(wishes.name, asking) }, wishes, parts);
    if (secret === 'api-keys') {
      const problems: string[] = [];
      const wanted = scopesIn('--scopes', wishes.scopes.split(','), problems);
      if (problems.length > 0) throw new Mistaken(problems.join('\n'));
      const { caller, key } = await askCaller({ name: wishes.name, teamId: wishes.team, scopes: wanted }, asking);
      const file = wishes.to ?? `wr-key-${caller.name}.txt`;
      // First the file: a key whose hash is kept, and that nobody has, opens nothing and looks as if it did.
      writeFileSync(file, `${key}\n`, { mode: 0o600, flag: 'wx' });
      await put({ callers: [caller] }, wishes, parts);
      console.log(
        `The key of ${caller.name} is in ${file}. Give it to them and delete the file: it is kept nowhere else.`,
      );
    }
  } finally {
    keyboard.close();
  }
}

async function overview(wishes: Wishes, parts: FillParts): Promise<void> {
  const all = await standings(parts.kept);
  for (const [name, standing] of all) console.log(line(parts.kept.idOf(name), standing));
  const empty = [...all].filter(([, { state }]) => state === 'empty').map(([name]) => name);
  if ([...all.values()].some(({ state }) => state === 'wrong')) process.exitCode = 1;
  if (empty.length === 0) return;
  if (!process.stdin.isTTY) {
    process.exitCode = 1;
    return;
  }
  for (const name of empty) await askFor(name, wishes, parts);
}

function line(id: string, standing: Standing): string {
  if (standing.state === 'filled') return `${id}: ${standing.holds}`;
  return standing.state === 'empty' ? `${id}: empty` : [`${id}: cannot be used`, ...standing.problems].join('\n    ');
}

await main().catch((error: unknown) => {
  const text = error instanceof Mistaken ? error.message : error instanceof Error ? (error.stack ?? '') : String(error);
  console.error(text);
  process.exitCode = 1;
});
