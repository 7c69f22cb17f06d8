import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ROUTING_DOC, routingDoc } from '../../bin/routing-doc.ts';
import { changes } from '../../shared/payments/replies.ts';
import { readExplain, readRouting } from '../../shared/payments/routing-request.ts';
import { row } from '../support/routing.ts';

const page = readFileSync(ROUTING_DOC, 'utf8');

describe('docs/routing.md', () => {
  it('shows the built-in table as it is; else run `npm run routing:doc`', () => {
    expect(page).toBe(routingDoc(page));
  });

  it('names every change that a row may show in the channel, and no other', () => {
    const [, listed = ''] = /- `broadcast`:(.*?)Which event/s.exec(page) ?? [];

    expect([...listed.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual([...changes]);
  });

  it('has examples that are taken as they are', () => {
    const bodies = [...page.matchAll(/-d '(\{.*?\n\})'/gs)].map(([, body = '']) => JSON.parse(body));
    const tables = bodies.filter((body) => 'rows' in body);

    expect([bodies.length, tables.length]).toEqual([4, 2]);
    for (const body of bodies) expect(() => ('rows' in body ? readRouting(body) : readExplain(body))).not.toThrow();
    expect(tables.map((body) => readRouting(body).activate)).toEqual([false, true]);
  });
});

describe('the drawing of a table', () => {
  const drawn = (...rows: Parameters<typeof row>[]) =>
    routingDoc(page, { version: 1, rows: rows.map((each) => row(...each)) });

  it('asks one question for each row, and ends in its channel', () => {
    const text = drawn(
      [
        'large',
        { amount: { min: 10_000_000 }, kind: 'full' },
        { channel: 'C0123456789', postAs: 'app', broadcast: ['paid'] },
      ],
      ['rest'],
    );

    expect(text).toContain(
      '  start --> asks1{"Is it a full payment of an<br/>amount of at least 10000000<br/>(smallest unit)?"}',
    );
    expect(text).toContain('  asks1 -- yes --> row1["C0123456789 channel<br/>“large”"]');
    expect(text).toContain('  asks1 -- no --> row2["payments channel<br/>“rest”"]');
    expect(text).toContain(
      '| 1 | large | a full payment of an amount of at least 10000000 (smallest unit) | `C0123456789` | the app | `paid` |',
    );
    expect(text).toContain(
      '| 2 | rest | every other payment | `payments` | the assigned admin, else the app naming them | nothing |',
    );
  });

  it('keeps what would end a label or a cell out of both', () => {
    const text = drawn(['a "b" | c', { courseType: ['x|y'] }], ['rest']);

    expect(text).toContain('Is it a payment for a course of<br/>type #quot;x|y#quot;?');
    expect(text).toContain('“a #quot;b#quot; | c”');
    expect(text).toContain('| 1 | a "b" \\| c | a payment for a course of type "x\\|y" |');
  });

  it('is refused where the page has no place for it', () => {
    expect(() => routingDoc('# A page')).toThrow('must have the lines');
  });
});
