import { shortName, wordsOf } from '../slack/person-name.ts';
import type { Lifecycle } from './lifecycle.ts';

/** Who pays, as the first line names them. */
export function payer({ initiated }: Pick<Lifecycle, 'initiated'>): string {
  return (initiated && shortName(initiated.lead.name)) || 'Unknown payer';
}

/** Who pays, within a sentence and at the start of one. */
export function givenName({ initiated }: Pick<Lifecycle, 'initiated'>): {
  readonly inside: string;
  readonly first: string;
} {
  const name = initiated && wordsOf(initiated.lead.name)[0];
  return name ? { inside: name, first: name } : { inside: 'the payer', first: 'The payer' };
}
