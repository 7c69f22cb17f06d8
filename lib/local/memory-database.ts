/**
 * DynamoDB in memory, without a network or a clock: the commands, conditions and updates that War Room sends, and no
 * others. It answers within one turn of the event loop, so that hundreds of histories can be played in seconds; the
 * store suite holds it to what the real ones answer.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';

type Value = unknown;
type Item = Record<string, Value>;

/** What an expression is read with. */
type Terms = { readonly names: Readonly<Record<string, string>>; readonly values: Readonly<Record<string, Value>> };

/** A document client whose tables come into being when they are first written to. */
export function memoryDatabase(): DynamoDBDocumentClient {
  const tables = new Map<string, Map<string, Item>>();
  const table = (name = ''): Map<string, Item> => {
    const found = tables.get(name) ?? new Map<string, Item>();
    tables.set(name, found);
    return found;
  };
  const send = async (command: unknown): Promise<unknown> => {
    if (command instanceof GetCommand) {
      return { Item: copy(table(command.input.TableName).get(keyOf(command.input.Key))) };
    }
    if (command instanceof BatchGetCommand) {
      const [[name, asked] = []] = Object.entries(command.input.RequestItems ?? {});
      const found = (asked?.Keys ?? []).flatMap((key) => copy(table(name).get(keyOf(key))) ?? []);
      return { Responses: { [name ?? '']: found } };
    }
    if (command instanceof BatchWriteCommand) {
      const [[name, writes] = []] = Object.entries(command.input.RequestItems ?? {});
      for (const { PutRequest } of writes ?? []) {
        if (!PutRequest?.Item) throw new Error('The database in memory only puts in batches.');
        table(name).set(keyOf(PutRequest.Item), stored(PutRequest.Item));
      }
      return {};
    }
    if (command instanceof QueryCommand) {
      const { TableName, KeyConditionExpression = '', Limit = Number.POSITIVE_INFINITY, IndexName } = command.input;
      const partition = command.input.ExpressionAttributeValues?.[':pk'];
      const where = new Expression(KeyConditionExpression, termsOf(command.input));
      const order = IndexName === undefined ? 'sk' : 'dueAt';
      const items = [...table(TableName).values()]
        // The partition first: most items are of others.
        .filter((item) => (IndexName !== undefined || item['pk'] === partition) && where.holds(item))
        .sort((a, b) => (less(a[order], b[order]) ? -1 : 1));
      if (command.input.ScanIndexForward === false) items.reverse();
      const after = command.input.ExclusiveStartKey?.['sk'];
      const left = after === undefined ? items : items.filter(({ sk }) => less(after, sk));
      const page = left.slice(0, Limit);
      const last = page.length < left.length ? page.at(-1) : undefined;
      return { Items: page.map(copy), ...(last && { LastEvaluatedKey: { pk: last['pk'], sk: last['sk'] } }) };
    }
    if (command instanceof ScanCommand) {
      const { TableName, FilterExpression } = command.input;
      const filter =
        FilterExpression === undefined ? undefined : new Expression(FilterExpression, termsOf(command.input));
      const items = [...table(TableName).values()].filter((item) => filter?.holds(item) ?? true);
      return { Items: items.map(copy) };
    }
    if (command instanceof PutCommand) {
      const { TableName, Item: item = {}, ConditionExpression } = command.input;
      hold(ConditionExpression, command.input, table(TableName).get(keyOf(item)));
      table(TableName).set(keyOf(item), stored(item));
      return {};
    }
    if (command instanceof UpdateCommand) {
      const { TableName, Key = {}, UpdateExpression = '', ConditionExpression } = command.input;
      const before = table(TableName).get(keyOf(Key));
      hold(ConditionExpression, command.input, before);
      const after = new Expression(UpdateExpression, termsOf(command.input)).applied({ ...(before ?? Key) });
      table(TableName).set(keyOf(Key), stored(after));
      return {};
    }
    if (command instanceof DeleteCommand) {
      const { TableName, Key = {}, ConditionExpression, ReturnValues } = command.input;
      const before = table(TableName).get(keyOf(Key));
      hold(ConditionExpression, command.input, before);
      table(TableName).delete(keyOf(Key));
      return ReturnValues === 'ALL_OLD' && before ? { Attributes: copy(before) } : {};
    }
    throw new Error('The database in memory does not know this command.');
  };
  return { send } as unknown as DynamoDBDocumentClient;
}

function hold(condition: string | undefined, input: Parameters<typeof termsOf>[0], item: Item | undefined): void {
  if (condition === undefined || new Expression(condition, termsOf(input)).holds(item ?? {})) return;
  throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
}

function termsOf(input: {
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Record<string, Value> | undefined;
}): Terms {
  return { names: input.ExpressionAttributeNames ?? {}, values: input.ExpressionAttributeValues ?? {} };
}

const keyOf = (key: Item | undefined): string => JSON.stringify([key?.['pk'], key?.['sk']]);

/** A copy that shares nothing. (`structuredClone` makes its copies in another realm under Jest, where `instanceof` fails.) */
function copy<T>(value: T): T;
function copy(value: Value): Value {
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Set) return new Set(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value as Uint8Array);
  if (typeof value !== 'object' || value === null) return value;
  const twin: Item = {};
  for (const name in value) twin[name] = copy((value as Item)[name]);
  return twin;
}

/** A copy as the document client stores it: nothing undefined, no empty set. */
function stored(item: Item): Item {
  const kept: Item = {};
  for (const name in item) {
    const value = item[name];
    if (value === undefined || (value instanceof Set && value.size === 0)) continue;
    kept[name] = isMap(value) ? stored(value) : copy(value);
  }
  return kept;
}

function isMap(value: Value): value is Item {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Set) &&
    !ArrayBuffer.isView(value)
  );
}

function less(a: Value, b: Value): boolean {
  return typeof a === 'number' && typeof b === 'number' ? a < b : String(a) < String(b);
}

/** One condition or update, read from left to right. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html */
class Expression {
  readonly #tokens: readonly string[];
  readonly #terms: Terms;
  #at = 0;

  constructor(text: string, terms: Terms) {
    this.#tokens = text.match(/[#:]?\w+|<[=>]|[^\s\w]/g) ?? [];
    this.#terms = terms;
  }

  /** Whether the condition holds of an item. */
  holds(item: Item): boolean {
    this.#at = 0;
    const answer = this.#either(item);
    if (this.#at < this.#tokens.length) throw new Error(`Not understood: ${this.#tokens.slice(this.#at).join(' ')}`);
    return answer;
  }

  /** The item after the update, which is made of this one. */
  applied(item: Item): Item {
    while (this.#at < this.#tokens.length) {
      const clause = this.#next();
      do {
        const name = this.#path();
        if (clause === 'REMOVE') delete item[name];
        else if (clause === 'SET') {
          this.#expect('=');
          item[name] = this.#sum(item);
        } else if (clause === 'ADD' || clause === 'DELETE')
          item[name] = changed(clause, item[name], this.#operand(item));
        else throw new Error(`Not understood: ${clause}`);
      } while (this.#take(','));
    }
    return item;
  }

  #either(item: Item): boolean {
    let answer = this.#both(item);
    while (this.#take('OR')) answer = this.#both(item) || answer;
    return answer;
  }

  #both(item: Item): boolean {
    let answer = this.#one(item);
    while (this.#take('AND')) answer = this.#one(item) && answer;
    return answer;
  }

  #one(item: Item): boolean {
    if (this.#take('(')) {
      const answer = this.#either(item);
      this.#expect(')');
      return answer;
    }
    for (const name of ['attribute_exists', 'attribute_not_exists']) {
      if (!this.#take(name)) continue;
      this.#expect('(');
      const there = this.#operand(item) !== undefined;
      this.#expect(')');
      return there === (name === 'attribute_exists');
    }
    if (this.#take('begins_with')) {
      this.#expect('(');
      const text = String(this.#operand(item));
      this.#expect(',');
      const answer = text.startsWith(String(this.#operand(item)));
      this.#expect(')');
      return answer;
    }
    const left = this.#operand(item);
    const sign = this.#next();
    const right = this.#operand(item);
    if (sign === 'BETWEEN') {
      this.#expect('AND');
      const end = this.#operand(item);
      return left !== undefined && !less(left, right) && !less(end, left);
    }
    if (left === undefined || right === undefined) return false;
    if (sign === '=') return left === right;
    if (sign === '<>') return left !== right;
    if (sign === '<') return less(left, right);
    if (sign === '<=') return !less(right, left);
    throw new Error(`Not understood: ${sign}`);
  }

  #sum(item: Item): Value {
    const first = this.#operand(item);
    return this.#take('+') ? Number(first) + Number(this.#operand(item)) : first;
  }

  #operand(item: Item): Value {
    if (this.#take('if_not_exists')) {
      this.#expect('(');
      const there = this.#operand(item);
      this.#expect(',');
      const otherwise = this.#operand(item);
      this.#expect(')');
      return there ?? otherwise;
    }
    if (this.#tokens[this.#at]?.startsWith(':')) return this.#terms.values[this.#next()];
    let value: Value = item[this.#path()];
    while (this.#take('.')) {
      const name = this.#path();
      value = isMap(value) ? value[name] : undefined;
    }
    return value;
  }

  #path(): string {
    const token = this.#next();
    return token.startsWith('#') ? (this.#terms.names[token] ?? '') : token;
  }

  #next(): string {
    const token = this.#tokens[this.#at] ?? '';
    this.#at += 1;
    return token;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new Error(`Expected ${token} before ${this.#tokens.slice(this.#at).join(' ')}`);
  }
}

function changed(clause: 'ADD' | 'DELETE', before: Value, by: Value): Value {
  if (by instanceof Set) {
    const kept = before instanceof Set ? before : new Set();
    return clause === 'ADD' ? new Set([...kept, ...by]) : new Set([...kept].filter((one) => !by.has(one)));
  }
  return Number(before ?? 0) + Number(by);
}
