/** A burst into one channel at the pace that production keeps: everybody waits, nobody is buried for it. */
import { describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { seededRandom } from '../../lib/local/stories.ts';
import { Table } from '../../shared/aws/table.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { message } from '../../shared/payments/wake.ts';
import { work } from '../../shared/payments/work.ts';
import { outboxTimes } from '../../shared/slack/times.ts';
import { attempt, bytesOf, captured, failed, initiated, start } from '../support/facts.ts';
import { startRoom } from '../support/room.ts';
import { ids } from '../support/slack-world.ts';

const payments = 120;
const postsEach = 3;

describe('a burst into one channel at one post a second', () => {
  it('is told in little more than the time that its posts take, each record received a few dozen times at most', async () => {
    const database = memoryDatabase();
    const room = await startRoom((name) => new Table(database, name), { inProcess: true, times: outboxTimes({}) });
    const store = new PaymentStore(room.table('payments'));
    const random = seededRandom(5);
    const queue: { body: string; group: string; visibleAt: number; receives: number }[] = [];
    for (let n = 0; n < payments; n += 1) {
      const place = { team: room.team.id, account: 'live', home: `order_${n}` };
      const fact = initiated({ orderId: place.home });
      if (fact.source === 'initiated') await store.recordInitiated(place, fact.initiated, { at: 0, dueAt: 1 });
      const tries = [1, 2].map((k) => attempt(`pay_${n}_${k}`, { orderId: place.home, at: start + k }));
      const bodies = tries.map((one, k) => bytesOf(k === 0 ? failed(one) : captured(one)));
      for (const bytes of bodies) {
        await store.recordDelivery(place, { eventId: undefined, bytes, secret: 'current', at: 0 });
      }
      const { body, group } = message({ ...place, cause: 'webhook' }, { unique: 'u' });
      queue.push({ body, group, visibleAt: room.time.now(), receives: 0 });
    }
    const began = room.time.now();
    const nothing = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const buried: string[] = [];
    const dependencies = {
      tell: room.tell,
      pacing: { scale: 1, attemptMs: 7_000, random },
      deadLetters: { send: async ({ body }: { readonly body: string }) => void buried.push(body) },
      lines: nothing,
      count: () => undefined,
      reportError: () => undefined,
    };

    let most = 0;
    while (queue.length > 0) {
      queue.sort((a, b) => a.visibleAt - b.visibleAt);
      const [next] = queue;
      if (!next) break;
      room.time.advance(Math.max(0, next.visibleAt - room.time.now()));
      next.receives += 1;
      most = Math.max(most, next.receives);
      const attributes = { MessageGroupId: next.group, ApproximateReceiveCount: String(next.receives) };
      const record = { body: next.body, messageId: 'm', receiptHandle: 'r', attributes } as unknown as SQSRecord;
      const verdict = await work([record], room.time.now() + 29_000, dependencies);
      if (verdict === 'done') queue.shift();
      else next.visibleAt = room.time.now() + Math.max(1_000, verdict.comeBackMs ?? 180_000);
    }

    const tookSeconds = (room.time.now() - began) / 1_000;
    console.log(
      `${payments} payments, ${payments * postsEach} posts: ${Math.round(tookSeconds)} s, received ${most} times at most`,
    );
    expect(buried).toEqual([]);
    expect(room.front.control.messages(ids.payments)).toHaveLength(payments * postsEach);
    expect(most).toBeLessThan(80);
    expect(tookSeconds).toBeLessThan(payments * postsEach * 1.5);
  }, 120_000);
});
