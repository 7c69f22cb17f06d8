/** The databases that the stores are held to: dynalite, which serves `npm start`, and AWS's own DynamoDB Local. */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startDynamoDbLocal, whyNoDynamoDbLocal } from './dynamodb-local.ts';

export type Database = {
  readonly name: string;
  start(): Promise<{ readonly endpoint: string; readonly stop: () => Promise<void> }>;
};

const dynalite: Database = {
  name: 'dynalite',
  start: async () => {
    const start = createRequire(import.meta.url)('dynalite') as (options: object) => Server;
    const server = start({ createTableMs: 0 });
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
  },
};

const dynamoDbLocal: Database = { name: 'DynamoDB Local', start: startDynamoDbLocal };

/** The database of tests that take one: dynalite, or what `TEST_DATABASE=dynamodb-local` asks for. */
export function chosenDatabase(): Database {
  return process.env['TEST_DATABASE'] === 'dynamodb-local' ? dynamoDbLocal : dynalite;
}

/** Every database that can run here. `npm test` says aloud when DynamoDB Local is not among them. */
export async function databasesHere(): Promise<readonly Database[]> {
  return (await whyNoDynamoDbLocal()) === undefined ? [dynalite, dynamoDbLocal] : [dynalite];
}

/** A client of a database that runs on this machine. */
export function clientOf(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

/** Document commands over a client, as `documentClient` of the product makes them. */
export function documentsOf(client: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/**
 * Loses the reply to each write once: the database has done it, nobody heard, and the SDK sends the very same again. A
 * conditional write then meets its own effect.
 */
export function losingReplies(documents: DynamoDBDocumentClient): DynamoDBDocumentClient {
  let last: unknown;
  documents.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      // Each try of one call passes here with the same input.
      if (args.input === last || !isWrite(args.input)) return answer;
      last = args.input;
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
    },
    { step: 'deserialize', name: 'losesReplies', priority: 'high' },
  );
  return documents;
}
