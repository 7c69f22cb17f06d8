import { Logger } from '@aws-lambda-powertools/logger';
import { scrubDeep } from './scrub.ts';

/**
 * What joins a line to others: ids, states, counts, durations in milliseconds. Never a body, and nothing by which a
 * person can be reached.
 */
export type Fields = Readonly<Record<string, unknown>>;

/** One line of JSON for each unit of work. */
export type Log = {
  readonly info: (message: string, fields?: Fields) => void;
  readonly warn: (message: string, fields?: Fields) => void;
  readonly error: (message: string, fields?: Fields) => void;
};

/** The function's log, as Powertools writes it. Every text is scrubbed first, in case a field holds what it should not. */
export function openLog(): Log {
  const logger = new Logger();
  const line =
    (level: keyof Log) =>
    (message: string, fields: Fields = {}) =>
      logger[level](message, scrubDeep(fields) as Record<string, string>);
  return { info: line('info'), warn: line('warn'), error: line('error') };
}
