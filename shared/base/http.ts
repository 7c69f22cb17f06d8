import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { Refuse } from './errors.ts';

/** The largest body that is read, in bytes. Razorpay's are a hundredth of it. */
export const maxBodyBytes = 256 * 1024;

/** A request, as far as its body goes. */
export type Carrier = Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'>;

/**
 * The body's bytes as they were sent. API Gateway hands over text where the content type is text or JSON, and base64
 * otherwise; JSON is UTF-8 on the wire, so encoding it again gives back the bytes that were signed.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function rawBody({ body, isBase64Encoded }: Carrier): Uint8Array {
  return Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
}

type WithHeaders = Carrier & Pick<APIGatewayProxyEventV2, 'headers'>;

/**
 * The JSON of a request, of at most `maxBytes`. Throws `Refuse`: 415 for another content type, 413 for more bytes, 400 for
 * what is not JSON.
 */
export function jsonBody(request: WithHeaders, maxBytes: number = maxBodyBytes): unknown {
  if (!isOfType(request, 'application/json')) {
    throw new Refuse(415, 'Send the body as JSON, with the header "Content-Type: application/json".');
  }
  const bytes = bytesOf(request, maxBytes);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refuse(400, 'The body is not JSON in UTF-8.');
  }
}

/** The text of a request, of at most `maxBytes`. Throws `Refuse`: 413 for more bytes, 400 for what is not UTF-8. */
export function textBody(request: Carrier, maxBytes: number): string {
  const bytes = bytesOf(request, maxBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refuse(400, 'The body is not text in UTF-8.');
  }
}

/** Whether a request says that its body is of that type, whatever parameters it has. */
export function isOfType({ headers }: Pick<APIGatewayProxyEventV2, 'headers'>, type: string): boolean {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() === type;
}

function bytesOf(request: Carrier, maxBytes: number): Uint8Array {
  const bytes = rawBody(request);
  if (bytes.byteLength > maxBytes) throw new Refuse(413, `A body may have ${maxBytes} bytes at most.`);
  return bytes;
}

/** A JSON answer that nobody may keep; without a body where `body` is undefined. */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      'cache-control': 'no-store',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}
