/** A signature, one conditional put and one message to the queue: what the ingress does, and nothing of how. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { signed } from './hmac.ts';
import { put } from './put.ts';

const sqs = new SQSClient({});

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const bytes = signed(event);
  if (bytes === undefined) return { statusCode: 401, body: '{}' };
  const id = event.headers['x-razorpay-event-id'] ?? '';
  await put(id, bytes);
  const QueueUrl = process.env['PAYMENTS_QUEUE_URL'];
  const message = { QueueUrl, MessageBody: id, MessageGroupId: id, MessageDeduplicationId: id };
  await sqs.send(new SendMessageCommand(message));
  return { statusCode: 200, body: '{}' };
}
