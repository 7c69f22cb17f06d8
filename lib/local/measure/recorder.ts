import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { Endpoints } from '../aws-clients.ts';
import { closeServer, listenOnLoopback } from '../listen.ts';
import { type IndexKeys, indexWriteUnits, itemBytes, readUnits, type WireItem, writeUnits } from './capacity.ts';

/** One request that a function made, as it was sent and answered. */
export type Call = {
  readonly service: 'dynamodb' | 'sqs' | 'kms' | 'secrets' | 'slack';
  /** `PutItem`, `SendMessage`, `chat.postMessage` … */
  readonly operation: string;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** The item that a write was about. */
  readonly written?: Written;
  /** How many messages a receive brought. */
  readonly received?: number;
};

/** `bytes` is what the item weighs after the write, 0 where it is gone or never was. */
export type Written = {
  readonly operation: string;
  readonly table: string;
  readonly pk: string;
  readonly sk: string;
  readonly bytes: number;
};

type Behind = Endpoints & { readonly slackUrl: string };

/** Stands between the functions and what they call, notes every request, and passes it on unchanged. */
export type Recorder = {
  readonly origin: string;
  /** Since the last `clear`, in the order in which they were answered. */
  readonly calls: readonly Call[];
  /** What stands behind; more becomes known as more is started. */
  aim(behind: Partial<Behind>): void;
  /** The indexes of each table, by its name. */
  index(table: string, keys: readonly IndexKeys[]): void;
  clear(): void;
  stop(): Promise<void>;
};

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

/** `X-Amz-Target` names the service in its own way. */
const SERVICES: Readonly<Record<string, readonly [Call['service'], keyof Behind]>> = {
  DynamoDB_20120810: ['dynamodb', 'dynamodbUrl'],
  AmazonSQS: ['sqs', 'sqsUrl'],
  TrentService: ['kms', 'kmsUrl'],
  secretsmanager: ['secrets', 'secretsUrl'],
};

const NOTHING = { writeUnits: 0, readUnits: 0 };

/** Starts a recorder. `slackMs` is how long Slack takes to answer, as it does in life and the local one does not. */
export async function startRecorder({ slackMs }: { readonly slackMs: number }): Promise<Recorder> {
  const agent = new Agent({ keepAlive: true });
  const behind: Partial<Record<keyof Behind, string>> = {};
  const indexes = new Map<string, readonly IndexKeys[]>();
  const calls: Call[] = [];

  const pass = (to: keyof Behind, path: string, method: string, headers: IncomingHttpHeaders, body: Buffer) =>
    forwarded(agent, new URL(path, behind[to]), method, headers, body);

  const handle = async (incoming: IncomingMessage, body: Buffer): Promise<Answer> => {
    const { url = '/', method = 'POST', headers } = incoming;
    const [name = '', operation = ''] = String(headers['x-amz-target'] ?? '').split('.');
    const known = SERVICES[name];
    if (known === undefined) {
      const [answer] = await Promise.all([
        pass('slackUrl', url, method, headers, body),
        new Promise((resolve) => setTimeout(resolve, slackMs)),
      ]);
      calls.push({ service: 'slack', operation: url.split(/[/?]/).at(2) ?? url, ...NOTHING });
      return answer;
    }
    const [service, to] = known;
    const asked = json(body);
    if (service !== 'dynamodb') {
      const answer = await pass(to, url, method, headers, body);
      const messages = operation === 'ReceiveMessage' ? json(answer.body)['Messages'] : undefined;
      const received = Array.isArray(messages) ? messages.length : 0;
      calls.push({ service, operation, ...NOTHING, ...(operation === 'ReceiveMessage' && { received }) });
      return answer;
    }
    // What an item weighs before and after is nobody's to say but the database's, so it is asked beside the request.
    const find = async (item: Fields = asked) => {
      const ask = { TableName: item['TableName'], Key: keyOf(item), ConsistentRead: true };
      const asGet = { ...headers, 'x-amz-target': `${name}.GetItem` };
      const found = await pass(to, url, method, asGet, Buffer.from(JSON.stringify(ask)));
      return json(found.body)['Item'] as WireItem | undefined;
    };
    const costOf = (item: Fields, before: WireItem | undefined, after: WireItem | undefined) =>
      (indexes.get(String(item['TableName'])) ?? []).reduce(
        (sum, keys) => sum + indexWriteUnits(keys, before, after),
        writeUnits(before, after),
      );
    if (operation === 'BatchWriteItem') {
      // Each of its items counts as if it were written alone.
      const items = itemsOf(asked);
      const before = await Promise.all(items.map(find));
      const answer = await pass(to, url, method, headers, body);
      const after = await Promise.all(items.map(find));
      const units = items.reduce((sum, item, at) => sum + costOf(item, before[at], after[at]), 0);
      calls.push({ service, operation, writeUnits: units, readUnits: 0 });
      return answer;
    }
    const writes = /^(Put|Update|Delete)Item$/.test(operation);
    const before = writes ? await find() : undefined;
    const answer = await pass(to, url, method, headers, body);
    if (writes) {
      const after = await find();
      const written = { operation, ...nameOf(asked), bytes: after ? itemBytes(after) : 0 };
      calls.push({ service, operation, writeUnits: costOf(asked, before, after), readUnits: 0, written });
    } else {
      calls.push({ service, operation, writeUnits: 0, readUnits: unitsOfRead(operation, asked, json(answer.body)) });
    }
    return answer;
  };

  const server = createServer((incoming, outgoing) => void respond(incoming, outgoing, handle));
  const origin = await listenOnLoopback(server, 0, '');
  return {
    origin,
    calls,
    aim: (more) => Object.assign(behind, more),
    index: (table, keys) => void indexes.set(table, keys),
    clear: () => void calls.splice(0),
    stop: async () => {
      agent.destroy();
      await closeServer(server);
    },
  };
}

async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handle: (incoming: IncomingMessage, body: Buffer) => Promise<Answer>,
): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const { status, headers, body } = await handle(incoming, Buffer.concat(chunks));
    outgoing.writeHead(status, { ...kept(headers), 'content-length': body.length });
    outgoing.end(body);
  } catch (error) {
    // Whoever called goes on as with any service that does not answer.
    outgoing.destroy(error instanceof Error ? error : undefined);
  }
}

function forwarded(
  agent: Agent,
  url: URL,
  method: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { agent, method, headers: { ...kept(headers), 'content-length': body.length } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () =>
          resolve({ status: incoming.statusCode ?? 502, headers: incoming.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** Without what belongs to one connection. */
function kept({
  host: _,
  connection: _1,
  'transfer-encoding': _2,
  'content-length': _3,
  ...rest
}: IncomingHttpHeaders) {
  return rest;
}

function unitsOfRead(operation: string, asked: Fields, answered: Fields): number {
  // What makes the tables is free, and done before anything is counted.
  if (/Table|TimeToLive/.test(operation)) return 0;
  const consistent = asked['ConsistentRead'] === true;
  if (operation === 'GetItem') return readUnits(bytesOf([answered['Item']]), consistent);
  if (operation === 'Query') return readUnits(bytesOf(list(answered['Items'])), consistent);
  if (operation !== 'BatchGetItem') throw new Error(`What ${operation} costs is not known here: teach the recorder.`);
  // Each item counts by itself, also one that is not there.
  return Object.entries((asked['RequestItems'] ?? {}) as Readonly<Record<string, Fields>>).reduce(
    (sum, [table, one]) => {
      const found = list((answered['Responses'] as Fields | undefined)?.[table]);
      const each = Array.from({ length: list(one['Keys']).length }, (_, at) => bytesOf([found[at]]));
      return each.reduce((units, bytes) => units + readUnits(bytes, one['ConsistentRead'] === true), sum);
    },
    0,
  );
}

function bytesOf(items: readonly unknown[]): number {
  return items.reduce<number>((sum, item) => sum + (item === undefined ? 0 : itemBytes(item as WireItem)), 0);
}

type Fields = Readonly<Record<string, unknown>>;

function json(body: Buffer): Fields {
  return body.length === 0 ? {} : (JSON.parse(body.toString('utf8')) as Fields);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function keyOf(asked: Fields): WireItem {
  const { pk, sk } = (asked['Key'] ?? asked['Item']) as WireItem;
  return { ...(pk && { pk }), ...(sk && { sk }) };
}

/** The items of a batch, each as the request that would write it alone. */
function itemsOf(asked: Fields): Fields[] {
  const tables = (asked['RequestItems'] ?? {}) as Readonly<Record<string, readonly Readonly<Record<string, Fields>>[]>>;
  return Object.entries(tables).flatMap(([TableName, requests]) =>
    requests.map(({ PutRequest, DeleteRequest }) => ({ TableName, ...PutRequest, ...DeleteRequest })),
  );
}

function nameOf(asked: Fields): Pick<Written, 'table' | 'pk' | 'sk'> {
  const { pk, sk } = keyOf(asked);
  return { table: String(asked['TableName']), pk: String(pk?.['S']), sk: String(sk?.['S']) };
}
