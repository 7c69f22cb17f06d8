/**
 * The thread that sends requests while the ingress is measured, so that what sends does not wait for what serves. Started by
 * `throughput.ts` with one batch of requests at a time.
 */
import { Agent, request } from 'node:http';
import { parentPort } from 'node:worker_threads';

export type Shot = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** Requests to one address, so many at a time. */
export type Load = { readonly url: string; readonly shots: readonly Shot[]; readonly inflight: number };

export type Fired = {
  readonly tookMs: number;
  readonly latenciesMs: readonly number[];
  /** How many were answered otherwise than 200. */
  readonly refused: number;
};

const agent = new Agent({ keepAlive: true });

async function fire({ url, shots, inflight }: Load): Promise<Fired> {
  const left = [...shots];
  const latenciesMs: number[] = [];
  let refused = 0;
  const lane = async () => {
    for (let shot = left.pop(); shot !== undefined; shot = left.pop()) {
      const began = performance.now();
      if ((await sent(url, shot)) !== 200) refused += 1;
      latenciesMs.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: inflight }, lane));
  return { tookMs: performance.now() - began, latenciesMs, refused };
}

function sent(url: string, { headers, body }: Shot): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { agent, method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (incoming) => {
        incoming.resume();
        incoming.once('end', () => resolve(incoming.statusCode ?? 0));
        incoming.once('error', reject);
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

parentPort?.on('message', async (load: Load) => parentPort?.postMessage(await fire(load)));
