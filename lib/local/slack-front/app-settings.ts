/** The app as it is registered: what its settings page at Slack would show. One app, whatever workspaces it is installed in. */
import { timingSafeEqual } from 'node:crypto';
import type { SeedApp } from './company.ts';
import { SlackRefusal } from './refusal.ts';

/** Where the app is told of things. An address that is not set is not asked. */
export interface RequestUrls {
  readonly events?: string | undefined;
  readonly interactivity?: string | undefined;
  readonly commands?: string | undefined;
  /** Where a person adds the app to a workspace. */
  readonly install?: string | undefined;
  /** How much faster than life time passes there: the later retries of an event come sooner by it. 1 where nothing is said. */
  readonly timeScale?: number | undefined;
}

/** What the app has subscribed to. */
export interface Subscriptions {
  readonly events: SeedApp['events'];
  readonly metadataEvents: SeedApp['metadataEvents'];
}

/** Registration and credentials. */
export class AppSettings {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly redirectUris: string[];
  readonly commands: SeedApp['commands'];
  subscriptions: Subscriptions;
  requestUrls: RequestUrls = {};
  /** What requests to the app are signed with. */
  signingSecret: string;
  private clientSecret: string;

  constructor(seed: SeedApp) {
    this.id = seed.id;
    this.name = seed.name;
    this.clientId = seed.clientId;
    this.clientSecret = seed.clientSecret;
    this.signingSecret = seed.signingSecret;
    this.redirectUris = [...seed.redirectUris];
    this.commands = seed.commands;
    this.subscriptions = { events: seed.events, metadataEvents: seed.metadataEvents };
  }

  /** From now on only this client secret is accepted. */
  regenerateSecret(clientSecret: string): void {
    this.clientSecret = clientSecret;
  }

  /** Refuses with `invalid_client_id` or `bad_client_secret` who is not the app. */
  authenticate(clientId: string | undefined, clientSecret: string | undefined): void {
    if (clientId !== this.clientId) throw new SlackRefusal('invalid_client_id');
    const [given, own] = [Buffer.from(clientSecret ?? ''), Buffer.from(this.clientSecret)];
    if (given.length !== own.length || !timingSafeEqual(given, own)) throw new SlackRefusal('bad_client_secret');
  }

  /**
   * Where a consent leads back to: what was asked for, if it is a registered address or lies under one; the first registered
   * address when nothing was. Undefined when it is not to be. Plain HTTP is for this machine only.
   * https://docs.slack.dev/authentication/installing-with-oauth#redirect_urls
   */
  returnAddress(asked: string | undefined): URL | undefined {
    const address = asked ?? this.redirectUris[0];
    if (address === undefined || !URL.canParse(address)) return undefined;
    const url = new URL(address);
    const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(url.hostname));
    if (!isSafe || address.includes('#') || url.username !== '' || url.password !== '') return undefined;
    return this.redirectUris.some((registered) => liesUnder(url, new URL(registered))) ? url : undefined;
  }
}

function isThisMachine(host: string): boolean {
  return host === '127.0.0.1' || host === 'localhost' || host === '[::1]';
}

function liesUnder(url: URL, registered: URL): boolean {
  if (url.origin !== registered.origin) return false;
  const base = registered.pathname.replace(/\/$/, '');
  return url.pathname === registered.pathname || url.pathname === base || url.pathname.startsWith(`${base}/`);
}
