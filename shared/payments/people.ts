import { once } from '../base/lazy.ts';
import { brief, withoutContacts } from '../slack/text.ts';
import type { Lifecycle } from './lifecycle.ts';

/** How a payment's people are called in Slack. Names only, and of those as little as tells them apart. */

/** A name as it is shown in Slack: the surname shortens to an initial. Empty where what was given is no name. */
export function shortName(given: string): string {
  const words = wordsOf(given);
  const surname = words.length > 1 ? words.pop() : undefined;
  return surname === undefined ? words.join(' ') : `${words.join(' ')} ${initialOf(surname)}.`;
}

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

/** The words of a name. People type telephone numbers and addresses where a name is asked for; those are left out. */
function wordsOf(name: string): string[] {
  const line = brief(withoutContacts(name));
  return /\p{L}/u.test(line) ? line.split(' ') : [];
}

const letters = once(() => new Intl.Segmenter('en', { granularity: 'grapheme' }));

/** The first letter as its readers count letters: with its vowel signs, and a conjunct as one. */
function initialOf(word: string): string {
  const [first] = letters().segment(word);
  return first?.segment ?? '';
}
