import type { Item, Table } from '../aws/table.ts';
import { type ChannelId, type TeamId, type UserId, userId } from '../base/names.ts';
import type { Vault } from './vault.ts';

/** What a team has settled for itself. The tenant of everything else. */
export type Team = {
  readonly id: TeamId;
  readonly name: string;
  /** The workspace's address, `https://acme.slack.com/`, from which permalinks are composed. */
  readonly url: string;
  readonly timeZone: string;
  readonly channels: { readonly payments: ChannelId; readonly partPayments: ChannelId; readonly ops: ChannelId };
  /** Told by direct message what the ops channel cannot be told. */
  readonly installer: UserId;
  /** Who belongs into every private channel that War Room makes, and is never removed from one. */
  readonly protectedPeople?: readonly UserId[];
  /** How it came to that, the last time. */
  readonly protectedBy?: Protecting;
};

/** Who said who is protected, when (ms), by which request; and how often it has been said by now. */
export type Protecting = {
  readonly times: number;
  readonly by: { readonly id: string; readonly name: string };
  readonly at: number;
  readonly request: string;
};

/** Somebody in whose name a message can be posted: the app, or a person who allowed it. */
export type Author = {
  readonly kind: 'bot' | 'user';
  readonly user: UserId;
  /** Decrypted at its first use. */
  readonly token: () => Promise<string>;
  /** Which of the tokens stored over time this is: a refusal of an older one says nothing of a newer. */
  readonly version: string;
  /** When it was last used, as it was noted (ms): an hour late at most. */
  readonly lastUsed: number | undefined;
};

/** A person's token that Slack refused, when (ms) and with which code, and whose holder may not know yet. */
export type Refused = {
  readonly user: UserId;
  readonly version: string;
  readonly at: number;
  readonly code: string;
};

/** How long a note of a token's last use stands before it is written again (ms): a write an hour, not one a message. */
const usedKeptMs = 3_600_000;

type Token = {
  readonly user: UserId;
  readonly token: string;
  readonly installedAt: number;
  /** As Slack granted them, with commas. */
  readonly scopes?: string | undefined;
};

/** Which Slack user somebody of the company is, by the company's own id. */
export type Link = { readonly adminId: string; readonly user: UserId };

/** What is kept of a person's consent, without its token. Times in milliseconds since 1970. */
export type Connection = {
  readonly user: UserId;
  readonly version: string;
  readonly since: number;
  readonly lastUsed: number | undefined;
  /** Usable; refused by Slack; or being disconnected, which Slack has not confirmed yet. */
  readonly state: 'live' | 'refused' | 'leaving';
};

/** Why a token is not used any more, where its person ends it. */
export const leaving = 'leaving';

/** Why none of a team's tokens is used any more, where somebody removed the app. */
export const uninstalled = 'app_uninstalled';

/**
 * The installations of the app: a partition for each team, holding its record, the app's own token, and a token for
 * each person who lets War Room post as them. Tokens are stored encrypted and apart from each other.
 */
export class Installations {
  readonly #table: Table;
  readonly #vault: Vault;

  constructor(table: Table, vault: Vault) {
    this.#table = table;
    this.#vault = vault;
  }

  async team(team: TeamId): Promise<Team | undefined> {
    return readTeam(this.#table, team);
  }

  /** Deletes the team's record. From here on nothing is posted for it: whatever is to be told is held. */
  async forgetTeam(team: TeamId): Promise<void> {
    await this.#table.delete({ pk: team, sk: 'team' });
  }

  async saveTeam(team: Team): Promise<void> {
    await this.#table.put({ ...team, pk: team.id, sk: 'team' });
  }

  /** Puts these people in the place of those who were protected. False: somebody else has since `by` was read, or there is no record. */
  async protect(team: TeamId, people: readonly UserId[], by: Protecting): Promise<boolean> {
    return this.#table.update(
      { pk: team, sk: 'team' },
      {
        update: 'SET protectedPeople = :people, protectedBy = :by',
        when:
          by.times === 1 ? 'attribute_exists(pk) AND attribute_not_exists(protectedBy)' : 'protectedBy.#times = :read',
        ...(by.times > 1 && { names: { '#times': 'times' } }),
        values: { ':people': people, ':by': by, ...(by.times > 1 && { ':read': by.times - 1 }) },
      },
    );
  }

  /** Keeps the record of a team that has none. Of two who install at the same moment, the first one's stays. */
  async beginTeam(team: Team): Promise<void> {
    await this.#table.insert({ ...team, pk: team.id, sk: 'team' });
  }

  /** The app's own author in this team; undefined when it was never installed or its token is known to be dead. */
  async bot(team: TeamId): Promise<Author | undefined> {
    return this.#author(team, 'bot', 'bot');
  }

  /**
   * The author of a person of the company, by the company's own id for them, if they allowed it. Both have to name each other:
   * who was matched with another id since does not speak for the one before.
   */
  async admin(team: TeamId, adminId: string): Promise<Author | undefined> {
    const link = await this.#table.get({ pk: team, sk: `admin#${adminId}` });
    const item = link && (await this.#usable(team, `user#${link['user']}`));
    return item?.['admin'] === adminId ? this.#holder(team, 'user', item) : undefined;
  }

  /** The author who posted a message earlier, by Slack user. */
  async user(team: TeamId, user: UserId): Promise<Author | undefined> {
    return this.#author(team, `user#${user}`, 'user');
  }

  async saveBot(team: TeamId, token: Token): Promise<void> {
    await this.#save(team, 'bot', 'bot', token);
  }

  /**
   * Keeps a person's token, and that this Slack user is the company's `adminId`. The token is written last: who sees that it
   * is kept can rely on its being found by the company's id.
   */
  async saveAdmin(team: TeamId, adminId: string, token: Token): Promise<void> {
    await this.#table.put({ pk: team, sk: `admin#${adminId}`, user: token.user });
    await this.#save(team, `user#${token.user}`, 'user', token, adminId);
  }

  /** Deletes the app's own token, if it is still the one of this version. */
  async forgetBot(team: TeamId, version: string): Promise<void> {
    await this.#table.take({ pk: team, sk: 'bot' }, { when: 'version = :version', values: { ':version': version } });
  }

  /** Everybody whose token is kept, used or not. */
  async connected(team: TeamId): Promise<UserId[]> {
    const items = await this.#table.query(team, 'user#');
    return items.map(({ sk }) => userId(sk.slice('user#'.length)));
  }

  /** Which Slack user an admin of the company is, and the other way round. */
  async linkOf(team: TeamId, one: { readonly adminId: string } | { readonly user: UserId }): Promise<Link | undefined> {
    const links = await this.#table.query(team, 'admin#');
    const all = links.map(
      (item): Link => ({ adminId: item.sk.slice('admin#'.length), user: userId(String(item['user'])) }),
    );
    return all.find((link) => ('adminId' in one ? link.adminId === one.adminId : link.user === one.user));
  }

  /** Deletes who somebody is in Slack. */
  async unlink(team: TeamId, { adminId }: Link): Promise<void> {
    await this.#table.delete({ pk: team, sk: `admin#${adminId}` });
  }

  /** What is kept of a person's consent. */
  async connection(team: TeamId, user: UserId): Promise<Connection | undefined> {
    const item = await this.#table.get({ pk: team, sk: `user#${user}` });
    return item && connectionOf(item);
  }

  /** Everybody of whose consent something is kept, with the company's id for them where they were matched with one. */
  async connections(team: TeamId): Promise<(Connection & { readonly admin: string | undefined })[]> {
    const items = await this.#table.query(team, 'user#');
    return items.map((item) => {
      const admin = item['admin'];
      return { ...connectionOf(item), admin: admin === undefined ? undefined : String(admin) };
    });
  }

  /**
   * Ends the use of a person's token, and answers it so that it can be given back to Slack; undefined where none is kept.
   * From here on nothing is posted with it, whatever happens next. It stays until `forget`.
   */
  async leave(team: TeamId, user: UserId, at: number): Promise<Author | undefined> {
    const key = { pk: team, sk: `user#${user}` };
    const item = await this.#table.get(key);
    if (!item) return undefined;
    const marked = await this.#table.update(key, {
      update: 'SET dead = :dead',
      when: 'version = :version',
      values: { ':dead': { at, code: leaving }, ':version': item['version'] },
    });
    // Another consent has taken its place meanwhile: that is the one to end.
    return marked ? this.#holder(team, 'user', item) : this.leave(team, user, at);
  }

  /** Deletes a person's token alone, if it is still the one of this version, and answers it as it was kept. */
  async forgetToken(team: TeamId, user: UserId, version: string): Promise<Item | undefined> {
    return this.#table.take(
      { pk: team, sk: `user#${user}` },
      { when: 'version = :version', values: { ':version': version } },
    );
  }

  /** Deletes a person's token, and who they are, if it is still the one of this version. False: another took its place. */
  async forget(team: TeamId, user: UserId, version: string): Promise<boolean> {
    const taken = await this.forgetToken(team, user, version);
    if (!taken) return (await this.#table.get({ pk: team, sk: `user#${user}` })) === undefined;
    if (taken['admin'] !== undefined) {
      await this.#table.take(
        { pk: team, sk: `admin#${taken['admin']}` },
        { when: '#user = :user', names: { '#user': 'user' }, values: { ':user': user } },
      );
    }
    return true;
  }

  /**
   * Slack refused this token. It is marked dead only if it is still the one that is stored, and in use. Of a person's it is
   * noted first that they are to be told: a crash between the two writes leaves a note that waits for the next refusal.
   */
  async markDead(team: TeamId, author: Author, at: number, code: string): Promise<void> {
    if (author.kind === 'user') await noteUntold(this.#table, team, author);
    await this.#table.update(authorKey(team, author), {
      update: 'SET dead = :dead',
      when: 'version = :version AND attribute_not_exists(dead)',
      values: { ':dead': { at, code }, ':version': author.version },
    });
  }

  /** The people whose token was refused and who are still to be told. Nobody who connected again, or ended it themself. */
  async untold(team: TeamId): Promise<Refused[]> {
    const item = await this.#table.get(untoldKey(team));
    const noted = [...((item?.['people'] as Set<string> | undefined) ?? [])].sort();
    const untold: Refused[] = [];
    for (const note of noted) {
      const [user = '', version = ''] = note.split(' ');
      const kept = await this.#table.get({ pk: team, sk: `user#${user}` });
      const dead = kept?.['dead'] as { readonly at: number; readonly code: string } | undefined;
      if (kept?.['version'] !== version || dead?.code === leaving)
        await this.told(team, { user: userId(user), version });
      else if (dead) untold.push({ user: userId(user), version, ...dead });
    }
    return untold;
  }

  /** Nobody has to be told of these tokens (any more). */
  async told(team: TeamId, ...tokens: readonly Pick<Refused, 'user' | 'version'>[]): Promise<void> {
    await this.#table.update(untoldKey(team), {
      update: 'DELETE people :these',
      values: { ':these': new Set(tokens.map(({ user, version }) => `${user} ${version}`)) },
    });
  }

  /** Notes that a token was used, once an hour at most. */
  async used(team: TeamId, author: Author, at: number): Promise<void> {
    if (author.lastUsed !== undefined && at < author.lastUsed + usedKeptMs) return;
    await this.#table.update(authorKey(team, author), {
      update: 'SET lastUsed = :at',
      when: 'version = :version AND (attribute_not_exists(lastUsed) OR lastUsed < :before)',
      values: { ':at': at, ':version': author.version, ':before': at },
    });
  }

  async #save(team: TeamId, sk: string, kind: 'bot' | 'user', given: Token, admin?: string): Promise<void> {
    const { user, installedAt, scopes } = given;
    const token = await this.#vault.encrypt(given.token, { team, user, kind });
    await this.#table.put({ pk: team, sk, user, token, version: `${installedAt}`, installedAt, scopes, admin });
  }

  async #author(team: TeamId, sk: string, kind: 'bot' | 'user'): Promise<Author | undefined> {
    const item = await this.#usable(team, sk);
    return item && this.#holder(team, kind, item);
  }

  async #usable(team: TeamId, sk: string): Promise<Item | undefined> {
    const item = await this.#table.get({ pk: team, sk });
    return item?.['dead'] === undefined ? item : undefined;
  }

  #holder(team: TeamId, kind: 'bot' | 'user', item: Item): Author {
    // A person is who the key says: the token of a row that was put under another's key does not decrypt.
    const user = userId(kind === 'user' ? item.sk.slice('user#'.length) : String(item['user']));
    return {
      kind,
      user,
      version: String(item['version']),
      lastUsed: item['lastUsed'] === undefined ? undefined : Number(item['lastUsed']),
      token: () => this.#vault.decrypt(item['token'] as Uint8Array, { team, user, kind }),
    };
  }
}

function connectionOf(item: Item): Connection {
  const dead = item['dead'] as { readonly code: string } | undefined;
  return {
    user: userId(String(item['user'])),
    version: String(item['version']),
    since: Number(item['installedAt']),
    lastUsed: item['lastUsed'] === undefined ? undefined : Number(item['lastUsed']),
    state: dead === undefined ? 'live' : dead.code === leaving ? 'leaving' : 'refused',
  };
}

function authorKey(team: TeamId, { kind, user }: Author) {
  return { pk: team, sk: kind === 'bot' ? 'bot' : `user#${user}` };
}

function untoldKey(team: TeamId) {
  return { pk: team, sk: 'untold' };
}

/** Notes that a person is to be told of their token, before it is marked dead. */
export async function noteUntold(table: Table, team: TeamId, of: Pick<Refused, 'user' | 'version'>): Promise<void> {
  await table.update(untoldKey(team), {
    update: 'ADD people :one',
    values: { ':one': new Set([`${of.user} ${of.version}`]) },
  });
}

/**
 * Who is protected without somebody of the company, and who said so without their name, as `protect` takes it; undefined where they
 * are in neither.
 */
export function withoutProtected(
  { protectedPeople = [], protectedBy }: Pick<Team, 'protectedPeople' | 'protectedBy'>,
  { user, adminId }: { readonly user: UserId | undefined; readonly adminId: string | undefined },
): { readonly people: readonly UserId[]; readonly by: Protecting } | undefined {
  const people = protectedPeople.filter((one) => one !== user);
  const isBy = protectedBy !== undefined && protectedBy.by.id === adminId && protectedBy.by.name !== '';
  if (people.length === protectedPeople.length && !isBy) return undefined;
  const { times = 0, by = { id: '', name: '' }, at = 0, request = '' } = protectedBy ?? {};
  return { people, by: { times: times + 1, by: isBy ? { ...by, name: '' } : by, at, request } };
}

/** The team's record alone, for functions that may not decrypt a token. */
export async function readTeam(table: Table, team: TeamId): Promise<Team | undefined> {
  const item: Item | undefined = await table.get({ pk: team, sk: 'team' });
  if (!item) return undefined;
  const { pk: _pk, sk: _sk, ...record } = item;
  return record as unknown as Team;
}
