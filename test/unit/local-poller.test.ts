import { describe, expect, it } from '@jest/globals';
import { failedAmong } from '../../lib/local/poller.ts';
import { scaledVisibility } from '../../lib/local/queues.ts';

const ids = ['a', 'b', 'c'];

describe('which records of a batch failed', () => {
  it.each([
    ['nothing was returned', null, []],
    ['the list is empty', { batchItemFailures: [] }, []],
    ['there is no list', {}, []],
    ['one is named', { batchItemFailures: [{ itemIdentifier: 'b' }] }, ['b']],
    ['a strange one is named', { batchItemFailures: [{ itemIdentifier: 'z' }] }, ids],
    ['an empty one is named', { batchItemFailures: [{ itemIdentifier: '' }] }, ids],
    ['a name is missing', { batchItemFailures: [{}] }, ids],
    ['the list is no list', { batchItemFailures: 'b' }, ids],
    ['the answer is a word', 'done', ids],
  ])('when %s', (_, result, failed) => {
    expect([...failedAmong(result, ids)]).toEqual(failed);
  });
});

describe('a visibility timeout on another scale of time', () => {
  it.each([
    [180, 1, 180],
    [180, 0.05, 9],
    [30, 0.05, 2],
    [30, 0.001, 1],
  ])('%i s at %d is %i s', (seconds, scale, scaled) => {
    expect(scaledVisibility(seconds, scale)).toBe(scaled);
  });
});
