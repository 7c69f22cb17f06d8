import { Socket } from 'node:net';

/** A connection that would have left this machine. */
class LeavesThisMachine extends Error {
  override readonly name = 'LeavesThisMachine';
  readonly code = 'ECONNREFUSED';

  constructor(host: string) {
    super(`The local runner connects to nothing but this machine, and ${host} is elsewhere.`);
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

/** The host that arguments of `Socket.connect` name; undefined for a path or for Node's default, which is this machine. */
function hostIn(args: readonly unknown[]): string | undefined {
  const [first, second] = args;
  // net.connect hands its arguments over as one list: [options, callback].
  if (Array.isArray(first)) return hostIn(first);
  if (typeof first === 'object' && first !== null) {
    const { host, path } = first as { readonly host?: unknown; readonly path?: unknown };
    return typeof host === 'string' && typeof path !== 'string' ? host : undefined;
  }
  return typeof second === 'string' ? second : undefined;
}

/**
 * From now on no connection of this thread leaves the machine, whoever opens it (fetch, the AWS SDK, a library that reports
 * home): it fails at once, before any name is looked up. `alsoAllowed` are hosts that the person at the keyboard named,
 * such as another Slack.
 */
export function stayOnLoopback(alsoAllowed: readonly string[]): void {
  const connect = Socket.prototype.connect as (...args: unknown[]) => Socket;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
    const host = hostIn(args);
    if (host === undefined || isLoopback(host) || alsoAllowed.includes(host)) return connect.apply(this, args);
    process.nextTick(() => this.destroy(new LeavesThisMachine(host)));
    return this;
  };
}
