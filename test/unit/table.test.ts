import { globSync, readFileSync } from 'node:fs';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { Table } from '../../shared/aws/table.ts';

const client = mockClient(DynamoDBDocumentClient);
const table = new Table(client as never, 'T');

describe('a read that decides', () => {
  it('is consistent, by key and never through an index', async () => {
    client.reset();
    client.on(GetCommand).resolves({});
    client.on(QueryCommand).resolves({});
    client.on(BatchGetCommand).resolves({});

    await table.get({ pk: 'p', sk: 's' });
    await table.query('p', 'fact#');
    await table.last('p', 'fact#');
    await table.getMany([{ pk: 'p', sk: 's' }]);
    for await (const _ of table.pages('p', 'fact#'));
    for await (const _ of table.pages('p', { from: 'a', to: 'b' }));

    const [get, query, last, many, ...pages] = client
      .calls()
      .map(({ args: [command] }) => command.input as Record<string, unknown>);
    expect(get).toMatchObject({ ConsistentRead: true });
    expect(query).toMatchObject({ ConsistentRead: true });
    expect(query).not.toHaveProperty('IndexName');
    expect(last).toMatchObject({ ConsistentRead: true, Limit: 1 });
    expect(many).toMatchObject({ RequestItems: { T: { ConsistentRead: true } } });
    expect(pages).toEqual(Array(2).fill(expect.objectContaining({ ConsistentRead: true })));
  });

  it('reads every page, and asks again for what was left unprocessed', async () => {
    client.reset();
    const key = (n: number) => ({ pk: 'p', sk: `s${n}` });
    client
      .on(QueryCommand)
      .resolvesOnce({ Items: [key(1)], LastEvaluatedKey: key(1) })
      .resolvesOnce({ Items: [key(2)] });
    client
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { T: [key(1)] }, UnprocessedKeys: { T: { Keys: [key(2)] } } })
      .resolvesOnce({ Responses: { T: [key(2)] } });

    expect(await table.query('p')).toEqual([key(1), key(2)]);
    expect(await table.getMany([key(1), key(2)])).toEqual([key(1), key(2)]);
  });

  it('of many keys asks for a hundred at a time', async () => {
    client.reset();
    client.on(BatchGetCommand).resolves({});

    await table.getMany(Array.from({ length: 250 }, (_, n) => ({ pk: 'p', sk: `${n}` })));

    expect(client.commandCalls(BatchGetCommand)).toHaveLength(3);
  });
});

describe('a read of a table', () => {
  const READS =
    /\b(?:Get|BatchGet|TransactGet|Query|Scan|ExecuteStatement|BatchExecuteStatement|ExecuteTransaction)(?:Items?)?Command\b/;
  const own = 'shared/aws/table.ts';

  it('is sent from the table alone, whose rules it cannot escape; erasing alone reads it whole', () => {
    const files = globSync('{functions,shared,lib,bin}/**/*.ts');
    const readers = files.filter((file) => READS.test(readFileSync(file, 'utf8')));

    // The database in memory is what answers these commands; it sends none.
    const senders = readers.filter((file) => file !== 'lib/local/memory-database.ts');
    expect(senders.toSorted()).toEqual([own, 'shared/aws/whole-table.ts']);
    const bundled = globSync('functions/**/*.ts').filter((file) => readFileSync(file, 'utf8').includes('whole-table'));
    expect(bundled).toEqual([]);
  });

  it('names an index only where it asks what is due', () => {
    const methods = readFileSync(own, 'utf8').split(/^ {2}(?=async |#?\w+\()/m);
    const named = methods.filter((text) => text.includes('IndexName'));
    const inconsistent = methods.filter(
      (text) => /new \w*(?:Get|Query)Command/.test(text) && !text.includes('Consistent'),
    );

    expect(named.map((text) => text.slice(0, 'async due('.length))).toEqual(['async due(']);
    expect(inconsistent.map((text) => text.split('(')[0])).toEqual(['async *pages', 'async due', 'async #pages']);
  });

  it('that asks what is due is the one that may be stale', async () => {
    client.reset();
    client.on(QueryCommand).resolves({});

    await table.due('due#0', 9, 5);

    expect(client.commandCalls(QueryCommand)[0]?.args[0].input).not.toHaveProperty('ConsistentRead');
  });
});

describe('a conditional write', () => {
  it('answers whether its condition held, and throws everything else', async () => {
    client.reset();
    const refused = new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
    client.on(PutCommand).resolvesOnce({}).rejectsOnce(refused).rejectsOnce(new Error('the database is away'));

    expect(await table.insert({ pk: 'p', sk: 's' })).toBe(true);
    expect(await table.insert({ pk: 'p', sk: 's' })).toBe(false);
    await expect(table.insert({ pk: 'p', sk: 's' })).rejects.toThrow('the database is away');
  });
});
