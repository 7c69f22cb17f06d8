/** The workspace: who is there, which channels, who may come in with which token. Messages are kept beside it (message-store.ts). */
import type { SeedUser, SeedWorkspace } from './company.ts';
import type { Happening } from './happening.ts';

/** A member of the workspace, people and the bot alike. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly email: string | undefined;
  readonly title: string;
  readonly isBot: boolean;
  readonly isAdmin: boolean;
  readonly emailConfirmed: boolean;
  readonly invited: boolean;
  readonly guest: 'single-channel' | 'multi-channel' | undefined;
  /** Another workspace's team, for somebody who is here through a shared channel only. */
  readonly homeTeam: string | undefined;
  deactivated: boolean;
  /** Seconds since 1970. */
  updated: number;
}

/** A conversation: a channel, or direct messages. */
export interface Conversation {
  /** Changes when a shared channel passes to another company. */
  id: string;
  readonly kind: 'channel' | 'im' | 'mpim';
  isPrivate: boolean;
  readonly creator: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly members: Set<string>;
  readonly previousNames: string[];
  name: string;
  topic: string;
  purpose: string;
  isArchived: boolean;
}

/** An invitation that went out by e-mail: each one is a message in somebody's inbox. */
export interface Invitation {
  readonly id: string;
  readonly method: 'admin.users.invite' | 'conversations.inviteShared';
  readonly email: string;
  readonly realName: string;
  /** Which channels it leads into. */
  readonly channels: readonly string[];
  readonly guest: Member['guest'];
  readonly by: string;
  /** Seconds since 1970. */
  readonly at: number;
}

/** What a token stands for. */
export interface Grant {
  readonly token: string;
  readonly kind: 'bot' | 'user';
  readonly userId: string;
  readonly scopes: ReadonlySet<string>;
  revoked: boolean;
}

/** What changed, told to the page and to waiting tests. */
export interface Change {
  readonly channel?: string;
}

/** People, conversations and tokens of one team. */
export class Workspace {
  readonly team: SeedWorkspace['team'];
  readonly app: SeedWorkspace['app'];
  readonly members = new Map<string, Member>();
  readonly conversations = new Map<string, Conversation>();
  readonly grants = new Map<string, Grant>();
  /** Every invitation that was sent, oldest first. */
  readonly invitations: Invitation[] = [];
  private readonly listeners = new Set<(change: Change) => void>();
  private readonly witnesses = new Set<(happening: Happening) => void>();
  /** Who was last seen with an address: a workspace may have a hundred thousand members. */
  private readonly byEmail = new Map<string, string>();
  private readonly nextNumber: () => number;

  /** `nextNumber` numbers new conversations: one count for all workspaces, since an id names a conversation of any of them. */
  constructor(seed: SeedWorkspace, seconds: number, nextNumber: () => number) {
    this.team = seed.team;
    this.app = seed.app;
    this.nextNumber = nextNumber;
    for (const user of seed.users) this.putMember(user, seconds);
    if (seed.app.botToken !== undefined) this.bringBot(seconds);
    // Slackbot is in every workspace, and its is_bot is false: https://docs.slack.dev/reference/objects/user-object
    const slackbot = { id: 'USLACKBOT', name: 'slackbot', realName: 'Slackbot', email: '' };
    this.members.set(slackbot.id, { ...memberOf(slackbot, seconds), email: undefined });
    const creator = seed.users[0]?.id ?? seed.app.botUserId;
    for (const channel of seed.channels) {
      this.conversations.set(channel.id, {
        id: channel.id,
        kind: 'channel',
        isPrivate: channel.isPrivate,
        creator,
        created: seconds,
        members: new Set(channel.members),
        previousNames: [],
        name: channel.name,
        topic: channel.topic ?? '',
        purpose: '',
        isArchived: false,
      });
    }
    if (seed.app.botToken !== undefined) this.grant(seed.app.botToken, 'bot', seed.app.botUserId, seed.app.scopes);
    const { adminToken } = seed.app;
    const admin = seed.users.find(({ isAdmin }) => isAdmin);
    if (adminToken !== undefined && admin !== undefined)
      this.grant(adminToken, 'user', admin.id, ['admin.users:write']);
    for (const user of seed.users) {
      if (user.userToken !== undefined) this.grant(user.userToken, 'user', user.id, seed.app.userScopes);
    }
  }

  /** Makes a token known, or gives a known one other scopes. */
  grant(token: string, kind: Grant['kind'], userId: string, scopes: Iterable<string>): Grant {
    const grant = { token, kind, userId, scopes: new Set(scopes), revoked: false };
    this.grants.set(token, grant);
    return grant;
  }

  /** The tokens of a member that still work. */
  grantsOf(userId: string): readonly Grant[] {
    return [...this.grants.values()].filter((grant) => grant.userId === userId && !grant.revoked);
  }

  /** Adds a person, or changes one. */
  putMember(user: SeedUser, seconds: number): void {
    const kind = this.members.has(user.id) ? 'memberChanged' : 'memberCame';
    const member = memberOf(user, seconds);
    this.keep(member);
    this.changed({});
    this.happened({ kind, member });
  }

  /** Deactivates a member: their tokens are refused with `account_inactive`. */
  deactivate(member: Member, seconds: number): void {
    member.deactivated = true;
    member.updated = seconds;
    this.changed({});
    this.happened({ kind: 'memberChanged', member });
  }

  /** Activates a deactivated member again. */
  reactivate(member: Member, seconds: number): void {
    member.deactivated = false;
    member.updated = seconds;
    this.changed({});
    this.happened({ kind: 'memberChanged', member });
  }

  /** A member of this workspace, of whatever standing, by e-mail; of several, one who is active. */
  ownWith(email: string): Member | undefined {
    const folded = email.toLowerCase();
    const has = (member: Member | undefined) => member?.email?.toLowerCase() === folded;
    const noted = this.members.get(this.byEmail.get(folded) ?? '');
    if (has(noted)) return noted;
    return [...this.members.values()].find((member) => member.homeTeam === undefined && has(member));
  }

  /** Writes to somebody by e-mail. Who is invited into the workspace is a member from now on, who has not come yet. */
  invite(sent: Omit<Invitation, 'id' | 'at'>, seconds: number): Invitation {
    const number = String(this.nextNumber()).padStart(6, '0');
    const invitation = { ...sent, id: `I0NEW${number}`, at: seconds };
    this.invitations.push(invitation);
    if (sent.method === 'admin.users.invite') {
      const { email, realName, guest } = sent;
      const user = { id: `U0NEW${number}`, name: handleOf(email), realName, email, guest };
      // Nobody is told: `team_join` tells of who comes. https://docs.slack.dev/reference/events/team_join
      this.keep(memberOf({ ...user, invited: true, emailConfirmed: false }, seconds));
    }
    this.changed({});
    return invitation;
  }

  /** Somebody takes up the invitation that was sent to them last. False: there is none that is open. */
  accept(email: string, seconds: number): boolean {
    const folded = email.toLowerCase();
    const invitation = this.invitations.findLast((each) => each.email.toLowerCase() === folded);
    const open = this.ownWith(email);
    if (invitation?.method === 'conversations.inviteShared') {
      const number = invitation.id.slice('I0NEW'.length);
      const home = { id: `U0EXT${number}`, homeTeam: `T0EXT${number}` };
      this.putMember({ ...home, name: handleOf(email), realName: invitation.realName, email }, seconds);
      this.enter(home.id, invitation);
      return true;
    }
    if (open?.invited !== true || open.deactivated) return false;
    const member = { ...open, invited: false, emailConfirmed: true, updated: seconds };
    this.keep(member);
    this.changed({});
    this.happened({ kind: 'memberCame', member });
    if (invitation !== undefined) this.enter(member.id, invitation);
    return true;
  }

  private keep(member: Member): void {
    this.members.set(member.id, member);
    if (member.homeTeam !== undefined || member.email === undefined) return;
    const email = member.email.toLowerCase();
    if (!member.deactivated || !this.byEmail.has(email)) this.byEmail.set(email, member.id);
  }

  private enter(userId: string, { channels, by }: Invitation): void {
    for (const channel of channels) {
      const conversation = this.conversations.get(channel);
      if (conversation !== undefined) this.join(conversation, userId, by);
    }
  }

  /** The app's bot comes, or comes back, without the channels it was in. */
  bringBot(seconds: number): void {
    const { botUserId: id, name } = this.app;
    const bot = memberOf({ id, name: handleOf(name), realName: name, email: '' }, seconds);
    this.members.set(id, { ...bot, email: undefined, isBot: true });
    this.changed({});
  }

  /** The app's bot goes: deactivated, and in no channel any more. */
  dismissBot(seconds: number): void {
    const bot = this.members.get(this.app.botUserId);
    if (bot === undefined) return;
    bot.deactivated = true;
    bot.updated = seconds;
    for (const { members } of this.conversations.values()) members.delete(bot.id);
    this.changed({});
  }

  /** A new conversation with an id of its own. */
  open(
    kind: Conversation['kind'],
    name: string,
    isPrivate: boolean,
    members: Iterable<string>,
    creator: string,
    seconds: number,
  ) {
    const letter = kind === 'im' ? 'D' : 'C';
    const conversation: Conversation = {
      id: `${letter}0NEW${String(this.nextNumber()).padStart(6, '0')}`,
      kind,
      isPrivate,
      creator,
      created: seconds,
      members: new Set(members),
      previousNames: [],
      name,
      topic: '',
      purpose: '',
      isArchived: false,
    };
    this.conversations.set(conversation.id, conversation);
    this.changed({ channel: conversation.id });
    return conversation;
  }

  /** Somebody comes into a channel. False: is there already. */
  join(conversation: Conversation, userId: string, by: string): boolean {
    if (conversation.members.has(userId)) return false;
    conversation.members.add(userId);
    this.changed({ channel: conversation.id });
    this.happened({ kind: 'joined', conversation, userId, by });
    return true;
  }

  /** Somebody goes out of a channel. False: was not there. */
  leave(conversation: Conversation, userId: string, by: string): boolean {
    if (!conversation.members.delete(userId)) return false;
    this.changed({ channel: conversation.id });
    this.happened({ kind: 'left', conversation, userId, by });
    return true;
  }

  archive(conversation: Conversation, by: string): void {
    conversation.isArchived = true;
    this.changed({ channel: conversation.id });
    this.happened({ kind: 'archived', conversation, by });
  }

  unarchive(conversation: Conversation, by: string): void {
    conversation.isArchived = false;
    this.changed({ channel: conversation.id });
    this.happened({ kind: 'unarchived', conversation, by });
  }

  /** A channel is gone for good, and its name is free again. Who was in it hears of that last. */
  delete(conversation: Conversation, by: string): void {
    this.happened({ kind: 'deleted', conversation, by });
    this.conversations.delete(conversation.id);
    this.changed({ channel: conversation.id });
  }

  rename(conversation: Conversation, name: string): void {
    if (name === conversation.name) return;
    conversation.previousNames.unshift(conversation.name);
    conversation.name = name;
    this.changed({ channel: conversation.id });
    this.happened({ kind: 'renamed', conversation });
  }

  /** Anybody in the workspace reads a private channel from now on, or a public one no more. */
  setPrivate(conversation: Conversation, isPrivate: boolean): void {
    conversation.isPrivate = isPrivate;
    this.changed({ channel: conversation.id });
  }

  /** The same channel under another id, as when it is shared with another company. */
  renumber(conversation: Conversation, id: string): void {
    const before = conversation.id;
    this.conversations.delete(before);
    conversation.id = id;
    this.conversations.set(id, conversation);
    this.changed({});
    this.happened({ kind: 'renumbered', conversation, before });
  }

  /** Ends tokens. Those that had ended before are not told of again. */
  revoke(grants: Iterable<Grant>): void {
    const ended = [...grants].filter((grant) => !grant.revoked);
    for (const grant of ended) grant.revoked = true;
    if (ended.length === 0) return;
    const of = (kind: Grant['kind']) => [
      ...new Set(ended.filter((grant) => grant.kind === kind).map(({ userId }) => userId)),
    ];
    this.changed({});
    this.happened({ kind: 'tokensRevoked', bots: of('bot'), people: of('user') });
  }

  /** The channel of that name, archived ones too (their names stay taken). */
  named(name: string): Conversation | undefined {
    for (const conversation of this.conversations.values()) {
      if (conversation.kind === 'channel' && conversation.name === name) return conversation;
    }
    return undefined;
  }

  /** The direct messages between exactly these members. */
  between(members: ReadonlySet<string>): Conversation | undefined {
    for (const conversation of this.conversations.values()) {
      if (conversation.kind === 'channel' || conversation.members.size !== members.size) continue;
      if ([...members].every((member) => conversation.members.has(member))) return conversation;
    }
    return undefined;
  }

  /** Calls `listener` after every change until the returned function is called. */
  onChange(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  changed(change: Change): void {
    for (const listener of [...this.listeners]) listener(change);
  }

  /** Calls `witness` with everything that happens. */
  onHappening(witness: (happening: Happening) => void): void {
    this.witnesses.add(witness);
  }

  happened(happening: Happening): void {
    for (const witness of this.witnesses) witness(happening);
  }
}

/** A handle made of an app's name. */
export function handleOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function memberOf(user: SeedUser, seconds: number): Member {
  return {
    id: user.id,
    name: user.name,
    realName: user.realName,
    email: user.email,
    title: user.title ?? '',
    isBot: false,
    isAdmin: user.isAdmin ?? false,
    emailConfirmed: user.emailConfirmed ?? true,
    invited: user.invited ?? false,
    guest: user.guest,
    homeTeam: user.homeTeam,
    deactivated: user.deactivated ?? false,
    updated: seconds,
  };
}
