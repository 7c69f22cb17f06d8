import type { Clock } from '../base/clock.ts';
import { Park, Retry } from '../base/errors.ts';
import type { ChannelId, TeamId } from '../base/names.ts';
import type { Wanted } from './agenda.ts';
import { refusal } from './answer.ts';
import type { SlackClient } from './client.ts';
import { type Author, type Installations, type Refused, uninstalled } from './installation.ts';
import { reconnectNotice, returnedNotice, unreachableNotice } from './notice.ts';
import type { Thread, ThreadLog, ThreadRef } from './thread-log.ts';
import type { Times } from './times.ts';

type Tools = {
  readonly installations: Installations;
  readonly log: ThreadLog;
  readonly client: SlackClient;
  readonly clock: Clock;
  readonly times: Times;
  readonly reconnectUrl: string | undefined;
};

/** Brings a thread up to date, as the outbox does it. */
type Sync = (ref: ThreadRef, compose: (thread: Thread) => Promise<Wanted | undefined>) => Promise<'done' | 'held'>;

/**
 * Tells each person once, by direct message, that Slack does not accept their token any more, with the way to connect
 * again; and the ops channel of whom that is not possible, somebody who has left the workspace for one.
 *
 * What is to be told is noted with the token, before it is marked dead. What is told is a thread like any other, one for
 * each token: however many messages were refused, and whoever tells it, it is there once. A token that was replaced, or
 * given up by its person, before it was told is told to nobody. Whose tokens ended with the app, which somebody removed, are told
 * together in the ops channel once it is back: they did nothing, and twenty direct messages would say the same.
 */
export class Reconnecting {
  readonly #tools: Tools;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** `until` (ms) is when the invocation ends. Throws `Retry.waiting` where somebody could not be told yet. */
  async tell(team: TeamId, until: number, sync: Sync): Promise<void> {
    const { installations, log, clock } = this.#tools;
    const untold = await installations.untold(team);
    if (untold.length === 0) return;
    // Without the app there is nobody who could tell anybody: they are told once it is back.
    const bot = await installations.bot(team);
    if (!bot) return;
    const withApp = untold.filter(({ code }) => code === uninstalled);
    if (withApp.length > 0) await this.#together(team, bot, withApp, sync);
    for (const refused of untold.filter((each) => !withApp.includes(each))) {
      const ref = { team, key: `reconnect#${refused.user}#${refused.version}` };
      const thread = await log.read(ref);
      // Whoever tells it just now sees to it that it is told.
      if (thread.lease !== undefined && thread.lease.until >= clock.now()) continue;
      const isTold =
        (await this.#person(ref, thread, refused, bot, until, sync)) || (await this.#ops(team, refused, sync));
      if (isTold) await installations.told(team, refused);
    }
  }

  /** One message for all whose token ended with the app, of this installation. It stays noted where it cannot be told now. */
  async #together(team: TeamId, bot: Author, people: readonly Refused[], sync: Sync): Promise<void> {
    const { installations, log, clock } = this.#tools;
    const record = await installations.team(team);
    const ref = { team, key: `returned#${bot.version}` };
    const { lease } = await log.read(ref);
    if (!record || (lease !== undefined && lease.until >= clock.now())) return;
    const why = 'Whose tokens ended when the app was removed is told once it is back.';
    const isTold = await this.#notify(ref, people, sync, (still) => ({
      destination: { channel: record.channels.ops, row: 'reconnect', why },
      root: { key: 'root', content: returnedNotice(still, this.#tools.reconnectUrl) },
      replies: [],
    }));
    // In one write: what is still noted is what the message would name.
    if (isTold) await installations.told(team, ...people);
  }

  /** False: this person cannot be told. */
  async #person(
    ref: ThreadRef,
    { destination }: Thread,
    refused: Refused,
    bot: Author,
    until: number,
    sync: Sync,
  ): Promise<boolean> {
    const channel = destination?.channel ?? (await this.#open(bot, refused, until));
    if (channel === undefined) return false;
    const why = 'Who posts as themself is told when that has ended.';
    return this.#notify(ref, [refused], sync, () => ({
      destination: { channel, row: 'reconnect', why },
      root: { key: 'root', content: reconnectNotice(refused, this.#tools.reconnectUrl) },
      replies: [],
    }));
  }

  /** False: it cannot be told there now, and is tried again with whatever is told next. */
  async #ops(team: TeamId, refused: Refused, sync: Sync): Promise<boolean> {
    const record = await this.#tools.installations.team(team);
    if (!record) return false;
    const ref = { team, key: `reconnect#${refused.user}#${refused.version}#ops` };
    const why = 'Somebody who could not be told themself that their token was refused.';
    return this.#notify(ref, [refused], sync, () => ({
      destination: { channel: record.channels.ops, row: 'reconnect', why },
      root: { key: 'root', content: unreachableNotice(refused, this.#tools.reconnectUrl) },
      replies: [],
    }));
  }

  /** What fails here is no failure of the thread that was told before, and waits like one that has to. */
  async #notify(
    ref: ThreadRef,
    about: readonly Refused[],
    sync: Sync,
    notice: (still: readonly Refused[]) => Wanted,
  ): Promise<boolean> {
    const { installations, times } = this.#tools;
    const compose = async () => {
      const untold = await installations.untold(ref.team);
      const still = about.filter((one) =>
        untold.some(({ user, version }) => user === one.user && version === one.version),
      );
      return still.length > 0 ? notice(still) : undefined;
    };
    try {
      return (await sync(ref, compose)) === 'done';
    } catch (error) {
      if (error instanceof Park) return false;
      if (!(error instanceof Retry) || error.waiting) throw error;
      throw Retry.waiting(error.message, error.delayMs ?? times.settleMs);
    }
  }

  /** The channel of the person and the app; undefined where Slack opens none. */
  async #open(bot: Author, { user }: Refused, until: number): Promise<ChannelId | undefined> {
    const { client, clock, times } = this.#tools;
    if (clock.now() + times.callMs + times.marginMs > until) {
      throw Retry.waiting('This invocation ends; who is to be told something is told in the next.', 0);
    }
    try {
      return await client.directMessages(bot, user);
    } catch (error) {
      const no = refusal(error, bot.kind);
      if (no.kind === 'wait') throw Retry.waiting('Slack asked to wait before somebody is told.', no.afterMs);
      if (no.kind === 'ambiguous')
        throw Retry.waiting(`Slack did not open a direct message (${no.code}).`, times.settleMs);
      return undefined;
    }
  }
}
