import { join } from 'node:path';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { folderOf, type LocalFacts, readFacts } from '../../lib/local/facts.ts';
import { checkedSettings, type Settings, UnusableSettings } from '../../lib/parts/settings.ts';
import { readStageFile, STAGES, stagesIn } from '../../lib/parts/stage-file.ts';
import { awsTrouble } from './aws-trouble.ts';
import { Mistaken } from './mistaken.ts';

/** A stage in the account and region of its file. */
export type Deployed = { readonly kind: 'deployed'; readonly settings: Placed };

/** The stack that `npm start` serves. */
type Here = { readonly kind: 'here'; readonly facts: LocalFacts };

/** What a command works on. */
export type Target = Deployed | Here;

/** Settings that say where. */
export type Placed = Settings & { readonly account: string; readonly region: string };

/** The stage of that name, by its file; without a name the stack that runs on this machine. Throws `Mistaken`. */
export function targetOf(stage: string | undefined, root: string, environment: NodeJS.ProcessEnv): Target {
  if (stage !== undefined) return { kind: 'deployed', settings: placedSettings(stage, root) };
  const facts = readFacts(folderOf(root, environment));
  if (facts) return { kind: 'here', facts };
  throw new Mistaken('No stack runs on this machine. Start one with `npm start`, or name a stage in AWS by --stage.');
}

/** The settings of a stage that is deployed. Throws `Mistaken` with everything that is wrong. */
export function placedSettings(stage: string, root: string): Placed {
  try {
    const folder = join(root, STAGES);
    const file = readStageFile(folder, stage);
    const { account, region, ...settings } = checkedSettings({ ...file, stage });
    if (file === undefined) throw new Mistaken(withoutFile(stage, stagesIn(folder)));
    if (account !== undefined && region !== undefined) return { ...settings, account, region };
    throw new Mistaken(`${STAGES}/${stage}.json: says no account and region. Add "account" and "region".`);
  } catch (error) {
    if (error instanceof UnusableSettings) {
      throw new Mistaken(error.problems.map((problem) => `${STAGES}/${stage}.json: ${problem}`).join('\n'));
    }
    throw error;
  }
}

function withoutFile(stage: string, others: readonly string[]): string {
  const start = { account: '123456789012', region: 'ap-south-1', alarmEmail: 'ops@example.com' };
  return [
    `There is no ${STAGES}/${stage}.json. ${others.length > 0 ? `There is one of ${others.join(', ')}. ` : ''}To begin with, put there:`,
    JSON.stringify(start, null, 2),
    'with your own account (`aws sts get-caller-identity`), region and address. docs/operations.md says what else it may say.',
  ].join('\n');
}

/** What AWS's clients have to find in their environment to work on a target. Everything else is as the person has it. */
export function environmentOf(target: Target): Readonly<Record<string, string>> {
  if (target.kind === 'here') return target.facts.aws.environment;
  const { region } = target.settings;
  return { AWS_REGION: region, AWS_DEFAULT_REGION: region };
}

/** Says no to credentials of another account than the stage file's: what is meant for one would be done to the other. */
export async function confirmAccount({ settings }: Deployed, sts: Pick<STSClient, 'send'>): Promise<void> {
  const identity = await sts.send(new GetCallerIdentityCommand({})).catch((error: unknown) => {
    const { says, remedy } = awsTrouble(error);
    throw new Mistaken(`${says[0]?.toUpperCase()}${says.slice(1)}. ${remedy}`);
  });
  if (identity.Account === settings.account) return;
  throw new Mistaken(
    `These credentials are of account ${identity.Account}, and ${STAGES}/${settings.stage}.json says ${settings.account}. ` +
      'Sign in to that one, or set AWS_PROFILE.',
  );
}
