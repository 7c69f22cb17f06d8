import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The one address that anything here listens on: nothing of the runner can be reached from another machine. */
export const LOOPBACK = '127.0.0.1';

/** How long requests under way may still take when a server stops. */
const GRACE_MS = 2_000;

/** A port that somebody else has. The message says what to do. */
export class PortInUse extends Error {
  override readonly name = 'PortInUse';

  constructor(port: number, setting: string) {
    super(
      `Port ${port} is in use. Stop what listens there (\`lsof -i :${port}\` names it), ` +
        `or choose another port: ${setting}=${port + 1} npm start`,
    );
  }
}

/** Listens on loopback at `port` (0: any free one) and answers the origin. `setting` is the name that moves the port. */
export async function listenOnLoopback(server: Server, port: number, setting: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUse(port, setting) : error);
    server.once('error', failed);
    server.listen(port, LOOPBACK, () => {
      server.off('error', failed);
      resolve();
    });
  });
  return `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
}

/** Closes a server: requests under way may end within a moment, idle connections are closed at once. */
export async function closeServer(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}
