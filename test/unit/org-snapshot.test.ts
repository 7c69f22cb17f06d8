import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { linesOf } from '../../shared/base/csv.ts';
import type { Admin } from '../../shared/org/admin.ts';
import { piecesOf } from '../../shared/org/plan.ts';
import { type Roots, readCsv, readJson, type Snapshot } from '../../shared/org/snapshot.ts';

const kavya: Admin = { id: 'kavya', name: 'Kavya Rao', email: 'kavya@acme.example', managerId: null, active: true };
const rohan: Admin = {
  id: 'rohan',
  name: 'Rohan Desai',
  email: 'rohan@acme.example',
  managerId: 'kavya',
  active: true,
};
const arjun: Admin = {
  id: 'arjun',
  name: 'Arjun Mehta',
  email: 'arjun@acme.example',
  managerId: 'rohan',
  active: false,
};

const header = 'id,name,email,managerId,active';
const csv = (...lines: readonly string[]) => readCsv([header, ...lines].join('\n'), 'one');
const json = (...admins: readonly unknown[]) => readJson({ admins }, 'one');

/** Where, and what is wrong there. */
const wrongIn = (read: Snapshot) => (read.ok ? [] : read.wrong.map(({ pointer, message }) => `${pointer}: ${message}`));

describe('a snapshot', () => {
  it('is read from JSON and from CSV alike', () => {
    const lines = [
      'kavya,Kavya Rao,kavya@acme.example,,true',
      'rohan,Rohan Desai,rohan@acme.example,kavya,TRUE',
      'arjun,"Arjun Mehta",arjun@acme.example, rohan ,false',
    ];

    expect(json(kavya, rohan, arjun)).toEqual({ ok: true, people: [kavya, rohan, arjun] });
    expect(csv(...lines)).toEqual({ ok: true, people: [kavya, rohan, arjun] });
    expect(readCsv(`\uFEFF${[header, ...lines].join('\r\n')}\r\n\r\n`, 'one')).toEqual(csv(...lines));
  });

  it('takes the columns of a CSV file in any order, and commas within quotes', () => {
    const read = readCsv('active,managerId,email,id,name\ntrue,,kavya@acme.example,kavya,"Rao, Kavya ""K"""\n', 'one');

    expect(read).toEqual({ ok: true, people: [{ ...kavya, name: 'Rao, Kavya "K"' }] });
  });

  it.each([
    ['id;name;email;managerId;active', 'line 1: .*separated by commas, not semicolons'],
    ['id,name,mail,managerId,active', 'line 1: .*email missing; "mail" not known'],
    ['id,name,email,managerId', 'line 1: .*active missing'],
    ['id,id,name,email,managerId,active', 'line 1: .*id twice'],
    ['', 'line 1: .*id, name, email, managerId, active missing'],
  ])('wants the columns named: %j', (first, message) => {
    expect(wrongIn(readCsv(`${first}\nkavya,Kavya Rao,kavya@acme.example,,true`, 'one'))).toEqual([
      expect.stringMatching(message),
    ]);
  });

  it('names every malformed line of a CSV file by its number', () => {
    const read = csv(
      'kavya,Kavya Rao,kavya@acme.example,,true',
      'rohan,Rohan Desai,rohan@acme.example',
      'sana,Sana "S" Khan,sana@acme.example,kavya,true',
      'dev,"Dev',
      'Patel",dev@acme.example,kavya,yes',
      'meera,"Meera Thomas,meera@acme.example,kavya,true',
    );

    expect(wrongIn(read).sort()).toEqual([
      'line 3: has 3 fields, and 5 columns are named.',
      'line 4: has a quote within a field: put the whole field into quotes, and double each quote in it.',
      'line 5, active: must be true or false.',
      expect.stringMatching('line 5, name: must not hold line breaks'),
      'line 7: opens a quote that is not closed before the file ends.',
    ]);
  });

  it('names everything that is wrong with it at once', () => {
    const read = json(
      { ...kavya, managerId: 'arjun' },
      { ...rohan, email: 'KAVYA@acme.example' },
      arjun,
      { ...arjun, email: 'other@acme.example' },
      { ...kavya, id: 'sana', name: 'Sana Khan', email: 'sana@', managerId: 'nobody' },
      { ...kavya, id: 'dev', name: 'Dev Patel', email: 'dev@acme.example', managerId: 'dev' },
      { id: 'meera', nam: 'Meera Thomas', email: 'meera@acme.example', managerId: 'rohan', active: true },
      7,
    );

    expect(wrongIn(read).filter((each) => !each.startsWith('/admins/7'))).toEqual([
      '/admins/4/email: must be an e-mail address, such as priya@example.com.',
      '/admins/6/name: is missing.',
      '/admins/6/nam: is not a field here; leave it out.',
      '/admins/3/id: is the id of Arjun Mehta (arjun) too (/admins/2/id); each has one of their own.',
      '/admins/1/email: is the address of Kavya Rao (kavya) too (/admins/0/email); each has one of their own.',
      '/admins/4/managerId: names nobody, who is not among the people sent, as far as these can be read.',
      '/admins/0/managerId: makes a circle: Arjun Mehta (arjun) reports to Rohan Desai (rohan) reports to kavya.',
      '/admins/5/managerId: is the person themself: name their manager, or null for nobody.',
    ]);
    expect(wrongIn(read)).toContain('/admins/7/id: is missing.');
  });

  it('names a long circle short, and each circle once', () => {
    const ring = (name: string, length: number) =>
      Array.from({ length }, (_, at) => ({
        ...kavya,
        id: `${name}${at}`,
        name: `${name} ${at}`,
        email: `${name}${at}@acme.example`,
        managerId: `${name}${(at + 1) % length}`,
      }));

    expect(wrongIn(json(...ring('a', 20), ...ring('b', 2)))).toEqual([
      expect.stringMatching(
        /^\/admins\/0\/managerId: makes a circle: a 1 \(a1\) .* 9 more, the last of whom reports to a0\.$/,
      ),
      '/admins/20/managerId: makes a circle: b 1 (b1) reports to b0.',
    ]);
  });

  it('expects one person at the top, unless several are meant; who left and manages nobody stands nowhere', () => {
    const second = { ...rohan, managerId: null };
    const left = { ...arjun, managerId: null };
    const people = [kavya, second, left];
    const read = (roots: Roots, ...admins: readonly Admin[]) => wrongIn(readJson({ admins }, roots));

    expect(read('one', ...people)).toEqual([
      expect.stringContaining(
        '/admins/1/managerId: names no manager, and one person stands at the top; here are 2: Kavya',
      ),
    ]);
    expect(read('several', ...people)).toEqual([]);
    expect(read('one', kavya, left)).toEqual([]);
    expect(read('one', kavya, left, { ...rohan, managerId: 'arjun' })).toHaveLength(1);
  });

  it('may have fifty levels, and names the first person below them', () => {
    const line = (length: number) =>
      Array.from({ length }, (_, at) => ({
        ...kavya,
        id: `p${at}`,
        email: `p${at}@acme.example`,
        managerId: at === 0 ? null : `p${at - 1}`,
      }));

    expect(wrongIn(json(...line(50)))).toEqual([]);
    expect(wrongIn(json(...line(53).reverse()))).toEqual([
      '/admins/2/managerId: puts Kavya Rao (p50) on level 51; there are 50 at most.',
    ]);
  });

  it.each([{ admins: [] }, {}, { admins: 'all' }, [], null, { admins: [kavya], people: [] }])('is not %j', (body) => {
    expect(wrongIn(readJson(body, 'one'))).not.toEqual([]);
  });

  it('of nobody would let everybody go', () => {
    expect(wrongIn(csv())).toEqual([expect.stringContaining('line 1: names nobody: everybody would be gone')]);
  });
});

describe('a CSV file', () => {
  it('is read back as it was written, whatever its fields hold', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', ' ', ',', '"', '\n', '\r\n', ';') });
    const write = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (records, end, isEnded) => {
          const text = records.map((cells) => cells.map(write).join(',')).join(end) + (isEnded ? end : '');

          const read = linesOf(text);

          expect(read.map((each) => ('cells' in each ? each.cells : each.wrong))).toEqual(records);
          let line = 1;
          for (const [index, cells] of records.entries()) {
            expect(read[index]?.line).toBe(line);
            line += 1 + cells.join('').split('\n').length - 1;
          }
        },
      ),
    );
  });

  it.each(['a"b,c', '"a"b,c', '"a" ,c', 'c,"a""b"c'])('has a line that is wrong alone: %j', (wrong) => {
    expect(linesOf(`1,2\n${wrong}\n3,4`)).toEqual([
      { line: 1, cells: ['1', '2'] },
      { line: 2, wrong: expect.stringContaining('has a quote within a field') },
      { line: 3, cells: ['3', '4'] },
    ]);
  });
});

describe('a plan in pieces', () => {
  const chain = (id: string) => ({ id, name: `Person ${id}`, above: [{ id: 'kavya', name: 'Kavya Rao' }] });
  const plan = (people: number) => ({
    regrafts: Array.from({ length: people }, (_, at) => ({ kept: undefined, wanted: chain(`p${at}`) })),
    steps: ['email', 'admin'].map((kind) =>
      Array.from({ length: people }, (_, at) => ({ sk: `${kind}#p${at}`, content: { id: `p${at}` } })),
    ),
  });

  it('holds everything, in its order, the rows of the hierarchy first', () => {
    const whole = plan(3_000);
    const pieces = piecesOf(whole);

    expect(pieces.flatMap(({ regrafts }) => regrafts)).toEqual(whole.regrafts);
    expect(pieces.flatMap(({ steps }) => steps).flat()).toEqual(whole.steps.flat());
    const firstItems = pieces.findIndex(({ steps }) => steps.length > 0);
    expect(pieces.slice(firstItems).every(({ regrafts }) => regrafts.length === 0)).toBe(true);
    expect(pieces.length).toBeGreaterThan(10);
    for (const piece of pieces) expect(JSON.stringify(piece).length).toBeLessThan(120_000);
  });

  it('is one for a small change, and none for no change', () => {
    expect(piecesOf(plan(2))).toEqual([plan(2)]);
    expect(piecesOf(plan(0))).toEqual([]);
  });

  it('keeps steps apart within a piece', () => {
    expect(piecesOf({ ...plan(0), steps: plan(4).steps })).toEqual([{ regrafts: [], steps: plan(4).steps }]);
  });
});
