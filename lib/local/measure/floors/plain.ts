/**
 * What any function of ours would load at the least: DynamoDB's client and SQS's, and the logger. Other functions' load times
 * are told as multiples of its.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';

export async function handler({ id }: { readonly id: string }): Promise<void> {
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  await documents.send(new PutCommand({ TableName: process.env['TABLE'], Item: { pk: id } }));
  await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: process.env['QUEUE_URL'], MessageBody: id }));
  new Logger().info('stored', { id });
}
