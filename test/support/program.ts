import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { until } from './until.ts';

/** A program of `bin/` as a person starts it. */
export type Program = {
  readonly pid: number;
  /** Everything it has printed. */
  readonly output: () => string;
  /** Waits for a line that is exactly this. */
  line(text: string, withinMs?: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
};

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

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
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  const ended = new Promise<Awaited<Program['ended']>>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  return {
    pid: child.pid ?? 0,
    output: () => text,
    line: async (wanted, withinMs = 40_000) => {
      const found = () => text.split('\n').includes(wanted);
      await until(
        `the line "${wanted}" of ${file}`,
        () => {
          if (child.exitCode !== null && !found()) throw new Error(`${file} ended with ${child.exitCode}:\n${text}`);
          return found();
        },
        withinMs,
      );
    },
    kill: (signal) => {
      child.kill(signal);
    },
    ended,
  };
}

/** Runs a program to its end. */
export async function run(file: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const program = startProgram(file, args, environment);
  const { code } = await program.ended;
  return { code, output: program.output() };
}

/** Where a process listens, `address:port`, as the kernel says. Linux only. */
export function listeningAt(pid: number): string[] {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((kind) =>
    readFileSync(`/proc/${pid}/net/${kind}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      // 0A is LISTEN.
      .filter((fields) => fields[3] === '0A' && own.has(fields[9] ?? ''))
      .map((fields) => addressOf(fields[1] ?? '')),
  );
}

/** `0100007F:0BB8` is 127.0.0.1:3000: bytes of the address in reverse. */
function addressOf(text: string): string {
  const [address = '', port = ''] = text.split(':');
  const bytes = address.match(/../g) ?? [];
  const host =
    bytes.length === 4
      ? bytes
          .reverse()
          .map((byte) => Number.parseInt(byte, 16))
          .join('.')
      : address;
  return `${host}:${Number.parseInt(port, 16)}`;
}
