import type { Clock } from '../base/clock.ts';
import type { ChannelId } from '../base/names.ts';
import type { Wanted } from './agenda.ts';
import type { SlackClient } from './client.ts';
import type { Held, Hold, Wake } from './held.ts';
import type { Author, Installations, Team } from './installation.ts';
import { restoredNotice, waitingNotice } from './notice.ts';
import type { Content } from './text.ts';
import type { ThreadRef } from './thread-log.ts';

type Tools = {
  readonly held: Held;
  readonly installations: Installations;
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
    const { held, installations, client, clock } = this.#tools;
    const { reason, threads } = await held.add(hold, ref, wake, { code, since: clock.now() });
    const team = await installations.team(ref.team);
    if (!bot || !team || hold.channel === 'all') return;

    const content = waitingNotice(hold.channel, reason, threads);
    const told = await this.#notify(team, hold.channel, reason.since, content, tell);
    if (!told && (await held.tell(hold))) await client.whisper(bot, team.installer, content);
  }

  /** A thread of this channel got through: its hold forgets it, and with the last one the notice says so. */
  async release(ref: ThreadRef, channel: ChannelId, tell: Tell): Promise<void> {
    const { held, installations } = this.#tools;
    const everywhere = { team: ref.team, channel: 'all' } as const;
    if (await held.reason(everywhere)) await held.release(everywhere, ref);

    const here = { team: ref.team, channel };
    const reason = await held.reason(here);
    if (!reason || (await held.release(here, ref)) > 0) return;
    const team = await installations.team(ref.team);
    if (team) await this.#notify(team, channel, reason.since, restoredNotice(channel, reason), tell);
  }

  async #notify(team: Team, about: ChannelId, since: number, content: Content, tell: Tell): Promise<boolean> {
    const { ops } = team.channels;
    if (ops === about) return false;
    const destination = { channel: ops, row: 'ops', why: 'Notices about waiting threads go to the ops channel.' };
    const notice = { destination, root: { key: 'root', content }, replies: [] };
    return tell({ team: team.id, key: `held#${about}#${since}` }, notice);
  }
}
