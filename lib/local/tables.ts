import {
  type AttributeDefinition,
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { Attribute, TablePlan } from './plan.ts';

type Keys = { readonly partition: Attribute; readonly sort?: Attribute };

const schema = ({ partition, sort }: Keys): KeySchemaElement[] => [
  { AttributeName: partition.name, KeyType: 'HASH' },
  ...(sort === undefined ? [] : [{ AttributeName: sort.name, KeyType: 'RANGE' as const }]),
];

/** Creates the tables that are not there yet, and waits until each can be used. */
export async function createTables(dynamodb: DynamoDBClient, tables: readonly TablePlan[]): Promise<void> {
  await Promise.all(tables.map((table) => createTable(dynamodb, table)));
}

async function createTable(dynamodb: DynamoDBClient, table: TablePlan): Promise<void> {
  const attributes = new Map(
    [table, ...table.indexes]
      .flatMap(({ partition, sort }) => (sort === undefined ? [partition] : [partition, sort]))
      .map(({ name, type }): [string, AttributeDefinition] => [name, { AttributeName: name, AttributeType: type }]),
  );
  try {
    await dynamodb.send(
      new CreateTableCommand({
        TableName: table.name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [...attributes.values()],
        KeySchema: schema(table),
        ...(table.indexes.length === 0
          ? {}
          : {
              GlobalSecondaryIndexes: table.indexes.map((index) => ({
                IndexName: index.name,
                KeySchema: schema(index),
                Projection: {
                  ProjectionType: index.projection.type,
                  ...(index.projection.attributes.length === 0
                    ? {}
                    : { NonKeyAttributes: [...index.projection.attributes] }),
                },
              })),
            }),
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    return;
  }
  await untilActive(dynamodb, table.name);
  if (table.expires !== undefined) await expire(dynamodb, table.name, table.expires);
}

async function untilActive(dynamodb: DynamoDBClient, name: string): Promise<void> {
  for (;;) {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: name }));
    if (Table?.TableStatus === 'ACTIVE') return;
  }
}

/** Expiry only cleans up, and dynalite has none: the code checks it by itself. */
async function expire(dynamodb: DynamoDBClient, name: string, attribute: string): Promise<void> {
  try {
    await dynamodb.send(
      new UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { AttributeName: attribute, Enabled: true },
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'UnknownOperationException') throw error;
  }
}
