import { describe, expect, it } from '@jest/globals';
import { indexWriteUnits, itemBytes, readUnits, writeUnits } from '../../lib/local/measure/capacity.ts';

describe('the size of an item', () => {
  it.each([
    ['a text, by its bytes in UTF-8', { a: { S: 'zwölf' } }, 1 + 6],
    ['a number, by its significant digits', { a: { N: '1763788800123' } }, 1 + 8],
    ['a number without the zeros at its end', { a: { N: '1763788800000' } }, 1 + 5],
    ['a negative number', { a: { N: '-12' } }, 1 + 3],
    ['bytes, and not the base64 that carries them', { a: { B: 'AAAA' } }, 1 + 3],
    ['true', { a: { BOOL: true } }, 1 + 1],
    ['a set', { a: { SS: ['ab', 'c'] } }, 1 + 3],
    ['a map in a map', { m: { M: { k: { M: { s: { S: 'x' } } } } } }, 1 + 3 + (1 + 1 + 3 + (1 + 1 + 1))],
    ['a list', { l: { L: [{ S: 'ab' }, { NULL: true }] } }, 1 + 3 + (1 + 2) + (1 + 1)],
  ])('counts %s', (_, item, bytes) => {
    expect(itemBytes(item)).toBe(bytes);
  });

  it('does not guess what an unknown type weighs', () => {
    expect(() => itemBytes({ a: { X: '' } })).toThrow('no type X');
  });
});

describe('the units of a request', () => {
  const weighing = (bytes: number) => ({ a: { S: 'x'.repeat(bytes - 1) } });

  it.each([
    ['of 1 KB exactly', undefined, weighing(1024), 1],
    ['a byte above', undefined, weighing(1025), 2],
    ['that makes an item smaller: by what was there', weighing(3000), weighing(10), 3],
    ['that deletes', weighing(1500), undefined, 2],
    ['of which nothing came', undefined, undefined, 1],
  ])('of a write %s', (_, before, after, units) => {
    expect(writeUnits(before, after)).toBe(units);
  });

  it.each([
    [0, true, 1],
    [0, false, 0.5],
    [4096, true, 1],
    [4097, true, 2],
    [4097, false, 1],
  ])('of a read that brought %d bytes (consistent: %s)', (bytes, consistent, units) => {
    expect(readUnits(bytes, consistent)).toBe(units);
  });

  const due = { partition: 'dueShard', sort: 'dueAt' };
  const at = (when: string) => ({ dueShard: { S: 'due#0' }, dueAt: { N: when } });

  it.each([
    ['an item that enters it', undefined, at('1'), 1],
    ['an item that leaves it', at('1'), { a: { S: 'left' } }, 1],
    ['an item that moves in it', at('1'), at('2'), 2],
    ['an item that stays where it is', at('1'), { ...at('1'), a: { S: 'more' } }, 0],
    ['an item that is not in it', { dueShard: { S: 'due#0' } }, { a: { S: 'x' } }, 0],
  ])('of an index, for %s', (_, before, after, units) => {
    expect(indexWriteUnits(due, before, after)).toBe(units);
  });
});
