import type { Item, Key, Table } from '../aws/table.ts';
import { Retry } from '../base/errors.ts';
import { type ChannelId, type TeamId, teamId, type UserId, userId } from '../base/names.ts';
import { leaving, noteUntold, uninstalled } from './installation.ts';

/** Why a token is not used any more, where Slack said that it was taken back. */
const revoked = 'token_revoked';

/** A record that somebody else changes meanwhile is read again. */
const attempts = 5;

/**
 * What Slack says of tokens by itself, written into the installations without reading a token. Slack tells it late, twice and
 * in any order, with a new installation between: only a token that was stored before the second in which it happened is
 * meant. One that was stored within it is left to Slack's next answer, which says whether it is good.
 */
export class Revocations {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** As whom the app itself posts; undefined where it was never installed. */
  async botUser(team: TeamId): Promise<UserId | undefined> {
    const bot = await this.#table.get(botKey(team));
    return bot && userId(String(bot['user']));
  }

  /**
   * The app was removed from the workspace, at `at` (Unix seconds): its own token is dead and so is everybody's. There is nobody
   * who could tell them: they are noted, and told together once the app is back.
   */
  async uninstalled(team: TeamId, at: number): Promise<void> {
    await this.#endApp(team, at);
    for (const token of await this.#table.query(team, 'user#')) await this.#end(token, at, uninstalled);
  }

  /**
   * These people's tokens, and these bots', were taken back at `at` (Unix seconds). A person is to be told, unless they ended it
   * themself; where the app's own token ended with it, it is as if the app was removed.
   */
  async revoked(
    team: TeamId,
    at: number,
    whose: { people: readonly UserId[]; bots: readonly UserId[] },
  ): Promise<void> {
    const bot = await this.botUser(team);
    const isAppGone = bot !== undefined && whose.bots.includes(bot);
    if (isAppGone) await this.#endApp(team, at);
    for (const user of whose.people) {
      const token = await this.#table.get({ pk: team, sk: `user#${user}` });
      if (token) await this.#end(token, at, isAppGone ? uninstalled : revoked);
    }
  }

  /** The team's own channels, where one of them has another id from now on. */
  async moveChannel(team: TeamId, from: ChannelId, to: ChannelId): Promise<void> {
    const key = { pk: team, sk: 'team' };
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const record = await this.#table.get(key);
      const named = Object.entries(Object(record?.['channels']) as Readonly<Record<string, ChannelId>>);
      if (!named.some(([, channel]) => channel === from)) return;
      const moved = Object.fromEntries(named.map(([use, channel]) => [use, channel === from ? to : channel]));
      const isSame = await this.#table.update(key, {
        update: 'SET #channels = :moved',
        when: named.map((_, index) => `#channels.#use${index} = :was${index}`).join(' AND '),
        names: { '#channels': 'channels', ...Object.fromEntries(named.map(([use], index) => [`#use${index}`, use])) },
        values: { ':moved': moved, ...Object.fromEntries(named.map(([, was], index) => [`:was${index}`, was])) },
      });
      if (isSame) return;
    }
    throw Retry.failed('Somebody else keeps changing the channels of a team.');
  }

  async #endApp(team: TeamId, at: number): Promise<void> {
    await this.#table.update(botKey(team), {
      update: 'SET dead = :dead',
      when: 'installedAt < :at AND attribute_not_exists(dead)',
      values: { ':dead': { at: at * 1000, code: uninstalled }, ':at': at * 1000 },
    });
  }

  /**
   * Ends a person's token as it was read, if it was stored before. Who is to be told is noted first: a crash between the two
   * writes leaves a note that waits for the next that is heard. That it ended with the app is said also of one that was dead before, by whatever
   * came first: then its person is told with the others.
   */
  async #end(token: Item, at: number, code: string): Promise<void> {
    const dead = token['dead'] as { readonly code: string } | undefined;
    if (Number(token['installedAt']) >= at * 1000 || dead?.code === leaving) return;
    if (dead && code !== uninstalled) return;
    const version = String(token['version']);
    const user = userId(token.sk.slice('user#'.length));
    if (!dead) await noteUntold(this.#table, teamId(token.pk), { user, version });
    await this.#table.update(token, {
      update: 'SET dead = :dead',
      when: `version = :version AND (attribute_not_exists(dead)${dead ? ' OR dead.#code = :before' : ''})`,
      ...(dead && { names: { '#code': 'code' } }),
      values: { ':dead': { at: at * 1000, code }, ':version': version, ...(dead && { ':before': dead.code }) },
    });
  }
}

function botKey(team: TeamId): Key {
  return { pk: team, sk: 'bot' };
}
