/** The least that an ingress can do: check a signature, and answer. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

type Event = Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded' | 'headers'>;

/** The bytes of a request whose signature is right, else undefined. */
export function signed({ body, isBase64Encoded, headers }: Event): Buffer | undefined {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  const right = createHmac('sha256', process.env['FLOOR_SECRET'] ?? '')
    .update(bytes)
    .digest();
  const given = Buffer.from(headers['x-razorpay-signature'] ?? '', 'hex');
  return given.length === right.length && timingSafeEqual(given, right) ? bytes : undefined;
}

export async function handler(event: Event): Promise<APIGatewayProxyStructuredResultV2> {
  return { statusCode: signed(event) === undefined ? 401 : 200, body: '{}' };
}
