import { setTimeout as wait } from 'node:timers/promises';
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  BatchWriteCommand,
  type BatchWriteCommandOutput,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';

/** What every item has: the tenant is the first part of `pk`, always. */
export type Key = { readonly pk: string; readonly sk: string };
export type Item = Key & Readonly<Record<string, unknown>>;

/** An update expression with its names and values; `when` is the condition. */
export type Change = {
  readonly update: string;
  readonly when?: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
};

/** How long a call may take and how often it is tried; an ingress that has to answer soon is given less. */
export type Patience = { readonly timeoutMs: number; readonly attempts: number };

/** As many items as a page holds, where items are read page by page. */
const pageItems = 500;

const unhurried: Patience = { timeoutMs: 3_000, attempts: 3 };

/** A document client. The endpoint, if not AWS's own, comes from `AWS_ENDPOINT_URL_DYNAMODB`. */
export function documentClient(patience: Patience = unhurried): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: patience.attempts,
    requestHandler: {
      requestTimeout: patience.timeoutMs,
      connectionTimeout: patience.timeoutMs,
      throwOnRequestTimeout: true,
    },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/**
 * One table as the rooms use it. Reads are by key and consistent, always: what they say decides what is posted, and
 * an embedded database would hide a stale read from every test. The exception is `due`, whose answer only wakes.
 * Writes touch one item and answer whether their condition held; there are no transactions.
 */
export class Table {
  readonly name: string;
  readonly #client: DynamoDBDocumentClient;

  constructor(client: DynamoDBDocumentClient, name: string) {
    this.#client = client;
    this.name = name;
  }

  async get(key: Key): Promise<Item | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.name, Key: { pk: key.pk, sk: key.sk }, ConsistentRead: true }),
    );
    return Item as Item | undefined;
  }

  /** The items among `keys` that exist, in no order. Keys must differ from one another. */
  async getMany(keys: readonly Key[]): Promise<Item[]> {
    const found: Item[] = [];
    for (let from = 0; from < keys.length; from += 100) {
      let asked: Record<string, unknown>[] | undefined = keys.slice(from, from + 100).map(({ pk, sk }) => ({ pk, sk }));
      while (asked && asked.length > 0) {
        const answer: BatchGetCommandOutput = await this.#client.send(
          new BatchGetCommand({ RequestItems: { [this.name]: { Keys: asked, ConsistentRead: true } } }),
        );
        found.push(...((answer.Responses?.[this.name] ?? []) as Item[]));
        asked = answer.UnprocessedKeys?.[this.name]?.Keys;
      }
    }
    return found;
  }

  /** The items of one partition, in the order of `sk`, however many pages that takes; the first `limit` of them. */
  async query(pk: string, prefix = '', limit = Number.POSITIVE_INFINITY): Promise<Item[]> {
    return this.#pages(this.#partition(pk, prefix), limit);
  }

  /**
   * The items of one partition in the order of `sk`, a page at a time, however many there are: those whose `sk` begins with a
   * prefix, or lies between two, both included. `after` an `sk` it goes on behind that one.
   */
  async *pages(
    pk: string,
    which: string | { readonly from: string; readonly to: string },
    after?: string,
  ): AsyncGenerator<Item[]> {
    const range = typeof which === 'string' ? this.#partition(pk, which) : this.#range(pk, which);
    let start: Record<string, unknown> | undefined = after === undefined ? undefined : { pk, sk: after };
    do {
      const page: QueryCommandOutput = await this.#client.send(
        new QueryCommand({ ...range, Limit: pageItems, ...(start && { ExclusiveStartKey: start }) }),
      );
      if (page.Items?.length) yield page.Items as Item[];
      start = page.LastEvaluatedKey;
    } while (start);
  }

  /** The item of a partition whose `sk` is the greatest that begins with `prefix`. */
  async last(pk: string, prefix: string): Promise<Item | undefined> {
    const [item] = await this.#pages({ ...this.#partition(pk, prefix), ScanIndexForward: false }, 1);
    return item;
  }

  /** Keys of items of `shard` that became due before `before` (ms), oldest first. Eventually consistent: it only wakes. */
  async due(shard: string, before: number, limit: number): Promise<Key[]> {
    const { Items } = await this.#client.send(
      new QueryCommand({
        TableName: this.name,
        IndexName: 'due',
        KeyConditionExpression: 'dueShard = :shard AND dueAt < :before',
        ExpressionAttributeValues: { ':shard': shard, ':before': before },
        Limit: limit,
      }),
    );
    return (Items ?? []) as Key[];
  }

  /** Writes an item that is not there yet. False: it is there, and nothing was written. */
  async insert(item: Item): Promise<boolean> {
    return held(
      this.#client.send(
        new PutCommand({ TableName: this.name, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
      ),
    );
  }

  async put(item: Item): Promise<void> {
    await this.#client.send(new PutCommand({ TableName: this.name, Item: item }));
  }

  /**
   * Puts items in the place of whatever is there, in no order: for items of which it does not matter who writes them, or
   * how often. A tenth of what as many single writes cost this side and an embedded database. Keys must differ.
   * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
   */
  async putMany(items: readonly Item[]): Promise<void> {
    const batches = Array.from({ length: Math.ceil(items.length / 25) }, (_, at) => items.slice(at * 25, at * 25 + 25));
    await Promise.all(
      Array.from({ length: Math.min(8, batches.length) }, async () => {
        for (let batch = batches.shift(); batch; batch = batches.shift()) await this.#putBatch(batch);
      }),
    );
  }

  async #putBatch(items: readonly Item[]): Promise<void> {
    let left: BatchWriteCommandOutput['UnprocessedItems'] = {
      [this.name]: items.map((Item) => ({ PutRequest: { Item } })),
    };
    for (let pause = 50; left?.[this.name]?.length; pause = Math.min(2_000, 2 * pause)) {
      const answer: BatchWriteCommandOutput = await this.#client.send(new BatchWriteCommand({ RequestItems: left }));
      left = answer.UnprocessedItems;
      // What was not taken was too much for the moment.
      if (left?.[this.name]?.length) await wait(pause);
    }
  }

  /** Puts an item in the place of what `when` holds of. False: it does not hold of what is there, and nothing was written. */
  async replace(
    item: Item,
    { when, names, values }: Omit<Change, 'update'> & { readonly when: string },
  ): Promise<boolean> {
    return held(
      this.#client.send(
        new PutCommand({
          TableName: this.name,
          Item: item,
          ConditionExpression: when,
          ...(names && { ExpressionAttributeNames: { ...names } }),
          ...(values && { ExpressionAttributeValues: { ...values } }),
        }),
      ),
    );
  }

  /** One update of one item. False: the condition did not hold, and nothing was written. */
  async update(key: Key, change: Change): Promise<boolean> {
    return held(
      this.#client.send(
        new UpdateCommand({
          TableName: this.name,
          Key: { pk: key.pk, sk: key.sk },
          UpdateExpression: change.update,
          ...(change.when && { ConditionExpression: change.when }),
          ...(change.names && { ExpressionAttributeNames: { ...change.names } }),
          ...(change.values && { ExpressionAttributeValues: { ...change.values } }),
        }),
      ),
    );
  }

  async delete(key: Key): Promise<void> {
    await this.#client.send(new DeleteCommand({ TableName: this.name, Key: { pk: key.pk, sk: key.sk } }));
  }

  #partition(pk: string, prefix: string): QueryCommandInput {
    return {
      TableName: this.name,
      KeyConditionExpression: prefix ? 'pk = :pk AND begins_with(sk, :prefix)' : 'pk = :pk',
      ExpressionAttributeValues: prefix ? { ':pk': pk, ':prefix': prefix } : { ':pk': pk },
      ConsistentRead: true,
    };
  }

  #range(pk: string, { from, to }: { readonly from: string; readonly to: string }): QueryCommandInput {
    return {
      TableName: this.name,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
      ConsistentRead: true,
    };
  }

  /** Deletes one item and answers it as it was. Undefined: it is not there, or `when` does not hold, and it stays. */
  async take(key: Key, condition: Pick<Change, 'when' | 'names' | 'values'>): Promise<Item | undefined> {
    const { when, names, values } = condition;
    try {
      const { Attributes } = await this.#client.send(
        new DeleteCommand({
          TableName: this.name,
          Key: { pk: key.pk, sk: key.sk },
          ReturnValues: 'ALL_OLD',
          ...(when && { ConditionExpression: when }),
          ...(names && { ExpressionAttributeNames: { ...names } }),
          ...(values && { ExpressionAttributeValues: { ...values } }),
        }),
      );
      return Attributes as Item | undefined;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  async #pages(input: QueryCommandInput, limit: number): Promise<Item[]> {
    const items: Item[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const left = limit - items.length;
      const page = await this.#client.send(
        new QueryCommand({
          ...input,
          ...(Number.isFinite(left) && { Limit: left }),
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      items.push(...((page.Items ?? []) as Item[]));
      start = page.LastEvaluatedKey;
    } while (start && items.length < limit);
    return items;
  }
}

async function held(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
