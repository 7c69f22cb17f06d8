import { body, brief, type Content, fine, message } from '../slack/text.ts';
import type { Word } from './desk.ts';

type Words = Readonly<Record<string, Pick<Word, 'usage' | 'says'>>>;

/** What can be asked, as `/warroom help` shows it. `command` is the command with its slash, as it is called here. */
export function help(command: string, words: Words, origin: string): Content {
  const lines = Object.entries(words).map(([word, { usage, says }]) =>
    body({ bold: [command, word, usage].filter((part) => part !== '').join(' ') }, `: ${says}`),
  );
  return message(
    body('War Room tells here what happens to payments, one thread each. You can ask it:'),
    ...lines,
    fine('Only you see the answers. ', { link: `${origin}/support`, label: 'Support' }),
  );
}

/** What is told where nothing is called `word`: the nearest that is, and all that can be asked. */
export function unknownWord(word: string, command: string, words: Words): Content {
  const known = Object.keys(words);
  const nearest = nearestTo(word.toLowerCase(), known);
  const asked = `${command} ${brief(word, 40)}`;
  return message(
    nearest === undefined
      ? body('War Room does not know ', { bold: asked }, '.')
      : body('War Room does not know ', { bold: asked }, '. Did you mean ', { bold: `${command} ${nearest}` }, '?'),
    fine(`It knows ${known.join(', ')}. `, `${command} help says what each does.`),
  );
}

/** A word that is further from all others than this was not mistyped. */
const typosAtMost = 2;

function nearestTo(word: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((one) => ({ one, distance: one.startsWith(word) && word.length > 1 ? 0 : distance(word, one) }))
    .sort((a, b) => a.distance - b.distance);
  return nearest && nearest.distance <= typosAtMost ? nearest.one : undefined;
}

/** How many letters have to be put in, taken out or changed to make one word of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...one].entries()) {
    const line = [row + 1];
    for (const [column, wanted] of [...other].entries()) {
      const changed = (above[column] ?? 0) + (letter === wanted ? 0 : 1);
      line.push(Math.min(changed, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1));
    }
    above = line;
  }
  return above.at(-1) ?? 0;
}
