import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { channelId, type TeamId, teamId, userId } from '../../shared/base/names.ts';
import { CourseStore } from '../../shared/courses/course-store.ts';
import { DirectoryEditor } from '../../shared/org/editor.ts';
import { Installations } from '../../shared/slack/installation.ts';
import { Vault } from '../../shared/slack/vault.ts';
import { writePrivate } from './facts.ts';
import type { Prepared } from './serve.ts';
import type { ChosenSlack } from './slack-choice.ts';
import { seededCompany } from './slack-front/company.ts';
import { DATA_SCIENCE, FULL_STACK } from './stories.ts';

/** The one Razorpay account of the seeded company; it is in test mode, whatever its name. */
export const RAZORPAY_ACCOUNT = 'live';

/** Every scope a key can have. */
const SCOPES = ['payments', 'calls', 'org', 'courses', 'routing', 'invites', 'read'];

/** What is random about a stack: made once, and the same again where it is kept. */
export type Identity = {
  readonly apiKey: string;
  readonly webhookSecret: string;
  readonly razorpayKeyId: string;
  readonly razorpayKeySecret: string;
  /** Base64; what the keys of KMS are derived from. */
  readonly master: string;
  /** The token of the app that was installed when the stack was seeded; undefined before. */
  readonly seededFor?: string;
};

const identityFile = (folder: string): string => join(folder, 'identity.json');

/** The identity kept in `folder`, or a fresh one. */
export function identityIn(folder: string | undefined): Identity {
  if (folder !== undefined && existsSync(identityFile(folder))) {
    return JSON.parse(readFileSync(identityFile(folder), 'utf8')) as Identity;
  }
  const random = () => randomBytes(18).toString('base64url');
  return {
    apiKey: `wr_local_${random()}`,
    webhookSecret: random(),
    razorpayKeyId: `rzp_test_${randomBytes(7).toString('hex')}`,
    razorpayKeySecret: random(),
    master: randomBytes(32).toString('base64'),
  };
}

/** Keeps that the stack was seeded, and for which installation. */
export function keepIdentity(folder: string, identity: Identity, slack: ChosenSlack): void {
  writePrivate(identityFile(folder), { ...identity, seededFor: slack.botToken });
}

/** The company's own id of a person: `adm_arjun` for Arjun Mehta. */
function adminIdOf(handle: string): string {
  return `adm_${handle.split('.')[0]}`;
}

/** Who reports to whom, by the first part of their handles; a manager before their reports. */
const MANAGERS = {
  kavya: null,
  rohan: 'kavya',
  lakshmi: 'kavya',
  arjun: 'rohan',
  sana: 'rohan',
  meera: 'lakshmi',
  dev: 'lakshmi',
} as const;

/** The courses that the stories sell, and the channel of each in the seeded company. */
const COURSES = [
  { ...FULL_STACK, channel: 'course-full-stack' },
  { ...DATA_SCIENCE, channel: 'course-data-science' },
] as const;

/**
 * Seeds the company through the product's own verbs: its secrets, its people, its courses, its team record, the installed app, and the
 * people who let War Room post as them.
 */
export async function seedCompany(
  prepared: Prepared,
  slack: ChosenSlack,
  identity: Identity,
  now: number,
): Promise<void> {
  putSecrets(prepared, slack, identity);

  const team = teamId(slack.teamId);
  const tableOf = (id: string) =>
    new Table(prepared.documents, prepared.plan.tables.find((table) => table.id === id)?.name ?? id);
  await putPeople(team, tableOf('Admins'), tableOf('AdminUserClosure'), now);
  await putCourses(team, new CourseStore(tableOf('Courses'), tableOf('CourseAnnouncementChannelMap')), now);
  const keyId = prepared.plan.keys.find(({ id }) => id === 'TokenKey')?.arn ?? '';
  const installations = new Installations(
    tableOf('SlackInstallations'),
    new Vault(prepared.clients.kms, keyId, () => now),
  );
  await installations.saveTeam({
    id: team,
    name: slack.teamName,
    url: slack.workspaceUrl,
    timeZone: 'Asia/Kolkata',
    channels: {
      payments: channelId(slack.channels.payments),
      partPayments: channelId(slack.channels.partPayments),
      ops: channelId(slack.channels.ops),
    },
    installer: userId(slack.installer),
  });
  await installations.saveBot(team, { user: userId(slack.botUserId), token: slack.botToken, installedAt: now });
  for (const { id, name } of seededCompany().users) {
    const token = slack.userTokens[id];
    if (token !== undefined) {
      await installations.saveAdmin(team, adminIdOf(name), { user: userId(id), token, installedAt: now });
    }
  }
}

async function putPeople(team: TeamId, admins: Table, closure: Table, now: number): Promise<void> {
  const tools = { clock: { ...systemClock, now: () => now }, newId: randomUUID };
  const directory = new DirectoryEditor({ admins, closure: { read: closure, write: closure }, tools });
  const { users } = seededCompany();
  for (const [person, manager] of Object.entries(MANAGERS)) {
    const user = users.find(({ name }) => name.startsWith(`${person}.`));
    if (!user) throw new Error(`Nobody of the seeded company is called ${person}.`);
    const managerId = manager && adminIdOf(manager);
    const admin = { id: adminIdOf(user.name), name: user.realName, email: user.email, managerId, active: true };
    const put = await directory.put(team, admin);
    if (put.outcome === 'refused') throw new Error(`The directory does not take ${person} of the seeded company.`);
  }
}

/** In another Slack than the seeded one nobody knows which channels they would have. */
async function putCourses(team: TeamId, courses: CourseStore, now: number): Promise<void> {
  const company = seededCompany();
  const channels = company.team.id === team ? company.channels : [];
  for (const { id, name, type, channel } of COURSES) {
    const found = channels.find((one) => one.name === channel);
    const announcementChannel = found ? channelId(found.id) : null;
    await courses.put(team, { id, name, type, announcementChannel }, { at: now, before: async () => {} });
  }
}

function putSecrets({ plan, secrets }: Prepared, slack: ChosenSlack, identity: Identity): void {
  const put = (id: string, value: unknown) => {
    const secret = plan.secrets.find((one) => one.id === id);
    if (secret !== undefined) secrets.put(secret.name, JSON.stringify(value));
  };
  put('RazorpaySecret', {
    [RAZORPAY_ACCOUNT]: {
      teamId: slack.teamId,
      mode: 'test',
      webhook: { current: identity.webhookSecret },
      keyId: identity.razorpayKeyId,
      keySecret: identity.razorpayKeySecret,
    },
  });
  // As an Enterprise organization would, so that invitations go out here, too: to nobody but the local Slack.
  if (slack.adminToken !== undefined && slack.general !== undefined) {
    const way = { kind: 'enterprise', token: slack.adminToken, channels: [slack.general] };
    put('InvitesSecret', { [slack.teamId]: { way, rules: { quietHours: null } } });
  }
  put('SlackSecret', {
    clientId: slack.clientId,
    clientSecret: slack.clientSecret,
    signing: { current: slack.signingSecret },
  });
  const sha256 = createHash('sha256').update(identity.apiKey).digest('hex');
  put('ApiKeysSecret', [{ name: 'local', teamId: slack.teamId, sha256, scopes: SCOPES }]);
}
