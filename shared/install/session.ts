import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { type TeamId, teamId, type UserId, userId } from '../base/names.ts';
import type { SlackApp } from '../slack/app.ts';

/** Who is signed in: a person of a workspace, as Slack said. */
export type Session = {
  /** Another one at each sign-in, and never taken over from a request. */
  readonly id: string;
  readonly team: TeamId;
  readonly user: UserId;
  /** Who they are in the directory, if it knew them. */
  readonly admin?: string | undefined;
  /** As the pages call them. */
  readonly name: string;
  readonly workspace: string;
  /** Milliseconds since 1970. */
  readonly until: number;
};

/** How long a sign-in lasts, in seconds. */
export const sessionSeconds = 3_600;

/**
 * Sessions as signed cookies: nothing is kept here. The keys are derived from the client secrets of the Slack app, so they
 * change with those: what the secret before signed is taken until that is removed.
 */
export class Sessions {
  readonly #keys: readonly Buffer[];

  constructor({ clientSecrets }: Pick<SlackApp, 'clientSecrets'>) {
    this.#keys = clientSecrets.map((secret) =>
      Buffer.from(hkdfSync('sha256', secret, '', 'war-room hosted pages, version 1', 32)),
    );
  }

  /** The value of a cookie that says so. */
  sign(session: Session): string {
    const said = Buffer.from(JSON.stringify(session)).toString('base64url');
    return `${said}.${this.#mac(this.#keys[0], 'session', said)}`;
  }

  /** Who a cookie says is signed in, if it is ours and not too old. */
  read(cookie: string | undefined, now: number): Session | undefined {
    const [said = '', mac = '', ...more] = (cookie ?? '').split('.');
    if (more.length > 0 || !this.#isOurs('session', said, mac)) return undefined;
    const session = JSON.parse(Buffer.from(said, 'base64url').toString()) as Session;
    if (!(session.until > now)) return undefined;
    return { ...session, team: teamId(session.team), user: userId(session.user) };
  }

  /** What each form of a session carries: a page of somebody else's cannot know it. */
  formToken({ id }: Session): string {
    return this.#mac(this.#keys[0], 'form', id);
  }

  isFormToken({ id }: Session, token: string): boolean {
    return this.#isOurs('form', id, token);
  }

  #isOurs(use: 'session' | 'form', said: string, mac: string): boolean {
    const given = Buffer.from(mac);
    return this.#keys.some((key) => {
      const wanted = Buffer.from(this.#mac(key, use, said));
      return given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted);
    });
  }

  #mac(key: Buffer | undefined, use: 'session' | 'form', said: string): string {
    if (!key) throw new Error('There is no key to sign with.');
    return createHmac('sha256', key).update(`${use}.${said}`).digest('base64url');
  }
}
