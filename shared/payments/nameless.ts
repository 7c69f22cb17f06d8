import type { Initiated } from './lifecycle.ts';

/** The name of somebody who was erased: none, which Slack shows as `Unknown payer` or `the owner`. */
export const nobody = '';

/** What the checkout said, without the name of who pays. */
export function withoutPayer(initiated: Initiated): Initiated {
  return { ...initiated, lead: { ...initiated.lead, name: nobody } };
}

/** Somebody of the company, by their id; and by their name, where the directory still has it. */
export type Colleague = { readonly id: string; readonly name: string | undefined };

/**
 * What is kept, without the name of somebody of the company: wherever their id stands beside a name, it goes, and where
 * something was done `by` somebody of that name. The one who pays is no such person, even under the same id.
 */
export function withoutColleague<Kept>(kept: Kept, colleague: Colleague): Kept;
export function withoutColleague(kept: unknown, colleague: Colleague): unknown {
  const { id, name } = colleague;
  if (Array.isArray(kept)) return kept.map((one) => withoutColleague(one, colleague));
  if (kept === null || typeof kept !== 'object' || ArrayBuffer.isView(kept) || kept instanceof Set) return kept;
  const fields = Object.entries(kept).map(([field, value]) => [
    field,
    field === 'lead' ? value : field === 'by' && value === name ? nobody : withoutColleague(value, colleague),
  ]);
  const person: Record<string, unknown> = Object.fromEntries(fields);
  return person['id'] === id && typeof person['name'] === 'string' ? { ...person, name: nobody } : person;
}

/**
 * What a caller says once more, as far as it can be compared with what is kept: a name that was erased there is no
 * difference, or the same payment announced again would be taken for another.
 */
export function comparable<Said extends Pick<Initiated, 'lead' | 'assignedAdmin'>>(
  kept: Pick<Initiated, 'lead' | 'assignedAdmin'>,
  again: Said,
): Said {
  const { lead, assignedAdmin } = again;
  return {
    ...again,
    lead: kept.lead.name === nobody ? { ...lead, name: nobody } : lead,
    assignedAdmin:
      assignedAdmin && kept.assignedAdmin?.name === nobody ? { ...assignedAdmin, name: nobody } : assignedAdmin,
  };
}
