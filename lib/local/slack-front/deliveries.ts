/**
 * Events on their way to the app: few at a time, none waited for by whoever caused them, and again when they fail. Slack tries three
 * times more: at once, after a minute, after five. https://docs.slack.dev/apis/events-api#retries
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';
import { eventsOf, type SlackEvent } from './events.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import type { Outbound } from './outbound.ts';
import type { Answered } from './signed-request.ts';
import type { SlackState } from './state.ts';
import type { Tenant } from './tenants.ts';
import type { Workspace } from './workspace.ts';

/** One try: the status that came back, or why none did. */
interface Attempt {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly outcome: number | 'timeout' | 'unreachable';
}

/** An event and what became of it. */
export interface Delivery {
  /** `event_id` */
  readonly id: string;
  readonly team: string;
  readonly event: SlackEvent;
  readonly attempts: readonly Attempt[];
  readonly standing: 'waiting' | 'delivered' | 'given up' | 'lost';
}

/** Milliseconds before each retry. */
const RETRY_AFTER = [0, 60_000, 300_000] as const;
/** A storm of messages must not take the machine from those who post them. */
const AT_ONCE = 3;
/** So many may wait; what comes beyond is lost, as it is at Slack above 30,000 an hour. */
const MOST_WAITING = 20_000;
/** So many are remembered for whoever asks. */
const REMEMBERED = 2_000;

interface Job {
  readonly delivery: Delivery & { readonly attempts: Attempt[]; standing: Delivery['standing'] };
  readonly body: string;
  readonly wrong: readonly Misbehaviour[];
}

/** Sends events. */
export class Deliveries {
  private readonly state: SlackState;
  private readonly outbound: Outbound;
  private readonly waiting: { readonly job: Job; readonly retry: number; readonly reason: string | undefined }[] = [];
  private readonly remembered: Job['delivery'][] = [];
  private readonly timers = new Set<() => void>();
  private readonly idlers = new Set<() => void>();
  private behindTheNext: Job[] = [];
  private underWay = 0;
  private stopped = false;

  constructor(state: SlackState, outbound: Outbound) {
    this.state = state;
    this.outbound = outbound;
    for (const tenant of state.tenants.all) {
      tenant.workspace.onHappening((happening) => {
        // Where the app has no address, nothing is even thought of.
        if (outbound.urlOf('events') === undefined) return;
        for (const event of eventsOf(happening, tenant, state.app, momentOf(state.clock))) this.tell(tenant, event);
      });
    }
  }

  /** Events sent and to be sent, oldest first. */
  list(): readonly Delivery[] {
    return this.remembered.map((delivery) => ({ ...delivery, attempts: [...delivery.attempts] }));
  }

  /** Resolves when nothing is under way or due. Retries to come in a minute or five are not waited for. */
  async idle(): Promise<void> {
    while (this.underWay > 0 || this.waiting.length > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.idlers.add(resolve);
      await promise;
    }
  }

  /** Sends no more. */
  stop(): void {
    this.stopped = true;
    this.waiting.length = 0;
    for (const cancel of this.timers) cancel();
    this.timers.clear();
  }

  private tell({ workspace }: Tenant, event: SlackEvent): void {
    const wrong = this.outbound.script.strike('events', event.type);
    const id = `Ev${randomBytes(8).toString('hex').toUpperCase()}`;
    const delivery: Job['delivery'] = { id, team: workspace.team.id, event, attempts: [], standing: 'waiting' };
    const foreign = wrong.find((one) => one.kind === 'foreign')?.team;
    const body = JSON.stringify(envelope(workspace, event, id, Math.floor(this.state.clock.now() / 1000), foreign));
    const job = { delivery, body, wrong };
    this.remembered.push(delivery);
    if (this.remembered.length > REMEMBERED) this.remembered.shift();
    if (wrong.some(({ kind }) => kind === 'lost') || this.waiting.length >= MOST_WAITING) {
      delivery.standing = 'lost';
      return;
    }
    if (wrong.some(({ kind }) => kind === 'reordered')) {
      this.behindTheNext.push(job);
      return;
    }
    const late = wrong.find((one) => one.kind === 'delayed')?.milliseconds;
    const jobs = [job, ...(wrong.some(({ kind }) => kind === 'duplicate') ? [job] : []), ...this.behindTheNext];
    this.behindTheNext = [];
    for (const one of jobs) this.after(one === job ? (late ?? 0) : 0, { job: one, retry: 0, reason: undefined });
  }

  private after(milliseconds: number, next: (typeof this.waiting)[number]): void {
    if (this.stopped) return;
    if (milliseconds === 0) {
      this.waiting.push(next);
      this.work();
      return;
    }
    const cancel = this.state.clock.after(milliseconds, () => {
      this.timers.delete(cancel);
      this.after(0, next);
    });
    this.timers.add(cancel);
  }

  private work(): void {
    while (this.underWay < AT_ONCE) {
      const next = this.waiting.shift();
      if (next === undefined) break;
      this.underWay += 1;
      void this.attempt(next).finally(() => {
        this.underWay -= 1;
        this.work();
      });
    }
    if (this.underWay > 0 || this.waiting.length > 0) return;
    for (const wake of this.idlers) wake();
    this.idlers.clear();
  }

  private async attempt({ job, retry, reason }: (typeof this.waiting)[number]): Promise<void> {
    const { delivery, body, wrong } = job;
    const url = this.outbound.urlOf('events');
    if (url === undefined) return;
    const headers = retry === 0 ? {} : { 'x-slack-retry-num': String(retry), 'x-slack-retry-reason': reason ?? '' };
    const answered = await this.outbound.send({ url, contentType: 'application/json', body, headers }, wrong);
    const outcome = answered.kind === 'answer' ? answered.status : answered.kind;
    delivery.attempts.push({ at: this.state.clock.now(), outcome });
    const failed = reasonOf(answered);
    if (failed === undefined) {
      delivery.standing = 'delivered';
      return;
    }
    const wait = RETRY_AFTER[retry];
    const isUnwanted = answered.kind === 'answer' && answered.headers.get('x-slack-no-retry') === '1';
    if (wait === undefined || isUnwanted) {
      delivery.standing = 'given up';
      return;
    }
    this.after(wait * (this.state.app.requestUrls.timeScale ?? 1), { job, retry: retry + 1, reason: failed });
  }
}

/** Why Slack tries again, in its word for it; undefined: it need not. */
function reasonOf(answered: Answered): string | undefined {
  if (answered.kind !== 'answer') return answered.kind === 'timeout' ? 'http_timeout' : 'connection_failed';
  return answered.status >= 200 && answered.status < 300 ? undefined : 'http_error';
}

/** https://docs.slack.dev/apis/events-api#event-type-structure */
function envelope({ app, team }: Workspace, event: SlackEvent, id: string, seconds: number, foreign?: string) {
  return {
    // The deprecated verification token proves nothing and is the same for everybody.
    token: 'deprecated',
    team_id: foreign ?? team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: app.id,
    event,
    type: 'event_callback',
    event_id: id,
    event_time: seconds,
    authorizations: [
      {
        enterprise_id: null,
        team_id: team.id,
        user_id: app.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: foreign !== undefined,
  };
}

function momentOf(clock: Clock): string {
  return `${Math.floor(clock.now() / 1000)}.${String(Math.floor(clock.now() % 1000) * 1000).padStart(6, '0')}`;
}
