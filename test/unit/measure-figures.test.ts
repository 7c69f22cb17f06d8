import { describe, expect, it } from '@jest/globals';
import { page } from '../../lib/local/measure/figures.ts';
import { inWords, percentile, spreadOf } from '../../lib/local/measure/spread.ts';

describe('a spread', () => {
  it.each([
    [[3, 1, 2], { min: 1, median: 2, max: 3 }],
    [[4, 1, 2, 3], { min: 1, median: 2.5, max: 4 }],
    [[7], { min: 7, median: 7, max: 7 }],
  ])('of %j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });

  it('of nothing is not zero', () => {
    expect(() => spreadOf([])).toThrow('nothing');
  });

  it('is told with its least and most, unless they are the same', () => {
    expect(inWords({ min: 1, median: 1.26, max: 2 }, 1)).toBe('1.3 (1.0 to 2.0)');
    expect(inWords({ min: 2, median: 2, max: 2 }, 0)).toBe('2');
  });

  it('has percentiles by the nearest rank', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);

    expect([0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([100, 198, 200]);
  });
});

describe('the page of figures', () => {
  const section = {
    title: 'Loading',
    how: 'Nine times.',
    tables: [{ caption: 'Times:', head: ['function', 'ms'], rows: [['Ingress', '12.5']] }],
    notes: ['A note.'],
    targets: [
      { what: 'ingress', wanted: 'at most 1.1', got: '1.05', holds: true },
      { what: 'worker', wanted: 'at most 1.25', got: '1.4', holds: false },
    ],
  };

  it('begins with what is wanted and whether it holds, then says how each figure was got', () => {
    const text = page({ at: '2026-11-22', machine: 'two cores' }, [section]);

    const parts = ['2026-11-22, two cores.', 'holds', '**missed**', '## Loading', 'Nine times.', 'Times:', 'A note.'];
    expect([...parts].sort((a, b) => text.indexOf(a) - text.indexOf(b))).toEqual(parts);
    expect(parts.filter((part) => !text.includes(part))).toEqual([]);
  });

  it('has tables whose columns stand under each other, figures to the right', () => {
    expect(page({ at: '', machine: '' }, [{ ...section, targets: [] }])).toContain(
      ['| function |   ms |', '| -------- | ---: |', '| Ingress  | 12.5 |'].join('\n'),
    );
  });
});
