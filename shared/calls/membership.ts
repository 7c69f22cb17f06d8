import type { UserId } from '../base/names.ts';

/**
 * Somebody who is to read an agent's calls: the agent, or somebody above. `standing` is what Slack says of who has their
 * address: `member` and `guest` can be invited; of the others there is nobody who could be, for a reason that a person mends.
 */
export type Reader = {
  readonly id: string;
  readonly name: string;
  /** 0 is the agent, 1 their manager … */
  readonly depth: number;
  readonly standing:
    | { readonly kind: 'member' | 'guest' | 'invited'; readonly user: UserId }
    | { readonly kind: 'deactivated' | 'unconfirmed' | 'foreign' | 'absent' | 'left' };
};

/** Who should be in a channel, and who is. */
export type Facts = {
  readonly readers: readonly Reader[];
  /** Whoever the team wants in each of these channels: never removed. */
  readonly protected: readonly UserId[];
  /** The app itself. */
  readonly app: UserId;
  readonly actual: readonly UserId[];
};

/** When so many would be removed at once that a person has to say so. */
export type Fuse = {
  /** The part of the people in the channel that may be removed without asking, 0 to 1. */
  readonly share: number;
  /** As few as this may always be. */
  readonly atLeast: number;
};

type Reason = 'agent' | 'above' | 'protected' | 'app' | 'outside';
/** A manager who goes takes nobody along; more than half of a channel is a team that moved, or a mistake. */
export const usualFuse: Fuse = { share: 0.5, atLeast: 3 };

type Step = { readonly user: UserId; readonly why: Reason; readonly who?: Reader };

/** What makes the members of a channel those who should be. Nobody is in two of the lists. */
export type Plan = {
  readonly invite: readonly Step[];
  readonly remove: readonly Step[];
  /** In the channel, and to stay there. */
  readonly keep: readonly Step[];
  /** Should be in the channel, and nobody in Slack can be invited as them. */
  readonly without: readonly Reader[];
  /** More would be removed than may be without asking: nobody is until somebody has said so. */
  readonly fused: boolean;
};

/** Compares who should be in a channel with who is. Pure: a value that can be shown before anything is done. */
export function planOf({ readers, protected: kept, app, actual }: Facts, fuse: Fuse): Plan {
  const wanted = new Map<UserId, Step>([[app, { user: app, why: 'app' }]]);
  for (const user of kept) if (!wanted.has(user)) wanted.set(user, { user, why: 'protected' });
  for (const who of readers) {
    const user = userOf(who);
    if (user !== undefined && !wanted.has(user)) {
      wanted.set(user, { user, why: who.depth === 0 ? 'agent' : 'above', who });
    }
  }
  const there = new Set(actual);
  const steps = [...wanted.values()];
  const invite = steps.filter(({ user, who }) => !there.has(user) && user !== app && canBeInvited(who));
  const keep = steps.filter(({ user }) => there.has(user));
  const remove = [...there].filter((user) => !wanted.has(user)).map((user): Step => ({ user, why: 'outside' }));
  const reading = new Set([...invite, ...keep].map(({ user }) => user));
  const people = [...there].filter((user) => user !== app).length;
  return {
    invite,
    remove,
    keep,
    without: readers.filter((who) => !isAmong(reading, userOf(who))),
    fused: remove.length > fuse.atLeast && remove.length > people * fuse.share,
  };
}

/** A plan in words, a line for each person: for people who want to know why. */
export function explain({ invite, remove, keep, without, fused }: Plan): string[] {
  return [
    ...invite.map((step) => `invite ${step.user}: ${because(step)}`),
    ...remove.map((step) => `${fused ? 'ask before removing' : 'remove'} ${step.user}: ${because(step)}`),
    ...keep.map((step) => `leave ${step.user}: ${because(step)}`),
    ...without.map((who) => `cannot invite ${who.name}: ${standingInWords(who)}`),
  ];
}

/** Why somebody cannot be invited, as the end of a sentence about them. */
export function standingInWords({ standing }: Pick<Reader, 'standing'>): string {
  switch (standing.kind) {
    case 'absent':
      return 'nobody in Slack has their e-mail address';
    case 'deactivated':
      return 'their Slack account is deactivated';
    case 'unconfirmed':
      return 'their e-mail address is not confirmed in Slack';
    case 'foreign':
      return 'whoever has their e-mail address belongs to another workspace';
    case 'invited':
      return 'they have not accepted their invitation to Slack yet';
    case 'left':
      return 'they no longer work here, as the directory has it';
    case 'guest':
    case 'member':
      return 'they can be';
  }
}

function userOf({ standing }: Reader): UserId | undefined {
  return 'user' in standing ? standing.user : undefined;
}

/** Protected people are given by their Slack account; Slack itself says where that cannot be invited. */
function canBeInvited(who: Reader | undefined): boolean {
  return who === undefined || who.standing.kind === 'member' || who.standing.kind === 'guest';
}

function because({ why, who }: Step): string {
  switch (why) {
    case 'agent':
      return `${who?.name ?? 'they'} made the calls`;
    case 'above':
      return `${who?.name ?? 'they'} is ${who?.depth === 1 ? 'the manager' : `${who?.depth} levels above`}`;
    case 'protected':
      return 'belongs into every channel of this kind';
    case 'app':
      return 'War Room itself';
    case 'outside':
      return 'neither the agent nor anybody above';
  }
}

function isAmong(users: ReadonlySet<UserId>, user: UserId | undefined): boolean {
  return user !== undefined && users.has(user);
}
