/** The invites room as its job and its worker build it, on a database and a Slack of the test's own. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import type { SlackControl } from '../../lib/local/slack-front/control.ts';
import { Table } from '../../shared/aws/table.ts';
import { userId } from '../../shared/base/names.ts';
import type { Enrollment } from '../../shared/courses/enrollment.ts';
import { EnrollmentStore } from '../../shared/courses/enrollment-store.ts';
import { Companies } from '../../shared/invites/company.ts';
import { DayStore } from '../../shared/invites/day-store.ts';
import { enrolling } from '../../shared/invites/enrol.ts';
import { type JobParts, type Ran, run } from '../../shared/invites/job.ts';
import { LinkStore } from '../../shared/invites/link-store.ts';
import { Members } from '../../shared/invites/members-client.ts';
import { AllInviteSettings } from '../../shared/invites/settings.ts';
import { type Details, InviteStore } from '../../shared/invites/store.ts';
import { SyncStore } from '../../shared/invites/sync-store.ts';
import { TroubleStore } from '../../shared/invites/trouble-store.ts';
import { hear } from '../../shared/invites/work.ts';
import type { Fuse } from './fuse.ts';
import { type Room, startRoom } from './room.ts';
import { ids } from './slack-world.ts';

/** The team as Slack knows it. */
const teamInSlack = 'T0ACADEMY1';

/** What a worker does to the world: to its tables, to messages, to people outside. */
const writes = ['insert', 'put', 'putMany', 'update', 'replace', 'delete', 'take'];
const posts = ['post', 'update', 'remove'];

/** How the seeded company invites, where a test says nothing else. */
export const enterprise = {
  way: { kind: 'enterprise', token: 'xoxp-admin', channels: [ids.general] },
  rules: { quietHours: null, perRun: 50 },
};

/** A join link that the mail system sends. */
export const linkWay = (link: object = {}) => ({
  kind: 'link',
  link: { url: 'https://join.slack.com/t/acme/one', madeOn: '2026-11-20', ...link },
  hook: { url: 'https://mail.example.com/hook', secret: 'sixteen characters' },
});

export type Inviting = {
  readonly room: Room;
  readonly documents: DynamoDBDocumentClient;
  readonly control: SlackControl;
  readonly store: InviteStore;
  readonly syncs: SyncStore;
  readonly links: LinkStore;
  readonly parts: JobParts;
  /** What the mail system was sent, as it came in. */
  readonly mails: { readonly headers: Headers; readonly body: string }[];
  /** Lets what fails be tried again later, as the worker does; else a test fails with it. */
  readonly tolerate: () => void;
  /** Hears of each mail, by whom it is for. */
  readonly onMail: (heard: (email: string) => void) => void;
  /** What the mail system answers from now on. */
  answer: () => Promise<Response> | Response;
  /** Settles how the team invites from now on; nothing: it invites nobody. */
  readonly settle: (settings: object | undefined) => void;
  /** Says that somebody is enrolled, or is no longer, as the courses room does it. */
  readonly enrol: (
    learner: string,
    status?: Enrollment['status'],
    more?: { course?: string; email?: string },
  ) => Promise<void>;
  /** The same, where nobody heard of it. */
  readonly enrolUnmarked: (learner: string) => Promise<void>;
  /** Says that an enrolment is about to be written, and writes none. */
  readonly announce: (learner: string) => Promise<void>;
  /** Lets the app share the channel of a course. */
  readonly mayConnect: () => void;
  /** One run of the job, as if it was a minute later. `parts`: another worker's. */
  readonly run: (parts?: Partial<JobParts>) => Promise<Ran>;
  /** Slack said that a member changed. */
  readonly hear: (user: string, parts?: JobParts) => Promise<number>;
  /** Another worker, whose side effects pass through `fuse`. */
  readonly worker: (fuse: Fuse) => JobParts;
  readonly details: (learner: string) => Promise<Details | undefined>;
  /** `PENDING enrolled`, of each learner that is asked for. */
  readonly stands: (...learners: string[]) => Promise<string[]>;
  /** To whom Slack wrote, in order. */
  readonly invited: () => string[];
  /** What the ops channel says. */
  readonly told: () => string[];
  /** Who has this address in Slack. */
  readonly userOf: (learner: string) => Promise<string>;
};

/** The address of a learner of these tests. */
export const emailOf = (learner: string) => `${learner}@learners.example`;

export async function startInviting(): Promise<Inviting> {
  const database = memoryDatabase();
  const table = (name: string) => new Table(database, name);
  const room = await startRoom(table, { inProcess: true, team: teamInSlack });
  const { control } = room.front;
  control.grantToken('xoxp-admin', 'user', 'U0KAVYA001', ['admin.users:write']);
  const team = room.team.id;
  const botToken = (await (await room.installations.bot(team))?.token()) ?? '';
  const mails: { headers: Headers; body: string }[] = [];
  const enrolments = new EnrollmentStore(table('courses'));
  let settings: object | undefined = enterprise;
  let count = 0;
  let isTolerant = false;
  let heard: (email: string) => void = () => undefined;

  const inviting = { answer: () => new Response(null, { status: 202 }) } as { answer: Inviting['answer'] };
  const partsOf = (tableOf: (name: string) => Table, others: Pick<Room, 'outbox' | 'tell'>, fuse?: Fuse): JobParts => {
    const clock = others.tell.clock;
    const mail: typeof fetch = async (_, init) => {
      mails.push({ headers: new Headers(init?.headers), body: String(init?.body) });
      heard((JSON.parse(String(init?.body)) as { to: { email: string } }).to.email);
      return inviting.answer();
    };
    const hook = { send: mail };
    const sender = fuse?.watch(hook, 'hook', () => true) ?? hook;
    const links = new LinkStore(tableOf('invites'));
    const slack = fuse ? fuse.watch(room.client, 'slack', () => false) : room.client;
    const companies = new Companies({
      installations: room.installations,
      settings: { value: async () => AllInviteSettings.parse(JSON.stringify(settings ? { [team]: settings } : {})) },
      links,
      slack,
      hook: { fetch: (url, init) => sender.send(url, init), now: clock.now, timeoutMs: 1_000 },
    });
    const store = new InviteStore(tableOf('invites'));
    if (fuse) {
      const of = companies.of.bind(companies);
      companies.of = async (team) => {
        const company = await of(team);
        const provider = company.provider && fuse.watch(company.provider, 'provider', (name) => name === 'invite');
        return { ...company, provider };
      };
    }
    return {
      store,
      syncs: new SyncStore(tableOf('invites')),
      days: new DayStore(tableOf('invites')),
      troubles: new TroubleStore(tableOf('invites')),
      links,
      companies,
      members: new Members(slack),
      enrolments,
      manner: companies.manner,
      outbox: others.outbox,
      clock,
      newId: () => {
        count += 1;
        return `id-${count}`;
      },
      intervalMs: 3_000,
      writtenWithinMs: 15_000,
      leasedMs: 120_000,
      gatherMs: 60_000,
      scale: 1,
      lines: { info: () => undefined, warn: () => undefined, error: () => undefined },
      report: (error) => {
        if (!fuse && !isTolerant) throw error;
      },
    } as JobParts;
  };
  const parts = partsOf(table, room);
  const store = parts.store;
  const details = async (learner: string) => (await store.learner({ team, learner })).details;
  return Object.assign(inviting, {
    room,
    documents: database,
    control,
    store,
    syncs: parts.syncs,
    links: parts.links,
    parts,
    mails,
    tolerate: () => {
      isTolerant = true;
    },
    onMail: (listener: (email: string) => void) => {
      heard = listener;
    },
    settle: (next: object | undefined) => {
      settings = next;
    },
    enrol: async (
      learner: string,
      status: Enrollment['status'] = 'active',
      more: { course?: string; email?: string } = {},
    ) => {
      const { course = 'course_1', email = emailOf(learner) } = more;
      await enrolments.put(
        team,
        {
          id: `${course}_${learner}`,
          courseId: course,
          learner: { id: learner, name: `${learner} Sharma`, email },
          status,
        },
        {
          at: room.time.now(),
          before: () => enrolling(team, [learner], { store, now: () => room.time.now(), timeScale: 1 }),
        },
      );
      room.time.advance(15_001);
    },
    enrolUnmarked: async (learner: string) => {
      await enrolments.put(
        team,
        {
          id: `course_1_${learner}`,
          courseId: 'course_1',
          learner: { id: learner, name: `${learner} Sharma`, email: emailOf(learner) },
          status: 'active',
        },
        { at: room.time.now(), before: async () => {} },
      );
    },
    announce: async (learner: string) => {
      await enrolling(team, [learner], { store, now: () => room.time.now(), timeScale: 1 });
      room.time.advance(15_001);
    },
    mayConnect: () => {
      const granted = 'conversations.connect:write users:read users:read.email chat:write channels:read channels:join';
      control.grantToken(botToken, 'bot', ids.bot, [...granted.split(' '), 'channels:history']);
      control.addMember('C0COURSEFS', ids.bot);
    },
    run: async (others: Partial<JobParts> = {}) => {
      const done = await run(room.time.now() + 50_000, { ...parts, ...others });
      room.time.advance(60_000);
      return done;
    },
    hear: (user: string, own: JobParts = parts) => hear({ team, user: userId(user) }, own as never),
    worker: (fuse: Fuse) => {
      const watched = (name: string) => fuse.watch(table(name), name, (method) => writes.includes(method));
      const client = fuse.watch(room.client, 'slack', (method) => posts.includes(method));
      return partsOf(watched, room.another({ table: watched, client }), fuse);
    },
    details,
    stands: async (...learners: string[]) => {
      const all = await Promise.all(learners.map(details));
      return all.map((each) => (each ? `${each.state} ${each.cause}` : 'UNKNOWN'));
    },
    invited: () => control.invitations().map(({ email }) => email.split('@')[0] ?? ''),
    told: () => control.messages(ids.ops).map(({ text }) => text.replaceAll('\u200B', '')),
    userOf: async (learner: string) => {
      const client = await room.client.as((await room.installations.bot(team)) as never);
      for await (const page of client.paginate('users.list', { limit: 200 })) {
        const { members } = page as { members?: { id?: string; profile?: { email?: string } }[] };
        const found = members?.find(({ profile }) => profile?.email === emailOf(learner));
        if (found?.id) return found.id;
      }
      throw new Error(`Nobody has the address of ${learner}.`);
    },
  });
}
