/**
 * `response_url`s: addresses at which the app answers what somebody did, five times within half an hour, with no token.
 * https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
import type { Clock } from './clock.ts';

const USES = 5;
const LIFE_MS = 30 * 60_000;

/** What somebody did, and where. */
export interface Occasion {
  readonly team: string;
  readonly userId: string;
  readonly channel: string;
  /** The message whose button was pressed. */
  readonly message?: { readonly ts: string; readonly isEphemeral: boolean; readonly root: string | undefined };
}

/** Gives addresses out and counts their uses. */
export class ResponseUrls {
  private readonly given = new Map<string, { readonly occasion: Occasion; readonly until: number; uses: number }>();
  private readonly clock: Clock;
  private readonly secret: () => string;

  constructor(clock: Clock, secret: () => string) {
    this.clock = clock;
    this.secret = secret;
  }

  /** The path of a fresh address. Slack's are `/commands/...` and `/actions/...`. */
  issue(family: 'commands' | 'actions', occasion: Occasion): string {
    const path = `/${family}/${occasion.team}/${this.given.size + 1}/${this.secret()}`;
    this.given.set(path, { occasion, until: this.clock.now() + LIFE_MS, uses: 0 });
    return path;
  }

  /** Whether it is one, used up or not. */
  has(path: string): boolean {
    return this.given.has(path);
  }

  /** Uses it once: the occasion, or why not. */
  use(path: string): Occasion | 'expired_url' | 'used_url' {
    const entry = this.given.get(path);
    if (entry === undefined || entry.until < this.clock.now()) return 'expired_url';
    if (entry.uses >= USES) return 'used_url';
    entry.uses += 1;
    return entry.occasion;
  }
}
