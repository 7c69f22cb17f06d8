import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from './clock.ts';
import { once } from './lazy.ts';
import type { Fields, Log } from './log.ts';
import { type Count, openMetrics } from './metrics.ts';
import { scrub, scrubDeep } from './scrub.ts';
import { openSentry, type Sentry, type SentryReport } from './sentry.ts';

/** Says that something failed. `where` is the part of the work, in a few words; the rest joins it to other lines. */
export type Report = (error: unknown, context: { readonly where: string } & Fields) => void;

/** Where errors go: always to the log and the metrics, and to Sentry where `SENTRY_DSN` is set. */
export type Reporter = {
  readonly report: Report;
  /** Waits for what is still on its way, but not for long: Lambda freezes the process after the answer. */
  readonly flush: () => Promise<void>;
};

export type ReporterParts = {
  readonly log: Pick<Log, 'error'>;
  readonly count?: Count;
  readonly clock?: Pick<Clock, 'now'>;
  readonly environment?: NodeJS.ProcessEnv;
  /** The longest that `flush` holds up an answer, in milliseconds. */
  readonly flushMs?: number;
};

/** An error as it may be told: scrubbed, its causes along, its frames without what they were called with. */
export type Told = {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  /** `at shared/x.ts:1:2`, the innermost first. */
  readonly stack: readonly string[];
  readonly cause: Told | undefined;
};

/** To Sentry go one event a minute of each group, with how many more there were; all are in the log. */
const perGroupMs = 60_000;
const groupsKept = 200;

/**
 * Opens the reporter of a function. Reporting never throws, and never waits: what Sentry is sent is on its way
 * until `flush`.
 */
export function openReporter(parts: ReporterParts): Reporter {
  const { log, count = openMetrics(), clock = systemClock, environment = process.env, flushMs = 1_000 } = parts;
  const sentry = sentryOf(environment, clock);
  const mayPass = limiter(clock);
  let underWay: Promise<void>[] = [];

  const pass = async (open: () => Sentry, told: Told, report: SentryReport) => {
    try {
      await open().send(told, report);
    } catch (error) {
      // `fetch` says in the cause what happened.
      const { name, message, cause } = tell(error);
      log.error(`An error did not reach Sentry: ${cause?.message ?? message}`, { name });
    }
  };

  return {
    report: (error, { where, ...fields }) => {
      try {
        const told = tell(error);
        const group = [where, told.name, ...(told.code === undefined ? [] : [told.code])];
        log.error(`${where}: ${told.message}`, { where, ...fields, group: group.join(' / '), error: told });
        count('ErrorsReported', 1);

        const held = sentry && mayPass(group.join(' / '));
        if (!sentry || held === undefined) return;
        const ids = { ...(scrubDeep(fields) as Fields), ...(held > 0 && { notSentSinceTheLast: held }) };
        underWay.push(pass(sentry, told, { group, where, ids }));
      } catch {
        // Whoever reports has a failure to deal with already, and this was the last place that could say more.
      }
    },
    flush: async () => {
      if (underWay.length === 0) return;
      const sent = Promise.all(underWay);
      underWay = [];
      await atMost(flushMs, sent);
    },
  };
}

/** What of an error may be told. Never throws, whatever was thrown. */
export function tell(thrown: unknown, depth = 0): Told {
  try {
    const error = thrown instanceof Error ? thrown : new Error(inWords(thrown));
    const code = 'code' in error && typeof error.code === 'string' ? scrub(error.code) : undefined;
    // A connection that failed for every address is an AggregateError without a message of its own.
    const inner = error.cause ?? (error instanceof AggregateError ? error.errors[0] : undefined);
    return {
      name: scrub(error.name),
      code,
      message: scrub(error.message),
      stack: frames(error),
      cause: inner !== undefined && depth < 4 ? tell(inner, depth + 1) : undefined,
    };
  } catch {
    return { name: 'Error', code: undefined, message: 'An error that cannot be read.', stack: [], cause: undefined };
  }
}

function inWords(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : `Not an error was thrown, but: ${typeof thrown}`;
}

function frames({ stack }: Error): string[] {
  return (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 20)
    .map((line) => scrub(line.trim()));
}

/** Opened at the first error, so that a DSN which is none is told then, and stops no function. */
function sentryOf(environment: NodeJS.ProcessEnv, clock: Pick<Clock, 'now'>): (() => Sentry) | undefined {
  const dsn = environment['SENTRY_DSN'];
  if (!dsn) return undefined;
  return once(() =>
    openSentry({
      dsn,
      stage: environment['STAGE'],
      version: environment['VERSION'],
      service: environment['POWERTOOLS_SERVICE_NAME'],
      clock,
      uniqueId: randomUUID,
    }),
  );
}

/** How many of a group were held back since the last that passed; undefined: this one is held back, too. */
function limiter(clock: Pick<Clock, 'now'>): (group: string) => number | undefined {
  const groups = new Map<string, { readonly passedAt: number; held: number }>();
  return (group) => {
    const now = clock.now();
    const last = groups.get(group);
    if (last && now - last.passedAt < perGroupMs) {
      last.held += 1;
      return undefined;
    }
    if (groups.size >= groupsKept) groups.clear();
    groups.set(group, { passedAt: now, held: 0 });
    return last?.held ?? 0;
  };
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
