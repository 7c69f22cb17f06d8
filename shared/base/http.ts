import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

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

/** A JSON answer that nobody may keep. */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}
