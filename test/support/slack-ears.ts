/** What the local Slack says by itself, taken in by the ingress and acted on by the worker, in one process. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Message } from '../../shared/aws/queue.ts';
import type { Table } from '../../shared/aws/table.ts';
import { Retry } from '../../shared/base/errors.ts';
import { type Consequence, type HearParts, hear } from '../../shared/slack/hear.ts';
import { Held, type Wake } from '../../shared/slack/held.ts';
import { receive } from '../../shared/slack/ingress.ts';
import { Moved } from '../../shared/slack/moved.ts';
import { type News, readNews } from '../../shared/slack/news.ts';
import { Revocations } from '../../shared/slack/revocation.ts';
import { ThreadLog, type ThreadRef } from '../../shared/slack/thread-log.ts';
import type { Room } from './room.ts';

/** The ears of a room. */
export type Ears = {
  /** Takes in everything that Slack has to say until now, and acts on it. Answers what came of each, by what it was. */
  readonly listen: () => Promise<readonly (readonly [News['what'], Consequence | Retry])[]>;
  /** What Slack has said until now and nobody has acted on. */
  readonly said: () => Promise<readonly News[]>;
  readonly hear: (news: News) => Promise<Consequence>;
  /** What was woken since: threads that were held, and threads by their keys. */
  readonly woken: { readonly held: Wake[]; readonly threads: ThreadRef[] };
  /** What the rooms were told since. */
  readonly told: Parameters<HearParts['tellRooms']>[0][];
  readonly stop: () => Promise<void>;
};

/** The parts of a worker; `table` may be watched. */
export function hearing(
  room: Room,
  woken: Ears['woken'],
  table: (name: string) => Table = room.table,
  told: Ears['told'] = [],
): HearParts {
  return {
    revocations: new Revocations(table('installations')),
    held: new Held(table('messages'), 3_600_000),
    moved: new Moved(table('messages')),
    log: new ThreadLog(table('messages')),
    clock: { now: () => room.time.now() },
    times: { callMs: 250 },
    wake: async (wake) => void woken.held.push(wake),
    wakeThread: async (ref) => void woken.threads.push(ref),
    tellRooms: async (news) => void told.push(news),
  };
}

/** Listens to the Slack of a room, over loopback, with the signature that it sends. */
export async function openEars(room: Room, signingSecret: string): Promise<Ears> {
  const queue: Message[] = [];
  const woken = { held: [] as Wake[], threads: [] as ThreadRef[] };
  const came = new Set<string>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { headers } = request;
    const receipt = await receive(
      {
        bytes: Buffer.concat(chunks),
        contentType: headers['content-type'],
        timestamp: headers['x-slack-request-timestamp'],
        signature: headers['x-slack-signature'],
      },
      {
        signing: { find: async (look) => look({ current: signingSecret, previous: undefined }) },
        events: {
          keep: async ({ id }) => {
            const known = came.has(id);
            came.add(id);
            return known ? 'duplicate' : 'stored';
          },
        },
        queues: { slack: { send: async (message) => void queue.push(message) }, desk: { send: async () => {} } },
        look: async () => ({ accepted: true }),
        clock: { now: () => room.time.now() },
        report: (error) => {
          throw error;
        },
      },
    );
    response.writeHead(receipt.status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  room.front.control.sendTo({ events: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events` });

  const told: Ears['told'] = [];
  const parts = hearing(room, woken, room.table, told);
  const said = async () => {
    await room.front.control.delivered();
    // The room stands for the workspace under a team of its own.
    return queue.flatMap(({ body }): News[] => {
      const news = readNews(body);
      return news ? [{ ...news, team: room.team.id }] : [];
    });
  };
  return {
    said,
    hear: (news) => hear(news, parts),
    listen: async () => {
      const outcomes: [News['what'], Consequence | Retry][] = [];
      const all = await said();
      queue.length = 0;
      for (const news of all) {
        const outcome = await hear(news, parts).catch((error: unknown) => {
          if (error instanceof Retry) return error;
          throw error;
        });
        outcomes.push([news.what, outcome]);
      }
      return outcomes;
    },
    woken,
    told,
    stop: async () => {
      room.front.control.stop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
