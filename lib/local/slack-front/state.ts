/** Everything this Slack keeps, in memory: it goes when the process does. */
import { randomBytes } from 'node:crypto';
import { AppSettings } from './app-settings.ts';
import { type Behaviour, usualBehaviour } from './behaviour.ts';
import type { Clock } from './clock.ts';
import { Codes } from './codes.ts';
import type { SlackSeed } from './company.ts';
import { ResponseUrls } from './response-urls.ts';
import { SigningKeys } from './signing-keys.ts';
import { Tenants } from './tenants.ts';
import { Triggers } from './triggers.ts';

/** Workspaces, the app's registration, consents under way. */
export interface SlackState {
  readonly tenants: Tenants;
  readonly app: AppSettings;
  readonly codes: Codes;
  readonly signingKeys: SigningKeys;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly clock: Clock;
  /** Something that nobody can guess, for codes and tokens. */
  readonly secret: () => string;
  behaviour: Behaviour;
}

/** The state that a seed begins with. */
export function openState(
  seed: SlackSeed,
  clock: Clock,
  secret: () => string = () => randomBytes(18).toString('hex'),
): SlackState {
  return {
    tenants: new Tenants(seed, clock),
    app: new AppSettings(seed.app),
    codes: new Codes(clock, secret),
    signingKeys: new SigningKeys(),
    triggers: new Triggers(clock, secret),
    responseUrls: new ResponseUrls(clock, secret),
    clock,
    secret,
    behaviour: usualBehaviour(),
  };
}
