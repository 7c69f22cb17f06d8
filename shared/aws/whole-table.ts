import { type DynamoDBDocumentClient, ScanCommand, type ScanCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Step } from '../base/erasing.ts';
import type { TeamId } from '../base/names.ts';
import type { Item, Table } from './table.ts';

/**
 * A table read from one end to the other. Only erasing does this: what was forgotten in a list of keys would be kept, and no
 * function has the right. It reads, and costs, the whole table, whosever it is.
 */
export class WholeTable {
  readonly table: Table;
  readonly #client: DynamoDBDocumentClient;

  constructor(client: DynamoDBDocumentClient, table: Table) {
    this.#client = client;
    this.table = table;
  }

  /** Every item of a team, in no order: consistent, page by page. */
  async *itemsOf(team: TeamId): AsyncGenerator<Item> {
    let start: Record<string, unknown> | undefined;
    do {
      const page: ScanCommandOutput = await this.#client.send(
        new ScanCommand({
          TableName: this.table.name,
          ConsistentRead: true,
          FilterExpression: 'pk = :team OR begins_with(pk, :theirs)',
          ExpressionAttributeValues: { ':team': team, ':theirs': `${team}#` },
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      for (const item of (page.Items ?? []) as Item[]) if (isOf(team, item.pk)) yield item;
      start = page.LastEvaluatedKey;
    } while (start);
  }

  /** Erases every item of a team. `name` is what people call the table. */
  erasing(team: TeamId, name: string): Step {
    const { table } = this;
    const itemsOf = () => this.itemsOf(team);
    return {
      what: `items of ${name}`,
      atOnce: 25,
      find: async function* () {
        for await (const { pk, sk } of itemsOf()) {
          yield async () => {
            await table.delete({ pk, sk });
            return 'erased';
          };
        }
      },
    };
  }
}

/** Whether a partition is a team's: it is the team's id, or begins with it and `#`. `T12` is nothing of `T1`. */
function isOf(team: TeamId, pk: string): boolean {
  return pk === team || pk.startsWith(`${team}#`);
}
