/**
 * DynamoDB over HTTP, in the memory of one process, for measurements at scale: the database in memory, one for each partition, so
 * that a partition among hundreds of thousands is found at once. Conditions and updates are those that the store suite holds to
 * the real ones; the index of what is due is kept beside them.
 */
import { createServer, type Server } from 'node:http';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { memoryDatabase } from '../../lib/local/memory-database.ts';

/** A value as DynamoDB writes it on the wire, and as programs have it. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html */
type Wire = Readonly<Record<string, unknown>>;
type Item = Record<string, unknown>;
type Request = {
  readonly TableName: string;
  readonly Key: Item;
  readonly Item: Item;
  readonly IndexName?: string;
  readonly Limit?: number;
  readonly ExpressionAttributeValues?: Item;
  readonly RequestItems: Readonly<
    Record<string, { readonly Keys: Item[] } & readonly { readonly PutRequest: { readonly Item: Item } }[]>
  >;
};

/** Serves it on a port of this machine. */
export function serveQuickStore(listening: (port: number) => void): Server {
  const store = new QuickStore();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', async () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      const answer = (status: number, body: unknown) =>
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
      try {
        answer(200, await store.answer(operation, JSON.parse(Buffer.concat(parts).toString('utf8'))));
      } catch (error) {
        const isCondition = error instanceof ConditionalCheckFailedException;
        if (!isCondition) console.error(operation, error);
        const type = isCondition ? 'ConditionalCheckFailedException' : 'ValidationException';
        answer(400, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: String(error) });
      }
    });
  });
  return server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object' && address) listening(address.port);
  });
}

class QuickStore {
  readonly #partitions = new Map<string, DynamoDBDocumentClient>();
  /** By table and shard: when each key is due. */
  readonly #due = new Map<string, Map<string, number>>();
  readonly #shardOf = new Map<string, string>();

  async answer(operation: string, wire: Wire): Promise<Wire> {
    const given = { ...wire } as unknown as Request & Item;
    for (const name of ['Key', 'Item', 'ExpressionAttributeValues', 'ExclusiveStartKey']) {
      if (wire[name]) given[name] = fields(wire[name], read);
    }
    const table = given.TableName;
    switch (operation) {
      case 'GetItem':
        return { Item: written((await this.#get(table, given.Key)) ?? undefined) };
      case 'PutItem':
        await this.#at(table, given.Item['pk']).send(new PutCommand(given as never));
        await this.#noteDue(table, given.Item);
        return {};
      case 'UpdateItem':
        await this.#at(table, given.Key['pk']).send(new UpdateCommand(given as never));
        await this.#noteDue(table, given.Key);
        return {};
      case 'DeleteItem': {
        const { Attributes } = await this.#at(table, given.Key['pk']).send(new DeleteCommand(given as never));
        await this.#noteDue(table, given.Key);
        return Attributes ? { Attributes: written(Attributes) } : {};
      }
      case 'Query':
        return given.IndexName === undefined ? this.#query(table, given) : this.#dueIn(table, given);
      case 'BatchGetItem':
        return { Responses: await this.#getMany(given), UnprocessedKeys: {} };
      case 'BatchWriteItem':
        await this.#putMany(given);
        return { UnprocessedItems: {} };
      default:
        throw new Error(`${operation} is not answered here.`);
    }
  }

  #at(table: string, partition: unknown): DynamoDBDocumentClient {
    const name = `${table} ${String(partition)}`;
    const there = this.#partitions.get(name) ?? memoryDatabase();
    this.#partitions.set(name, there);
    return there;
  }

  async #get(table: string, key: Item): Promise<Item | undefined> {
    const { pk, sk } = key;
    const { Item } = await this.#at(table, pk).send(new GetCommand({ TableName: table, Key: { pk, sk } }));
    return Item;
  }

  async #query(table: string, given: Request): Promise<Wire> {
    const pk = given.ExpressionAttributeValues?.[':pk'];
    const { Items = [], LastEvaluatedKey } = await this.#at(table, pk).send(new QueryCommand(given as never));
    return { Items: Items.map(written), ...(LastEvaluatedKey && { LastEvaluatedKey: written(LastEvaluatedKey) }) };
  }

  async #getMany({ RequestItems }: Request): Promise<Wire> {
    const answers: Record<string, unknown[]> = {};
    for (const [table, { Keys }] of Object.entries(RequestItems)) {
      const items = await Promise.all(Keys.map((key) => this.#get(table, fields(key, read))));
      answers[table] = items.flatMap((item) => (item ? [written(item)] : []));
    }
    return answers;
  }

  async #putMany({ RequestItems }: Request): Promise<void> {
    for (const [table, writes] of Object.entries(RequestItems)) {
      for (const { PutRequest } of writes) {
        const item = fields(PutRequest.Item, read);
        await this.#at(table, item['pk']).send(new PutCommand({ TableName: table, Item: item }));
        await this.#noteDue(table, item);
      }
    }
  }

  async #noteDue(table: string, { pk, sk }: Item): Promise<void> {
    const key = JSON.stringify([pk, sk]);
    const item = await this.#get(table, { pk, sk });
    const before = this.#shardOf.get(`${table} ${key}`);
    if (before !== undefined) this.#due.get(before)?.delete(key);
    if (item?.['dueShard'] === undefined) return void this.#shardOf.delete(`${table} ${key}`);
    const shard = `${table} ${String(item['dueShard'])}`;
    this.#shardOf.set(`${table} ${key}`, shard);
    const keys = this.#due.get(shard) ?? new Map<string, number>();
    this.#due.set(shard, keys.set(key, Number(item['dueAt'])));
  }

  #dueIn(table: string, { ExpressionAttributeValues = {}, Limit = 200 }: Request): Wire {
    const { ':shard': shard, ':before': before } = ExpressionAttributeValues;
    const keys = [...(this.#due.get(`${table} ${String(shard)}`) ?? [])].filter(([, at]) => at < Number(before));
    const first = keys.sort((a, b) => a[1] - b[1]).slice(0, Limit);
    return {
      Items: first.map(([key]) => {
        const [pk, sk] = JSON.parse(key) as [string, string];
        return written({ pk, sk });
      }),
    };
  }
}

function fields<To>(of: unknown, each: (value: never) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(of as object).map(([name, value]) => [name, each(value as never)]));
}

function read(value: Wire): unknown {
  const [[type, held] = ['NULL', true]] = Object.entries(value);
  switch (type) {
    case 'N':
      return Number(held);
    case 'M':
      return fields(held, read);
    case 'L':
      return (held as Wire[]).map(read);
    case 'SS':
      return new Set(held as string[]);
    case 'B':
      return Buffer.from(String(held), 'base64');
    case 'NULL':
      return null;
    default:
      return held;
  }
}

function written(item: Item | undefined): Wire | undefined {
  return item && fields(item, write);
}

function write(value: unknown): Wire {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null || value === undefined) return { NULL: true };
  if (value instanceof Set) return { SS: [...value] };
  if (ArrayBuffer.isView(value)) return { B: Buffer.from(value as Uint8Array).toString('base64') };
  if (Array.isArray(value)) return { L: value.map(write) };
  return { M: fields(value, write) };
}
