import type { Queue } from '../aws/queue.ts';
import type { Change, Item, Key } from '../aws/table.ts';
import type { WholeTable } from '../aws/whole-table.ts';
import type { Clock } from '../base/clock.ts';
import type { Doomed, Step } from '../base/erasing.ts';
import type { TeamId } from '../base/names.ts';
import { erasedBytes } from './erased.ts';
import { leadPartition } from './lead-store.ts';
import { fold, type Initiated } from './lifecycle.ts';
import { nobody, withoutPayer } from './nameless.ts';
import { payer } from './people.ts';
import { bytesOf, compress, type PaymentStore, type Place, partition, placeOf, type ThreadPlace } from './store.ts';
import { message, threadRef } from './wake.ts';
import { warningKey } from './warning.ts';

/** Somebody who pays, by the company's own id, with every thread in which a payment of theirs is told. */
export type Payer = {
  readonly team: TeamId;
  readonly leadId: string;
  readonly threads: readonly PayerThread[];
  /** Whether the company said who looks after them: a record with their name. */
  readonly isRecorded: boolean;
  /** Where their payments stand in lists of many (of a day, of what needs somebody) under their name. */
  readonly listed: readonly Listed[];
  /** The orders that War Room made for them and still knows by the caller's key. */
  readonly created: readonly Item[];
};

type Listed = { readonly key: Key; readonly field: (typeof lists)[number]; readonly thread: string };

/** The fields of rows that list a payment, each with its `subject`, the line that names who pays. */
const lists = ['shown', 'concern'] as const;

type PayerThread = ThreadPlace & {
  readonly thread: string;
  readonly homes: readonly string[];
  /** The keys of everything that is told of it in Slack: its own thread, threads joined into it, warnings in the ops channel. */
  readonly keys: readonly string[];
  /** Of these, the threads whose root has only pointed to this one since they were joined: what was replied there stays as it was. */
  readonly pointing: readonly string[];
};

export type PayerParts = {
  readonly payments: WholeTable;
  readonly store: Pick<PaymentStore, 'threadOf' | 'factsOf'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
};

/** What is kept of a payer: what was announced in their name leads to the threads, and these to all that was heard of them. */
export async function payerIn(team: TeamId, leadId: string, { payments, store }: PayerParts): Promise<Payer> {
  const paid = new Map<string, Place>();
  const created: Item[] = [];
  const rows: Listed[] = [];
  const own = leadPartition(team, leadId);
  let isRecorded = false;
  for await (const item of payments.itemsOf(team)) {
    if (item.pk === own && item.sk === 'owner') isRecorded = true;
    const place = item.pk === own ? ofRow(team, item) : placeOf(item.pk);
    const isTheirs = (item['initiated'] as Initiated | undefined)?.lead.id === leadId;
    if (place && (isTheirs || item.pk === own)) paid.set(partition(place), place);
    else if (isTheirs) created.push(item);
    rows.push(...rowsIn(item));
  }

  const threads = new Map<string, PayerThread>();
  for (const place of paid.values()) {
    const thread = (await store.threadOf(place, place.home)) ?? place.home;
    const { facts, homes } = await store.factsOf(place, thread);
    const warnings = fold(facts).warnings.map((warning) => `warning#${warningKey(warning, thread)}`);
    const all = [...new Set([...homes, place.home])];
    const { account } = place;
    const keyOf = (key: string) => threadRef(place, key).key;
    const pointing = all.filter((home) => home !== thread).map(keyOf);
    const keys = [...all, ...warnings].map(keyOf);
    threads.set(`${account}#${thread}`, { team, account, thread, homes: all, keys, pointing });
  }
  const all = [...threads.values()].flatMap(({ account, homes }) => homes.map((home) => `${account}#${home}`));
  const listed = rows.filter(({ thread }) => all.includes(thread));
  return { team, leadId, threads: [...threads.values()], isRecorded, listed, created };
}

/**
 * Takes a payer's name, and all by which they could be reached or recognised, out of what is kept. Facts stay, each under its
 * key, which is the hash of the bytes as they came: so the same delivery is still a duplicate, and the fold tells the same
 * state, amounts and ids. Their id stays as well: it is the company's word for them, and says whose plan an instalment is of.
 */
export function erasingPayer(payer: Payer, parts: PayerParts): Step[] {
  const { team, leadId, threads } = payer;
  const { table } = parts.payments;
  return [
    {
      what: 'facts of payments',
      atOnce: 10,
      find: async function* () {
        for (const { homes, ...place } of threads) {
          for (const home of homes) {
            const facts = await table.query(partition({ ...place, home }), 'fact#');
            for (const fact of facts) yield* doomed(fact, erasing(fact, leadId, parts.clock.now()), parts.payments);
          }
        }
      },
    },
    {
      what: 'rows of lists of payments',
      find: async function* () {
        for (const { key, field } of payer.listed) {
          yield async () => {
            // Whoever tells the thread next lists it again, without the name.
            if (field === 'concern') await table.delete(key);
            else await table.update(key, { update: `REMOVE ${field}`, when: 'attribute_exists(pk)' });
            return 'erased';
          };
        }
      },
    },
    {
      what: 'orders made for an Idempotency-Key',
      find: async function* () {
        for (const item of payer.created) yield* doomed(item, erasing(item, leadId, parts.clock.now()), parts.payments);
      },
    },
    {
      what: 'record of who looks after them',
      find: async function* () {
        if (!payer.isRecorded) return;
        yield async () => {
          await table.delete({ pk: leadPartition(team, leadId), sk: 'owner' });
          return 'erased';
        };
      },
    },
  ];
}

/** Has a worker tell each thread of a payer anew: what it edits in Slack has no name any more. */
export function retelling({ threads }: Payer, { queue, newId }: PayerParts): Step {
  return {
    what: 'payment threads, handed over to be edited in Slack within minutes',
    once: true,
    find: async function* () {
      for (const { team, account, thread } of threads) {
        yield async () => {
          await queue.send(message({ team, account, home: thread, cause: 'erased' }, { unique: newId() }));
          return 'erased';
        };
      }
    },
  };
}

/** What has to change of an item so that nothing of the payer is in it; undefined where nothing is. `now` in milliseconds. */
function erasing(item: Item, leadId: string, now: number): Change | undefined {
  const initiated = item['initiated'] as Initiated | undefined;
  if (initiated) {
    if (initiated.lead.id !== leadId || initiated.lead.name === nobody) return undefined;
    return { update: 'SET initiated = :initiated', values: { ':initiated': withoutPayer(initiated) } };
  }
  if (item['body'] === undefined || item['erased'] !== undefined) return undefined;
  const bytes = erasedBytes(bytesOf(item['body'] as Uint8Array));
  return bytes
    ? { update: 'SET body = :body, erased = :at', values: { ':body': compress(bytes), ':at': now } }
    : { update: 'SET erased = :at REMOVE body', values: { ':at': now } };
}

async function* doomed({ pk, sk }: Item, change: Change | undefined, { table }: WholeTable): AsyncGenerator<Doomed> {
  if (!change) return;
  yield async () => {
    // One that has expired meanwhile does not come back as half of itself.
    await table.update({ pk, sk }, { ...change, when: 'attribute_exists(pk)' });
    return 'erased';
  };
}

/** The lists in which an item stands under somebody's name. */
function rowsIn({ pk, sk, ...fields }: Item): Listed[] {
  return lists.flatMap((field) => {
    const { subject, thread } = (fields[field] ?? {}) as { readonly subject?: unknown; readonly thread?: unknown };
    if (typeof subject !== 'string' || subject === '' || subject.includes(payer({ initiated: undefined }))) return [];
    const account = sk.split('#').at(field === 'concern' ? 1 : 0);
    return [{ key: { pk, sk }, field, thread: field === 'concern' ? `${account}#${thread}` : sk }];
  });
}

/** The payment that a row of a lead speaks of. */
function ofRow(team: TeamId, { sk }: Item): Place | undefined {
  const [, account, home] = /^thread#([^#]+)#([^#]+)$/.exec(sk) ?? [];
  return account && home ? { team, account, home } : undefined;
}
