/**
 * The databases that the stores are held to: dynalite, which serves `npm start`; AWS's own DynamoDB Local; and the one in
 * memory on which histories are played.
 */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { createTables } from '../../lib/local/tables.ts';
import { Table } from '../../shared/aws/table.ts';
import { startDynamoDbLocal, whyNoDynamoDbLocal } from './dynamodb-local.ts';

/** A running database with the tables of all rooms. */
export type Tables = {
  readonly table: (name: string) => Table;
  /**
   * The same table through a client that loses the reply to every write once: the database has done it, nobody heard,
   * and the SDK sends the very same again. A conditional write then meets its own effect.
   */
  readonly losingReplies: (name: string) => Table;
  /** Undefined in memory. */
  readonly client: DynamoDBClient | undefined;
  readonly stop: () => Promise<void>;
};

export type Database = { readonly name: string; readonly start: () => Promise<Tables> };

type Running = { readonly endpoint: string; readonly stop: () => Promise<void> };

const TABLES = [
  'payments',
  'instalments',
  'messages',
  'installations',
  'events',
  'admins',
  'closure',
  'states',
  'courses',
  'channels',
  'sessions',
  'reports',
];

const dynalite: Database = { name: 'dynalite', start: () => withTables(startDynalite) };
const dynamoDbLocal: Database = { name: 'DynamoDB Local', start: () => withTables(sharedOrOwn) };
const memory: Database = { name: 'the memory database', start: async () => inMemory() };

/** Tables in memory, at once: for tests that begin anew each time. */
export const memoryTables = (): Promise<Tables> => memory.start();

/** The database of tests that take one: dynalite, or what `TEST_DATABASE=dynamodb-local` asks for. */
export function chosenDatabase(): Database {
  return process.env['TEST_DATABASE'] === 'dynamodb-local' ? dynamoDbLocal : dynalite;
}

/** Every database that can run here. `npm test` says aloud when DynamoDB Local is not among them. */
export async function databasesHere(): Promise<readonly Database[]> {
  return (await whyNoDynamoDbLocal()) === undefined ? [memory, dynalite, dynamoDbLocal] : [memory, dynalite];
}

/** The one that `npm test` has started for all its tests, as starting it is what takes longest; else one of our own. */
async function sharedOrOwn(): Promise<Running> {
  const endpoint = process.env['TEST_DYNAMODB_LOCAL_URL'];
  return endpoint ? { endpoint, stop: async () => {} } : startDynamoDbLocal();
}

async function withTables(start: () => Promise<Running>): Promise<Tables> {
  const { endpoint, stop } = await start();
  // DynamoDB Local keeps apart what different keys ask for.
  const accessKeyId = `local${randomUUID().replaceAll('-', '')}`;
  const [client, forgetful] = [clientOf(endpoint, accessKeyId), losing(clientOf(endpoint, accessKeyId))];
  await createTables(client, TABLES.map(planOf));
  const [documents, unheard] = [client, forgetful].map((one) =>
    DynamoDBDocumentClient.from(one, { marshallOptions: { removeUndefinedValues: true } }),
  ) as [DynamoDBDocumentClient, DynamoDBDocumentClient];
  return {
    table: (name) => new Table(documents, name),
    losingReplies: (name) => new Table(unheard, name),
    client,
    stop: async () => {
      client.destroy();
      forgetful.destroy();
      await stop();
    },
  };
}

/** Without an SDK between, a lost reply is the same command carried out twice, of which the second answer is heard. */
function inMemory(): Tables {
  const documents = memoryDatabase();
  const send = async (command: unknown) => {
    if (/^(Put|Update|Delete)Command$/.test((command as object).constructor.name)) {
      await documents.send(command as never).catch(() => undefined);
    }
    return documents.send(command as never);
  };
  return {
    table: (name) => new Table(documents, name),
    losingReplies: (name) => new Table({ send } as unknown as DynamoDBDocumentClient, name),
    client: undefined,
    stop: async () => {},
  };
}

async function startDynalite(): Promise<Running> {
  const make = createRequire(import.meta.url)('dynalite') as (options: object) => Server;
  const server = make({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** As `lib/parts/room-table.ts` declares it, but for the expiry: tests have a time of their own. */
function planOf(name: string) {
  const string = (attribute: string) => ({ name: attribute, type: 'S' as const });
  const due = {
    name: 'due',
    partition: string('dueShard'),
    sort: { name: 'dueAt', type: 'N' as const },
    projection: { type: 'KEYS_ONLY' as const, attributes: [] },
  };
  return { id: name, name, partition: string('pk'), sort: string('sk'), indexes: [due] };
}

function clientOf(endpoint: string, accessKeyId: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId, secretAccessKey: 'local' },
  });
}

function losing(client: DynamoDBClient): DynamoDBClient {
  // A call has one context, however often it is tried.
  const lost = new WeakSet<object>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      if (lost.has(context) || !/^(Put|Update|Delete)Item/.test(context.commandName ?? '')) return answer;
      lost.add(context);
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
    },
    { step: 'deserialize', name: 'losesReplies', priority: 'high' },
  );
  return client;
}
