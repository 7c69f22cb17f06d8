import { mkdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { FromStores, StoresStart } from './stores-thread.ts';

/** The database and the queues that the functions talk to. */
export type Stores = {
  readonly dynamodbUrl: string;
  readonly sqsUrl: string;
  /** What each of them is, for people. */
  readonly told: { readonly tables: string; readonly queues: string };
  stop(): Promise<void>;
};

export type StoresOptions = {
  /** Where tables and queues are kept from one run to the next; undefined: in memory. */
  readonly folder: string | undefined;
  /** Another DynamoDB or SQS to use instead of the embedded one. */
  readonly dynamodbUrl: string | undefined;
  readonly sqsUrl: string | undefined;
  /** Called when the thread ends by itself. */
  readonly lost: (sentence: string) => void;
};

/** The stores cannot be used: somebody else has them, or what was named does not answer. The message says what to do. */
export class StoresUnusable extends Error {
  override readonly name = 'StoresUnusable';
}

const origin = (url: string): string => url.replace(/\/+$/, '');

/** Starts the embedded database and queues, or takes those that the options name. */
export async function startStores({ folder, dynamodbUrl, sqsUrl, lost }: StoresOptions): Promise<Stores> {
  const start: StoresStart = { folder, tables: dynamodbUrl === undefined, queues: sqsUrl === undefined };
  const kept = folder === undefined ? 'in memory' : `kept in ${folder}`;
  const told = {
    tables: start.tables ? `dynalite, ${kept}` : `those of ${dynamodbUrl}`,
    queues: start.queues ? `fauxqs, ${kept}` : `those of ${sqsUrl}`,
  };
  if (!start.tables && !start.queues) {
    return { dynamodbUrl: origin(dynamodbUrl ?? ''), sqsUrl: origin(sqsUrl ?? ''), told, stop: async () => {} };
  }

  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const worker = new Worker(new URL('./stores-thread.ts', import.meta.url), {
    name: 'stores',
    workerData: start,
    // node:sqlite, in which fauxqs keeps messages, still warns that it is experimental.
    execArgv: ['--no-warnings'],
  });
  const first = await new Promise<FromStores>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) =>
      reject(new Error(`The thread of the database and the queues ended with code ${code}.`)),
    );
  });
  if (first.kind !== 'ready') {
    await worker.terminate();
    const message = first.kind === 'refused' ? first.message : 'it stopped at once';
    throw new Error(`The embedded database or the queues could not start: ${message}`);
  }
  let stopping = false;
  worker.removeAllListeners();
  // The database of a folder that another process has open falls over at its first request.
  const remedy =
    folder === undefined ? 'Start again.' : `If another process has ${folder} open, stop that one; then start again.`;
  worker.on('error', (error) => lost(`The database and the queues crashed: ${error.message}. ${remedy}`));
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      resolve();
      if (!stopping) lost(`The database and the queues ended with code ${code}. ${remedy}`);
    });
  });
  return {
    dynamodbUrl: first.tables ?? origin(dynamodbUrl ?? ''),
    sqsUrl: first.queues ?? origin(sqsUrl ?? ''),
    told,
    stop: async () => {
      stopping = true;
      worker.postMessage('stop');
      await ended;
    },
  };
}
