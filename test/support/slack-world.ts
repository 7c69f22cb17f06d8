/** A Slack front for one test file, and real Slack clients that talk to it. */
import { type Logger, LogLevel, WebClient } from '@slack/web-api';
import { type Clock, machineClock } from '../../lib/local/slack-front/clock.ts';
import { type SlackSeed, seededCompany } from '../../lib/local/slack-front/company.ts';
import { type SlackFront, startSlackFront } from '../../lib/local/slack-front/start.ts';

/** The ids of the seeded company that tests name. */
export const ids = {
  payments: 'C0PAYMENTS',
  partPayments: 'C0PARTPAYS',
  general: 'C0GENERAL1',
  ops: 'C0OPS00001',
  arjun: 'U0ARJUN001',
  meera: 'U0MEERA001',
  sana: 'U0SANA0001',
  bot: 'U0WARROOM1',
} as const;

/** Refusals are what these tests are about; the client need not tell of them. */
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** A front with its clients: the app, Arjun, and anybody by token. */
export interface SlackWorld {
  readonly seed: SlackSeed;
  readonly front: SlackFront;
  readonly app: WebClient;
  readonly arjun: WebClient;
  /** A client with War Room's own settings (one try, a time limit, rate limits told at once). */
  client(token: string, timeoutMilliseconds?: number): WebClient;
}

/** Starts a front with the seeded company, changed as the test likes. */
export async function startSlackWorld(
  change: (seed: SlackSeed) => SlackSeed = (seed) => seed,
  clock: Clock = machineClock,
): Promise<SlackWorld> {
  const seed = change(seededCompany());
  const front = await startSlackFront({ port: 0, seed, clock });
  const client = (token: string, timeoutMilliseconds = 5_000) =>
    new WebClient(token, {
      slackApiUrl: `${front.url}/api/`,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
      timeout: timeoutMilliseconds,
      logger: silent,
    });
  return {
    seed,
    front,
    app: client(front.slack.botToken),
    arjun: client(front.slack.userTokens[ids.arjun] ?? ''),
    client,
  };
}

/** A clock that stands until it is moved. */
export class ManualClock implements Clock {
  private time: number;
  private waiting: { readonly at: number; readonly action: () => void }[] = [];

  constructor(start = Date.UTC(2026, 10, 20, 5, 12)) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  after(milliseconds: number, action: () => void): () => void {
    const entry = { at: this.time + milliseconds, action };
    this.waiting.push(entry);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== entry);
    };
  }

  /** Moves time on and does what has become due, in order. */
  advance(milliseconds: number): void {
    this.time += milliseconds;
    const due = this.waiting.filter((entry) => entry.at <= this.time).sort((one, other) => one.at - other.at);
    this.waiting = this.waiting.filter((entry) => entry.at > this.time);
    for (const entry of due) entry.action();
  }
}

/** The code Slack refused with (`not_in_channel`...), or what else went wrong, or `accepted`. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    if (!(error instanceof Error)) return String(error);
    if ('data' in error && typeof error.data === 'object' && error.data !== null && 'error' in error.data)
      return String(error.data.error);
    return 'code' in error ? String(error.code) : error.message;
  }
}
