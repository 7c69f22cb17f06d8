/**
 * An e-mail address as addresses are compared: without regard to case, and to nothing else; dots and what follows a plus
 * belong to it.
 *
 * A letter becomes a lower-case letter of its own alphabet or stays what it is. Unicode also lowers the Kelvin sign to
 * `k`, which would let somebody pass for another with an address that only looks the same.
 */
export function foldEmail(email: string): string {
  return [...email].map(lower).join('');
}

function lower(letter: string): string {
  const lowered = letter.toLowerCase();
  const isOneOfItsOwn = [...lowered].length === 1 && isAscii(lowered) === isAscii(letter);
  return isOneOfItsOwn ? lowered : letter;
}

const isAscii = (letter: string) => (letter.codePointAt(0) ?? 0) < 0x80;
