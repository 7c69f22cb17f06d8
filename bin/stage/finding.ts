import { durationInWords } from '../../shared/base/duration.ts';

/** What was found of one link of the chain. Pure values: whoever prints them or counts them decides what they mean to it. */
export type Finding = {
  /** `webhook live`, `queue PaymentsQueue`. */
  readonly link: string;
  /** `unseen`: it could not be looked at here, and nothing is claimed of it. */
  readonly state: 'fine' | 'wrong' | 'unseen';
  /** How it is, in a few words. */
  readonly says: string;
  /** Since when it is wrong, where that is known (ms since 1970). */
  readonly since?: number;
  /** What to do first, in a sentence. */
  readonly remedy?: string;
};

export function fine(link: string, says: string): Finding {
  return { link, state: 'fine', says };
}

export function wrong(link: string, says: string, remedy: string, since?: number): Finding {
  return { link, state: 'wrong', says, remedy, ...(since !== undefined && { since }) };
}

export function unseen(link: string, says: string): Finding {
  return { link, state: 'unseen', says };
}

const signs: Readonly<Record<Finding['state'], string>> = { fine: '✓', wrong: '✗', unseen: '-' };

/** One line of a finding: `✗ queue PaymentsQueue  3 wait, since 14:03 UTC (2 h). Look at …`. `now` in milliseconds. */
function lineOf({ link, state, says, since, remedy }: Finding, now: number, width = 0): string {
  const time = since === undefined ? '' : `, since ${sinceInWords(since, now)}`;
  return `${signs[state]} ${link.padEnd(width)}  ${says}${time}${remedy === undefined ? '' : `. ${remedy}`}`;
}

/** All of them, one line each, what they are about in a column of its own. */
export function linesOf(findings: readonly Finding[], now: number): string[] {
  const width = Math.max(0, ...findings.map(({ link }) => link.length));
  return findings.map((finding) => lineOf(finding, now, width));
}

function sinceInWords(since: number, now: number): string {
  const at = new Date(since).toISOString();
  const ago = durationInWords(Math.max(0, Math.round((now - since) / 1_000)));
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC (${ago})`;
}
