import { createHash } from 'node:crypto';
import type { Tally } from './run.ts';

/** What an erasure came to, for whoever asked for it and for whoever has to prove it. */
export type Receipt = {
  /** `team T0123456789`, or `person lead_42 of team T0123456789, who pays`: as it was asked for, and no more of them. */
  readonly whom: string;
  /** `this machine` or `stage live`. */
  readonly where: string;
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly ended: number;
  readonly state: 'complete' | 'interrupted' | 'still written to' | 'failed';
  readonly tallies: readonly Tally[];
  /** What this command cannot erase, and who does or when it goes: a sentence each. */
  readonly remains: readonly string[];
};

const states: Readonly<Record<Receipt['state'], string>> = {
  complete: 'complete: it was looked for once more, and nothing was found',
  interrupted: 'interrupted: run the same command again to erase the rest',
  failed: 'failed on the way: mend what it said, then run the same command again to erase the rest',
  'still written to': 'not complete: more is being written all the time. See below what still sends, then run it again',
};

/** A receipt as text. Its last line is the SHA-256 of all lines before it, so that a copy can be held against it. */
export function receiptText({ whom, where, began, ended, state, tallies, remains }: Receipt): string {
  const stays = tallies.flatMap(({ what, stays }) => [...stays].map(([why, count]) => ({ what, why, count })));
  const lines = [
    'War Room: receipt of an erasure',
    '',
    `Whom    ${whom}`,
    `Where   ${where}`,
    `Began   ${moment(began)}`,
    `Ended   ${moment(ended)}`,
    `State   ${states[state]}`,
    '',
    'Done in this run',
    ...tallies.map(({ what, erased }) => counted(erased, what)),
    ...(stays.length > 0 ? ['', 'Could not be erased'] : []),
    ...stays.map(({ count, what, why }) => `${counted(count, what)}. ${why}`),
    '',
    'What remains, and why',
    ...remains.map((sentence) => `  - ${sentence}`),
  ];
  const text = `${lines.join('\n')}\n`;
  return `${text}SHA-256 of the lines above: ${createHash('sha256').update(text).digest('hex')}\n`;
}

/** The name of the file in which a receipt is kept: a team by its id, a person by a hash, since files are seen by many. */
export function receiptFile(kind: 'team' | 'person', id: string, at: number): string {
  const name = kind === 'team' ? id : createHash('sha256').update(id).digest('hex').slice(0, 12);
  return `erase-${name}-${new Date(at).toISOString().slice(0, 10)}.txt`;
}

/** `  12,345  items of Payments` */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString('en-US').padStart(9)}  ${what}`;
}

/** `2026-11-22`, so many days after `from` (ms). */
export function dayAfter(from: number, days: number): string {
  return new Date(from + days * 86_400_000).toISOString().slice(0, 10);
}

/** What remains of anybody for a time, whoever was erased: a sentence each. `ended` in milliseconds since 1970. */
export function always(ended: number): string[] {
  return [
    `Earlier states of the tables, which nobody can change: they can be restored until ${dayAfter(ended, 35)}, then they are gone. Who restores one runs this again.`,
    `Logs, with ids and no names, addresses or bodies: until ${dayAfter(ended, 90)}; what waits in queues and dead letters, until ${dayAfter(ended, 14)}.`,
    'What Razorpay, Slack and the company keep themselves.',
  ];
}

function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
