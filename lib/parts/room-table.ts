import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { named } from './named.ts';

/** The sparse index of what a timed job still has to wake: sharded so that no one partition takes every write. */
export const DUE_INDEX = 'due';

/** What differs from one room's table to the next. */
export interface RoomTableProps {
  /** With the `due` index (`dueShard`, `dueAt`; keys only). */
  readonly due?: boolean;
}

/**
 * A room's table: string keys `pk` and `sk`, expiry in `expires` (epoch seconds), paid by request, recoverable to any
 * second of the last 35 days, kept when its stack is deleted. Its logical id is `id` exactly: it is the table's name in
 * the design, in the logs and on a laptop.
 *
 * Encrypted at rest under DynamoDB's own key: tokens, the one thing that must not be read by who can read the table, are
 * encrypted by War Room before they are written.
 */
export class RoomTable extends TableV2 {
  constructor(scope: Construct, id: string, { due = false }: RoomTableProps = {}) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expires',
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      globalSecondaryIndexes: due
        ? [
            {
              indexName: DUE_INDEX,
              partitionKey: { name: 'dueShard', type: AttributeType.STRING },
              sortKey: { name: 'dueAt', type: AttributeType.NUMBER },
              projectionType: ProjectionType.KEYS_ONLY,
            },
          ]
        : [],
    });
    named(this, id);
  }
}
