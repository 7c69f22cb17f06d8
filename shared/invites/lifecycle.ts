/** Where a learner stands on the way into the workspace. */
export const states = ['PENDING', 'INVITED', 'ACCEPTED', 'DEACTIVATED'] as const;
export type State = (typeof states)[number];

/** Where somebody stands of whom nothing is kept yet. */
export const unknown = 'UNKNOWN';

/** What may be the case with a learner, in the words in which it is told. */
export const causes = {
  enrolled: 'is enrolled, and nobody has their address in Slack',
  invited: 'an invitation went out, or had gone out before',
  awaited: 'Slack shows an invitation that is open',
  joined: 'is in the workspace',
  deactivated: 'the account in Slack was deactivated',
  refused: 'Slack, or the mail system, took no invitation to this address',
  bounced: 'the invitation came back',
  lapsed: 'the invitation was not taken up for so long that another one may go out',
  readdressed: 'is enrolled under another e-mail address now',
  absent: 'was not in the list of members',
} as const;
export type Cause = keyof typeof causes;

/** What follows: another state; the same one; or nothing, since this cannot be so, or proves nothing. */
export type Move =
  | { readonly kind: 'moves'; readonly to: State; readonly why: string }
  | { readonly kind: 'stays' }
  | { readonly kind: 'refused'; readonly why: string };

const moves = (to: State, why: string): Move => ({ kind: 'moves', to, why });
const stays: Move = { kind: 'stays' };
const refused = (why: string): Move => ({ kind: 'refused', why });

const absence = refused('That somebody is not in the list proves nothing: Slack does not say that it lists everybody.');
const came = 'An account has the address.';
const deactivated = 'The account was deactivated, and nobody has enrolled them since.';
const openThere = 'Slack itself shows the open invitation.';
const anew = 'Enrolled anew: who left is asked again for that reason alone.';
const another = 'An account or an invitation of another address says nothing of this one.';
const again = 'Nothing keeps another invitation from going out.';

/**
 * The whole life, each pair of where somebody stands and what is the case. Flags of members mean what
 * https://docs.slack.dev/reference/objects/user-object says.
 */
export const lifecycle: Readonly<Record<State | typeof unknown, Readonly<Record<Cause, Move>>>> = {
  UNKNOWN: {
    enrolled: moves('PENDING', 'Enrolled for the first time.'),
    invited: moves('INVITED', 'Somebody else of the same address was invited already.'),
    awaited: moves('INVITED', openThere),
    joined: moves('ACCEPTED', 'Was a member before they enrolled.'),
    deactivated: moves('DEACTIVATED', deactivated),
    refused: moves('PENDING', 'Somebody else of the same address could not be invited.'),
    bounced: moves('PENDING', 'The invitation of somebody else of the same address came back.'),
    lapsed: moves('PENDING', again),
    readdressed: refused('There was no address before.'),
    absent: absence,
  },
  PENDING: {
    enrolled: stays,
    invited: moves('INVITED', 'Was sent, or Slack answered that it had been.'),
    awaited: moves('INVITED', openThere),
    joined: moves('ACCEPTED', came),
    deactivated: moves('DEACTIVATED', deactivated),
    refused: stays,
    bounced: stays,
    lapsed: stays,
    readdressed: stays,
    absent: absence,
  },
  INVITED: {
    enrolled: refused('An invitation stands until it comes back, lapses or is taken up.'),
    invited: stays,
    awaited: stays,
    joined: moves('ACCEPTED', came),
    deactivated: moves('DEACTIVATED', 'The invitation was taken back, or the account deactivated.'),
    refused: moves('PENDING', 'The next invitation to this address was refused.'),
    bounced: moves('PENDING', 'Nobody got the invitation.'),
    lapsed: moves('PENDING', again),
    readdressed: moves('PENDING', another),
    absent: absence,
  },
  ACCEPTED: {
    enrolled: refused('Who came stays a member, also under another address: only Slack ends that.'),
    invited: refused('Who came needs no invitation.'),
    awaited: refused('Slack takes this flag away at the first sign-in: it is old news.'),
    joined: stays,
    deactivated: moves('DEACTIVATED', deactivated),
    refused: refused('Who came needs no invitation.'),
    bounced: refused('Who came needs no invitation.'),
    lapsed: refused('Who came needs no invitation.'),
    readdressed: moves('PENDING', another),
    absent: absence,
  },
  DEACTIVATED: {
    enrolled: moves('PENDING', anew),
    invited: moves('INVITED', 'Enrolled anew, and invited.'),
    awaited: moves('INVITED', openThere),
    joined: moves('ACCEPTED', 'The account was activated again.'),
    deactivated: stays,
    refused: moves('PENDING', anew),
    bounced: moves('PENDING', anew),
    lapsed: moves('PENDING', anew),
    readdressed: moves('PENDING', another),
    absent: absence,
  },
};

/** Where somebody stands once this is the case; undefined as long as nothing is known of them. */
export function after(from: State | undefined, cause: Cause): State | undefined {
  const move = lifecycle[from ?? unknown][cause];
  return move.kind === 'moves' ? move.to : from;
}

/** What is to be said of a pair. */
export type Explanation = {
  readonly from: State | typeof unknown;
  readonly cause: Cause;
  /** The cause, in words. */
  readonly when: string;
  readonly to: State | undefined;
  readonly outcome: Move['kind'];
  readonly why: string;
};

/** Why a learner who stands at `from` comes to stand where they do when this is the case. */
export function explain(from: State | undefined, cause: Cause): Explanation {
  const move = lifecycle[from ?? unknown][cause];
  return {
    from: from ?? unknown,
    cause,
    when: causes[cause],
    to: after(from, cause),
    outcome: move.kind,
    why: move.kind === 'stays' ? 'Stands there already.' : move.why,
  };
}
