import type { Clock } from './clock.ts';
import type { Told } from './report.ts';

/**
 * Reports to Sentry over its envelope protocol, by one POST an event. It looks at nothing by itself: what it sends is what
 * it is given. https://develop.sentry.dev/sdk/foundations/transport/envelopes/
 */
export type Sentry = {
  /**
   * Sends one event, and resolves when Sentry has it. While Sentry wants no more it drops the event, which is in the log.
   * Throws a sentence when the event did not arrive, and when it was refused.
   */
  readonly send: (told: Told, report: SentryReport) => Promise<void>;
};

export type SentryReport = {
  /** Events with equal parts are one issue. */
  readonly group: readonly string[];
  readonly where: string;
  readonly ids: Readonly<Record<string, unknown>>;
};

export type SentrySettings = {
  readonly dsn: string;
  readonly stage: string | undefined;
  readonly version: string | undefined;
  readonly service: string | undefined;
  readonly clock: Pick<Clock, 'now'>;
  /** A UUID, another one at each call. */
  readonly uniqueId: () => string;
  /** How long one event may take on its way, in milliseconds. */
  readonly sendMs?: number;
};

/** Throws when the DSN is none. */
export function openSentry(settings: SentrySettings): Sentry {
  const { dsn, version, clock, uniqueId, sendMs = 2_000 } = settings;
  const { endpoint, key } = addressOf(dsn);
  const client = `war-room/${version ?? '0'}`;
  const headers = {
    'content-type': 'application/x-sentry-envelope',
    'user-agent': client,
    'x-sentry-auth': `Sentry sentry_version=7, sentry_client=${client}, sentry_key=${key}`,
    // Errors are rare, and a connection that outlives a frozen process is dead when the next one comes.
    connection: 'close',
  };
  let quietUntil = 0;

  return {
    send: async (told, report) => {
      const now = clock.now();
      if (now < quietUntil) return;
      const id = uniqueId().replaceAll('-', '');
      const answer = await fetch(endpoint, {
        method: 'POST',
        headers,
        body: envelope(id, now, eventOf(told, report, settings)),
        signal: AbortSignal.timeout(sendMs),
      });
      quietUntil = Math.max(quietUntil, clock.now() + quietMs(answer));
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`Sentry answered ${answer.status}.`);
    },
  };
}

/** https://develop.sentry.dev/sdk/foundations/transport/authentication/ */
function addressOf(dsn: string): { readonly endpoint: string; readonly key: string } {
  const parts = /^(?<scheme>https?):\/\/(?<key>\w+)@(?<host>[^/?#@]+)(?<path>(?:\/[\w-]+)*)\/(?<project>\d+)$/.exec(
    dsn,
  );
  const { scheme, key, host, path, project } = parts?.groups ?? {};
  if (!key) throw new Error('SENTRY_DSN is not a DSN as Sentry shows it: https://KEY@HOST/PROJECT.');
  return { endpoint: `${scheme}://${host}${path}/api/${project}/envelope/`, key };
}

/** The event with the two headers that it travels under, each on a line of its own. */
function envelope(id: string, now: number, event: object): string {
  const item = JSON.stringify({ event_id: id, timestamp: now / 1_000, ...event });
  const lines = [
    { event_id: id, sent_at: new Date(now).toISOString() },
    { type: 'event', content_type: 'application/json', length: Buffer.byteLength(item) },
  ];
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n${item}\n`;
}

/** https://develop.sentry.dev/sdk/foundations/transport/event-payloads/ */
function eventOf(told: Told, { group, where, ids }: SentryReport, settings: SentrySettings): object {
  const { stage, version, service } = settings;
  return {
    level: 'error',
    platform: 'node',
    ...(stage && { environment: stage }),
    ...(version && { release: version }),
    ...(service && { server_name: service }),
    fingerprint: group,
    tags: { where },
    extra: ids,
    exception: { values: exceptions(told).reverse() },
  };
}

type Exception = {
  readonly type: string;
  readonly value: string;
  readonly stacktrace?: { readonly frames: readonly Frame[] };
};

/**
 * Sentry wants the cause before what it caused, and the outermost frame first.
 * https://develop.sentry.dev/sdk/foundations/transport/event-payloads/exception/
 */
function exceptions({ name, code, message, stack, cause }: Told): Exception[] {
  const own: Exception = {
    type: name,
    value: code === undefined ? message : `${message} (${code})`,
    // Frames, where they are given, must not be none.
    ...(stack.length > 0 && { stacktrace: { frames: stack.map(frameOf).reverse() } }),
  };
  return [own, ...(cause ? exceptions(cause) : [])];
}

type Frame = {
  readonly function?: string;
  readonly filename?: string;
  readonly lineno?: number;
  readonly colno?: number;
  /** Whether it is of War Room, and not of a package or of Node. */
  readonly in_app: boolean;
};

/** `at async Outbox.close (/x/outbox.ts:1:2)`, or the place alone. https://v8.dev/docs/stack-trace-api#appendix%3A-stack-trace-format */
export function frameOf(line: string): Frame {
  const [, name, place = '', lineno, colno] = /^at (?:async )?(?:(.+?) \()?(.+?):(\d+):(\d+)\)?$/.exec(line) ?? [];
  // `at async Promise.all (index 0)`, `at Array.map (native)`: no place that one could open.
  if (lineno === undefined) return { function: line.replace(/^at (async )?/, ''), in_app: false };
  const filename = place.replace(/^file:\/\//, '');
  return {
    ...(name && { function: name }),
    filename,
    lineno: Number(lineno),
    colno: Number(colno),
    in_app: /^[./]|^[A-Z]:/.test(filename) && !filename.includes('/node_modules/'),
  };
}

/**
 * For how long Sentry wants no more errors after `answer`, in milliseconds; 0: it takes the next.
 * https://develop.sentry.dev/sdk/foundations/transport/rate-limiting/
 */
export function quietMs({ status, headers }: Pick<Response, 'status' | 'headers'>): number {
  const limits = headers.get('x-sentry-rate-limits');
  if (limits !== null) return Math.max(0, ...limits.split(',').map(ofErrors));
  return status === 429 ? milliseconds(headers.get('retry-after')) : 0;
}

/** Of one limit, `60:error;transaction:organization`: what it means for errors. Without a category it is for all. */
function ofErrors(limit: string): number {
  const [seconds = '', categories = ''] = limit.trim().split(':');
  return categories === '' || categories.split(';').includes('error') ? milliseconds(seconds) : 0;
}

/** A minute where no number was said. */
function milliseconds(seconds: string | null): number {
  return /^\d+(\.\d+)?$/.test(seconds ?? '') ? Number(seconds) * 1_000 : 60_000;
}
