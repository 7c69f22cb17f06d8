import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { closeServer, listenOnLoopback } from '../../lib/local/listen.ts';

/** Stands before a service, passes everything on, and keeps the bodies that went either way. */
export type Transcript = {
  readonly origin: string;
  /** Bodies of requests and answers, as text, in the order in which they came. */
  readonly bodies: readonly string[];
  stop(): Promise<void>;
};

/** Before the service at `behind`; without one it takes everything, and answers nothing but 200. */
export async function startTranscript(behind?: string): Promise<Transcript> {
  const bodies: string[] = [];
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const asked = await text(incoming);
    bodies.push(asked);
    if (behind === undefined) {
      outgoing.end('{}');
      return;
    }
    const { host: _, ...headers } = incoming.headers;
    const passed = request(new URL(incoming.url ?? '/', behind), { method: incoming.method, headers });
    passed.once('error', () => outgoing.destroy());
    passed.once('response', (answered) => {
      void text(answered).then((said) => {
        bodies.push(said);
        outgoing.writeHead(answered.statusCode ?? 502, answered.headers);
        outgoing.end(said);
      });
    });
    passed.end(asked);
  };
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  const origin = await listenOnLoopback(server, 0, '');
  return { origin, bodies, stop: () => closeServer(server) };
}
