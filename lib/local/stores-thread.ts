/**
 * The thread in which the embedded database (dynalite) and the embedded queues (fauxqs) live, so that neither makes the
 * gateway wait. Started by `stores.ts`.
 */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { LOOPBACK, listenOnLoopback } from './listen.ts';
import { stayOnLoopback } from './loopback.ts';

/** `folder` undefined: in memory. A part that is not wanted is one that another server stands in for. */
export type StoresStart = { readonly folder: string | undefined; readonly tables: boolean; readonly queues: boolean };

export type FromStores =
  | { readonly kind: 'ready'; readonly tables: string | undefined; readonly queues: string | undefined }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'stopped' };

type Part = { readonly origin: string; readonly close: () => Promise<void> };

type Dynalite = (options: {
  createTableMs: number;
  deleteTableMs: number;
  updateTableMs: number;
  path?: string;
}) => Server;

/** What is used of fauxqs. Its stores are not among its exports, so its files are loaded by their address. */
type Persistence = {
  updateMessageReady: (messageId: string) => void;
  load: (...stores: unknown[]) => void;
  close: () => void;
};
type Queue = { persistence: Persistence };
type SqsStore = { persistence: Persistence; allQueues: () => Iterable<Queue>; host: string };
type Store = { persistence: Persistence };
type FauxqsApp = {
  readonly server: Server;
  listen: (options: { port: number; host: string }) => Promise<string>;
  close: () => Promise<void>;
};
type BuildApp = (options: {
  logger: boolean;
  stores: { sqsStore: SqsStore; snsStore: Store; s3Store: Store };
}) => FauxqsApp;

async function startTables(folder: string | undefined): Promise<Part> {
  const dynalite = createRequire(import.meta.url)('dynalite') as Dynalite;
  const server = dynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    ...(folder === undefined ? {} : { path: join(folder, 'tables') }),
  });
  const origin = await listenOnLoopback(server, 0, '');
  return {
    origin,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Messages that were handed out when the last run ended: nobody works on them any more, and their visibility would keep
 * them, and everything of their group, from being worked for minutes.
 */
function freeInFlight(file: string): void {
  const database = new DatabaseSync(file);
  const known = database.prepare("SELECT name FROM sqlite_master WHERE name = 'sqs_messages'").get();
  if (known !== undefined) database.exec('UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL');
  database.close();
}

async function fromFauxqs<Export>(file: string, name: string): Promise<Export> {
  const loaded = (await import(new URL(file, import.meta.resolve('fauxqs')).href)) as Record<string, unknown>;
  return loaded[name] as Export;
}

/**
 * fauxqs, put together here and not by its own `startFauxqs`, for two reasons: that one listens on 0.0.0.0 whatever `host`
 * says, and with a folder it answers 500 to a visibility of 0 and hides the message (its statement writes NULL into a
 * column that must not be).
 */
async function startQueues(folder: string | undefined): Promise<Part> {
  const [buildApp, Sqs, Sns, S3, Persisted] = await Promise.all([
    fromFauxqs<BuildApp>('./app.js', 'buildApp'),
    fromFauxqs<new () => SqsStore>('./sqs/sqsStore.js', 'SqsStore'),
    fromFauxqs<new () => Store>('./sns/snsStore.js', 'SnsStore'),
    fromFauxqs<new () => Store>('./s3/s3Store.js', 'S3Store'),
    fromFauxqs<new (folder: string) => Persistence>('./persistence.js', 'PersistenceManager'),
  ]);
  const sqsStore = new Sqs();
  const snsStore = new Sns();
  const s3Store = new S3();
  // Empty: queue URLs then carry the host of the request, which is an address that resolves.
  sqsStore.host = '';

  let persistence: Persistence | undefined;
  if (folder !== undefined) {
    const queues = join(folder, 'queues');
    persistence = new Persisted(queues);
    const file = join(queues, 'fauxqs.db');
    freeInFlight(file);
    const database = new DatabaseSync(file);
    const ready = database.prepare(
      'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
    );
    persistence.updateMessageReady = (messageId) => {
      ready.run(messageId);
    };
    persistence.load(sqsStore, snsStore, s3Store);
    for (const store of [sqsStore, snsStore, s3Store]) store.persistence = persistence;
    for (const queue of sqsStore.allQueues()) queue.persistence = persistence;
  }

  const fauxqs = buildApp({ logger: false, stores: { sqsStore, snsStore, s3Store } });
  const origin = await fauxqs.listen({ port: 0, host: LOOPBACK });
  return {
    origin,
    close: async () => {
      await fauxqs.close();
      persistence?.close();
    },
  };
}

async function run(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('This file is started as a thread, by stores.ts.');
  const start = workerData as StoresStart;
  const tell = (message: FromStores) => port.postMessage(message);

  stayOnLoopback([]);
  try {
    const [tables, queues] = await Promise.all([
      start.tables ? startTables(start.folder) : undefined,
      start.queues ? startQueues(start.folder) : undefined,
    ]);
    port.once('message', async () => {
      await Promise.all([tables?.close(), queues?.close()]);
      tell({ kind: 'stopped' });
      port.close();
    });
    tell({ kind: 'ready', tables: tables?.origin, queues: queues?.origin });
  } catch (error) {
    tell({ kind: 'refused', message: error instanceof Error ? error.message : String(error) });
  }
}

await run();
