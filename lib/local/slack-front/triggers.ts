/** `trigger_id`s: each opens one view, once, within seconds of what a person did. */
import type { Clock } from './clock.ts';
import { SlackRefusal } from './refusal.ts';

/** Who did something that a view may answer. */
interface Trigger {
  readonly team: string;
  readonly userId: string;
}

/** Gives triggers out and takes them back. https://docs.slack.dev/interactivity/handling-user-interaction#trigger_ids */
export class Triggers {
  private readonly given = new Map<string, Trigger & { readonly expires: number; used: boolean }>();
  private readonly clock: Clock;
  private readonly secret: () => string;

  constructor(clock: Clock, secret: () => string) {
    this.clock = clock;
    this.secret = secret;
  }

  /** A trigger for what somebody has just done. It lives so many milliseconds. */
  issue(trigger: Trigger, lifeMs: number): string {
    const now = this.clock.now();
    const id = `${this.given.size + 1}.${Math.floor(now)}.${this.secret()}`;
    this.given.set(id, { ...trigger, expires: now + lifeMs, used: false });
    return id;
  }

  /** Uses a trigger up. Refuses with `invalid_trigger_id`, `exchanged_trigger_id` or `expired_trigger_id`. */
  exchange(id: string | undefined, team: string): Trigger {
    const trigger = this.given.get(id ?? '');
    if (trigger === undefined || trigger.team !== team) throw new SlackRefusal('invalid_trigger_id');
    if (trigger.used) throw new SlackRefusal('exchanged_trigger_id');
    if (trigger.expires < this.clock.now()) throw new SlackRefusal('expired_trigger_id');
    trigger.used = true;
    return trigger;
  }
}
