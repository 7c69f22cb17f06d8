import { createHash } from 'node:crypto';
import type { ChannelId, UserId } from '../base/names.ts';
import { shortName } from '../slack/person-name.ts';
import { actions, type Button, body, brief, fine, type Inline, joined, type Paragraph } from '../slack/text.ts';

/** Who decided about a removal of many, and when (ms). */
export type Decision = {
  readonly kind: 'approved' | 'rejected';
  readonly by: { readonly id: string; readonly name: string };
  readonly at: number;
  /** The press that did it. */
  readonly press: string;
};

/** A removal of more people than is usual, which waits for somebody above the agent to say so. */
export type Fused = {
  /** The agent's name. */
  readonly agent: string;
  readonly channel: ChannelId;
  /** Names this very removal: of these people from this channel, and nobody else. */
  readonly sign: string;
  readonly users: readonly UserId[];
  /** Their names, as Slack has them. */
  readonly people: readonly string[];
  readonly decision?: Decision;
};

/** As many are named; the rest is counted. */
const namedAtOnce = 20;

export const fusedIds = { approve: 'calls.approve', reject: 'calls.reject' } as const;

/** What names a removal: another person more or less is another one, which nobody has decided about. */
export function signOf(channel: ChannelId, users: readonly UserId[]): string {
  return createHash('sha256')
    .update([channel, ...users.toSorted()].join(' '))
    .digest('hex')
    .slice(0, 24);
}

/** What the message about waiting calls says of a removal: who would go, and the buttons, or who has decided what. */
export function fusedParagraphs(agent: string, { people, channel, sign, decision }: Fused): Paragraph[] {
  const named = people.slice(0, namedAtOnce).map((name) => shortName(name) || 'somebody');
  const more = people.length - named.length;
  const who: Inline[] = joined(', ', [...named, more > 0 ? `and ${more} more` : undefined]);
  const would = body('Would be removed from ', { channel }, ': ', ...who);
  if (decision) return [would, fine(`${decisionInWords(decision)} `, { at: Math.floor(decision.at / 1000) })];
  return [would, actions(...buttons(`${agent}#${sign}`, people.length))];
}

/** The value of a button, read; undefined for anything else. */
export function readFusedValue(
  value: string | undefined,
): { readonly agent: string; readonly sign: string } | undefined {
  const [, agent, sign] = /^([^#]{1,128})#([0-9a-f]{24})$/.exec(value ?? '') ?? [];
  return agent === undefined || sign === undefined ? undefined : { agent, sign };
}

export function decisionInWords({ kind, by }: Decision): string {
  const who = brief(shortName(by.name) || 'somebody');
  return kind === 'approved' ? `${who} had them removed` : `${who} wants nobody removed: put the directory right`;
}

function buttons(value: string, count: number): [Button, Button] {
  const confirm = { title: 'Remove them?', text: `${count} people will no longer see this channel.`, yes: 'Remove' };
  return [
    { id: fusedIds.approve, label: 'Approve', value, style: 'danger', confirm },
    { id: fusedIds.reject, label: 'Reject', value },
  ];
}
