/**
 * The arguments of one Web API call. Slack takes them as a form (what its SDK sends), as JSON, or in the query; objects inside a
 * form are JSON text. https://docs.slack.dev/apis/web-api/#post_bodies
 */
import { SlackRefusal } from './refusal.ts';

/** Arguments by name, read once from whatever form they came in. */
export class Args {
  private readonly values: ReadonlyMap<string, unknown>;

  constructor(values: Iterable<readonly [string, unknown]>) {
    this.values = new Map(values);
  }

  /** Reads a request's query and body. A JSON body that cannot be read is `invalid_json`. */
  static read(query: URLSearchParams, contentType: string, body: Buffer): Args {
    if (contentType.startsWith('application/json')) {
      let parsed: unknown;
      try {
        parsed = JSON.parse(body.toString('utf8') || '{}');
      } catch {
        throw new SlackRefusal('invalid_json');
      }
      if (!isRecord(parsed)) throw new SlackRefusal('json_not_object');
      return new Args([...query, ...Object.entries(parsed)]);
    }
    if (contentType.startsWith('application/x-www-form-urlencoded')) {
      return new Args([...query, ...new URLSearchParams(body.toString('utf8'))]);
    }
    return new Args(query);
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  /** A text argument; an absent or empty one is undefined. */
  text(name: string): string | undefined {
    const value = this.values.get(name);
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  flag(name: string): boolean {
    const value = this.values.get(name);
    return value === true || value === 'true' || value === '1' || value === 1;
  }

  /** A positive whole number, held under `most`; `otherwise` when absent. */
  count(name: string, otherwise: number, most: number): number {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    const count = Number(value);
    if (!Number.isInteger(count) || count < 1) throw new SlackRefusal('invalid_limit');
    return Math.min(count, most);
  }

  /** A list of ids, given as an array or with commas. */
  list(name: string): readonly string[] {
    const value = this.values.get(name);
    const parts = Array.isArray(value) ? value.map(String) : (this.text(name)?.split(',') ?? []);
    return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))];
  }

  /** An object or array argument, parsed where it came as text. Undefined when absent; `refusal` when it is not JSON. */
  json(name: string, refusal: string): unknown {
    const value = this.values.get(name);
    if (typeof value !== 'string') return value ?? undefined;
    if (value === '') return undefined;
    try {
      return JSON.parse(value);
    } catch {
      throw new SlackRefusal(refusal);
    }
  }
}

/** Whether a value is an object with named fields (not null, not an array). */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
