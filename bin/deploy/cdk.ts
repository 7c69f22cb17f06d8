import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The two stacks of a stage, as the CDK app calls them. */
type StackId = 'State' | 'Hub';

/** The CDK command, as far as a deployment needs it. */
export type Cdk = {
  /** Shows what a deployment would change, and answers whether that is anything. */
  diff(stack: StackId): Promise<'nothing' | 'changes'>;
  deploy(stack: StackId): Promise<void>;
};

/** The command failed; it has said itself why. */
export class CdkFailed extends Error {
  override readonly name = 'CdkFailed';
}

/** How many stacks differ, as `cdk diff` says at its end; undefined where it did not come to that. */
export function differingIn(output: string): number | undefined {
  const [, count] = /Number of stacks with differences: (\d+)/.exec(output) ?? [];
  return count === undefined ? undefined : Number(count);
}

/** The CDK command of this repository for one stage. What it prints is shown as it comes. */
export function cdkOf(stage: string, root: string, show: (text: string) => void): Cdk {
  const run = async (args: readonly string[]): Promise<string> => {
    const child = spawn(
      process.execPath,
      [join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk'), ...args, '-c', `stage=${stage}`, '--no-notices'],
      { cwd: root, env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true' }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        show(text);
      });
    }
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    );
    if (code !== 0)
      throw new CdkFailed(`cdk ${args.slice(0, 2).join(' ')} ended with ${code}; what it says stands above.`);
    return output;
  };
  return {
    diff: async (stack) => {
      // Each stack alone: the other one is asked about by itself. By template: a change set would already be made in AWS.
      const count = differingIn(await run(['diff', stack, '--exclusively', '--method', 'template']));
      if (count === undefined) throw new CdkFailed(`cdk diff ${stack} did not say whether anything differs.`);
      return count === 0 ? 'nothing' : 'changes';
    },
    // What is to be confirmed was confirmed, of both stacks at once.
    deploy: async (stack) => {
      await run(['deploy', stack, '--exclusively', '--require-approval', 'never', '--progress', 'events']);
    },
  };
}
