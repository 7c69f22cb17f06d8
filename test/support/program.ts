import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { startProgram } from '../../lib/local/program.ts';

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
