/**
 * `node test/invites-at-scale.ts [members] [enrolments]`: a workspace of 100,000 members is swept through the local Slack and
 * compared with 20,000 enrolments, by a process of its own that is killed in mid-sweep and goes on, three times at least; then
 * who is missing is invited. Prints how long it took, what was counted, and the most memory that process ever had. Store and Slack
 * are processes beside it. Slack's pace is scaled down: two hundred members each thirty milliseconds.
 */
import { strict as assert } from 'node:assert';
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Table } from '../shared/aws/table.ts';
import { systemClock } from '../shared/base/clock.ts';
import { channelId, teamId, userId } from '../shared/base/names.ts';
import { EnrollmentStore } from '../shared/courses/enrollment-store.ts';
import { Companies } from '../shared/invites/company.ts';
import { DayStore } from '../shared/invites/day-store.ts';
import { run } from '../shared/invites/job.ts';
import { LinkStore } from '../shared/invites/link-store.ts';
import { Members } from '../shared/invites/members-client.ts';
import { AllInviteSettings } from '../shared/invites/settings.ts';
import { InviteStore } from '../shared/invites/store.ts';
import { SyncStore } from '../shared/invites/sync-store.ts';
import { TroubleStore } from '../shared/invites/trouble-store.ts';
import { SlackClient } from '../shared/slack/client.ts';
import { Installations } from '../shared/slack/installation.ts';
import { Vault } from '../shared/slack/vault.ts';
import { openKeys } from './support/open-keys.ts';

const team = teamId('T0ACADEMY1');
const general = 'C0GENERAL1';
const scale = 0.01;
const mostMb = 256;
const kills = 3;
/** As V8 is held where a function has little memory. */
const limited = ['--no-warnings', '--max-old-space-size=96', '--max-semi-space-size=2'];

type Slack = { readonly url: string; readonly botToken: string; readonly adminToken: string };
type Places = { readonly database: string; readonly slack: Slack; readonly invites: boolean };

switch (process.argv[2]) {
  case '--store':
    await serveStore();
    break;
  case '--slack':
    await serveSlack(Number(process.argv[3]));
    break;
  case '--work':
    await work(JSON.parse(process.argv[3] ?? '{}') as Places);
    break;
  default:
    await measure(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 20_000));
}

/** A database that answers in a fraction of a millisecond: what is measured is the job. */
async function serveStore(): Promise<void> {
  const { serveQuickStore } = await import('./support/quick-store.ts');
  serveQuickStore((port) => process.send?.({ port }));
  process.once('disconnect', () => process.exit());
}

/** Of every twenty members fourteen are there, two were invited, two have gone, one is a bot's neighbour, one of another company. */
function standingOf(index: number): 'accepted' | 'invited' | 'deactivated' | 'foreign' {
  const kind = index % 20;
  if (kind < 15) return 'accepted';
  return kind < 17 ? 'invited' : kind < 19 ? 'deactivated' : 'foreign';
}

function emailOf(index: number): string {
  return `m${index}@learners.example`;
}

/** The local Slack with so many members more, whose pages are uneven. */
async function serveSlack(members: number): Promise<void> {
  // Loaded here alone: the process that is weighed has none of it.
  const { seededCompany } = await import('../lib/local/slack-front/company.ts');
  const { startSlackFront } = await import('../lib/local/slack-front/start.ts');
  const front = await startSlackFront({ port: 0, seed: seededCompany() });
  for (let index = 0; index < members; index += 1) {
    const standing = standingOf(index);
    front.control.putMember({
      id: `U1M${String(index).padStart(7, '0')}`,
      name: `m${index}`,
      realName: `Member ${index}`,
      email: emailOf(index),
      invited: standing === 'invited',
      emailConfirmed: standing !== 'invited',
      deactivated: standing === 'deactivated',
      homeTeam: standing === 'foreign' ? 'T0PARTNER1' : undefined,
    });
  }
  const { url, slack } = front;
  process.on('message', () => process.send?.(front.control.invitations().map(({ email }) => email)));
  process.once('disconnect', () => process.exit());
  process.send?.({ url, botToken: slack.botToken, adminToken: slack.adminToken });
}

function documentsAt(endpoint: string) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return { client, table: (name: string) => new Table(documents, name) };
}

/** The job, run after run, until nothing is left to do. Says how much memory it has. */
async function work({ database, slack, invites }: Places): Promise<void> {
  const weighing = setInterval(() => process.send?.({ rss: process.memoryUsage().rss }), 20);
  const { table } = documentsAt(database);
  const own = table('UserSlackDetails');
  const clock = systemClock;
  const client = new SlackClient({ apiUrl: `${slack.url}/api/`, timeoutMs: 5_000 });
  const links = new LinkStore(own);
  const way = { kind: 'enterprise', token: slack.adminToken, channels: [general] };
  const settings = { [team]: { way, rules: { quietHours: null, perRun: 1_000 } } };
  const companies = new Companies({
    installations: new Installations(table('SlackInstallations'), new Vault(openKeys(), 'key', clock.now)),
    settings: { value: async () => AllInviteSettings.parse(JSON.stringify(invites ? settings : {})) },
    links,
    slack: client,
    hook: { fetch, now: clock.now, timeoutMs: 1_000 },
  });
  const [store, syncs] = [new InviteStore(own), new SyncStore(own)];
  const parts = {
    ...{ store, syncs, links, companies, clock, scale },
    days: new DayStore(own),
    troubles: new TroubleStore(own),
    manner: companies.manner,
    members: new Members(client),
    enrolments: new EnrollmentStore(table('Courses')),
    // What the ops channel reads is another matter.
    outbox: { sync: async () => 'done' as const },
    newId: randomUUID,
    intervalMs: 3_000 * scale,
    writtenWithinMs: 1_000,
    leasedMs: 120_000 * scale,
    gatherMs: 1_000,
    lines: { info: () => undefined, warn: () => undefined, error: () => undefined },
    report: (error: unknown) => console.error(error),
  };
  const looking = setInterval(async () => {
    const { sweep } = await syncs.read(team);
    process.send?.({ counted: (sweep?.counts.members ?? 0) + (sweep?.counts.enrolments ?? 0) });
  }, 50);
  for (let idle = 0; idle < 3; ) {
    const { looked, invited } = await run(clock.now() + 5_000, parts);
    const { sweep } = await syncs.read(team);
    idle = sweep === undefined && looked + invited === 0 ? idle + 1 : 0;
  }
  clearInterval(looking);
  clearInterval(weighing);
  process.disconnect?.();
}

async function measure(members: number, enrolments: number): Promise<void> {
  const store = fork(import.meta.filename, ['--store'], { execArgv: ['--no-warnings'] });
  const { port } = await firstFrom<{ port: number }>(store);
  const database = `http://127.0.0.1:${port}`;
  const beside = fork(import.meta.filename, ['--slack', String(members)], { execArgv: ['--no-warnings'] });
  const slack = await firstFrom<Slack>(beside);
  const { client, table } = documentsAt(database);
  await install(table('SlackInstallations'), slack);
  // Every fifth member is enrolled; a fifth of the enrolments are of people who are no members, of whom a quarter may be invited.
  const known = Math.round(enrolments * 0.8);
  const step = Math.max(1, Math.floor(members / known));
  const indexes = Array.from({ length: known }, (_, at) => at * step);
  await enrolAll(new EnrollmentStore(table('Courses')), indexes, enrolments - known);
  await new SyncStore(table('UserSlackDetails')).begin(team, Date.now());
  console.log(`${members} members, ${enrolments} enrolments`);

  const swept = await worked({ database, slack, invites: false }, kills, members + enrolments);
  const { done } = await new SyncStore(table('UserSlackDetails')).read(team);
  const counted = (standing: string) =>
    Array.from({ length: members }, (_, at) => standingOf(at)).filter((one) => one === standing).length;
  // Beside them the seeded company has seven people, its app and Slackbot.
  assert.deepEqual(done?.counts, {
    members: members + 9,
    accepted: counted('accepted') + 7,
    invited: counted('invited'),
    deactivated: counted('deactivated'),
    skipped: counted('foreign') + 2,
    enrolments,
  });
  const states = await statesIn(new InviteStore(table('UserSlackDetails')));
  const of = (standing: string) => indexes.filter((at) => standingOf(at) === standing).length;
  assert.deepEqual(states, {
    ACCEPTED: of('accepted'),
    INVITED: of('invited'),
    DEACTIVATED: of('deactivated'),
    PENDING: enrolments - known + of('foreign'),
  });
  console.log(
    `Swept and compared in ${swept.seconds.toFixed(1)} s and ${done?.runs} runs, killed ${swept.killed} times: ${JSON.stringify(done?.counts)}`,
  );
  console.log(`Who stands where: ${JSON.stringify(states)}; at most ${swept.mb} MB`);

  await new SyncStore(table('UserSlackDetails')).hasten(team, Date.now());
  const invited = await worked({ database, slack, invites: true }, 1, members + enrolments);
  beside.send('invitations');
  const written = await firstFrom<string[]>(beside);
  const mayBe = Math.ceil((enrolments - known) / 4) + of('foreign');
  assert.equal(new Set(written).size, written.length);
  assert.equal(written.length, mayBe);
  console.log(
    `${written.length} invited, each once, in ${invited.seconds.toFixed(1)} s, killed ${invited.killed} times; at most ${invited.mb} MB`,
  );
  assert(Math.max(swept.mb, invited.mb) < mostMb);
  store.disconnect();
  beside.disconnect();
  client.destroy();
}

function firstFrom<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve as never);
    child.once('exit', (code) => reject(new Error(`It ended with ${code} and said nothing.`)));
  });
}

/** Has the job work until it is done; it is killed so often on the way, at even shares of it, and begins again. */
async function worked(places: Places, times: number, of: number) {
  const began = performance.now();
  let [most, killed] = [0, 0];
  for (;;) {
    const child = fork(import.meta.filename, ['--work', JSON.stringify(places)], { execArgv: limited });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const share = (killed + 1) / (times + 1);
    let isKilled = false;
    child.on('message', ({ rss = 0, counted = 0 }: { rss?: number; counted?: number }) => {
      most = Math.max(most, rss);
      if (isKilled || killed >= times || counted < share * of) return;
      isKilled = true;
      child.kill('SIGKILL');
      console.log(`  killed at ${counted} of ${of}, after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    });
    await ended;
    if (!isKilled) break;
    killed += 1;
  }
  return { seconds: (performance.now() - began) / 1000, mb: Math.round(most / 1024 / 1024), killed };
}

async function install(table: Table, { botToken }: Slack): Promise<void> {
  const installations = new Installations(table, new Vault(openKeys(), 'key', systemClock.now));
  const ops = channelId('C0OPS00001');
  await installations.saveTeam({
    id: team,
    name: 'Acme Academy',
    url: 'https://acme-academy.slack.com/',
    timeZone: 'Asia/Kolkata',
    channels: { payments: ops, partPayments: ops, ops },
    installer: userId('U0KAVYA001'),
  });
  await installations.saveBot(team, { user: userId('U0WARROOM1'), token: botToken, installedAt: 1 });
}

/** Enrols members by their numbers, and so many others; of these three in four asked not to be invited. */
async function enrolAll(store: EnrollmentStore, indexes: readonly number[], others: number): Promise<void> {
  const strangers = Array.from({ length: others }, (_, at) => ({ id: `x${at}`, email: `x${at}@learners.example`, at }));
  const all = [...indexes.map((index) => ({ id: `m${index}`, email: emailOf(index), at: 0 })), ...strangers];
  const one = async () => {
    for (let next = all.pop(); next; next = all.pop()) {
      const { id, email, at } = next;
      const status = at % 4 === 0 ? 'active' : 'doNotInvite';
      const learner = { id, name: `Learner ${id}`, email };
      await store.put(
        team,
        { id: `e_${id}`, courseId: 'course_1', learner, status },
        { at: 1, before: async () => {} },
      );
    }
  };
  await Promise.all(Array.from({ length: 24 }, one));
}

async function statesIn(store: InviteStore): Promise<Record<string, number>> {
  const states: Record<string, number> = { ACCEPTED: 0, INVITED: 0, DEACTIVATED: 0, PENDING: 0 };
  for await (const { details } of store.everybody(team)) states[details.state] = (states[details.state] ?? 0) + 1;
  return states;
}
