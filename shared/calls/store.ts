import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Item, Key, Table } from '../aws/table.ts';
import { type ChannelId, channelId, type TeamId, teamId, type UserId } from '../base/names.ts';
import type { Channel } from '../slack/channels.ts';
import type { Call } from './call.ts';
import type { Decision, Fused } from './fused.ts';
import type { Reader } from './membership.ts';
import { repliesOf } from './message.ts';
import { type Drift, nextNight } from './night.ts';
import type { Trouble } from './trouble.ts';

/** A call as it is kept. */
export type Kept = {
  readonly call: Call;
  /** Grows with each correction. */
  readonly revision: number;
  /** As many replies as its summary ever took. */
  readonly replies: number;
  /** The sweep would wake it again. */
  readonly isDue: boolean;
  /** Whoever was called is erased, and what becomes of the message in Slack. */
  readonly erased?: Erased;
};

/** `edited`: a message says no more than is kept; `taken back`: there is none, and none comes. */
export type Erased = 'edited' | 'taken back';

/** An agent, in their team. */
export type AgentRef = { readonly team: TeamId; readonly agent: string };

/** A call that nobody else will wake, and where it is. */
export type Due = { readonly key: Key; readonly team: TeamId; readonly agent: string; readonly call: string };

/** The channel of an agent; `after`: the one that was deleted before, as long as nobody was told that this one took its place. */
export type AgentChannel = Channel & { readonly after?: ChannelId };

/** A channel of an agent that was deleted: when that was known (ms), and who said so, where it was not Slack. */
export type LostChannel = { readonly channel: ChannelId; readonly at: number; readonly by?: string | undefined };

/** For whom the members of a channel were last made right, by the company's ids, the agent left out; and when (ms). */
export type Synced = {
  readonly channel: ChannelId;
  readonly version: string;
  readonly above: readonly string[];
  readonly at: number;
};

/** What Slack said of somebody's address, which is kept as a hash and as its sign, and when (ms). */
export type Known = {
  readonly email: string;
  readonly address: string;
  readonly standing: Reader['standing'];
  readonly at: number;
};

/** An account in Slack, and the sign of its address. */
type Holder = { readonly user: UserId; readonly address: string };

/** Why a call waits for a person, and since when (ms). */
export type Waiting = { readonly call: string; readonly code: string; readonly since: number };

export const daySeconds = 86_400;
/** How long a call is kept, in days: its message can be corrected for so long. */
export const callDays = 400;

/** Calls are spread over this many partitions of the `due` index; channels over these. */
export const dueShards = ['due#0', 'due#1', 'due#2', 'due#3'] as const;
export const nightShards = ['night#0', 'night#1'] as const;

/**
 * The calls of every tenant and what War Room knows of the agents who make them: `call#` partitions hold a call each,
 * `agent#` partitions the channel of an agent and how its members stand. Each write touches one item and may be repeated.
 */
export class CallStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Keeps a call, or what corrects it; `dueAt` (ms) is when a sweep wakes it if no worker has told it by then. `otherAgent`:
   * it is kept as another agent's, and that stands. Of two corrections at once, the one written last stands.
   */
  async record(
    team: TeamId,
    id: string,
    call: Call,
    times: { readonly at: number; readonly dueAt: number },
  ): Promise<'stored' | 'corrected' | 'same' | 'otherAgent'> {
    const key = callKey(team, id);
    const due = dueOf(key, times.dueAt);
    const expires = Math.floor(times.at / 1000) + callDays * daySeconds;
    const replies = repliesOf(id, call);
    for (;;) {
      const first = { ...key, call, agent: call.agentId, revision: 1, replies, at: times.at, expires, ...due };
      if (await this.#table.insert(first)) return 'stored';
      const kept = await this.call(team, id);
      if (!kept) continue;
      if (kept.call.agentId !== call.agentId) return 'otherAgent';
      // What was erased does not come back with a call that is sent once more.
      if (kept.erased) return 'same';
      if (isDeepStrictEqual(withoutGaps(kept.call), withoutGaps(call))) return 'same';
      const corrected = await this.#table.update(key, {
        update: 'SET #call = :call, revision = :next, replies = :replies, dueShard = :shard, dueAt = :dueAt',
        when: 'revision = :read',
        names: { '#call': 'call' },
        values: {
          ':call': call,
          ':read': kept.revision,
          ':next': kept.revision + 1,
          ':replies': Math.max(kept.replies, replies),
          ':shard': due.dueShard,
          ':dueAt': due.dueAt,
        },
      });
      if (corrected) return 'corrected';
    }
  }

  async call(team: TeamId, id: string): Promise<Kept | undefined> {
    const item = await this.#table.get(callKey(team, id));
    if (item?.['call'] === undefined) return undefined;
    const { call, revision, replies, erased } = item as unknown as Kept;
    return { call, revision, replies, isDue: item['dueShard'] !== undefined, ...(erased && { erased }) };
  }

  /** The call is told as it stood in this revision: the sweep need not wake it. A correction since stays due. */
  async clearDue(team: TeamId, id: string, revision: number): Promise<void> {
    await this.#table.update(callKey(team, id), {
      update: 'REMOVE dueShard, dueAt',
      when: 'revision = :told',
      values: { ':told': revision },
    });
  }

  /** Calls of one shard that became due before `now` (ms). Only wakes: may be stale. */
  async due(shard: string, now: number, limit: number): Promise<Due[]> {
    const keys = await this.#table.due(shard, now, limit);
    const items = await this.#table.getMany(keys);
    return items.map(({ pk, sk, agent }) => {
      const [team = '', call = ''] = pk.split('#call#');
      return { key: { pk, sk }, team: teamId(team), agent: String(agent), call };
    });
  }

  /** A call was woken: it is due again at `until` (ms), unless it is told before. */
  async postpone({ key }: Due, until: number): Promise<void> {
    await this.#table.update(key, {
      update: 'SET dueAt = :until',
      when: 'attribute_exists(dueShard)',
      values: { ':until': until },
    });
  }

  /** The channel of an agent, once it is made. */
  async channel(ref: AgentRef): Promise<AgentChannel | undefined> {
    const item = await this.#table.get(agentKey(ref, 'channel'));
    if (!item) return undefined;
    const after = item['after'];
    return {
      id: channelId(String(item['channel'])),
      name: String(item['name']),
      ...(after !== undefined && { after: channelId(String(after)) }),
    };
  }

  /** Whose channel this is, or was. */
  async agentOf(team: TeamId, channel: ChannelId): Promise<string | undefined> {
    return (await this.#table.get(channelKey(team, channel)))?.['agent'] as string | undefined;
  }

  /** The channel of an agent was deleted: the next call makes another one. What was said of it first stands. */
  async loseChannel(ref: AgentRef, { channel, at, by }: LostChannel): Promise<void> {
    await this.#table.insert({ ...agentKey(ref, `lost#${channel}`), at, by });
    await this.#table.take(agentKey(ref, 'channel'), { when: 'channel = :lost', values: { ':lost': channel } });
  }

  /** What is known of a channel that an agent has no more; undefined of one that was never lost. */
  async lost(ref: AgentRef, channel: ChannelId): Promise<LostChannel | undefined> {
    const item = await this.#table.get(agentKey(ref, `lost#${channel}`));
    return item && { channel, at: Number(item['at']), by: item['by'] as string | undefined };
  }

  /** It was told which channel took the place of the one that was deleted. */
  async settleChannel(ref: AgentRef, id: ChannelId): Promise<void> {
    await this.#table.update(agentKey(ref, 'channel'), {
      update: 'REMOVE #after',
      when: 'channel = :id',
      names: { '#after': 'after' },
      values: { ':id': id },
    });
  }

  /** Whether this agent, and nobody else, may have a channel of this name; it stays so. */
  async claimName({ team, agent }: AgentRef, name: string): Promise<boolean> {
    return this.#claim(`${team}#name#${name}`, agent);
  }

  /**
   * Keeps which channel is an agent's, and that it is not lost, whatever was said of it before. False: it is another agent's
   * already, and nothing was kept.
   */
  async keepChannel(ref: AgentRef, { id, name }: Channel, at: number): Promise<boolean> {
    if (!(await this.#claim(channelKey(ref.team, id).pk, ref.agent))) return false;
    const key = agentKey(ref, 'channel');
    await this.#table.delete(agentKey(ref, `lost#${id}`));
    const lost = await this.#table.query(key.pk, 'lost#');
    const [last] = lost.toSorted((a, b) => Number(b['at']) - Number(a['at']));
    await this.#table.put({
      ...key,
      channel: id,
      name,
      at,
      after: last?.sk.slice('lost#'.length),
      dueShard: shardOf(key.pk, nightShards),
      dueAt: nextNight(ref.agent, at),
    });
    return true;
  }

  /** Agents of one shard whose channel is to be compared before `now` (ms). Only wakes: may be stale. */
  async nights(shard: string, now: number, limit: number): Promise<AgentRef[]> {
    const keys = await this.#table.due(shard, now, limit);
    return keys.map(({ pk }) => {
      const [team = '', agent = ''] = pk.split('#agent#');
      return { team: teamId(team), agent };
    });
  }

  /** The channel of an agent is compared again at `until` (ms). */
  async postponeNight(ref: AgentRef, until: number): Promise<void> {
    await this.#table.update(agentKey(ref, 'channel'), {
      update: 'SET dueAt = :until',
      when: 'attribute_exists(dueShard)',
      values: { ':until': until },
    });
  }

  /** Keeps how a channel was found in a night; what was found first stands. */
  async keepDrift(team: TeamId, night: string, drift: Drift, at: number): Promise<void> {
    const key = { pk: `${team}#night#${night}`, sk: `agent#${drift.agent}` };
    await this.#table.insert({ ...key, drift, at, expires: Math.floor(at / 1000) + 30 * daySeconds });
  }

  /** The channels that were found otherwise in a night, in the order in which they were. */
  async drifts(team: TeamId, night: string): Promise<Drift[]> {
    const items = await this.#table.query(`${team}#night#${night}`);
    return items.toSorted((a, b) => Number(a['at'] ?? 0) - Number(b['at'] ?? 0)).map(({ drift }) => drift as Drift);
  }

  async synced(ref: AgentRef): Promise<Synced | undefined> {
    const item = await this.#table.get(agentKey(ref, 'synced'));
    return (
      item && {
        channel: channelId(String(item['channel'])),
        version: String(item['version']),
        above: (item['above'] ?? []) as string[],
        at: Number(item['at']),
      }
    );
  }

  async rememberSync(ref: AgentRef, { channel, version, above, at }: Synced): Promise<void> {
    await this.#table.put({ ...agentKey(ref, 'synced'), channel, version, above, at });
  }

  /** What is wrong with the members of an agent's channel. */
  async trouble(ref: AgentRef): Promise<Trouble | undefined> {
    const item = await this.#table.get(agentKey(ref, 'trouble'));
    return item?.['trouble'] as Trouble | undefined;
  }

  async keepTrouble(ref: AgentRef, trouble: Trouble): Promise<void> {
    await this.#table.put({ ...agentKey(ref, 'trouble'), trouble });
  }

  /** The removal of many that waits for somebody, or that somebody has decided about. */
  async fused(ref: AgentRef): Promise<Fused | undefined> {
    const item = await this.#table.get(agentKey(ref, 'fused'));
    if (!item) return undefined;
    const decision = item['decision'] as Decision | undefined;
    return { ...(item['fused'] as Fused), ...(decision && { decision }) };
  }

  /** Keeps that a removal waits; one that is kept already stays, with what was decided about it. */
  async keepFused(ref: AgentRef, fused: Fused): Promise<Fused> {
    const key = agentKey(ref, 'fused');
    const kept = await this.fused(ref);
    if (kept?.sign === fused.sign) return kept;
    await this.#table.put({ ...key, sign: fused.sign, fused });
    return fused;
  }

  /** Decides about a removal. False: it is another one by now, or somebody else has decided. */
  async decideFused(ref: AgentRef, sign: string, decision: Decision): Promise<boolean> {
    return this.#table.update(agentKey(ref, 'fused'), {
      update: 'SET decision = :decision',
      when: 'sign = :sign AND attribute_not_exists(decision)',
      values: { ':decision': decision, ':sign': sign },
    });
  }

  async forgetFused(ref: AgentRef): Promise<void> {
    await this.#table.delete(agentKey(ref, 'fused'));
  }

  /** It is over, and was told. */
  async forgetTrouble(ref: AgentRef): Promise<void> {
    await this.#table.delete(agentKey(ref, 'trouble'));
  }

  /** What is known of a person's account in Slack. */
  async known(team: TeamId, id: string): Promise<Known | undefined> {
    const item = await this.#table.get(personKey(team, id));
    return (
      item && {
        email: String(item['email']),
        address: String(item['address']),
        standing: item['standing'] as Known['standing'],
        at: Number(item['at']),
      }
    );
  }

  /** Keeps what is known of a person, who is found from then on also by their account and by the sign of their address. */
  async keepKnown(team: TeamId, id: string, { email, address, standing, at }: Known): Promise<void> {
    const expires = knownExpiry(at);
    const user = 'user' in standing ? standing.user : undefined;
    for (const key of holderKeys(team, id, { address, user })) await this.#table.put({ ...key, expires });
    await this.#table.put({ ...personKey(team, id), email, address, standing, at, expires });
  }

  /** Has a person found by the sign of their address, before anything is known of them. `at` in ms. */
  async expect(team: TeamId, id: string, address: string, at: number): Promise<void> {
    const expires = knownExpiry(at);
    for (const key of holderKeys(team, id, { address, user: undefined })) await this.#table.put({ ...key, expires });
  }

  async forgetKnown(team: TeamId, id: string): Promise<void> {
    await this.#table.delete(personKey(team, id));
  }

  /** The people, by the company's ids, of whom it is known that this account is theirs, or who have an address of this sign. */
  async peopleOf(team: TeamId, holder: Holder): Promise<string[]> {
    const found: string[] = [];
    for (const { pk } of holderKeys(team, '', holder)) {
      for (const { sk } of await this.#table.query(pk, 'person#')) found.push(sk.slice('person#'.length));
    }
    return [...new Set(found)];
  }

  /** A person is no longer found by this account or address. */
  async unindex(team: TeamId, id: string, holder: Holder): Promise<void> {
    for (const key of holderKeys(team, id, holder)) await this.#table.delete(key);
  }

  /** Another one each time that something was learnt of anybody's account. */
  async peopleVersion(team: TeamId): Promise<number> {
    return Number((await this.#table.get(peopleKey(team)))?.['version'] ?? 0);
  }

  async changePeople(team: TeamId): Promise<void> {
    await this.#table.update(peopleKey(team), {
      update: 'ADD #version :one',
      names: { '#version': 'version' },
      values: { ':one': 1 },
    });
  }

  /**
   * A call waits for a person: for its agent to be known, or to have an account. It is woken again at `dueAt` (ms). False: it
   * waited before, for the same.
   */
  async wait(ref: AgentRef, { call, code, since }: Waiting, dueAt: number): Promise<boolean> {
    const key = agentKey(ref, `waiting#${call}`);
    await this.#table.insert({ ...agentKey(ref, 'waiting'), since });
    const expires = Math.floor(since / 1000) + callDays * daySeconds;
    const isNews =
      (await this.#table.insert({ ...key, code, since, expires })) ||
      (await this.#table.update(key, {
        update: 'SET code = :code',
        when: 'attribute_exists(pk) AND code <> :code',
        values: { ':code': code },
      }));
    const own = callKey(ref.team, call);
    await this.#table.update(own, {
      update: 'SET dueShard = :shard, dueAt = if_not_exists(dueAt, :dueAt)',
      when: 'attribute_exists(pk)',
      values: { ':shard': shardOf(own.pk), ':dueAt': dueAt },
    });
    return isNews;
  }

  /** Whether a call stands for all that wait for the same agent: the first of them by its id. Reads one row, however many wait. */
  async isFirstWaiting(ref: AgentRef, call: string): Promise<boolean> {
    const { pk, sk } = agentKey(ref, `waiting#${call}`);
    const [first] = await this.#table.query(pk, 'waiting#', 1);
    return first?.sk === sk;
  }

  /** A call got through; the last one of an agent ends the time of their waiting. */
  async endWait(ref: AgentRef, call: string): Promise<void> {
    await this.#table.delete(agentKey(ref, `waiting#${call}`));
    const { calls } = await this.waiting(ref);
    if (calls.length === 0) await this.#table.delete(agentKey(ref, 'waiting'));
  }

  /** The calls of an agent that wait for a person, and since when (ms) any has, without a time when none did. */
  async waiting(ref: AgentRef): Promise<{ readonly since: number | undefined; readonly calls: readonly Waiting[] }> {
    const [first, ...rows] = await this.#table.query(agentKey(ref, '').pk, 'waiting');
    return {
      since: first && Number(first['since']),
      calls: rows.map(({ sk, code, since }: Item) => ({
        call: sk.slice('waiting#'.length),
        code: String(code),
        since: Number(since),
      })),
    };
  }

  async #claim(pk: string, agent: string): Promise<boolean> {
    if (await this.#table.insert({ pk, sk: 'agent', agent })) return true;
    return (await this.#table.get({ pk, sk: 'agent' }))?.['agent'] === agent;
  }
}

/** What has the sweep wake a call at `dueAt` (ms). */
export function dueOf({ pk }: Pick<Key, 'pk'>, dueAt: number) {
  return { dueShard: shardOf(pk), dueAt };
}

function channelKey(team: TeamId, channel: ChannelId): Key {
  return { pk: `${team}#channel#${channel}`, sk: 'agent' };
}

/** Where a call is kept, and whatever is told like one. */
export function callKey(team: TeamId, id: string): Key {
  return { pk: `${team}#call#${id}`, sk: 'call' };
}

function agentKey({ team, agent }: AgentRef, sk: string): Key {
  return { pk: `${team}#agent#${agent}`, sk };
}

function personKey(team: TeamId, id: string): Key {
  return { pk: `${team}#person#${id}`, sk: 'slack' };
}

function peopleKey(team: TeamId): Key {
  return { pk: `${team}#people`, sk: 'version' };
}

function knownExpiry(at: number): number {
  return Math.floor(at / 1000) + 30 * daySeconds;
}

/** Under what a person is found again: their account, where they have one, and the sign of their address, where there is any. */
function holderKeys(
  team: TeamId,
  id: string,
  { user, address }: { readonly user: UserId | undefined; readonly address: string },
): Key[] {
  const sk = `person#${id}`;
  return [
    ...(user === undefined ? [] : [{ pk: `${team}#account#${user}`, sk }]),
    ...(address === '' ? [] : [{ pk: `${team}#address#${address}`, sk }]),
  ];
}

/** What was left out is not there once it is read back. */
function withoutGaps(call: Call): unknown {
  return JSON.parse(JSON.stringify(call));
}

function shardOf(pk: string, shards: readonly [string, ...string[]] = dueShards): string {
  const [byte = 0] = createHash('sha256').update(pk).digest();
  return shards[byte % shards.length] ?? shards[0];
}
