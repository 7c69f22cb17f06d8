import type { Account } from '../../shared/razorpay/accounts.ts';
import type { SecretName } from '../secrets/form.ts';
import type { Standing } from '../secrets/standing.ts';
import { type Finding, linesOf } from '../stage/finding.ts';
import type { Cdk } from './cdk.ts';
import { type Registering, register } from './webhook.ts';

/** What a deployment does its steps with. */
export type DeploymentParts = {
  readonly stage: string;
  readonly say: (line: string) => void;
  readonly now: () => number;
  readonly preflight: () => Promise<readonly Finding[]>;
  readonly cdk: Cdk;
  /** Whether the person, or the pipeline, wants what was shown. */
  readonly confirm: (question: string) => Promise<boolean>;
  readonly standings: () => Promise<ReadonlyMap<SecretName, Standing>>;
  readonly accounts: () => Promise<readonly Account[]>;
  /** Where the stage is reached once the hub is there: where people reach it first, then the API's own address. */
  readonly reached: () => Promise<{
    readonly origins: readonly [string, ...string[]];
    readonly domainTarget: string | undefined;
  }>;
  readonly registering: Registering;
  /** Opens Slack's page that makes the app. */
  readonly manifestLink: (origin: string) => string;
  readonly doctor: () => Promise<readonly Finding[]>;
};

/** How a deployment ended. `waiting`: a person has to do something first, and then the same command goes on. */
export type Ended = 'done' | 'refused' | 'declined' | 'waiting' | 'unwell';

/**
 * Brings a stage to what this checkout says, from nothing or from whatever is there. Each step looks first and does only what
 * is not done: run again, it goes on where it stopped, and where all is done it changes nothing.
 */
export async function deployStage(parts: DeploymentParts): Promise<Ended> {
  const { stage, say, cdk } = parts;
  const looked = await parts.preflight();
  tell('Before anything is changed', looked, parts);
  if (looked.some(({ state }) => state === 'wrong')) {
    say('\nNothing was changed. Mend what is marked, then run the same command again.');
    return 'refused';
  }

  say(`\nWhat would change in war-room-${stage}-state and war-room-${stage}-hub`);
  const changes = { State: await cdk.diff('State'), Hub: await cdk.diff('Hub') };
  const isAny = Object.values(changes).includes('changes');
  if (isAny && !(await parts.confirm(`Deploy this to stage ${stage}?`))) {
    say('Nothing was changed.');
    return 'declined';
  }
  if (changes.State === 'changes') await cdk.deploy('State');
  const open = await openSecrets(parts);
  if (open.some(({ isNeeded }) => isNeeded)) {
    say('\nThese secrets are still to be filled; then run the same command again:');
    for (const { line } of open) say(line);
    return 'waiting';
  }
  if (changes.Hub === 'changes') await cdk.deploy('Hub');
  else say('\nThe stacks are as they should be.');

  const { origins, domainTarget } = await parts.reached();
  const [origin] = origins;
  if (domainTarget !== undefined)
    say(`\nPoint ${new URL(origin).hostname} to ${domainTarget}, by an alias or a CNAME.`);
  const accounts = await parts.accounts();
  const webhooks: Finding[] = [];
  for (const account of accounts) webhooks.push(await register(account, origins, parts.registering));
  tell('Razorpay', webhooks, parts);
  for (const { name } of accounts) say(`  ${name}: ${origin}/webhooks/razorpay/${name}`);

  say('\nThe Slack app, to be made or compared (npm run manifest says how)');
  say(`  ${parts.manifestLink(origin)}`);
  if (open.length > 0) {
    say('\nMake the app by this link, then fill its secret and add it to the workspace:');
    for (const { line } of open) say(line);
    say(`  ${origin}/slack/install`);
    return 'waiting';
  }

  const found = await parts.doctor();
  tell('The whole chain', found, parts);
  const bad = found.filter(({ state }) => state === 'wrong').length;
  say(bad === 0 ? `\nStage ${stage} is live.` : `\nStage ${stage} is deployed. What is marked is still to be done.`);
  return bad === 0 && webhooks.every(({ state }) => state !== 'wrong') ? 'done' : 'unwell';
}

type OpenSecret = { readonly line: string; readonly isNeeded: boolean };

/** The secrets that functions cannot work with yet. Slack's is made by the app, which needs the hub: it may come after it. */
async function openSecrets({ stage, standings }: DeploymentParts): Promise<OpenSecret[]> {
  return [...(await standings())].flatMap(([name, standing]): OpenSecret[] => {
    if (standing.state === 'filled') return [];
    const why = standing.state === 'empty' ? 'is empty' : standing.problems.join(' ');
    const line = `  war-room/${stage}/${name} ${why}\n    npm run secrets -- --stage ${stage} ${name}`;
    return [{ line, isNeeded: !(name === 'slack' && standing.state === 'empty') }];
  });
}

function tell(title: string, findings: readonly Finding[], { say, now }: DeploymentParts): void {
  say(`\n${title}`);
  for (const line of linesOf(findings, now())) say(`  ${line}`);
}
