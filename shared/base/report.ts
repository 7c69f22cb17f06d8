import type { Clock } from './clock.ts';
import type { Fields, Log } from './log.ts';
import { type Count, openMetrics } from './metrics.ts';
import { scrub } from './scrub.ts';

/** Says that something failed. `where` is the part of the work, in a few words; the rest joins it to other lines. */
export type Report = (error: unknown, context: { readonly where: string } & Fields) => void;

/** Where errors go: always to the log and the metrics, and to Sentry where a DSN is set. */
export type Reporter = {
  readonly report: Report;
  /** Waits for what is still on its way to Sentry, a second at most: Lambda freezes the process after the answer. */
  readonly flush: () => Promise<void>;
};

export type ReporterParts = {
  readonly log: Pick<Log, 'error'>;
  readonly count?: Count;
  readonly clock?: Pick<Clock, 'now'>;
  readonly environment?: NodeJS.ProcessEnv;
};

/** An error as it may be told: scrubbed, its causes along, its frames without what they were called with. */
export type Told = {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  readonly stack: readonly string[];
  readonly cause: Told | undefined;
};

/** Opens the reporter of a function. It never throws. */
export function openReporter({ log, count = openMetrics() }: ReporterParts): Reporter {
  return {
    report: (error, context) => {
      const told = tell(error);
      log.error(`${context.where}: ${told.message}`, { ...context, error: told });
      count('ErrorsReported', 1);
    },
    flush: async () => {},
  };
}

/** What of an error may be told. */
export function tell(error: unknown, depth = 0): Told {
  const told = error instanceof Error ? error : new Error(typeof error === 'string' ? error : 'Something was thrown.');
  const code = 'code' in told && typeof told.code === 'string' ? scrub(told.code) : undefined;
  return {
    name: scrub(told.name),
    code,
    message: scrub(told.message),
    stack: frames(told),
    cause: told.cause !== undefined && depth < 4 ? tell(told.cause, depth + 1) : undefined,
  };
}

function frames({ stack = '' }: Error): string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 20)
    .map((line) => scrub(line.trim()));
}
