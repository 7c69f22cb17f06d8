/** `npm run deploy`: brings a stage to what this checkout says, and ends with a look at the whole chain. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ACMClient } from '@aws-sdk/client-acm';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { synthesizedStacks } from '../lib/local/synth.ts';
import { creationLink, manifestOf } from '../shared/install/manifest.ts';
import { Accounts } from '../shared/razorpay/accounts.ts';
import { RazorpayClient } from '../shared/razorpay/client.ts';
import { CdkFailed, cdkOf } from './deploy/cdk.ts';
import { type DeploymentParts, deployStage, type Ended } from './deploy/deployment.ts';
import { needsOf } from './deploy/needs.ts';
import { preflight } from './deploy/preflight.ts';
import { examine } from './doctor/examine.ts';
import { doctorFor } from './doctor/parts.ts';
import { standings } from './secrets/fill.ts';
import { KeptSecrets } from './secrets/kept.ts';
import { awsTrouble } from './stage/aws-trouble.ts';
import { openKeyboard } from './stage/keyboard.ts';
import { Mistaken } from './stage/mistaken.ts';
import { describedStack } from './stage/stacks.ts';
import { environmentOf, type Placed, placedSettings } from './stage/target.ts';

const HELP = `npm run deploy -- --stage NAME [--yes]

Brings a stage to what this checkout says, from an empty account or from whatever is there. It looks at everything it can
before it touches anything, shows what would change and asks; then deploys the state, stops where secrets are empty, deploys
the hub, registers the webhooks at Razorpay, prints the link that makes the Slack app, and ends with \`npm run doctor\`.
Stopped anywhere, the same command goes on; where all is done it changes nothing.

  --yes        do not ask: for pipelines
  --no-canary  have the doctor at the end post no message

It ends with 0 where the stage is live, with 1 where something is wrong or was declined, and with 3 where a person has
to do something first. docs/operations.md goes through all of it.`;

function read(argv: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const options = { help: flag, stage: { type: 'string' }, yes: flag, 'no-canary': flag } as const;
    const { values } = parseArgs({ args: [...argv], options });
    if (!values.help && values.stage === undefined) throw new Error('Say which stage, by --stage.');
    return values;
  } catch (error) {
    throw new Mistaken(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

type Wishes = ReturnType<typeof read>;

const root = join(import.meta.dirname, '..');
const exitCodes: Readonly<Record<Ended, number>> = { done: 0, refused: 1, declined: 1, unwell: 1, waiting: 3 };

/** The settings of the stage. Where they cannot be used, what is wrong besides them is told along with them. */
async function settingsOf(stage: string): Promise<Placed> {
  try {
    return placedSettings(stage, root);
  } catch (error) {
    if (!(error instanceof Mistaken)) throw error;
    const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
    const signedIn = await new STSClient({ region }).send(new GetCallerIdentityCommand({})).then(
      ({ Account }) => `You are signed in to account ${Account}.`,
      (trouble: unknown) => `Besides, ${awsTrouble(trouble).says}. ${awsTrouble(trouble).remedy}`,
    );
    throw new Mistaken(`${error.message}\n${signedIn}`);
  }
}

function confirming({ yes }: Wishes): DeploymentParts['confirm'] {
  return async (question) => {
    if (yes) return true;
    const keyboard = openKeyboard();
    try {
      return (await keyboard.line(`\n${question} Type yes: `)) === 'yes';
    } finally {
      keyboard.close();
    }
  };
}

async function partsFor(settings: Placed, wishes: Wishes): Promise<DeploymentParts> {
  const { stage } = settings;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const cloudFormation = new CloudFormationClient();
  const secretsManager = new SecretsManagerClient();
  const kept = new KeptSecrets(secretsManager, stage);
  const clients = {
    ...{ cloudFormation, secretsManager },
    ...{ sts: new STSClient(), lambda: new LambdaClient(), acm: new ACMClient(), dynamodb: new DynamoDBClient() },
  };
  const needs = needsOf(await synthesizedStacks());
  const razorpay = { apiUrl: process.env['RAZORPAY_API_URL'], timeoutMs: 10_000 };
  return {
    stage,
    say: (line) => console.log(line),
    now: Date.now,
    preflight: () => preflight(settings, needs, clients, Date.now()),
    cdk: cdkOf(stage, root, (text) => process.stdout.write(text)),
    confirm: confirming(wishes),
    standings: () => standings(kept),
    accounts: async () => Accounts.parse((await kept.read('razorpay')).text).all(),
    reached: async () => {
      const outputs = (await describedStack(cloudFormation, `war-room-${stage}-hub`))?.outputs;
      const apiUrl = outputs?.get('ApiUrl')?.replace(/\/$/, '');
      if (apiUrl === undefined)
        throw new Mistaken(`war-room-${stage}-hub has no output ApiUrl: it is not the stack of War Room.`);
      const { origin, domain } = settings;
      return {
        origins: origin === undefined ? [apiUrl] : [origin, apiUrl],
        domainTarget: domain?.hostedZone === undefined ? outputs?.get('DomainTarget') : undefined,
      };
    },
    registering: {
      list: (account) => new RazorpayClient(account, razorpay).webhooks(),
      create: (account, url, events) =>
        new RazorpayClient(account, razorpay).createWebhook({ url, secret: account.webhook.current, events }),
    },
    manifestLink: (origin) => creationLink(manifestOf({ stage, origin, supportEmail: settings.supportEmail })),
    doctor: () => examine(doctorFor({ kind: 'deployed', settings }, version, !wishes['no-canary'])),
  };
}

async function main(): Promise<void> {
  const wishes = read(process.argv.slice(2));
  if (wishes.help || wishes.stage === undefined) return console.log(HELP);
  const settings = await settingsOf(wishes.stage);
  // Before the first client is made: they read it then.
  Object.assign(process.env, environmentOf({ kind: 'deployed', settings }));
  process.exitCode = exitCodes[await deployStage(await partsFor(settings, wishes))];
}

await main().catch((error: unknown) => {
  const isExpected = error instanceof Mistaken || error instanceof CdkFailed;
  const text = isExpected ? error.message : error instanceof Error ? (error.stack ?? '') : String(error);
  console.error(text);
  process.exitCode = 1;
});
