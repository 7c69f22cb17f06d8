/** What the rooms ask of a database, on each database that can run here. */
import { DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTables } from '../../lib/local/tables.ts';
import type { Table } from '../../shared/aws/table.ts';
import { databasesHere, type Tables } from '../support/databases.ts';

describe.each(await databasesHere())('a table on $name', ({ name, start }) => {
  let tables: Tables;
  let table: Table;
  let forgetful: Table;
  let pk: string;
  let cases = 0;

  beforeAll(async () => {
    tables = await start();
    table = tables.table('messages');
    forgetful = tables.losingReplies('messages');
  });
  afterAll(() => tables.stop());
  beforeEach(() => {
    cases += 1;
    pk = `T1#case#${cases}`;
  });

  const key = (n: number) => ({ pk, sk: `item#${String(n).padStart(4, '0')}` });
  const putAll = (count: number, more: object = {}) =>
    Promise.all(Array.from({ length: count }, (_, n) => table.put({ ...key(n), ...more })));

  it('reads what was written the moment before, by key, of every kind of value', async () => {
    const item = {
      ...key(1),
      text: 'प्रिया ₹',
      bytes: new Uint8Array([0, 255, 10]),
      amount: 2 ** 53 - 1,
      nothing: null,
      flag: false,
      nested: { list: [1, 'two', { three: 3 }], empty: {} },
      set: new Set(['b', 'a']),
    };

    await table.put(item);

    expect(await table.get(key(1))).toEqual(item);
    expect(await table.get(key(2))).toBeUndefined();
  });

  it('leaves out what is undefined', async () => {
    await table.put({ ...key(1), here: 1, absent: undefined });

    expect(await table.get(key(1))).toEqual({ ...key(1), here: 1 });
  });

  it('reads a partition in the order of its sort keys, and of a prefix only what begins with it', async () => {
    await Promise.all([key(3), key(1), { pk, sk: 'other#1' }, key(2)].map((one) => table.put(one)));
    await table.put({ pk: `${pk}#next`, sk: 'item#0000' });

    const [all, some] = await Promise.all([table.query(pk), table.query(pk, 'item#')]);

    expect(all.map(({ sk }) => sk)).toEqual([key(1).sk, key(2).sk, key(3).sk, 'other#1']);
    expect(some).toEqual([key(1), key(2), key(3)]);
  });

  it('reads every page of a partition that is larger than one answer may be', async () => {
    // An answer ends after 1 MB. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
    await putAll(14, { filling: 'x'.repeat(200_000) });

    const items = await table.query(pk);

    expect(items.map(({ sk }) => sk)).toEqual(Array.from({ length: 14 }, (_, n) => key(n).sk));
  });

  it('reads the first items of a partition, and no page more than that takes', async () => {
    await putAll(14, { filling: 'x'.repeat(200_000) });

    const [few, many, all] = await Promise.all([3, 9, 20].map((limit) => table.query(pk, '', limit)));

    expect([few?.length, many?.length, all?.length]).toEqual([3, 9, 14]);
    expect(few?.map(({ sk }) => sk)).toEqual([key(0).sk, key(1).sk, key(2).sk]);
  });

  it('reads the last item of a partition that begins with a prefix', async () => {
    await Promise.all([key(1), key(10), key(2), { pk, sk: 'other#1' }].map((item) => table.put(item)));

    expect(await table.last(pk, 'item#')).toEqual(key(10));
    expect(await table.last(pk, 'none#')).toBeUndefined();
  });

  it('reads more than a hundred keys at once, and leaves out those that are not there', async () => {
    await putAll(120);

    const found = await table.getMany(Array.from({ length: 230 }, (_, n) => key(n)));

    expect(found.map(({ sk }) => sk).sort()).toEqual(Array.from({ length: 120 }, (_, n) => key(n).sk));
  });

  it('inserts an item once, whoever comes second', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, by) => table.insert({ ...key(1), by })));

    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await table.get(key(1))).toEqual({ ...key(1), by: outcomes.indexOf(true) });
  });

  it('updates only where the condition holds, and says whether it did', async () => {
    await table.put({ ...key(1), v: 1 });
    const next = { update: 'SET v = :next', when: 'v = :read', values: { ':next': 2, ':read': 1 } };

    expect(await table.update(key(1), next)).toBe(true);
    expect(await table.update(key(1), next)).toBe(false);
    expect(await table.update(key(2), next)).toBe(false);
    expect(await table.get(key(1))).toEqual({ ...key(1), v: 2 });
    expect(await table.get(key(2))).toBeUndefined();
  });

  it('lets one of many conditional updates through, and never two', async () => {
    await table.put({ ...key(1), v: 1 });

    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, by) =>
        table.update(key(1), {
          update: 'SET v = v + :one, #by = :by',
          when: 'v = :read',
          names: { '#by': 'by' },
          values: { ':one': 1, ':read': 1, ':by': by },
        }),
      ),
    );

    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await table.get(key(1))).toEqual({ ...key(1), v: 2, by: outcomes.indexOf(true) });
  });

  it('loses no addition of many at once', async () => {
    const add = { update: 'ADD #v :one', names: { '#v': 'v' }, values: { ':one': 1 } };

    await Promise.all(Array.from({ length: 12 }, () => table.update(key(1), add)));

    expect(await table.get(key(1))).toEqual({ ...key(1), v: 12 });
  });

  it('grows and shrinks a set of strings, and drops it with its last one', async () => {
    const change = (verb: 'ADD' | 'DELETE', ...texts: string[]) =>
      table.update(key(1), { update: `${verb} #s :s`, names: { '#s': 's' }, values: { ':s': new Set(texts) } });

    await change('ADD', 'a', 'b');
    await change('ADD', 'b', 'c');
    await change('DELETE', 'a', 'unknown');
    expect(await table.get(key(1))).toEqual({ ...key(1), s: new Set(['b', 'c']) });

    await change('DELETE', 'b', 'c');
    expect(await table.get(key(1))).toEqual(key(1));
  });

  it('sets, removes, adds and takes away in one update, and reads all of it from before', async () => {
    await table.put({ ...key(1), v: 1, gone: true, s: new Set(['a']), nested: { until: 5 } });

    const written = await table.update(key(1), {
      update: 'SET #first = if_not_exists(#first, :now), #was = #nested.#until REMOVE gone ADD v :one DELETE s :a',
      when: 'attribute_exists(#nested.#until) AND (attribute_not_exists(absent) OR #nested.#until < :now)',
      names: { '#first': 'first', '#was': 'was', '#nested': 'nested', '#until': 'until' },
      values: { ':now': 9, ':one': 1, ':a': new Set(['a']) },
    });

    expect(written).toBe(true);
    expect(await table.get(key(1))).toEqual({ ...key(1), v: 2, first: 9, was: 5, nested: { until: 5 } });
  });

  it('deletes an item, and does not mind one that is not there', async () => {
    await table.put(key(1));

    await table.delete(key(1));
    await table.delete(key(1));

    expect(await table.get(key(1))).toBeUndefined();
  });

  it('takes an item, once, and only where the condition holds', async () => {
    await table.put({ ...key(1), owner: 'me', endsAt: 5 });
    const mine = { when: '#owner = :me AND :now < endsAt', names: { '#owner': 'owner' } };

    const others = await table.take(key(1), { ...mine, values: { ':me': 'you', ':now': 4 } });
    const late = await table.take(key(1), { ...mine, values: { ':me': 'me', ':now': 5 } });
    const takers = Array.from({ length: 5 }, () => table.take(key(1), { ...mine, values: { ':me': 'me', ':now': 4 } }));
    const taken = (await Promise.all(takers)).filter((item) => item !== undefined);

    expect([others, late]).toEqual([undefined, undefined]);
    expect(taken).toEqual([{ ...key(1), owner: 'me', endsAt: 5 }]);
    expect(await table.take(key(1), {})).toBeUndefined();
  });

  it('finds what is due, oldest first and no more than asked for; what lost its mark is not due', async () => {
    const dueShard = `${pk}#due`;
    await Promise.all([30, 10, 40, 20, 50].map((dueAt) => table.put({ ...key(dueAt), dueShard, dueAt })));
    await table.put({ ...key(60), dueAt: 5 });
    await table.update(key(20), { update: 'REMOVE dueShard, dueAt' });

    expect((await table.due(dueShard, 50, 10)).map(({ sk }) => sk)).toEqual([key(10).sk, key(30).sk, key(40).sk]);
    expect((await table.due(dueShard, 50, 2)).map(({ sk }) => sk)).toEqual([key(10).sk, key(30).sk]);
    expect(await table.due(dueShard, 10, 10)).toEqual([]);
  });

  it('answers of a conditional write that was sent again what it met: its own effect', async () => {
    const inserted = await forgetful.insert({ ...key(1), v: 1 });
    const updated = await forgetful.update(key(1), {
      update: 'SET v = :next',
      when: 'v = :read',
      values: { ':next': 2, ':read': 1 },
    });

    expect([inserted, updated]).toEqual([false, false]);
    expect(await table.get(key(1))).toEqual({ ...key(1), v: 2 });
  });

  it('is made with its expiry where the database has one, and a second time is left as it is', async () => {
    const string = (attribute: string) => ({ name: attribute, type: 'S' as const });
    const plan = { id: 'x', name: 'expiring', partition: string('pk'), sort: string('sk'), indexes: [] };
    const { client } = tables;

    if (client) await createTables(client, [{ ...plan, expires: 'expires' }]);
    if (client) await createTables(client, [{ ...plan, expires: 'expires' }]);
    const told = await client?.send(new DescribeTimeToLiveCommand({ TableName: 'expiring' }));

    // The others have none: the code checks expiry by itself.
    expect(told?.TimeToLiveDescription?.AttributeName).toBe(name === 'DynamoDB Local' ? 'expires' : undefined);
  });
});
