import * as z from 'zod/mini';
import type { WrongField } from './errors.ts';

/** A value from outside, held to a schema: what it is, or every field that is wrong with it, never just the first. */
export type Held<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly wrong: readonly WrongField[] };

/** Holds `value` to `schema`. The messages say what would be right, and never repeat what was sent. */
export function hold<Schema extends z.ZodMiniType>(schema: Schema, value: unknown): Held<z.output<Schema>> {
  const result = schema.safeParse(value, { error: sentence });
  return result.success ? { ok: true, value: result.data } : { ok: false, wrong: result.error.issues.flatMap(wrong) };
}

/**
 * A text that a person may read: no line breaks or other control characters, no space around it. Half of a surrogate
 * pair is stored as another character, so that the same text sent again would differ from what was recorded.
 */
export const text = (length: number) =>
  z.string().check(
    z.trim(),
    z.minLength(1),
    z.maxLength(length),
    z.regex(/^\P{Cc}*$/u, 'must not hold line breaks or other control characters.'),
    z.refine((value) => value.isWellFormed(), 'holds half of a character; a text may be cut between characters only.'),
  );

/** Nobody puts more than this right at once, and a body may be wrong in as many places as it has bytes. */
const namedAtOnce = 50;

/** What a refusal names: each field once, with the first that is wrong with it; the last entry counts what is left. */
export function named(wrong: readonly WrongField[], atMost: number = namedAtOnce): WrongField[] {
  const once = [...Map.groupBy(wrong, (field) => field.pointer).values()].flatMap(([first]) => first ?? []);
  if (once.length <= atMost) return once;
  const shown = once.slice(0, atMost - 1);
  const left = once.length - shown.length;
  return [...shown, { pointer: '', message: `has ${left} more wrong fields; put those above right first.` }];
}

/** A JSON pointer (RFC 6901). */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function wrong(issue: z.core.$ZodIssue): WrongField[] {
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointer(issue.path), message: issue.message }];
  return issue.keys.map((key) => ({
    pointer: pointer([...issue.path, key]),
    message: 'is not a field here; leave it out.',
  }));
}

function sentence(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return 'is missing.';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[String(issue['expected'])] ?? String(issue['expected'])}.`;
    case 'too_small':
      return issue['origin'] === 'string'
        ? 'must not be empty.'
        : `must be ${issue['inclusive'] ? 'at least' : 'more than'} ${issue['minimum']}.`;
    case 'too_big':
      return issue['origin'] === 'string'
        ? `must have at most ${issue['maximum']} characters.`
        : `must be at most ${issue['maximum']}.`;
    case 'invalid_value':
    case 'invalid_union':
      return `must be ${oneOf(issue)}.`;
    default:
      return 'is not valid.';
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

function oneOf(issue: z.core.$ZodRawIssue): string {
  const values = issue['values'] ?? issue['options'];
  return Array.isArray(values)
    ? values.map((value) => JSON.stringify(value)).join(' or ')
    : 'one of the shapes allowed';
}
