/**
 * Takes out of a text what belongs in no log and no error report: tokens, credentials, e-mail addresses (and the
 * UPI addresses that look alike), telephone and card numbers, and any JSON that an error message quotes. It would
 * rather take too much: a report that lacks a word is mended sooner than one that had a word too many.
 */
export function scrub(text: string): string {
  return patterns.reduce((left, [pattern, put]) => left.replace(pattern, put), text.slice(0, maxLength));
}

/** The same for every text inside a value; what is nested too deeply is left out, and so are fields named like secrets. */
export function scrubDeep(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '[nested]';
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((part) => scrubDeep(part, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      secretNames.test(name) ? '[removed]' : scrubDeep(part, depth + 1),
    ]),
  );
}

const maxLength = 4_000;
const maxDepth = 6;

const secretNames = /authorization|cookie|password|secret$|token$|signature|^body$|^email$|^contact$|phone|^vpa$/i;

/** In this order: a quoted body goes as a whole before its parts are looked at. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // `Unexpected token 'x', "{"email":"a@b.c"}" is not valid JSON`: V8 quotes the beginning of what it could not read.
  [/"[\s\S]*?"(\.\.\.)? is not valid JSON/g, '[text] is not valid JSON'],
  [/[{[]\s*"[\s\S]*/g, '[JSON]'],
  [/\b(authorization|x-api-key|cookie)(["']?\s*[:=]\s*)[^\r\n]+/gi, '$1$2[removed]'],
  [/\b(bearer|basic)\s+[\w.~+/=:-]+/gi, '$1 [removed]'],
  [/\bx(?:ox[a-z]|app|wfp)(?:\.|-)[\w.-]+/gi, '[token]'],
  [/\brzp_(?:live|test)_\w+/g, '[key]'],
  [/(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)*/g, '[e-mail]'],
  // With a country's code; or ten digits as Indian mobile numbers have them. Unix times begin with a 1 and stay.
  [/(?<![\w.])(?:\+|00)\d[\d\s().-]{6,16}\d(?!\w)/g, '[telephone]'],
  [/(?<![\w.])(?:0|91[\s-]?)?[6-9]\d{4}[\s-]?\d{5}(?![\w.])/g, '[telephone]'],
  [/(?<![\w.])\d(?:[ -]?\d){13,18}(?![\w.])/g, '[number]'],
];
