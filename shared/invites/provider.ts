/** Who is invited. */
export type Invitee = { readonly name: string; readonly email: string };

/** What came of asking for an invitation. */
export type Sent =
  | { readonly kind: 'sent' }
  /** An invitation had gone out before, and is open. */
  | { readonly kind: 'known'; readonly code: string }
  /** Not this person: the code says why. Nothing went out. */
  | { readonly kind: 'refused'; readonly code: string }
  /** Nobody, until somebody mends what the code names. Nothing went out. */
  | { readonly kind: 'setup'; readonly code: string }
  /** Nothing went out; it may be asked again after so long. */
  | { readonly kind: 'wait'; readonly code: string; readonly afterMs: number }
  /** Nobody knows whether it went out. */
  | { readonly kind: 'unsure'; readonly code: string };

/** A way to invite people into a workspace. There are these three, and no other. */
export type Provider = {
  readonly name: ProviderName;
  /** Whether the same request may be made again by its key, and only one invitation goes out. */
  readonly isRepeatable: boolean;
  /** Calls that may be made one after the other, in milliseconds from one to the next. */
  readonly intervalMs: number;
  /** Asks for an invitation; `key` is the same each time for the same one. Never throws what the other side answers. */
  readonly invite: (invitee: Invitee, key: string) => Promise<Sent>;
};

export type ProviderName = 'enterprise' | 'connect' | 'link';

/** What each way needs, for whoever has chosen one that does not work; the documentation says the same. */
export const needs: Readonly<Record<ProviderName, string>> = {
  enterprise:
    'Inviting with admin.users.invite needs Slack’s Enterprise plan, the app installed for the whole organization, and the token ' +
    'of an administrator with the scope admin.users:write.',
  connect:
    'Inviting with Slack Connect needs a paid plan (Pro, Business+ or Enterprise), the scope conversations.connect:write, and ' +
    'War Room in the channel; people come into that channel from a workspace of their own, and not into this one.',
  link:
    'Inviting with a join link works on every plan: somebody makes the link in Slack, and it is sent by the company’s own mail ' +
    'system.',
};
