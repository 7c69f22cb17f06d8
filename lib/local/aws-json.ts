import { createServer } from 'node:http';
import { closeServer, listenOnLoopback } from './listen.ts';

/** An error in the words of an AWS service. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** One operation of a service: from its parsed input to its output. Throws `AwsError`. */
export type Operation = (input: Readonly<Record<string, unknown>>) => unknown;

/**
 * Serves operations by the AWS JSON 1.1 protocol, named by their `X-Amz-Target`.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export async function startAwsJson(
  operations: Readonly<Record<string, Operation>>,
): Promise<{ readonly origin: string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { status, body } = answer(
      operations,
      String(request.headers['x-amz-target']),
      Buffer.concat(chunks).toString(),
    );
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body));
  });
  const origin = await listenOnLoopback(server, 0, '');
  return { origin, stop: () => closeServer(server) };
}

function answer(
  operations: Readonly<Record<string, Operation>>,
  target: string,
  text: string,
): { readonly status: number; readonly body: unknown } {
  try {
    const operation = operations[target];
    if (operation === undefined) {
      throw new AwsError('UnknownOperationException', `${target} is not among what the local runner stands in for.`);
    }
    return { status: 200, body: operation(JSON.parse(text === '' ? '{}' : text)) };
  } catch (error) {
    if (error instanceof AwsError) return { status: 400, body: { __type: error.type, message: error.message } };
    return { status: 500, body: { __type: 'InternalFailure', message: String(error) } };
  }
}
