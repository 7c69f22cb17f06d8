/** A report on as many ratings as one likes: they lie in a store that makes them up as they are read, beside the function's process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundled } from '../../lib/local/measure/bundles.ts';
import type { LocalStack } from '../../lib/local/start.ts';
import { Table } from '../../shared/aws/table.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { channelId, teamId } from '../../shared/base/names.ts';
import { CourseStore } from '../../shared/courses/course-store.ts';
import { SessionStore } from '../../shared/courses/session-store.ts';
import { ReportStore } from '../../shared/reports/store.ts';
import { message } from '../../shared/reports/wake.ts';
import type { Ran } from './report-function.ts';

/** The rating of the learner at a place, and the words of each third of them: some of what people write, some of it long. */
export const ratingAt = (index: number): number => 1 + ((index * 7 + Math.floor(index / 5)) % 5);
const wordsAt = (index: number): string | undefined =>
  index % 3 === 0
    ? `Number ${index}: ${'the pace was right and the examples helped. '.repeat(1 + (index % 7))}`
    : undefined;

const run = Date.parse('2026-11-20T09:00:00+05:30');
const window = { from: Date.parse('2026-11-16T09:00:00+05:30'), to: run };
const endsAt = Date.parse('2026-11-18T20:30:00+05:30');
const padded = (index: number) => String(index).padStart(8, '0');

export type Scaled = Ran & { readonly text: string };

/** Has the function report a course whose one session has so many ratings, on this stack, and answers what it posted. */
export async function reportAtScale(
  { served, facts, slack }: Pick<LocalStack, 'served' | 'facts'> & { readonly slack: Pick<SlackMessages, 'messages'> },
  ratings: number,
): Promise<Scaled> {
  const team = teamId(facts.slack.teamId);
  const course = `crs_scale_${ratings}`;
  const table = (id: string) =>
    new Table(served.documents, served.plan.tables.find((one) => one.id === id)?.name ?? id);
  // So many digits in a row would be taken for a telephone number.
  const name = `Course of ${ratings / 1_000} thousand`;
  const saying = { at: run, before: async () => {} };
  const channel = channelId('C0COURSEDS');
  await new CourseStore(table('Courses'), table('CourseAnnouncementChannelMap')).put(
    team,
    { id: course, name, type: 'bootcamp', announcementChannel: channel },
    saying,
  );
  await new SessionStore(table('Sessions')).put(
    team,
    { id: `ses_${course}`, courseId: course, title: 'All at once', startsAt: endsAt - 1, endsAt, status: 'held' },
    saying,
  );
  const ref = { team, course, run };
  // Never due here: the stack's own worker keeps out of it.
  await new ReportStore(table('Reports')).plan(ref, window, Number.MAX_SAFE_INTEGER / 2);

  const { origin, stop } = await startMadeUp(facts.dynamodbUrl, `${team}#session#ses_${course}`, ratings);
  try {
    const environment = served.plan.functions.find(({ id }) => id === 'ReportsWorker')?.env ?? {};
    const child = fork(await bundledOnce(), {
      execArgv: [],
      // What it counts goes where its log would go.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        PATH: process.env['PATH'],
        ...environment,
        ...facts.aws.environment,
        AWS_ENDPOINT_URL_DYNAMODB: origin,
        SLACK_API_URL: `${facts.slack.url}/api/`,
        SLACK_POST_INTERVAL_MS: '0',
        POWERTOOLS_LOG_LEVEL: 'SILENT',
        TZ: 'UTC',
      },
    });
    const { body, group } = message({ ...ref, cause: 'asked' }, 'n');
    const attributes = { ApproximateReceiveCount: '1', MessageGroupId: group };
    child.send({ Records: [{ messageId: 'm1', receiptHandle: 'r1', body, attributes }] });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`The function's process ended with ${code} before it answered.`);
    });
    const [told] = (await Promise.race([once(child, 'message'), ended])) as [Ran];
    ended.catch(() => undefined);
    const text = slack.messages(channel).find((one) => one.text.startsWith(`Session report · ${name} ·`))?.text;
    return { ...told, text: text ?? '' };
  } finally {
    await stop();
  }
}

/** Bundled as for a deployment: a process that strips types from sources weighs twice as much. */
const bundledOnce = lazy(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'war-room-report-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return (await bundled(join(import.meta.dirname, '..', '..'), 'test/support/report-function.ts', 'cjs', folder)).file;
});

type SlackMessages = { messages(channel: string): readonly { readonly text: string }[] };

/**
 * DynamoDB as it is on this machine, but for what learners said of one session: that is made up page by page, in the order of its
 * keys, in DynamoDB's own words.
 */
async function startMadeUp(dynamodbUrl: string, session: string, ratings: number) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const sent = Buffer.concat(chunks);
    if (String(request.headers['x-amz-target']).endsWith('.Query')) {
      const input = JSON.parse(sent.toString()) as Query;
      if (input.ExpressionAttributeValues[':pk']?.S === session)
        return answer(response, pageOf(input, session, ratings));
    }
    await pass(request, sent, dynamodbUrl, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Query = {
  readonly ExpressionAttributeValues: Readonly<Record<string, { readonly S?: string }>>;
  readonly ExclusiveStartKey?: { readonly sk: { readonly S: string } };
  readonly Limit?: number;
};

function pageOf({ ExclusiveStartKey, Limit = 1_000 }: Query, pk: string, ratings: number) {
  const first = ExclusiveStartKey ? Number(ExclusiveStartKey.sk.S.slice(-8)) + 1 : 0;
  const count = Math.min(Limit, ratings - first);
  const Items = Array.from({ length: count }, (_, at) => itemAt(pk, first + at));
  const last = Items.at(-1);
  const isOver = first + count >= ratings;
  return {
    Items,
    Count: count,
    ScannedCount: count,
    ...(last && !isOver && { LastEvaluatedKey: { pk: last.pk, sk: last.sk } }),
  };
}

function itemAt(pk: string, index: number) {
  const text = wordsAt(index);
  return {
    pk: { S: pk },
    sk: { S: `feedback#lrn_${padded(index)}` },
    said: { M: { rating: { N: String(ratingAt(index)) }, ...(text !== undefined && { text: { S: text } }) } },
    revision: { N: '1' },
    firstAt: { N: String(endsAt + index) },
    at: { N: String(endsAt + index) },
  };
}

function answer(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}

async function pass(request: IncomingMessage, body: Buffer, to: string, response: ServerResponse): Promise<void> {
  const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
  const answered = await fetch(to, { method: 'POST', headers: headers as Record<string, string>, body });
  response.writeHead(answered.status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(Buffer.from(await answered.arrayBuffer()));
}
