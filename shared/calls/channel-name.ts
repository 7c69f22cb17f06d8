import { createHash } from 'node:crypto';
import { brief, withoutContacts } from '../slack/text.ts';

/** A name may have 80 characters; some are left for what tells two of one name apart. */
const characters = 64;

/** As many agents of one name are told apart by a number. */
const numbered = 9;

/**
 * The names that the channel of an agent may have, in the order in which they are tried: the agent's own, in its own
 * script; with a number, where another agent has it or it is taken by a channel that nobody sees; with a few letters made of
 * the agent's id, which nobody else has. The last one is in plain letters whatever the agent is called.
 *
 * Lower-case letters, digits, hyphens and underscores, 80 at most. https://docs.slack.dev/reference/methods/conversations.create
 */
export function channelNames(agent: { readonly id: string; readonly name: string }): readonly [string, ...string[]] {
  const own = slug(agent.name);
  const sign = createHash('sha256').update(agent.id).digest('hex').slice(0, 8);
  const last = `calls-agent-${sign}`;
  if (own === '') return [last];
  const base = `calls-${own}`;
  const numbers = Array.from({ length: numbered - 1 }, (_, index) => `${base}-${index + 2}`);
  return [base, ...numbers, `${base}-${sign}`, last];
}

/** A name in lower-case letters and digits of its script, joined by hyphens; empty where there is no letter in it. */
function slug(name: string): string {
  const line = brief(withoutContacts(name), Number.POSITIVE_INFINITY);
  const lower = line
    .normalize('NFD')
    .replace(/(?<=\p{Script=Latin})\p{M}+/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\u200C\u200D]/g, '');
  if (!/[\p{Ll}\p{Lo}]/u.test(lower)) return '';
  const joined = lower.replace(/[^\p{Ll}\p{Lo}\p{M}\p{Nd}]+/gu, '-');
  let kept = '';
  for (const character of joined) {
    if (kept.length + character.length > characters) break;
    kept += character;
  }
  return kept.replace(/^[\p{M}-]+|-+$/gu, '');
}
