/** How this Slack behaves where Slack's own behaviour is not certain, or where a test wants it at its worst. */
import { z } from 'zod/mini';

/** What may be wrong with an id token. Each must be noticed by whoever takes it for an identity. */
const ID_TOKEN_FAULTS = [
  'wrong_audience',
  'wrong_issuer',
  'wrong_nonce',
  'no_nonce',
  'expired',
  /** Signed by a key that is not published, under the id of one that is. */
  'foreign_key',
  'unknown_key_id',
  'algorithm_none',
  /** Signed with the published key as if it were a shared secret. */
  'algorithm_hs256',
  /** Changed after it was signed. */
  'tampered',
  'email_unverified',
  'other_team',
] as const;

/** Every switch, with what is usual as its default. */
export const behaviourSchema = z.strictObject({
  /**
   * Whether a further consent of the same person gives the token there is already, with the added scopes, or a fresh one beside it.
   * Slack mostly does the former and promises neither: https://github.com/slackapi/bolt-python/issues/969
   */
  tokens: z._default(z.enum(['same', 'fresh']), 'same'),
  /** What `auth.revoke` with a person's token takes along: nothing more, all that the person allowed, or the app's own token too. */
  revocation: z._default(z.enum(['token', 'person', 'installation']), 'person'),
  /** Scopes that are asked for and not granted, as when somebody declines optional ones. */
  withheld: z._default(z.array(z.string()), []),
  /** Installs for a whole Enterprise organization, where an answer names no team. */
  organization: z._default(z.boolean(), false),
  idToken: z._default(z.nullable(z.enum(ID_TOKEN_FAULTS)), null),
  /** What is paid for: `admin.users.invite` needs the Enterprise plan, Slack Connect any that is paid. */
  plan: z._default(z.enum(['enterprise', 'paid', 'free']), 'enterprise'),
  /** Whether members of a workspace are listed who were invited and never came. Slack does not say that all of them are. */
  listsInvited: z._default(z.boolean(), true),
  /** Whether pages of members hold fewer than were asked for, long before the last. https://docs.slack.dev/reference/methods/users.list */
  pages: z._default(z.enum(['full', 'short']), 'full'),
  /** More members than this are not listed without a limit. Slack does not say how many they are. */
  mostUnpaged: z._default(z.int().check(z.positive()), 10_000),
  /** Whether guests are kept out of private channels. https://docs.slack.dev/reference/methods/conversations.invite */
  barsGuests: z._default(z.boolean(), false),
  /** How long the app may take to answer an event, a command, a press. https://docs.slack.dev/apis/events-api#responding */
  answerWithinMs: z._default(z.int().check(z.positive()), 3_000),
  /** How long a `trigger_id` opens a view. https://docs.slack.dev/interactivity/handling-user-interaction */
  triggerLifeMs: z._default(z.int().check(z.positive()), 3_000),
});

/** How they are written, for whoever asks what there is; the first value of each is the usual one. */
export const BEHAVIOUR_IN_WORDS =
  '{tokens?: same, fresh; revocation?: person, token, installation; withheld?: [] or scopes; organization?: false, true; ' +
  `idToken?: null, ${ID_TOKEN_FAULTS.join(', ')}; plan?: enterprise, paid, free; listsInvited?: true, false; pages?: full, short; ` +
  'mostUnpaged?: 10000; barsGuests?: false, true; answerWithinMs?: 3000; triggerLifeMs?: 3000}';

/** The switches to turn; what is left out is as usual. */
export type BehaviourInput = z.input<typeof behaviourSchema>;
/** How all switches stand. */
export type Behaviour = z.output<typeof behaviourSchema>;

/** The behaviour of a Slack that nobody has turned anything on. */
export function usualBehaviour(): Behaviour {
  return behaviourSchema.parse({});
}
