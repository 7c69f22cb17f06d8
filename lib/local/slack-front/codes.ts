/** The codes that the consent page gives and the app exchanges: each once, within ten minutes. */
import type { Clock } from './clock.ts';
import { SlackRefusal } from './refusal.ts';

/** https://docs.slack.dev/authentication/installing-with-oauth#exchanging */
const LIFETIME_MS = 10 * 60_000;

/** What somebody allowed. */
export interface Consent {
  /** Installing and posting (`oauth.v2.access`), or signing in (`openid.connect.token`). */
  readonly flow: 'install' | 'sign-in';
  readonly teamId: string;
  readonly userId: string;
  readonly botScopes: readonly string[];
  readonly userScopes: readonly string[];
  /** As it was sent to the consent page; undefined when it was left out there. */
  readonly redirectUri: string | undefined;
  readonly nonce: string | undefined;
  /** Milliseconds since 1970. */
  readonly allowedAt: number;
}

/** The consents that have not been taken up yet, and those that have. */
export class Codes {
  private readonly given = new Map<string, { readonly consent: Consent; isUsed: boolean }>();
  private readonly clock: Clock;
  private readonly secret: () => string;

  constructor(clock: Clock, secret: () => string) {
    this.clock = clock;
    this.secret = secret;
  }

  /** A code for a consent given now. */
  issue(allowed: Omit<Consent, 'allowedAt'>): string {
    const code = `${this.clock.now()}.${this.secret()}`;
    this.given.set(code, { consent: { ...allowed, allowedAt: this.clock.now() }, isUsed: false });
    return code;
  }

  /**
   * What a code was given for. Refuses with `invalid_code` (unknown, or older than ten minutes), `code_already_used`,
   * `oauth_authorization_url_mismatch` (from the other consent page) and `bad_redirect_uri`. A refused code stays as it was.
   */
  redeem(code: string | undefined, flow: Consent['flow'], redirectUri: string | undefined): Consent {
    const entry = code === undefined ? undefined : this.given.get(code);
    if (entry === undefined || this.clock.now() - entry.consent.allowedAt >= LIFETIME_MS) {
      throw new SlackRefusal('invalid_code');
    }
    if (entry.isUsed) throw new SlackRefusal('code_already_used');
    if (entry.consent.flow !== flow) throw new SlackRefusal('oauth_authorization_url_mismatch');
    // Only an address that the consent page was sent has to be sent again: https://docs.slack.dev/reference/methods/oauth.v2.access
    const asked = entry.consent.redirectUri;
    if (asked !== undefined && asked !== redirectUri) throw new SlackRefusal('bad_redirect_uri');
    entry.isUsed = true;
    return entry.consent;
  }
}
