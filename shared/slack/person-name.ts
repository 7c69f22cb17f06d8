import { once } from '../base/lazy.ts';
import { brief, withoutContacts } from './text.ts';

/** How people are called in Slack. Names only, and of those as little as tells them apart. */

/** A name as it is shown in Slack: the surname shortens to an initial. Empty where what was given is no name. */
export function shortName(given: string): string {
  const words = wordsOf(given);
  const surname = words.length > 1 ? words.pop() : undefined;
  return surname === undefined ? words.join(' ') : `${words.join(' ')} ${initialOf(surname)}.`;
}

/** The words of a name. People type telephone numbers and addresses where a name is asked for; those are left out. */
export function wordsOf(name: string): string[] {
  const line = brief(withoutContacts(name));
  return /\p{L}/u.test(line) ? line.split(' ') : [];
}

const letters = once(() => new Intl.Segmenter('en', { granularity: 'grapheme' }));

/** The first letter as its readers count letters: with its vowel signs, and a conjunct as one. */
function initialOf(word: string): string {
  const [first] = letters().segment(word);
  return first?.segment ?? '';
}
