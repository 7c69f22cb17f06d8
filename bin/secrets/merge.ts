/** What a secret holds after somebody gave new values: what is there stays, and what is replaced is kept as `previous`. Pure. */

/** A value that rotates: both verify while one takes the other's place. */
type Pair = { readonly current: string; readonly previous?: string };

export type SlackSecret = { readonly clientId?: string; readonly clientSecret?: Pair; readonly signing?: Pair };

export type RazorpayEntry = {
  readonly teamId?: string;
  readonly mode?: 'live' | 'test';
  readonly webhook?: Pair;
  readonly keyId?: string;
  readonly keySecret?: string;
};

/** Values as people give them, one text each. */
export type GivenSlack = Partial<Record<'clientId' | 'clientSecret' | 'signing', string>>;
export type GivenEntry = Partial<Record<'teamId' | 'keyId' | 'keySecret' | 'webhook', string>>;

/** `leaked`: somebody else has seen what is replaced, so nothing that it signed is to be taken any more. */
export type Replacing = { readonly leaked: boolean };

export function slackWith(kept: SlackSecret, given: GivenSlack, how: Replacing): SlackSecret {
  const { clientId = kept.clientId } = given;
  const clientSecret = rotated(kept.clientSecret, given.clientSecret, how);
  const signing = rotated(kept.signing, given.signing, how);
  return { ...kept, ...present({ clientId, clientSecret, signing }) };
}

/** The mode is said by the key. */
export function entryWith(kept: RazorpayEntry, given: GivenEntry, how: Replacing): RazorpayEntry {
  const { teamId = kept.teamId, keyId = kept.keyId, keySecret = kept.keySecret } = given;
  const mode = keyId === undefined ? kept.mode : keyId.startsWith('rzp_test_') ? 'test' : 'live';
  const webhook = rotated(kept.webhook, given.webhook, how);
  return { ...kept, ...present({ teamId, mode, webhook, keyId, keySecret }) };
}

/** Forgets what was replaced: nothing that it signed is taken from then on. */
export function withoutPrevious<T>(secret: T): T {
  if (Array.isArray(secret) || typeof secret !== 'object' || secret === null) return secret;
  return Object.fromEntries(
    Object.entries(secret).flatMap(([name, value]) => (name === 'previous' ? [] : [[name, withoutPrevious(value)]])),
  ) as T;
}

/** The same value again is no rotation: it would push out the one before, which is still being accepted. */
function rotated(kept: Pair | string | undefined, given: string | undefined, { leaked }: Replacing): Pair | undefined {
  const pair = typeof kept === 'string' ? { current: kept } : kept;
  if (given === undefined || given === pair?.current) return pair;
  return pair === undefined || leaked ? { current: given } : { current: given, previous: pair.current };
}

function present<T extends object>(values: T): { [Name in keyof T]?: NonNullable<T[Name]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: NonNullable<T[Name]>;
  };
}
