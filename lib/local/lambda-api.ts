import { createServer } from 'node:http';
import type { Invoke } from './gateway.ts';
import { closeServer, listenOnLoopback } from './listen.ts';

const INVOCATIONS = /^\/2015-03-31\/functions\/([\w-]+)\/invocations$/;

/**
 * Lambda's own `Invoke`, and nothing else of Lambda: a tool calls a function by its logical id, as a schedule would.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function startLambdaApi(
  functions: readonly string[],
  invoke: Invoke,
): Promise<{ readonly origin: string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const answer = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body ?? null));
    };
    const [, name = ''] = INVOCATIONS.exec(request.url ?? '') ?? [];
    if (request.method !== 'POST' || !functions.includes(name)) {
      return answer(404, { Type: 'User', Message: `There is no function ${name} here.` });
    }
    try {
      answer(200, await invoke(name, JSON.parse(Buffer.concat(chunks).toString() || 'null')));
    } catch (error) {
      const errorMessage = error instanceof Error ? error.message : String(error);
      answer(200, { errorMessage }, { 'x-amz-function-error': 'Unhandled' });
    }
  });
  const origin = await listenOnLoopback(server, 0, '');
  return { origin, stop: () => closeServer(server) };
}
