import type { Clock } from '../base/clock.ts';
import type { TeamId, UserId } from '../base/names.ts';
import type { Admin, Directory } from '../org/directory.ts';
import type { AskOptions } from '../slack/asked.ts';
import type { Installations } from '../slack/installation.ts';
import { isProven, lookUp } from '../slack/member.ts';

/** Who asks: somebody whom the directory of this very workspace knows, or somebody who is told nothing of the company. */
export type Person = Known | Unknown;

export type Known = { readonly kind: 'known'; readonly admin: Admin; readonly user: UserId };

/**
 * `nobody`: no active person of the directory has their address. `unconfirmed`: they have none that Slack has confirmed.
 * `stranger`: of another workspace, or no person. `not-installed`: War Room has no access here. `unreachable`: Slack, which
 * is asked for the address, does not answer now.
 */
export type Unknown = {
  readonly kind: 'unknown';
  readonly why: 'nobody' | 'unconfirmed' | 'stranger' | 'not-installed' | 'unreachable';
};

export type AskingParts = {
  readonly installations: Pick<Installations, 'bot' | 'markDead'>;
  readonly directory: Pick<Directory, 'byEmail'>;
  readonly slack: AskOptions;
  readonly clock: Pick<Clock, 'now'>;
};

/** How long an address is taken to be the one that Slack last told (ms). */
const keptMs = 5 * 60_000;
const keptAtMost = 1_000;

/**
 * Finds out who asks: the Slack user's confirmed e-mail address, and the active person of that team's directory who has it.
 * Addresses are kept for minutes; the directory is read each time, so that who is deactivated there is nobody at once.
 */
export class Asking {
  readonly #parts: AskingParts;
  readonly #addresses = new Map<string, { readonly email: string; readonly at: number }>();

  constructor(parts: AskingParts) {
    this.#parts = parts;
  }

  async who(team: TeamId, user: UserId): Promise<Person> {
    const address = await this.#address(team, user);
    if ('why' in address) return { kind: 'unknown', why: address.why };
    const admin = await this.#parts.directory.byEmail(team, address.email);
    return admin ? { kind: 'known', admin, user } : { kind: 'unknown', why: 'nobody' };
  }

  async #address(team: TeamId, user: UserId): Promise<{ readonly email: string } | Pick<Unknown, 'why'>> {
    const { installations, slack, clock } = this.#parts;
    const key = `${team}#${user}`;
    const kept = this.#addresses.get(key);
    if (kept && clock.now() < kept.at + keptMs) return kept;

    const bot = await installations.bot(team);
    if (!bot) return { why: 'not-installed' };
    const asked = await lookUp(await bot.token(), user, slack);
    if (!asked.ok && asked.kind === 'unreachable') return { why: 'unreachable' };
    if (!asked.ok && asked.dead) {
      await installations.markDead(team, bot, clock.now(), asked.code);
      return { why: 'not-installed' };
    }
    // Of somebody whom the app may not see (`user_not_found`, `user_not_visible`) it knows nothing.
    if (!asked.ok || !asked.value.isMember || asked.value.team !== team) return { why: 'stranger' };
    const { email } = asked.value;
    if (email === undefined || !isProven(asked.value, team)) return { why: 'unconfirmed' };

    if (this.#addresses.size >= keptAtMost) this.#addresses.clear();
    this.#addresses.set(key, { email, at: clock.now() });
    return { email };
  }
}
