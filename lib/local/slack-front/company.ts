/**
 * The company that a newcomer meets: who works there, which channels there are, which app is installed.
 * The runner seeds the same people into War Room's own records, so the ids are fixed; the secrets are fresh at each start.
 */
import { randomBytes } from 'node:crypto';

/** A person of the seeded workspace. */
export interface SeedUser {
  readonly id: string;
  /** The handle, unique in the workspace. */
  readonly name: string;
  readonly realName: string;
  readonly email: string;
  readonly title?: string | undefined;
  /** A user token (`xoxp-`) that this person has already granted to the app. */
  readonly userToken?: string | undefined;
  readonly isAdmin?: boolean | undefined;
  /** Default true; false for somebody who never clicked the confirmation mail. */
  readonly emailConfirmed?: boolean | undefined;
  /** Invited and never signed in. */
  readonly invited?: boolean | undefined;
  readonly deactivated?: boolean | undefined;
  readonly guest?: 'single-channel' | 'multi-channel' | undefined;
  /** The team of somebody who is here through a shared channel only (Slack Connect). */
  readonly homeTeam?: string | undefined;
}

/** A channel of the seeded workspace; `members` are user ids. */
interface SeedChannel {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly members: readonly string[];
  readonly topic?: string;
}

/** What the app is called inside one workspace. */
interface SeedBot {
  readonly botId: string;
  readonly botUserId: string;
}

/** The app, installed in the first workspace. */
export interface SeedApp extends SeedBot {
  readonly id: string;
  readonly name: string;
  readonly botToken: string;
  /** A token with `admin.users:write`, of the first administrator, as an installation for an Enterprise organization gives it. */
  readonly adminToken?: string | undefined;
  readonly scopes: readonly string[];
  readonly userScopes: readonly string[];
  readonly clientId: string;
  readonly clientSecret: string;
  readonly signingSecret: string;
  /** Where the consent page may send a person back to. */
  readonly redirectUris: readonly string[];
  /** The events the app subscribes to, as its manifest names them: `message.channels`, `channel_archive`... */
  readonly events: readonly string[];
  /** The kinds of metadata it hears of, by the app that attaches them; `*` stands for every kind. */
  readonly metadataEvents: readonly { readonly app_id: string; readonly event_type: string }[];
  /** The commands it adds, with a word on each. */
  readonly commands: readonly { readonly command: string; readonly description: string; readonly usage: string }[];
}

/** One workspace with its people and channels. The app is installed where it has a token. */
export interface SeedWorkspace {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  readonly app: Omit<SeedApp, 'botToken'> & { readonly botToken?: string | undefined };
  readonly users: readonly SeedUser[];
  readonly channels: readonly SeedChannel[];
}

/** A workspace beside the first, which has never heard of the app. */
interface SeedNeighbour extends Pick<SeedWorkspace, 'team' | 'users' | 'channels'> {
  readonly bot: SeedBot;
}

/** Everything the front starts from: the company's workspace, and others in the same Slack. */
export interface SlackSeed extends SeedWorkspace {
  readonly app: SeedApp;
  readonly neighbours?: readonly SeedNeighbour[];
}

/** Every workspace of a seed, the company's own first. */
export function workspacesOf(seed: SlackSeed): readonly SeedWorkspace[] {
  const others = (seed.neighbours ?? []).map(({ bot, ...rest }) => ({
    ...rest,
    app: { ...seed.app, ...bot, botToken: undefined, adminToken: undefined },
  }));
  return [seed, ...others];
}

/** The scopes War Room's bot asks for. */
const BOT_SCOPES = [
  'chat:write',
  'channels:read',
  'channels:join',
  'channels:manage',
  'channels:history',
  'groups:read',
  'groups:write',
  'groups:history',
  'users:read',
  'users:read.email',
  'metadata.message:read',
  'im:write',
  'im:history',
  'commands',
  'files:write',
] as const;

/** The scopes a person grants so that War Room may post as that person. */
const USER_SCOPES = ['chat:write'] as const;

/** The events War Room subscribes to. That all of this is what its manifest says is a test (slack-front-app.test.ts). */
const EVENTS = [
  'app_home_opened',
  'app_uninstalled',
  'channel_archive',
  'channel_deleted',
  'channel_id_changed',
  'channel_left',
  'channel_rename',
  'channel_unarchive',
  'group_archive',
  'group_deleted',
  'group_left',
  'group_rename',
  'group_unarchive',
  'member_joined_channel',
  'member_left_channel',
  'message.channels',
  'message.groups',
  'message_metadata_posted',
  'team_join',
  'tokens_revoked',
  'user_change',
] as const;

/**
 * Acme Academy: a founder, two managers, four sellers; two courses; the app a member of #general only. Beside it Bright Path
 * Tutors, which has nothing to do with it but one person of the same name and e-mail address, and where the app is not installed.
 */
export function seededCompany(secret: () => string = () => randomBytes(18).toString('hex')): SlackSeed {
  const founder = 'U0KAVYA001';
  const arjun = 'U0ARJUN001';
  const meera = 'U0MEERA001';
  const rohan = 'U0ROHAN001';
  const sana = 'U0SANA0001';
  const dev = 'U0DEV00001';
  const lakshmi = 'U0LAKSHMI1';
  const bot = 'U0WARROOM1';
  const everyone = [founder, arjun, meera, rohan, sana, dev, lakshmi];
  const person = (id: string, realName: string, title: string, more: Partial<SeedUser> = {}): SeedUser => {
    const name = realName.toLowerCase().replace(' ', '.');
    return { id, name, realName, title, email: `${name}@acme-academy.example`, ...more };
  };
  return {
    team: { id: 'T0ACADEMY1', name: 'Acme Academy', domain: 'acme-academy' },
    app: {
      id: 'A0WARROOM1',
      name: 'War Room',
      botId: 'B0WARROOM1',
      botUserId: bot,
      botToken: `xoxb-local-${secret()}`,
      adminToken: `xoxp-admin-${secret()}`,
      scopes: BOT_SCOPES,
      userScopes: USER_SCOPES,
      clientId: '4003.2026',
      clientSecret: secret(),
      signingSecret: secret(),
      redirectUris: ['http://127.0.0.1:3000/slack/oauth/callback'],
      events: EVENTS,
      metadataEvents: [{ app_id: '*', event_type: 'war_room_message' }],
      commands: [
        {
          command: '/warroom',
          description: 'How payments stand, why they are told where they are, and what is connected',
          usage: 'help | status | explain <order or payment> | connect | routing | protect',
        },
      ],
    },
    users: [
      person(founder, 'Kavya Rao', 'Founder', { isAdmin: true }),
      person(rohan, 'Rohan Desai', 'Sales manager, full stack'),
      person(lakshmi, 'Lakshmi Nair', 'Sales manager, data science'),
      person(arjun, 'Arjun Mehta', 'Seller, full stack', { userToken: `xoxp-local-${secret()}` }),
      person(sana, 'Sana Qureshi', 'Seller, full stack'),
      person(meera, 'Meera Thomas', 'Seller, data science', { userToken: `xoxp-local-${secret()}` }),
      person(dev, 'Dev Banerjee', 'Seller, data science'),
    ],
    channels: [
      channel('C0GENERAL1', 'general', [...everyone, bot], 'Everyone at Acme Academy'),
      channel('C0PAYMENTS', 'payments', everyone, 'Full payments and first instalments, one thread each'),
      channel('C0PARTPAYS', 'part-payments', everyone, 'Later instalments, one thread each'),
      channel('C0OPS00001', 'ops', [founder, rohan, lakshmi], 'What needs a person'),
      channel('C0COURSEFS', 'course-full-stack', [founder, rohan, arjun, sana], 'Full Stack Web Development'),
      channel('C0COURSEDS', 'course-data-science', [founder, lakshmi, meera, dev], 'Data Science'),
    ],
    neighbours: [
      {
        team: { id: 'T0BRIGHT01', name: 'Bright Path Tutors', domain: 'bright-path' },
        bot: { botId: 'B0WARROOM2', botUserId: 'U0WARROOM2' },
        users: [person('U0ARJUN002', 'Arjun Mehta', 'Tutor', { isAdmin: true })],
        channels: [channel('C0BRIGHT01', 'general', ['U0ARJUN002'], 'Everyone at Bright Path Tutors')],
      },
    ],
  };
}

function channel(id: string, name: string, members: readonly string[], topic: string): SeedChannel {
  return { id, name, isPrivate: false, members, topic };
}
