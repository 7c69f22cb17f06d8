import { createStackParser, createTransport, type Event, type Exception } from '@sentry/core';
import { nodeStackLineParser, ServerRuntimeClient } from '@sentry/core/server';
import type { Told } from './report.ts';

/**
 * Reports to Sentry, with nothing of it but the parts that build and send an event: 63 KB and 10 ms when it is first
 * needed, where @sentry/node takes 641 KB and 200 ms, most of it to patch modules that we do not use. No integration
 * is installed, so it looks at nothing by itself: what it sends is what it is given.
 */
export type Sentry = {
  readonly send: (told: Told, report: SentryReport) => void;
  /** Waits until everything is sent, at most `ms`. */
  readonly flush: (ms: number) => Promise<void>;
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
};

/** How long one event may take on its way. */
const sendMs = 2_000;

const parseStack = createStackParser(nodeStackLineParser());

/** Throws when the DSN is none. */
export function openSentry({ dsn, stage, version, service }: SentrySettings): Sentry {
  if (!/^https?:\/\/\w+@[^/]+(\/[\w-]+)*\/\d+$/.test(dsn)) {
    throw new Error('SENTRY_DSN is not a DSN as Sentry shows it: https://KEY@HOST/PROJECT.');
  }
  const client = new ServerRuntimeClient({
    dsn,
    ...(stage && { environment: stage }),
    ...(version && { release: version }),
    ...(service && { serverName: service }),
    integrations: [],
    stackParser: parseStack,
    transport: (options) =>
      createTransport(options, async ({ body }) => {
        const answer = await fetch(options.url, {
          method: 'POST',
          headers: options.headers ?? {},
          body: typeof body === 'string' ? body : Uint8Array.from(body),
          signal: AbortSignal.timeout(sendMs),
        });
        await answer.arrayBuffer();
        return {
          statusCode: answer.status,
          headers: {
            'x-sentry-rate-limits': answer.headers.get('x-sentry-rate-limits'),
            'retry-after': answer.headers.get('retry-after'),
          },
        };
      }),
  });
  client.init();

  return {
    send: (told, report) => {
      client.captureEvent(eventOf(told, report));
    },
    flush: async (ms) => {
      await client.flush(ms);
    },
  };
}

function eventOf(told: Told, { group, where, ids }: SentryReport): Event {
  return {
    level: 'error',
    platform: 'node',
    fingerprint: [...group],
    tags: { where },
    extra: { ...ids },
    exception: { values: exceptions(told).reverse() },
  };
}

/** Sentry wants the cause before what it caused. https://develop.sentry.dev/sdk/data-model/event-payloads/exception/ */
function exceptions(told: Told): Exception[] {
  const { name, code, message, stack, cause } = told;
  const own: Exception = {
    type: name,
    value: code === undefined ? message : `${message} (${code})`,
    stacktrace: { frames: parseStack(stack.join('\n')) },
  };
  return [own, ...(cause ? exceptions(cause) : [])];
}
