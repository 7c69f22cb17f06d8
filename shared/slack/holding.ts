import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { ChannelId } from '../base/names.ts';
import type { Wanted } from './agenda.ts';
import { refusal } from './answer.ts';
import type { SlackClient } from './client.ts';
import type { Held, Hold, Wake } from './held.ts';
import type { Author, Installations, Team } from './installation.ts';
import { restoredNotice, waitingNotice } from './notice.ts';
import type { Content } from './text.ts';
import type { ThreadLog, ThreadRef } from './thread-log.ts';

type Tools = {
  readonly held: Held;
  readonly installations: Installations;
  readonly log: ThreadLog;
  readonly client: SlackClient;
  readonly clock: Clock;
};

/** Posts a notice like any other thread. False: it cannot be posted either. */
type Tell = (ref: ThreadRef, notice: Wanted) => Promise<boolean>;

/** Keeps threads that nobody can write to now, and tells a person what to do: the ops channel, else the installer. */
export class Holding {
  readonly #tools: Tools;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** Holds a thread. Without a bot, or for the whole workspace, there is nobody who could tell anybody. */
  async hold(hold: Hold, ref: ThreadRef, wake: Wake, code: string, bot: Author | undefined, tell: Tell): Promise<void> {
    const { held, installations, log, clock } = this.#tools;
    await log.hold(ref, hold.channel);
    const { reason, threads } = await held.add(hold, ref, wake, { code, since: clock.now() });
    const team = await installations.team(ref.team);
    if (!bot || !team || hold.channel === 'all') return;

    const content = waitingNotice(hold.channel, reason, threads);
    const told = await this.#notify(team, hold.channel, reason.since, content, tell);
    if (!told && !(await held.wasTold(hold))) await this.#whisper(hold, bot, team, content);
  }

  /** A thread that waited there got through: the hold forgets it, and with the last one the notice says so first. */
  async release(hold: Hold, ref: ThreadRef, tell: Tell): Promise<void> {
    const { held, installations, log } = this.#tools;
    const reason = await held.reason(hold);
    if (reason && hold.channel !== 'all' && (await held.isLast(hold, ref))) {
      const team = await installations.team(ref.team);
      if (team) await this.#notify(team, hold.channel, reason.since, restoredNotice(hold.channel, reason), tell);
    }
    await held.release(hold, ref);
    await log.unhold(ref, hold.channel);
  }

  /** Told twice is better than never: it is marked only when Slack has it, or has refused it for good. */
  async #whisper(hold: Hold, bot: Author, team: Team, content: Content): Promise<void> {
    const { held, client } = this.#tools;
    try {
      await client.whisper(bot, team.installer, content);
    } catch (error) {
      const no = refusal(error, bot.kind);
      if (no.kind === 'wait') throw Retry.waiting('Slack asked to wait before telling the installer.', no.afterMs);
      if (no.kind === 'ambiguous') throw Retry.failed(`Slack did not say whether the installer was told (${no.code}).`);
    }
    await held.markTold(hold);
  }

  async #notify(team: Team, about: ChannelId, since: number, content: Content, tell: Tell): Promise<boolean> {
    const { ops } = team.channels;
    if (ops === about) return false;
    const destination = { channel: ops, row: 'ops', why: 'Notices about waiting threads go to the ops channel.' };
    const notice = { destination, root: { key: 'root', content }, replies: [] };
    return tell({ team: team.id, key: `held#${about}#${since}` }, notice);
  }
}
