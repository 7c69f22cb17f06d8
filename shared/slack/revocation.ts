import type { Item, Key, Table } from '../aws/table.ts';
import { type ChannelId, type TeamId, type UserId, userId } from '../base/names.ts';
import { leaving, noteUntold, uninstalled } from './installation.ts';

/** Why a token is not used any more, where Slack said that it was taken back. */
const revoked = 'token_revoked';

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
    const people = await this.#table.query(team, 'user#');
    for (const key of [botKey(team), ...people]) {
      await this.#table.update(key, {
        update: 'SET dead = :dead',
        when: 'installedAt < :at AND (attribute_not_exists(dead) OR dead.#code <> :leaving)',
        names: { '#code': 'code' },
        values: { ':dead': { at: at * 1000, code: uninstalled }, ':at': at * 1000, ':leaving': leaving },
      });
    }
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
    const bot = await this.#table.get(botKey(team));
    const isAppGone = whose.bots.some((user) => user === bot?.['user']);
    if (bot && isAppGone) await this.#end(botKey(team), bot, at);
    for (const user of whose.people) {
      const key = { pk: team, sk: `user#${user}` };
      const kept = await this.#table.get(key);
      if (!kept || kept['dead'] !== undefined || !isOlder(kept, at)) continue;
      // Noted first: a crash between the two writes leaves a note that waits for Slack's next refusal.
      if (!isAppGone) await noteUntold(this.#table, team, { user, version: String(kept['version']) });
      await this.#end(key, kept, at);
    }
  }

  /** The team's own channels, where one of them has another id from now on. */
  async moveChannel(team: TeamId, from: ChannelId, to: ChannelId): Promise<void> {
    for (const use of ['payments', 'partPayments', 'ops']) {
      await this.#table.update(
        { pk: team, sk: 'team' },
        {
          update: 'SET channels.#use = :to',
          when: 'channels.#use = :from',
          names: { '#use': use },
          values: { ':to': to, ':from': from },
        },
      );
    }
  }

  async #end(key: Key, token: Item, at: number): Promise<void> {
    await this.#table.update(key, {
      update: 'SET dead = :dead',
      when: 'version = :version AND installedAt < :at AND attribute_not_exists(dead)',
      values: { ':dead': { at: at * 1000, code: revoked }, ':version': token['version'], ':at': at * 1000 },
    });
  }
}

function isOlder(token: Item, at: number): boolean {
  return Number(token['installedAt']) < at * 1000;
}

function botKey(team: TeamId): Key {
  return { pk: team, sk: 'bot' };
}
