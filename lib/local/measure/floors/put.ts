/** A signature and one conditional put. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { signed } from './hmac.ts';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export async function put(id: string, body: Buffer): Promise<void> {
  const Item = { pk: `floor#${id}`, sk: 'fact', body };
  const TableName = process.env['PAYMENTS_TABLE'];
  await documents.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
}

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const bytes = signed(event);
  if (bytes === undefined) return { statusCode: 401, body: '{}' };
  await put(event.headers['x-razorpay-event-id'] ?? '', bytes);
  return { statusCode: 200, body: '{}' };
}
