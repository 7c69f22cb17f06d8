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
};

/** Somebody in whose name a message can be posted: the app, or a person who allowed it. */
export type Author = {
  readonly kind: 'bot' | 'user';
  readonly user: UserId;
  /** Decrypted at its first use. */
  readonly token: () => Promise<string>;
  /** Which of the tokens stored over time this is: a refusal of an older one says nothing of a newer. */
  readonly version: string;
};

type Token = { readonly user: UserId; readonly token: string; readonly installedAt: number };

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

  async saveTeam(team: Team): Promise<void> {
    await this.#table.put({ ...team, pk: team.id, sk: 'team' });
  }

  /** The app's own author in this team; undefined when it was never installed or its token is known to be dead. */
  async bot(team: TeamId): Promise<Author | undefined> {
    return this.#author(team, 'bot', 'bot');
  }

  /** The author of a person of the company, by the company's own id for them, if they allowed it. */
  async admin(team: TeamId, adminId: string): Promise<Author | undefined> {
    const link = await this.#table.get({ pk: team, sk: `admin#${adminId}` });
    return link && this.#author(team, `user#${link['user']}`, 'user');
  }

  /** The author who posted a message earlier, by Slack user. */
  async user(team: TeamId, user: UserId): Promise<Author | undefined> {
    return this.#author(team, `user#${user}`, 'user');
  }

  async saveBot(team: TeamId, token: Token): Promise<void> {
    await this.#save(team, 'bot', 'bot', token);
  }

  /** Keeps a person's token, and that this Slack user is the company's `adminId`. */
  async saveAdmin(team: TeamId, adminId: string, token: Token): Promise<void> {
    await this.#save(team, `user#${token.user}`, 'user', token);
    await this.#table.put({ pk: team, sk: `admin#${adminId}`, user: token.user });
  }

  /** Slack refused this token. It is marked dead only if it is still the one that is stored. */
  async markDead(team: TeamId, author: Author, at: number, code: string): Promise<void> {
    await this.#table.update(
      { pk: team, sk: author.kind === 'bot' ? 'bot' : `user#${author.user}` },
      {
        update: 'SET dead = :dead',
        when: 'version = :version',
        values: { ':dead': { at, code }, ':version': author.version },
      },
    );
  }

  async #save(team: TeamId, sk: string, kind: 'bot' | 'user', { user, token, installedAt }: Token): Promise<void> {
    const ciphertext = await this.#vault.encrypt(token, { team, user, kind });
    const version = `${installedAt}`;
    await this.#table.put({ pk: team, sk, user, token: ciphertext, version, installedAt });
  }

  async #author(team: TeamId, sk: string, kind: 'bot' | 'user'): Promise<Author | undefined> {
    const item = await this.#table.get({ pk: team, sk });
    if (!item || item['dead'] !== undefined) return undefined;
    const user = userId(String(item['user']));
    return {
      kind,
      user,
      version: String(item['version']),
      token: () => this.#vault.decrypt(item['token'] as Uint8Array, { team, user, kind }),
    };
  }
}

/** The team's record alone, for functions that may not decrypt a token. */
export async function readTeam(table: Table, team: TeamId): Promise<Team | undefined> {
  const item: Item | undefined = await table.get({ pk: team, sk: 'team' });
  if (!item) return undefined;
  const { pk: _pk, sk: _sk, ...record } = item;
  return record as unknown as Team;
}
