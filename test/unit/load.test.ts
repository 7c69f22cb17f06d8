/** `npm run load`: files in pieces, rows as requests, answers as a person reads them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Entry, entryOf, KINDS, type Kind, kindOf } from '../../bin/load/entry.ts';
import { hashOf, Kept } from '../../bin/load/kept.ts';
import { beginning, type Place } from '../../bin/load/lines.ts';
import { load, refusedHead } from '../../bin/load/load.ts';
import { firstRefused } from '../../bin/load/refused.ts';
import { openRows, type Row } from '../../bin/load/rows.ts';
import { Hopeless, Sender } from '../../bin/load/sender.ts';
import { recordOf } from '../../shared/base/csv.ts';
import { attendanceRequest } from '../../shared/courses/attendance.ts';
import { courseRequest } from '../../shared/courses/course.ts';
import { enrollmentRequest } from '../../shared/courses/enrollment.ts';
import { feedbackRequest } from '../../shared/courses/feedback.ts';
import { read } from '../../shared/courses/read.ts';
import { sessionRequest } from '../../shared/courses/session.ts';

const folder = mkdtempSync(join(tmpdir(), 'war-room-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function rowsOf(path: string, place: Place = beginning): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of (await openRows(path)).from(place)) rows.push(row);
  return rows;
}

const told = (rows: readonly Row[]) => rows.map((row) => [row.line, 'said' in row ? row.said : row.wrong]);

describe('the rows of a file', () => {
  it('are those of its CSV, over several lines where a quote is, each with the line on which it begins', async () => {
    const path = fileOf('a.csv', '\uFEFFid, learner.id ,learner.name\r\n\r\n1,a,"x\ny, ""z"""\n2,,\n"3",b,c');

    expect(told(await rowsOf(path))).toEqual([
      [3, { id: '1', learner: { id: 'a', name: 'x\ny, "z"' } }],
      [5, { id: '2' }],
      [6, { id: '3', learner: { id: 'b', name: 'c' } }],
    ]);
  });

  it('that are wrong are wrong alone, also where a quote is never closed', async () => {
    const path = fileOf('b.csv', 'id,text\n1,"never closed\n2,x\n3\n4,a"b\n5,"y"\n');

    expect(told(await rowsOf(path))).toEqual([
      [2, expect.stringContaining('opens a quote that is not closed')],
      [3, { id: '2', text: 'x' }],
      [4, 'has 1 fields, and 2 columns are named.'],
      [5, expect.stringContaining('has a quote within a field')],
      [6, { id: '5', text: 'y' }],
    ]);
  });

  it('take a column by its whole name: what lies deeper than the API has it replaces nothing', async () => {
    const path = fileOf('deep.csv', 'id,learner.email,learner.email.old\n1,new@x.y,old@x.y\n');

    expect(told(await rowsOf(path))).toEqual([[2, { id: '1', learner: { email: 'new@x.y', 'email.old': 'old@x.y' } }]]);
  });

  it('are the objects of JSON lines', async () => {
    const nested = `{"id":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`;
    const path = fileOf(
      'a.jsonl',
      Buffer.concat([Buffer.from('{"id":"1"}\n\n[]\n{"id":\n'), Buffer.of(0xff, 0x0a), Buffer.from(nested)]),
    );

    expect(told(await rowsOf(path))).toEqual([
      [1, { id: '1' }],
      [3, 'is not a JSON object on a line of its own.'],
      [4, 'is not a JSON object on a line of its own.'],
      [5, 'is not UTF-8.'],
      [6, 'holds objects or lists within each other, deeper than the API takes them.'],
    ]);
  });

  it.each([
    ['c.txt', 'id', 'name it .csv, or .jsonl'],
    ['empty.csv', '', 'is empty'],
    ['twice.csv', 'id,id\n', 'the column "id" is named twice.'],
    ['semicolons.csv', 'id;name\n', 'separated by commas'],
  ])('cannot be read from %s, which is told', async (name, text, why) => {
    await expect(rowsOf(fileOf(name, text))).rejects.toThrow(why);
  });

  it('are the same from any of them on as from the start, whatever is in the cells', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', '₹', '🎢'), maxLength: 8 });
    const property = fc.asyncProperty(
      fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 }),
      async (records) => {
        const path = fileOf('p.csv', `a,b\n${records.map((each) => `${recordOf(each)}\n`).join('')}`);
        const rows = await rowsOf(path);

        const filled = ([a, b]: [string, string]) => ({ ...(a.trim() && { a }), ...(b.trim() && { b }) });
        expect(rows.map((row) => 'said' in row && row.said)).toEqual(records.map(filled));
        for (const [index, { next }] of rows.entries()) expect(await rowsOf(path, next)).toEqual(rows.slice(index + 1));
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
});

describe('a row', () => {
  const samples: Readonly<Record<Kind, readonly [Record<string, unknown>, string, unknown]>> = {
    course: [{ id: 'crs_1', name: 'Data', type: 'bootcamp' }, 'PUT /v1/courses/crs_1', courseRequest],
    enrollment: [
      { id: 'e@1', courseId: 'crs_1', learner: { id: 'l', name: 'P', email: 'p@x.y' }, status: 'active' },
      'PUT /v1/enrollments/e%401',
      enrollmentRequest,
    ],
    session: [
      {
        id: 's1',
        courseId: 'crs_1',
        title: 'T',
        startsAt: '2026-11-19T19:00:00+05:30',
        endsAt: '2026-11-19T20:00:00+05:30',
        status: 'held',
      },
      'PUT /v1/sessions/s1',
      sessionRequest,
    ],
    attendance: [{ sessionId: 's1', present: 'a b;c' }, 'PUT /v1/sessions/s1/attendance', attendanceRequest],
    feedback: [
      { sessionId: 's1', learnerId: 'a', rating: ' 4 ', text: ' as it is ' },
      'POST /v1/sessions/s1/feedback',
      feedbackRequest,
    ],
  };

  it.each(KINDS)('of CSV that is of a %s is sent as the API takes it', (kind) => {
    const [said, address, schema] = samples[kind];

    const entry = entryOf({ kind: `${kind}`, ...said }, undefined, [
      'announcementChannel',
      'present',
      'absent',
    ]) as Entry;

    expect(`${entry.method} ${entry.path}`).toBe(address);
    const request = (schema as typeof feedbackRequest)();
    expect(() => read(request, entry.body)).not.toThrow();
  });

  it('keeps the words of a learner as they are, and the lists of attendance', () => {
    expect(entryOf(samples.feedback[0], 'feedback', ['text'])).toMatchObject({
      body: { learnerId: 'a', rating: 4, text: ' as it is ' },
    });
    expect(entryOf(samples.attendance[0], 'attendance', ['present', 'absent'])).toMatchObject({
      body: { present: ['a', 'b', 'c'], absent: [] },
    });
  });

  it('says nothing of a column that the file does not have: no course loses its channel, and nobody was absent, by that', () => {
    expect(entryOf(samples.course[0], 'course', ['id', 'name', 'type'])).toMatchObject({
      body: { name: 'Data', type: 'bootcamp' },
    });
    expect(entryOf(samples.course[0], 'course', ['id', 'name'])).not.toHaveProperty('body.announcementChannel');
    expect(entryOf(samples.attendance[0], 'attendance', ['present'])).not.toHaveProperty('body.absent');
  });

  it('of JSON is sent as it is, without its kind and without why it was refused before', () => {
    const said = { kind: 'courses', id: 'crs_1', name: 7, refused: { line: 3, why: 'no' } };

    expect(entryOf(said, 'session')).toMatchObject({ path: '/v1/courses/crs_1', body: { name: 7 } });
    expect(kindOf('sessions')).toBe('session');
  });

  it.each([
    [
      { id: '1' },
      undefined,
      '/kind must be one of course, enrollment, session, attendance, feedback, here or by --kind.',
    ],
    [{ kind: 'sesion', id: '1' }, 'session', '/kind must be one of'],
    [{ name: 'x' }, 'course', '/id is missing.'],
    [{ id: 7 }, 'course', '/id must be a text.'],
    [{ id: 'x' }, 'feedback', '/sessionId is missing.'],
    [{ kind: { toString: 1 }, id: '1' }, undefined, '/kind must be one of'],
    [{ id: '\uD83C' }, 'course', '/id must be an id of 1 to 128 letters'],
    [{ id: '..' }, 'course', '/id must be an id of 1 to 128 letters'],
    [{ sessionId: 'x'.repeat(129) }, 'attendance', '/sessionId must be an id of 1 to 128 letters'],
  ] as const)('that has no address is refused: %j', (said, kind, why) => {
    expect(entryOf(said, kind)).toContain(why);
  });
});

describe('a sender', () => {
  const entry: Entry = { method: 'PUT', path: '/v1/courses/1', body: {}, order: '1' };
  let clock: number;
  let slept: number[];

  function senderOf(...answers: readonly (Response | Error)[]) {
    const left = [...answers];
    const fetch = async () => {
      const next = left.length > 1 ? left.shift() : left[0];
      if (next instanceof Error) throw next;
      return next?.clone() ?? Response.error();
    };
    const sleep = async (ms: number) => {
      slept.push(ms);
      clock += ms;
    };
    const stop = new AbortController();
    return {
      sender: new Sender({ api: 'http://x', key: 'k' }, stop.signal, { fetch, sleep, now: () => clock }),
      stop,
    };
  }
  const answer = (status: number, body: unknown = {}, headers: Record<string, string> = {}) =>
    new Response(JSON.stringify(body), { status, headers });

  beforeEach(() => {
    clock = 1_000_000;
    slept = [];
  });

  it('waits as long as it is asked to, and sends again what was not answered', async () => {
    const { sender } = senderOf(
      answer(429, {}, { 'retry-after': '7' }),
      new Error('socket hang up'),
      answer(502),
      answer(201, { waitsFor: 'session' }),
    );

    expect(await sender.send(entry)).toEqual({ outcome: 'kept', waits: true });
    expect(slept[0]).toBe(7_000);
    expect(slept).toHaveLength(3);
  });

  it('has everybody wait where one is asked to', async () => {
    const { sender } = senderOf(answer(429, {}, { 'retry-after': '60' }), answer(200));
    await sender.send(entry);
    clock -= 30_000;

    await sender.send(entry);

    expect(slept).toEqual([60_000, 30_000]);
  });

  it('tells of a refusal every wrong field', async () => {
    const errors = [
      { pointer: '/name', message: 'is missing.' },
      { pointer: '/type', message: 'is missing.' },
    ];
    const { sender } = senderOf(answer(400, { detail: 'x', errors }));

    expect(await sender.send(entry)).toEqual({ outcome: 'refused', why: '/name is missing. /type is missing.' });
  });

  it('does not go on with a key that is refused, nor where nothing answers for ten minutes', async () => {
    await expect(senderOf(answer(403, { detail: 'It lacks the scope.' })).sender.send(entry)).rejects.toThrow(
      new Hopeless('It lacks the scope.'),
    );
    await expect(senderOf(new Error('refused')).sender.send(entry)).rejects.toThrow(
      'http://x does not answer: refused',
    );
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(600_000);
  });

  it('gives up a row that fails again and again, and no other', async () => {
    const { sender } = senderOf(
      ...Array.from({ length: 8 }, () => answer(500, { detail: 'Something failed.' })),
      answer(200),
    );

    expect(await sender.send(entry)).toEqual({ outcome: 'refused', why: 'Something failed.' });
    expect(await sender.send(entry)).toEqual({ outcome: 'kept', waits: false });
  });

  it('ends at once when it is stopped', async () => {
    const { sender, stop } = senderOf(answer(429, {}, { 'retry-after': '1' }));
    stop.abort(new Error('stopped'));

    await expect(sender.send(entry)).rejects.toThrow('stopped');
  });
});

describe('loading', () => {
  const lines = Array.from({ length: 400 }, (_, n) => `ses_1,lrn_${n % 130},${n % 100 === 7 ? 9 : 1 + (n % 5)},n${n}`);
  const path = join(folder, 'f.csv');
  /** Learner -> the texts of what they said, in the order in which it arrived. */
  let arrived: Map<string, string[]>;

  beforeEach(() => {
    arrived = new Map();
    rmSync(`${path}.progress`, { force: true });
    fileOf('f.csv', ['sessionId,learnerId,rating,text', ...lines, ''].join('\n'));
  });

  /** Runs once; of each answer `stopAfter` rows stops it, as the process would end there: nothing more is kept. */
  async function run(stopAfter = Number.POSITIVE_INFINITY) {
    const rows = await openRows(path);
    const kept = new Kept(path, rows.format, { sha256: await hashOf(path), api: 'x', kind: '' }, refusedHead(rows));
    const from = kept.progress.place;
    const stop = new AbortController();
    let sent = 0;
    const sender = {
      send: async ({ body }: Entry) => {
        await new Promise((resolve) => setImmediate(resolve));
        stop.signal.throwIfAborted();
        sent += 1;
        if (sent >= stopAfter) stop.abort(new Error('stopped'));
        const learner = String(body['learnerId']);
        if (body['rating'] === 9) return { outcome: 'refused', why: '/rating must be at most 5.' } as const;
        arrived.set(learner, [...(arrived.get(learner) ?? []), String(body['text'])]);
        return { outcome: 'kept', waits: false } as const;
      },
    };
    const parts = { rows, kept, sender, kind: 'feedback' as const, signal: stop.signal, now: Date.now, told: () => {} };
    return { isDone: await load(parts), progress: kept.progress, from, kept };
  }

  it('sends every row, what concerns one learner in its order, and keeps what was refused to be mended', async () => {
    const { isDone, progress, kept } = await run();

    expect(isDone).toBe(true);
    expect(progress).toMatchObject({ rows: 400, refused: 4 });
    const numbers = [...arrived.values()].map((texts) => texts.map((text) => Number(text.slice(1))));
    expect(numbers.flat()).toHaveLength(396);
    expect(numbers).toEqual(numbers.map((each) => each.toSorted((a, b) => a - b)));
    expect(await firstRefused(kept.refusedPath, 2)).toEqual([
      'line 9: /rating must be at most 5.',
      'line 109: /rating must be at most 5.',
    ]);
    expect(readFileSync(kept.refusedPath, 'utf8').split('\n')[1]).toBe('ses_1,lrn_7,9,n7,9,/rating must be at most 5.');
  });

  it('goes on where it was stopped, as often as that happens, and leaves nothing out and no refusal twice', async () => {
    const starts: number[] = [];
    let last = await run(60);
    for (let runs = 0; !last.isDone && runs < 20; runs += 1) {
      starts.push(last.progress.place.line);
      last = await run(60);
      expect(last.from.line).toBe(starts.at(-1));
    }

    expect(last.isDone).toBe(true);
    expect(starts.length).toBeGreaterThan(4);
    expect(last.progress).toMatchObject({ rows: 400, refused: 4 });
    expect(readFileSync(last.kept.refusedPath, 'utf8').trim().split('\n')).toHaveLength(5);
    const final = Object.fromEntries([...arrived].map(([learner, texts]) => [learner, texts.at(-1)]));
    const wanted = Object.fromEntries(
      lines
        .filter((line) => !line.includes(',9,'))
        .map((line) => line.split(','))
        .map(([, learner, , text]) => [learner, text]),
    );
    expect(final).toEqual(wanted);
  });

  it('begins anew where the file is another one', async () => {
    await run(60);
    fileOf('f.csv', ['sessionId,learnerId,rating,text', ...lines, 'ses_1,lrn_x,1,new', ''].join('\n'));

    const { from, progress } = await run();

    expect(from.line).toBe(1);
    expect(progress.rows).toBe(401);
  });

  it('loads what was refused, once it is mended', async () => {
    const { kept } = await run();
    const mended = fileOf('mended.csv', readFileSync(kept.refusedPath, 'utf8').replaceAll(',9,n', ',5,n'));

    const rows = await rowsOf(mended);

    expect(rows).toHaveLength(4);
    for (const row of rows) {
      const entry = 'said' in row ? entryOf(row.said, 'feedback', ['text']) : row.wrong;
      expect(() => read(feedbackRequest(), (entry as Entry).body)).not.toThrow();
    }
  });
});
