/** Tries every usual way out of the machine, under the guard, and prints how each ended. */
import { request } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { stayOnLoopback } from '../../../lib/local/loopback.ts';

stayOnLoopback(['198.51.100.7']);

type Attempt = (settle: (how: string) => void) => void;
const named = (error: Error): string => (error.cause instanceof Error ? error.cause.name : error.name);

// Addresses of RFC 5737, which nobody has: what got past the guard would wait, not answer.
const attempts: Readonly<Record<string, Attempt>> = {
  fetch: (settle) => void fetch('http://192.0.2.1/').catch((error: Error) => settle(named(error))),
  'fetch by name': (settle) => void fetch('https://api.razorpay.com/').catch((error: Error) => settle(named(error))),
  https: (settle) =>
    void request('https://192.0.2.1/')
      .on('error', (error) => settle(named(error)))
      .end(),
  'net, port and host': (settle) => void connect(80, '192.0.2.1').on('error', (error) => settle(named(error))),
  'net, options': (settle) =>
    void connect({ port: 80, host: '192.0.2.1' }).on('error', (error) => settle(named(error))),
  tls: (settle) => void connectTls({ port: 443, host: '192.0.2.1' }).on('error', (error) => settle(named(error))),
  'this machine': (settle) => void fetch('http://127.0.0.1:9/').catch((error: Error) => settle(named(error))),
  'a host that was allowed': (settle) => {
    const socket = connect({ port: 80, host: '198.51.100.7' }).on('error', () => settle('tried'));
    setImmediate(() => {
      socket.destroy();
      settle('tried');
    });
  },
};

const ended: Record<string, string> = {};
for (const [name, attempt] of Object.entries(attempts)) {
  ended[name] = await new Promise<string>((settle) => {
    setTimeout(() => settle('got out'), 2_000).unref();
    attempt(settle);
  });
}
console.log(JSON.stringify(ended));
process.exit(0);
