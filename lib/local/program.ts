import { type ChildProcess, spawn } from 'node:child_process';

/** A program of `bin/` as a person starts it. */
export type Program = {
  readonly pid: number;
  /** Everything it has printed. */
  readonly output: () => string;
  /** Waits for a line that is exactly this. Throws what was printed where it ends before, or takes longer. */
  line(text: string, withinMs?: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
};

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a program with this `environment` and nothing else of this process's; it does not outlive this process. */
export function startProgram(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let text = '';
  const looks = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      for (const look of looks) look();
    });
  }
  const ended = new Promise<Awaited<Program['ended']>>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
      for (const look of looks) look();
    });
  });
  return {
    pid: child.pid ?? 0,
    output: () => text,
    line: (wanted, withinMs = 40_000) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void) => {
          looks.delete(look);
          clearTimeout(timeout);
          act();
        };
        const look = () => {
          if (text.split('\n').includes(wanted)) settle(resolve);
          else if (!running.has(child)) settle(() => reject(new Error(`${file} ended before "${wanted}":\n${text}`)));
        };
        const late = () =>
          reject(new Error(`${file} did not print "${wanted}" within ${withinMs} ms, but this:\n${text}`));
        const timeout = setTimeout(() => settle(late), withinMs);
        looks.add(look);
        look();
      }),
    kill: (signal) => {
      child.kill(signal);
    },
    ended,
  };
}
