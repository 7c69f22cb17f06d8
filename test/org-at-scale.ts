/**
 * `node test/org-at-scale.ts [people] [levels]`: imports an org (10,000 people in 12 levels) into the embedded store, moves a
 * thousand of them, and one, while others read, and prints how long each took, what was written, and the memory of this process, which
 * is the one that imports. The store has a process of its own.
 */
import { strict as assert } from 'node:assert';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { progressBar } from '../bin/erase/progress.ts';
import { createTables } from '../lib/local/tables.ts';
import { type Item, Table } from '../shared/aws/table.ts';
import { systemClock } from '../shared/base/clock.ts';
import { teamId } from '../shared/base/names.ts';
import type { Admin } from '../shared/org/admin.ts';
import { Closure } from '../shared/org/closure-store.ts';
import { DirectoryEditor } from '../shared/org/editor.ts';
import { Hierarchy } from '../shared/org/hierarchy.ts';

const team = teamId('T1');
const unlimited = { about: 'import', until: Number.POSITIVE_INFINITY, isDone: async () => false };

if (process.argv[2] === '--store') serveStore();
else await measure(Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 12));

/** The embedded database, as `npm start` has it. */
function serveStore(): void {
  const dynalite = createRequire(import.meta.url)('dynalite') as (options: object) => Server;
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
  process.once('disconnect', () => process.exit());
}

/** As many on each level as it takes to have that many levels: level by level `factor` times as many. */
function company(count: number, levels: number): Admin[] {
  let [low, high] = [1, count];
  const total = (factor: number) =>
    Array.from({ length: levels }, (_, level) => factor ** level).reduce((a, b) => a + b);
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    [low, high] = total(middle) < count ? [middle, high] : [low, middle];
  }
  const people: Admin[] = [];
  let above: readonly string[] = [];
  for (let level = 0; level < levels; level += 1) {
    const isLast = level === levels - 1;
    const wanted = isLast ? count - people.length : Math.max(1, Math.round(low ** level));
    const own = Array.from({ length: Math.min(wanted, count - people.length) }, (_, at) => `p${people.length + at}`);
    for (const [at, id] of own.entries()) {
      const managerId = above[at % Math.max(1, above.length)] ?? null;
      people.push({ id, name: `Person Number ${id.slice(1)}`, email: `${id}@acme.example`, managerId, active: true });
    }
    above = own;
  }
  return people;
}

async function measure(count: number, levels: number): Promise<void> {
  const store = fork(import.meta.filename, ['--store'], { execArgv: ['--no-warnings'] });
  const { port } = await new Promise<{ port: number }>((resolve) => store.once('message', resolve as never));
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const key = (name: string) => ({ name, type: 'S' as const });
  const plan = (id: string) => ({ id, name: id, partition: key('pk'), sort: key('sk'), indexes: [] });
  await createTables(client, [plan('Admins'), plan('AdminUserClosure')]);
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const admins = new Table(documents, 'Admins');
  const rows = new Table(documents, 'AdminUserClosure');
  let written = 0;
  const write = {
    putMany: (items: readonly Item[]) => {
      written += items.length;
      return rows.putMany(items);
    },
  };
  const tools = { clock: systemClock, newId: randomUUID };
  const editor = new DirectoryEditor({ admins, closure: { read: rows, write }, tools });
  const hierarchy = new Hierarchy(admins, new Closure({ read: rows, write: rows }));
  const people = company(count, levels);

  let most = 0;
  const weighing = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    written = 0;
    const began = performance.now();
    const answer = await work();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const peak = Math.round(Math.max(most, process.memoryUsage().rss) / 1024 / 1024);
    console.log(`${what}: ${seconds} s, ${written} rows of the hierarchy written, at most ${peak} MB until now`);
    return answer;
  };

  const [root] = people;
  assert(root);
  await timed(`Import of ${people.length} people in ${levels} levels`, async () => {
    const importing = editor.replaceAll(team, people, unlimited);
    await shownUntil(importing, editor);
    return importing;
  });
  assert.equal((await timed(`Team of ${root.id}`, () => hierarchy.team(team, root.id)))?.length, people.length - 1);
  const deepest = people.at(-1);
  assert(deepest);
  assert.equal((await timed(`Chain of ${deepest.id}`, () => hierarchy.chain(team, deepest.id)))?.length, levels - 1);

  const sizes = new Map<string, number>();
  for (const { id } of people.filter((_, at) => at > 0 && at < 200)) {
    sizes.set(id, (await hierarchy.team(team, id))?.length ?? 0);
  }
  const wanted = people.length / 10;
  const [branch] = [...sizes].sort((a, b) => Math.abs(a[1] - wanted) - Math.abs(b[1] - wanted)).map(([id]) => id);
  const mover = people.find(({ id }) => id === branch);
  assert(mover);
  const size = sizes.get(mover.id) ?? 0;
  const before = (await hierarchy.team(team, root.id))?.map(({ id, depth }) => `${id} ${depth}`).sort();
  const seen = new Set<string>();
  let isMoving = true;
  const reading = (async () => {
    for (let reads = 0; ; reads += 1) {
      seen.add(JSON.stringify((await hierarchy.team(team, root.id))?.map(({ id, depth }) => `${id} ${depth}`).sort()));
      if (!isMoving) return reads;
    }
  })();
  const above = (await hierarchy.chain(team, mover.id))?.map(({ id }) => id) ?? [];
  const target = people.find(({ id, managerId }) => managerId === root.id && id !== mover.id && !above.includes(id));
  await timed(`Move of ${mover.id} with ${size} below, while others read`, () =>
    editor.put(team, { ...mover, managerId: (target ?? root).id }),
  );
  isMoving = false;
  console.log(`  ${await reading} reads of everybody meanwhile saw ${seen.size} states`);
  assert(seen.size <= 2 && seen.has(JSON.stringify(before)));

  await timed(`Move of ${deepest.id} alone`, () => editor.put(team, { ...deepest, managerId: root.id }));
  const end = await editor.everyone(team);
  const again = await timed('The same snapshot again', () => editor.replaceAll(team, end, unlimited));
  assert.equal(again, 'same');
  clearInterval(weighing);
  store.disconnect();
  client.destroy();
}

/** A bar while a change is carried out. */
async function shownUntil(work: Promise<unknown>, editor: DirectoryEditor): Promise<void> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  let bar: ReturnType<typeof progressBar> | undefined;
  while (!isOver) {
    const progress = await editor.underWay(team);
    if (progress) {
      bar ??= progressBar(progress.size, process.stdout);
      bar.at(progress.written);
    }
    await Promise.race([over, systemClock.sleep(500)]);
  }
  bar?.end();
}
