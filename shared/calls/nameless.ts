import type { Call } from './call.ts';

/** The name of somebody who was erased: none. */
const nobody = '';

/** What is left of a call once whoever was called is erased: who called, when, for how long, and what came of it. */
export function withoutLead(call: Call): Call {
  const { agentId, startedAt, durationSeconds, outcome, lead } = call;
  const summary = { text: 'What was said is erased.' };
  return { agentId, startedAt, durationSeconds, outcome, summary, lead: { id: lead.id, name: nobody } };
}

/** Somebody of the company: by their id, by their name where the directory still has it, by their account in Slack. */
export type Colleague = {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly user: string | undefined;
};

/**
 * What is kept, without the name of somebody of the company: beside their id, beside their account, and wherever a name stands
 * alone. What was said in a call is not touched, nor who was called, even under the same id or name.
 */
export function withoutColleague(kept: unknown, colleague: Colleague): unknown {
  const { id, name, user } = colleague;
  if (Array.isArray(kept)) return kept.map((one) => (isName(one, name) ? nobody : withoutColleague(one, colleague)));
  if (kept === null || typeof kept !== 'object' || ArrayBuffer.isView(kept) || kept instanceof Set) return kept;
  const one = kept as Readonly<Record<string, unknown>>;
  const isTheirs = (id !== undefined && one['id'] === id) || (user !== undefined && one['user'] === user);
  return Object.fromEntries(
    Object.entries(one).map(([field, value]) => {
      if (field === 'call' || field === 'lead') return [field, value];
      const isTheirName = field === 'name' && (isTheirs || isName(value, name));
      if (isTheirName && typeof value === 'string') return [field, nobody];
      // The agent's own, in what waits for somebody to decide.
      if (field === 'agent' && isName(value, name)) return [field, nobody];
      return [field, withoutColleague(value, colleague)];
    }),
  );
}

function isName(value: unknown, name: string | undefined): boolean {
  return name !== undefined && name !== nobody && value === name;
}
