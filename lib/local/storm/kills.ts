/**
 * A stack of a storm's own that is killed, again and again, at moments that a seed chooses, and a Slack with a life of its
 * own that sees it. What was not acknowledged is sent again, as Razorpay and a checkout do.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalFacts, readFacts } from '../facts.ts';
import { type Program, startProgram } from '../program.ts';
import type { Sender } from './sender.ts';
import type { Reading } from './slack-reader.ts';
import type { Scenery } from './storm.ts';

/** A start on a busy machine takes seconds. */
const READY_WITHIN_MS = 60_000;
/** Half of the kills come at once, amid the requests; the others this much later at most, amid the work of the workers. */
const LATEST_KILL_MS = 800;
const LOOK_EVERY_MS = 20;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts the Slack; stacks come and go in `serve`. `folder` is where everything is kept: of this storm alone. */
export async function killedStack(
  options: { readonly kills: number; readonly folder: string },
  progress: (line: string) => void,
): Promise<Scenery & AsyncDisposable> {
  const { kills, folder } = options;
  const programs: Program[] = [];
  const start = async (file: string, args: readonly string[]): Promise<Program> => {
    const program = startProgram(file, args, { PORT: '0', SLACK_PORT: '0', WAR_ROOM_FOLDER: folder });
    programs.push(program);
    await program.line('ready', READY_WITHIN_MS);
    return program;
  };
  const serve = async (sender: Sender): Promise<{ readonly serving: Program; readonly facts: LocalFacts }> => {
    const serving = await start('bin/local.ts', ['--quiet', '--keep']);
    const facts = readFacts(folder);
    if (facts === undefined) throw new Error('The stack is gone, and nobody killed it.');
    await sender.sendTo(facts);
    return { serving, facts };
  };

  await start('bin/slack.ts', []);
  return {
    slack: JSON.parse(readFileSync(join(folder, 'slack.json'), 'utf8')) as Reading,
    serve: async (sender, random, isSent) => {
      for (let kill = 1; kill <= kills; kill += 1) {
        const { serving } = await serve(sender);
        const before = sender.done;
        const most = Math.floor((sender.total * kill) / (kills + 1));
        sender.release(most);
        const after = before + Math.floor(random() * (most - before));
        while (sender.done < after && !isSent()) await pause(LOOK_EVERY_MS);
        await pause(Math.max(0, 2 * random() - 1) * LATEST_KILL_MS);
        serving.kill('SIGKILL');
        await serving.ended;
        await sender.sendTo(undefined);
        progress(`kill ${kill} of ${kills}: ${sender.done} of ${sender.total} deliveries sent`);
      }
      const { facts } = await serve(sender);
      sender.release(sender.total);
      return facts;
    },
    [Symbol.asyncDispose]: async () => {
      for (const program of programs) program.kill('SIGKILL');
      await Promise.all(programs.map(({ ended }) => ended));
    },
  };
}

/**
 * What the workers of all lives said of their passes: messages that a kill had left in doubt and that were found in Slack, and
 * messages that stood there twice for a while. A line that a kill has cut is none.
 */
export function passesIn(folder: string): { readonly adopted: number; readonly doubled: number } {
  const lines = readFileSync(join(folder, 'functions.log'), 'utf8').split('\n');
  const sum = (name: string) =>
    lines.reduce((total, line) => total + Number(new RegExp(`"${name}":(\\d+)`).exec(line)?.[1] ?? 0), 0);
  return { adopted: sum('adopted'), doubled: sum('doubled') };
}
