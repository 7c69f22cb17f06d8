/**
 * Inside the thread of one function: loads its source, then answers one invocation after the other, as Lambda's runtime
 * does. Started by `function-host.ts` with the function's own environment.
 */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Context } from 'aws-lambda';
import { stayOnLoopback } from './loopback.ts';

/** What the thread is told when it starts. */
export type ThreadStart = {
  /** Absolute path of the source. */
  readonly file: string;
  readonly handler: string;
  readonly name: string;
  readonly arn: string;
  readonly memoryMb: number;
  readonly allowedHosts: readonly string[];
  /** Where compiled code is kept from one thread to the next. */
  readonly cache: string;
};

/** One invocation. Events and results travel as JSON, as they do to and from Lambda. */
export type ToThread = { readonly requestId: string; readonly event: string; readonly deadline: number };

/** What Lambda tells its caller of a failure. */
export type FunctionError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: string;
};

export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unloadable'; readonly error: FunctionError }
  | { readonly kind: 'answered'; readonly requestId: string; readonly result: string }
  | { readonly kind: 'failed'; readonly requestId: string; readonly error: FunctionError };

type Handler = (event: unknown, context: Context) => unknown;

function described(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: '' };
  // fetch says only "fetch failed": why stands in the cause.
  const because = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return { errorType: error.name, errorMessage: `${error.message}${because}`, trace: error.stack ?? '' };
}

function contextOf(start: ThreadStart, { requestId, deadline }: ToThread): Context {
  const notOffered = () => {
    throw new Error('Node 24 on Lambda has no done, fail or succeed: return, or throw.');
  };
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: start.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: start.arn,
    memoryLimitInMB: String(start.memoryMb),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${start.name}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: notOffered,
    fail: notOffered,
    succeed: notOffered,
  };
}

async function load({ file, handler }: ThreadStart): Promise<Handler> {
  const loaded = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const found = loaded[handler];
  if (typeof found !== 'function') throw new Error(`${file} exports no function "${handler}".`);
  return found as Handler;
}

async function run(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('This file is started as a thread, by function-host.ts.');
  const start = workerData as ThreadStart;
  const tell = (message: FromThread) => port.postMessage(message);

  stayOnLoopback(start.allowedHosts);
  // A third less work at each start of a thread: 360 ms of CPU instead of 500 for the payments worker.
  enableCompileCache(start.cache);
  let handler: Handler;
  try {
    handler = await load(start);
  } catch (error) {
    tell({ kind: 'unloadable', error: described(error) });
    return;
  }
  port.on('message', async (message: ToThread) => {
    const { requestId } = message;
    try {
      const result = await handler(JSON.parse(message.event), contextOf(start, message));
      tell({ kind: 'answered', requestId, result: JSON.stringify(result ?? null) });
    } catch (error) {
      tell({ kind: 'failed', requestId, error: described(error) });
    }
  });
  tell({ kind: 'ready' });
  // A thread is ended, it does not end: nothing would be written later.
  flushCompileCache();
}

await run();
