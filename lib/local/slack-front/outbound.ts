/** The way out to the app: every request it is sent, signed with its secret, to the address that its settings name. */
import type { AppSettings } from './app-settings.ts';
import type { Behaviour } from './behaviour.ts';
import type { Clock } from './clock.ts';
import { type Destination, type Misbehaviour, MisbehaviourScript } from './misbehaviour.ts';
import { type Answered, type Outgoing, sendSigned } from './signed-request.ts';

/** What requests are sent with. */
export interface OutboundParts {
  readonly app: AppSettings;
  readonly clock: Clock;
  readonly behaviour: () => Behaviour;
}

/** Signs and sends. Nothing is kept here but what is to go wrong. */
export class Outbound {
  readonly script = new MisbehaviourScript();
  private readonly parts: OutboundParts;
  private readonly stopping = new AbortController();

  constructor(parts: OutboundParts) {
    this.parts = parts;
  }

  /** The address of one sort of request; undefined where the app has none. */
  urlOf(to: Destination): string | undefined {
    return this.parts.app.requestUrls[to];
  }

  /** Sends one request as it is wanted, wrong or not. Never rejects. */
  send(outgoing: Outgoing, wrong: readonly Misbehaviour[] = []): Promise<Answered> {
    const { app, clock, behaviour } = this.parts;
    return sendSigned(outgoing, {
      secret: app.signingSecret,
      now: clock.now(),
      answerWithin: behaviour().answerWithinMs,
      wrong,
      stopped: this.stopping.signal,
    });
  }

  /** Sends a form that somebody waits for: a command, a press, a submission. Undefined where the app has no address for it. */
  async ask(to: Destination, type: string, fields: Readonly<Record<string, string>>): Promise<Answered | undefined> {
    const url = this.urlOf(to);
    if (url === undefined) return undefined;
    const wrong = this.script.strike(to, type);
    const body = new URLSearchParams(fields).toString();
    const outgoing: Outgoing = { url, contentType: 'application/x-www-form-urlencoded', body };
    for (const one of wrong) {
      if (one.kind === 'lost') return { kind: 'unreachable' };
      if (one.kind === 'delayed') await this.wait(one.milliseconds);
    }
    const answered = await this.send(outgoing, wrong);
    if (wrong.some(({ kind }) => kind === 'duplicate')) await this.send(outgoing, wrong);
    return answered;
  }

  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.parts.clock.after(milliseconds, resolve);
    });
  }

  /** Cuts what is under way. */
  stop(): void {
    this.stopping.abort();
  }
}
