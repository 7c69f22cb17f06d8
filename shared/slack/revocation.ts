import type { Key, Table } from '../aws/table.ts';
import { Retry } from '../base/errors.ts';
import { type ChannelId, type TeamId, type UserId, userId } from '../base/names.ts';
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
   * The app was removed from the workspace, at `at` (Unix seconds): its own token is dead and so is everybody's. Nobody is told
   * of theirs: whoever removed the app knows, and there is nothing to connect to until it is back.
   */
  async uninstalled(team: TeamId, at: number): Promise<void> {
    await this.#endWithApp([botKey(team), ...(await this.#table.query(team, 'user#'))], at);
  }

  /**
   * These people's tokens, and these bots', were taken back at `at` (Unix seconds). A person is to be told, unless they ended it
   * themself or the app's own token ended with it.
   */
  async revoked(
    team: TeamId,
    at: number,
    whose: { people: readonly UserId[]; bots: readonly UserId[] },
  ): Promise<void> {
    const bot = await this.botUser(team);
    const keyOf = (user: UserId): Key => ({ pk: team, sk: `user#${user}` });
    if (bot !== undefined && whose.bots.includes(bot)) {
      await this.#endWithApp([botKey(team), ...whose.people.map(keyOf)], at);
      return;
    }
    for (const user of whose.people) {
      const key = keyOf(user);
      const kept = await this.#table.get(key);
      if (!kept || kept['dead'] !== undefined || Number(kept['installedAt']) >= at * 1000) continue;
      // Noted first: a crash between the two writes leaves a note that waits for Slack's next refusal.
      await noteUntold(this.#table, team, { user, version: String(kept['version']) });
      await this.#table.update(key, {
        update: 'SET dead = :dead',
        when: 'version = :version AND attribute_not_exists(dead)',
        values: { ':dead': { at: at * 1000, code: revoked }, ':version': kept['version'] },
      });
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

  /** Said also of tokens that were dead before: whose end the app's removal was, nobody has to be told of it. */
  async #endWithApp(keys: readonly Key[], at: number): Promise<void> {
    for (const key of keys) {
      await this.#table.update(key, {
        update: 'SET dead = :dead',
        when: 'installedAt < :at AND (attribute_not_exists(dead) OR dead.#code <> :leaving)',
        names: { '#code': 'code' },
        values: { ':dead': { at: at * 1000, code: uninstalled }, ':at': at * 1000, ':leaving': leaving },
      });
    }
  }
}

function botKey(team: TeamId): Key {
  return { pk: team, sk: 'bot' };
}
