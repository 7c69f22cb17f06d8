import type { Item, Key, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import { type Episode, type ParkedRecord, readName, recordName } from './record.ts';

/**
 * What became of a parked record. `retrying`: somebody pressed Retry, and its wake may not have reached the queue yet; it
 * waits like `waiting` does. `solved`: it was told, whatever had it told.
 */
export type ParkedState = 'waiting' | 'retrying' | 'retried' | 'ignored' | 'solved';

/** A parked record as it is kept: one for each subject and code, however often it is parked. */
export type Parked = ParkedRecord & {
  readonly state: ParkedState;
  /** The `since` of the episode that it belongs to. */
  readonly episode: number;
  /** The message of the dead letters that was read last: the same one, read again, is no news. */
  readonly parking: string;
  /** How often it was parked. */
  readonly times: number;
  /** The press that settled it, or is about to. */
  readonly press: string | undefined;
  /** When it was told after all (ms). */
  readonly solvedAt: number | undefined;
};

/** What somebody decided about an episode, and of how many records. `at` in milliseconds. */
export type Press = {
  readonly id: string;
  readonly kind: 'retry' | 'ignore';
  /** Who pressed, as the directory has them. */
  readonly by: { readonly id: string; readonly name: string };
  readonly at: number;
  readonly records: number;
};

/** A message of the dead letters, and when it was sent and read (ms). */
type Parking = { readonly id: string; readonly sentAt: number; readonly at: number };

/** Several workers park, and several people press, at a time at most. */
const tries = 20;

/** What waits is kept for as long as what it is about; what is settled for two weeks, as its record in the queue would have been. */
const keptDays = 400;
const settledDays = 14;

/**
 * What of a room needs a person, in the room's own table: a partition for each team. `cause#<code>` says which episode of a code is
 * the current one; a new one begins only where nothing of it waits, so that people are told once of what is alike.
 */
export class ParkedStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Keeps a parked record, once for each `parking` (the id of its message), as part of the current episode of its code, or
   * of a new one where nothing waits in that. Answers the episodes whose notices have to be brought up to date, and whether
   * this is news. May be run again at any time.
   */
  async keep(
    record: ParkedRecord,
    parking: Parking,
  ): Promise<{ readonly episodes: readonly Episode[]; readonly isNews: boolean }> {
    const { team, code } = record;
    const left = new Set<number>();
    let isNews = false;
    const answer = (since: number) => ({ episodes: [since, ...left].map((each) => ({ code, since: each })), isNews });
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const kept = readParked(await this.#table.get(recordKey(record)));
      // It was parked, told all the same, and only then its dead letter is read.
      if (kept?.solvedAt !== undefined && parking.sentAt < kept.solvedAt) return { episodes: [], isNews };
      const isKnown = kept?.parking === parking.id;
      if (isKnown && !isWaiting(kept)) return answer(kept.episode);

      const since = await this.#joined(team, code, parking.at);
      if (since === undefined) continue;
      if (!isKnown) {
        if (!(await this.#write(record, since, parking, kept))) continue;
        isNews = true;
      } else if (kept.episode !== since) {
        if (!(await this.#move(kept, since))) continue;
        left.add(kept.episode);
      }
      if ((await this.#current(team, code)) === since) return answer(since);
      // Somebody saw nothing wait before this was written, and began another episode: the record goes along.
    }
    throw new Error(`Others kept changing what is parked as ${code}.`);
  }

  /** Everything of a team that waits for a person, the longest first. */
  async waiting(team: TeamId): Promise<Parked[]> {
    const records = (await this.#table.query(partition(team), 'record#')).flatMap((item) => readParked(item) ?? []);
    return records.filter(isWaiting).sort((a, b) => a.since - b.since);
  }

  /** How many records of a team wait for a person. */
  async count(team: TeamId): Promise<number> {
    return (await this.waiting(team)).length;
  }

  /** The records of an episode, settled ones among them, the longest first. */
  async of(team: TeamId, { code, since }: Episode): Promise<Parked[]> {
    const items = await this.#table.query(partition(team), `record#${code}#`);
    return items
      .flatMap((item) => readParked(item) ?? [])
      .filter(({ episode }) => episode === since)
      .sort((a, b) => a.since - b.since || (a.subject < b.subject ? -1 : 1));
  }

  /** What was decided about an episode, in the order in which it was. */
  async presses(team: TeamId, episode: Episode): Promise<Press[]> {
    const items = await this.#table.query(partition(team), pressKey(team, episode, '').sk);
    return items.map(readPress).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  }

  async press(team: TeamId, episode: Episode, id: string): Promise<Press | undefined> {
    const item = await this.#table.get(pressKey(team, episode, id));
    return item && readPress(item);
  }

  /** Keeps what was decided, once for a press. */
  async decide(team: TeamId, episode: Episode, press: Press): Promise<void> {
    const { id: _, ...decided } = press;
    await this.#table.insert({ ...pressKey(team, episode, press.id), ...decided, expires: after(keptDays, press.at) });
  }

  /** A press takes a record that waits, to wake it. False: it is settled. */
  async begin(record: Parked, press: string): Promise<boolean> {
    return this.#settle(record, ['waiting', 'retrying'], { state: 'retrying', press });
  }

  /** The wake of a record is in the queue. False: another press has taken it over, or it was parked again. */
  async sent(record: Parked, press: string, now: number): Promise<boolean> {
    return this.#settle(record, ['retrying'], { state: 'retried', press, heldBy: press, now });
  }

  /** Nothing is done about a record. False: it is settled, or being tried again. */
  async ignore(record: Parked, press: string, now: number): Promise<boolean> {
    return this.#settle(record, ['waiting'], { state: 'ignored', press, now });
  }

  /**
   * It was told after all: nobody has to do anything about it, and what was parked of it before is no news any more.
   * Answers the episode that it belongs to, if any: also where a run before this one stopped half-way.
   */
  async solve(record: Pick<ParkedRecord, 'team' | 'code' | 'subject'>, now: number): Promise<Episode | undefined> {
    const key = recordKey(record);
    const kept = readParked(await this.#table.get(key));
    await this.#table.update(key, {
      update: 'SET #state = :solved, solvedAt = :now, expires = :expires',
      names: { '#state': 'state' },
      values: { ':solved': 'solved', ':now': now, ':expires': after(settledDays, now) },
    });
    return kept && kept.episode > 0 ? { code: record.code, since: kept.episode } : undefined;
  }

  #settle(
    record: Parked,
    from: readonly [ParkedState, ParkedState?],
    to: { readonly state: ParkedState; readonly press: string; readonly heldBy?: string; readonly now?: number },
  ): Promise<boolean> {
    const [one, other = one] = from;
    return this.#table.update(recordKey(record), {
      update: `SET #state = :to, press = :press${to.now === undefined ? '' : ', expires = :expires'}`,
      when: `(#state = :one OR #state = :other)${to.heldBy === undefined ? '' : ' AND press = :by'}`,
      names: { '#state': 'state' },
      values: {
        ':to': to.state,
        ':press': to.press,
        ':one': one,
        ':other': other,
        ...(to.heldBy !== undefined && { ':by': to.heldBy }),
        ...(to.now !== undefined && { ':expires': after(settledDays, to.now) }),
      },
    });
  }

  /** The `since` of the episode that a record parked at `at` belongs to. Undefined: somebody else was faster. */
  async #joined(team: TeamId, code: string, at: number): Promise<number | undefined> {
    const current = await this.#current(team, code);
    if (current !== undefined && (await this.#waits(team, { code, since: current }))) return current;
    const key = causeKey(team, code);
    if (current === undefined) return (await this.#table.insert({ ...key, since: at })) ? at : undefined;
    const since = Math.max(at, current + 1);
    const begun = await this.#table.replace(
      { ...key, since },
      { when: 'since = :before', values: { ':before': current } },
    );
    return begun ? since : undefined;
  }

  async #current(team: TeamId, code: string): Promise<number | undefined> {
    const item = await this.#table.get(causeKey(team, code));
    return item && Number(item['since']);
  }

  /** Whether anything of an episode waits. Mostly the first few records say so. */
  async #waits(team: TeamId, { code, since }: Episode): Promise<boolean> {
    const isIn = (item: Item) => {
      const record = readParked(item);
      return record?.episode === since && isWaiting(record);
    };
    const prefix = `record#${code}#`;
    const first = await this.#table.query(partition(team), prefix, 10);
    if (first.some(isIn) || first.length < 10) return first.some(isIn);
    return (await this.#table.query(partition(team), prefix)).some(isIn);
  }

  #write(record: ParkedRecord, episode: number, parking: Parking, kept: Parked | undefined): Promise<boolean> {
    const { why, since, attempts } = record;
    const item = {
      ...recordKey(record),
      why,
      since,
      attempts,
      episode,
      state: 'waiting',
      parking: parking.id,
      times: (kept?.times ?? 0) + 1,
      expires: after(keptDays, parking.at),
    };
    if (!kept) return this.#table.insert(item);
    // What was told before it was ever parked has a row without a letter.
    if (kept.parking === '') return this.#table.replace(item, { when: 'attribute_not_exists(parking)' });
    return this.#table.replace(item, { when: 'parking = :before', values: { ':before': kept.parking } });
  }

  #move(record: Parked, to: number): Promise<boolean> {
    const { parking, episode } = record;
    return this.#table.update(recordKey(record), {
      update: 'SET episode = :to',
      when: 'parking = :parking AND episode = :from',
      values: { ':to': to, ':parking': parking, ':from': episode },
    });
  }
}

/** Whether a record still needs somebody. */
export function isWaiting({ state }: Pick<Parked, 'state'>): boolean {
  return state === 'waiting' || state === 'retrying';
}

function partition(team: TeamId): string {
  return `${team}##parked`;
}

function causeKey(team: TeamId, code: string): Key {
  return { pk: partition(team), sk: `cause#${code}` };
}

function recordKey({ team, ...record }: Pick<ParkedRecord, 'team' | 'code' | 'subject'>): Key {
  return { pk: partition(team), sk: `record#${recordName(record)}` };
}

function pressKey(team: TeamId, { code, since }: Episode, id: string): Key {
  return { pk: partition(team), sk: `press#${code}#${since}#${id}` };
}

function readParked(item: Item | undefined): Parked | undefined {
  const name = item?.sk.startsWith('record#') ? readName(item.sk.slice('record#'.length)) : undefined;
  if (!item || !name) return undefined;
  return {
    team: item.pk.slice(0, -'##parked'.length) as TeamId,
    ...name,
    why: String(item['why']),
    since: Number(item['since']),
    attempts: Number(item['attempts']),
    state: item['state'] as ParkedState,
    episode: Number(item['episode'] ?? 0),
    parking: String(item['parking'] ?? ''),
    times: Number(item['times'] ?? 0),
    press: item['press'] as string | undefined,
    solvedAt: item['solvedAt'] === undefined ? undefined : Number(item['solvedAt']),
  };
}

function readPress(item: Item): Press {
  return {
    id: item.sk.split('#').slice(3).join('#'),
    kind: item['kind'] as Press['kind'],
    by: item['by'] as Press['by'],
    at: Number(item['at']),
    records: Number(item['records']),
  };
}

/** Epoch seconds. */
function after(days: number, ms: number): number {
  return Math.floor(ms / 1000) + days * 86_400;
}
