import { createHash } from 'node:crypto';
import type { Item, Key, Table } from '../aws/table.ts';
import { type TeamId, teamId, type UserId, userId } from '../base/names.ts';
import type { Account, Enrolment, Fate, Invitation } from './facts.ts';
import type { Cause, State } from './lifecycle.ts';

/** A learner of one team, by the company's own id for them. */
export type LearnerRef = { readonly team: TeamId; readonly learner: string };

/** One step in a learner's life: from where to where, why and when (ms). */
export type Change = {
  readonly seq: number;
  readonly from: State | undefined;
  readonly to: State;
  /** `left`: enrolled no more, and still where they were. */
  readonly cause: Cause | 'left';
  readonly at: number;
  /** Why they could not be invited, in a word of Slack's or of ours. */
  readonly code?: string;
};

/** What is kept of a learner. */
export type Details = {
  readonly name: string;
  readonly email: string;
  /** `email` as keys have it. */
  readonly address: string;
  /** The status of each enrolment, as it was last read. */
  readonly enrolments: Readonly<Record<string, Enrolment>>;
  readonly enrolment: Enrolment;
  /** When they were last enrolled in something (ms); 0 where it was before War Room looked. */
  readonly enrolledAt: number;
  readonly state: State;
  readonly cause: Cause;
  /** Since when they stand there (ms). */
  readonly since: number;
  /** The account that they came with. */
  readonly user?: UserId | undefined;
  /** The last step, and how many of the steps the message of their day tells. */
  readonly last?: Change | undefined;
  readonly told: number;
  /** The last invitation to their address, as it is shown. */
  readonly invitation?: Pick<Invitation, 'provider' | 'at' | 'fate' | 'code'>;
  /** The last invitation that was refused or came back, by its key: it is told once. */
  readonly turnedAway?: string;
};

/** A learner's item: what is known, and whether something has happened that was not looked at yet. */
export type Kept = {
  readonly details: Details | undefined;
  /** Grows with each write. */
  readonly version: number;
  /** Grows with each mark. */
  readonly marks: number;
  /** When an enrolment was about to be written that was not read yet (ms). */
  readonly enrolledMark: number | undefined;
  /** When the learner is to be looked at (ms). */
  readonly dueAt: number | undefined;
};

/** Everything that is kept of one address. */
export type Address = {
  readonly users: readonly UserId[];
  readonly learners: readonly string[];
  readonly invitation: Invitation | undefined;
};

/** An account as it was last seen. `isProven`: the address is its holder's, or was invited. */
export type SeenAccount = Account & {
  readonly address: string | undefined;
  readonly isProven: boolean;
  readonly updated: number;
};

/** When a learner is looked at again (ms), and whether it is to invite them. */
export type Due = { readonly at: number; readonly of: 'look' | 'invite' };
export type Next = { readonly due: Due | undefined; readonly keepsMark: boolean };

/** A learner in a list. */
export type Listed = { readonly id: string; readonly details: Details; readonly place: string };

/** What became of an invitation, when (ms) and why. */
export type End = { readonly fate: Fate; readonly at: number; readonly code?: string | undefined };

const parts = 16;
/** Learners who are to be looked at, and those who wait to be invited: many may wait, and nobody waits behind them. */
export const dueShards = ['look#0', 'look#1', 'look#2', 'look#3'] as const;
export const inviteShards = ['invite#0', 'invite#1'] as const;

/**
 * The learners of every tenant on their way into the workspace, the accounts there are, and who was written to. Each write
 * touches one item and may be repeated; addresses stand in keys as hashes.
 */
export class InviteStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  // Learners

  async learner(ref: LearnerRef): Promise<Kept> {
    return keptOf(await this.#table.get(learnerKey(ref)));
  }

  /** Has a learner looked at from `dueAt` (ms) on. `enrolledMark` (ms): an enrolment is about to be written. */
  async mark(ref: LearnerRef, dueAt: number, enrolledMark: number): Promise<void> {
    await this.#table.update(learnerKey(ref), {
      update: 'ADD marks :one SET dueShard = :shard, dueAt = :dueAt, enrolledMark = :mark',
      values: { ':one': 1, ':shard': shardOf(nameOf(ref), dueShards), ':dueAt': dueAt, ':mark': enrolledMark },
    });
  }

  /** Has a learner looked at now. */
  async wake(ref: LearnerRef, now: number): Promise<void> {
    await this.#table.update(learnerKey(ref), {
      update: 'ADD marks :one SET dueShard = :shard, dueAt = :now',
      values: { ':one': 1, ':shard': shardOf(nameOf(ref), dueShards), ':now': now },
    });
  }

  /**
   * Writes what was found of a learner. False: somebody has written or marked since they were read, and nothing was written. They
   * are due again at `at` (ms), among those `of`. `keepsMark`: the enrolment that was about to be written may still come.
   */
  async save(ref: LearnerRef, read: Kept, details: Details | undefined, next: Next): Promise<boolean> {
    const { due, keepsMark } = next;
    const gone = [...(due ? [] : ['dueShard', 'dueAt']), ...(keepsMark ? [] : ['enrolledMark'])];
    const set = [
      'version = :next',
      ...(details ? ['details = :details'] : []),
      ...(due ? ['dueShard = :shard', 'dueAt = :dueAt'] : []),
    ];
    return this.#table.update(learnerKey(ref), {
      update: `SET ${set.join(', ')}${gone.length > 0 ? ` REMOVE ${gone.join(', ')}` : ''}`,
      when: `${same('version', read.version)} AND ${same('marks', read.marks)}`,
      values: {
        ':next': read.version + 1,
        ...(read.version > 0 && { ':version': read.version }),
        ...(read.marks > 0 && { ':marks': read.marks }),
        ...(details && { ':details': details }),
        ...(due && { ':shard': shardOf(nameOf(ref), due.of === 'look' ? dueShards : inviteShards), ':dueAt': due.at }),
      },
    });
  }

  /** Learners of one shard who were to be looked at by `now` (ms), those who wait longest first. Only wakes: may be stale. */
  async due(shard: string, now: number, limit: number): Promise<LearnerRef[]> {
    const keys = await this.#table.due(shard, now + 1, limit);
    return keys.map(({ pk, sk }) => ({ team: teamId(pk.split('#')[0] ?? ''), learner: sk }));
  }

  /** A learner who waits to be invited waits until `until` (ms). */
  async postpone(ref: LearnerRef, until: number): Promise<void> {
    await this.#table.update(learnerKey(ref), {
      update: 'SET dueAt = :until',
      when: 'dueShard = :shard',
      values: { ':until': until, ':shard': shardOf(nameOf(ref), inviteShards) },
    });
  }

  /** The learners among these, in no order; of whom nothing is known they are left out. */
  async learners(team: TeamId, ids: readonly string[]): Promise<Map<string, Kept>> {
    const items = await this.#table.getMany([...new Set(ids)].map((learner) => learnerKey({ team, learner })));
    return new Map(items.map((item) => [item.sk, keptOf(item)]));
  }

  /** Every learner of a team, in an order that does not change; `place` is where somebody who reads on later begins. */
  async *everybody(team: TeamId, from?: string): AsyncGenerator<Listed> {
    const [begun, after] = from === undefined ? [0, undefined] : [Number(from.slice(0, 2)), from.slice(2)];
    for (let part = begun; part < parts; part += 1) {
      for await (const page of this.#table.pages(partition(team, part), '', part === begun ? after : undefined)) {
        for (const item of page) {
          const { details } = keptOf(item);
          if (details) yield { id: item.sk, details, place: `${pad(part)}${item.sk}` };
        }
      }
    }
  }

  // Addresses and accounts

  async address(team: TeamId, address: string): Promise<Address> {
    const items = await this.#table.query(addressKey(team, address, '').pk);
    const named = (prefix: string) =>
      items.flatMap(({ sk }) => (sk.startsWith(prefix) ? [sk.slice(prefix.length)] : []));
    const kept = items.find(({ sk }) => sk === 'invitation');
    return {
      users: named('user#').map(userId),
      learners: items.flatMap((item) => (item.sk === 'learners' ? learnersIn(item) : [])),
      invitation: kept && invitationOf(kept),
    };
  }

  /** Who is enrolled under any of these addresses. */
  async learnersAt(team: TeamId, addresses: readonly string[]): Promise<string[]> {
    const keys = [...new Set(addresses)].map((address) => addressKey(team, address, 'learners'));
    return (await this.#table.getMany(keys)).flatMap(learnersIn);
  }

  /** Notes that a learner is enrolled under an address: whoever changes something there looks at them. */
  async note({ team, learner }: LearnerRef, address: string): Promise<void> {
    await this.#table.update(addressKey(team, address, 'learners'), {
      update: 'ADD learners :one',
      values: { ':one': new Set([learner]) },
    });
  }

  /** A learner is enrolled under this address no more. */
  async leave({ team, learner }: LearnerRef, address: string): Promise<void> {
    await this.#table.update(addressKey(team, address, 'learners'), {
      update: 'DELETE learners :one',
      values: { ':one': new Set([learner]) },
    });
  }

  /** Notes with which account a learner came: it may have another address one day. */
  async link({ team, learner }: LearnerRef, user: UserId): Promise<void> {
    await this.#table.put({ ...accountKey(team, user), sk: `learner#${learner}` });
  }

  /** The accounts among `users` that were seen, in no order. */
  async accounts(team: TeamId, users: readonly UserId[]): Promise<Map<UserId, SeenAccount>> {
    const items = await this.#table.getMany([...new Set(users)].map((user) => accountKey(team, user)));
    const seen = items.map((item) => item['seen'] as SeenAccount);
    return new Map(seen.map((each) => [each.user, each]));
  }

  /** The learners who came with an account. */
  async linked(team: TeamId, user: UserId): Promise<string[]> {
    const items = await this.#table.query(accountKey(team, user).pk, 'learner#');
    return items.map(({ sk }) => sk.slice('learner#'.length));
  }

  /** Notes which accounts have an address: whoever looks there finds them once they are kept. */
  async noteUsers(
    team: TeamId,
    accounts: readonly { readonly user: UserId; readonly address: string | undefined }[],
  ): Promise<void> {
    await this.#table.putMany(
      accounts.flatMap(({ user, address }) =>
        address === undefined ? [] : [addressKey(team, address, `user#${user}`)],
      ),
    );
  }

  /** Keeps an account as it was seen. False: it was seen as it became later. */
  async see(team: TeamId, seen: SeenAccount): Promise<boolean> {
    const item = { ...accountKey(team, seen.user), updated: seen.updated, seen };
    return this.#table.replace(item, {
      when: 'attribute_not_exists(pk) OR updated <= :updated',
      values: { ':updated': seen.updated },
    });
  }

  // Invitations

  /** Begins an invitation. False: another one was begun, or is not at its end. */
  async begin(team: TeamId, address: string, next: Invitation): Promise<boolean> {
    return this.#table.replace(
      { ...addressKey(team, address, 'invitation'), ...next },
      {
        when: 'attribute_not_exists(pk) OR (attempt = :before AND attribute_exists(fate))',
        values: { ':before': next.attempt - 1 },
      },
    );
  }

  /** Takes over an invitation that was begun and left. False: somebody else did, or it is at its end. */
  async takeOver(team: TeamId, address: string, { key, takenAt }: Invitation, now: number): Promise<boolean> {
    return this.#table.update(addressKey(team, address, 'invitation'), {
      update: 'SET takenAt = :now',
      when: '#key = :key AND takenAt = :read AND attribute_not_exists(fate)',
      names: { '#key': 'key' },
      values: { ':now': now, ':key': key, ':read': takenAt },
    });
  }

  /** Keeps what became of an invitation, once. `sentAt` (ms) where it went out, or may have. */
  async settle(team: TeamId, address: string, { key }: Pick<Invitation, 'key'>, end: End): Promise<boolean> {
    const went = end.fate === 'sent' || end.fate === 'known' || end.fate === 'unsure';
    return this.#table.update(addressKey(team, address, 'invitation'), {
      update: `SET fate = :fate, fateAt = :at, code = :code${went ? ', sentAt = :at' : ''}`,
      when: '#key = :key AND attribute_not_exists(fate)',
      names: { '#key': 'key' },
      values: { ':fate': end.fate, ':at': end.at, ':code': end.code ?? '', ':key': key },
    });
  }

  /** Keeps that an invitation that went out came back, or was not taken up. False: it is not the last one any more. */
  async end(team: TeamId, address: string, { key, fate }: Invitation, end: End): Promise<boolean> {
    return this.#table.update(addressKey(team, address, 'invitation'), {
      update: 'SET fate = :fate, fateAt = :at, code = :code',
      when: '#key = :key AND fate = :before',
      names: { '#key': 'key' },
      values: { ':fate': end.fate, ':at': end.at, ':code': end.code ?? '', ':key': key, ':before': fate },
    });
  }
}

/** The key of a learner. */
function learnerKey({ team, learner }: LearnerRef): Key {
  const [byte = 0] = createHash('sha256').update(learner).digest();
  return { pk: partition(team, byte % parts), sk: learner };
}

function nameOf({ team, learner }: LearnerRef): string {
  return `${team}#${learner}`;
}

/** What was read is there unchanged; 0 stands for nothing. */
function same(name: 'version' | 'marks', read: number): string {
  return read === 0 ? `attribute_not_exists(${name})` : `${name} = :${name}`;
}

function partition(team: TeamId, part: number): string {
  return `${team}#learners#${pad(part)}`;
}

const pad = (part: number) => String(part).padStart(2, '0');

function addressKey(team: TeamId, address: string, sk: string): Key {
  return { pk: `${team}#address#${address}`, sk };
}

function accountKey(team: TeamId, user: UserId): Key {
  return { pk: `${team}#user#${user}`, sk: 'account' };
}

function keptOf(item: Item | undefined): Kept {
  const number = (name: string) => (item?.[name] === undefined ? undefined : Number(item[name]));
  return {
    details: item?.['details'] as Details | undefined,
    version: number('version') ?? 0,
    marks: number('marks') ?? 0,
    enrolledMark: number('enrolledMark'),
    dueAt: number('dueAt'),
  };
}

function learnersIn(item: Item): string[] {
  return [...((item['learners'] as Set<string> | undefined) ?? [])];
}

function invitationOf({ pk: _pk, sk: _sk, ...kept }: Item): Invitation {
  return kept as unknown as Invitation;
}

function shardOf(text: string, shards: readonly [string, ...string[]]): string {
  const [byte = 0] = createHash('sha256').update(text).digest();
  return shards[byte % shards.length] ?? shards[0];
}
