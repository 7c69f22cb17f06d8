/** The ways in which a secret may lie in a text that nobody should read it from. */

/** A place where a secret was found: whose it is, and how it was spelt. */
export type Leak = { readonly secret: string; readonly spelt: string; readonly in: string };

/**
 * Every leak of `secrets` (name -> value) into `texts` (where -> what was written there): as it is, as JSON within JSON, in
 * an address, in hexadecimal, and in base64 wherever it may lie within what was encoded.
 */
export function leaksOf(secrets: Readonly<Record<string, string>>, texts: Readonly<Record<string, string>>): Leak[] {
  return Object.entries(secrets).flatMap(([secret, value]) =>
    Object.entries(spellingsOf(value)).flatMap(([spelt, spelling]) =>
      Object.entries(texts).flatMap(([place, text]) => (text.includes(spelling) ? [{ secret, spelt, in: place }] : [])),
    ),
  );
}

function spellingsOf(value: string): Readonly<Record<string, string>> {
  if (value.length < 12) throw new Error('A secret as short as this is found by chance.');
  const inJson = JSON.stringify(value).slice(1, -1);
  return {
    'as it is': value,
    'in JSON': inJson,
    'in JSON within JSON': JSON.stringify(inJson).slice(1, -1),
    'in an address': encodeURIComponent(value),
    'in hexadecimal': Buffer.from(value).toString('hex'),
    ...Object.fromEntries(
      [0, 1, 2].flatMap((offset) => [
        [`in base64, ${offset} bytes in`, base64(value, offset, 'base64')],
        [`in base64url, ${offset} bytes in`, base64(value, offset, 'base64url')],
      ]),
    ),
  };
}

/** What base64 makes of `value` after `offset` other bytes, without the characters that depend on its neighbours. */
function base64(value: string, offset: number, encoding: 'base64' | 'base64url'): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString(encoding);
  return offset === 0 ? whole : whole.slice(4);
}
