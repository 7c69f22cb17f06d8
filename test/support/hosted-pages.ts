/** Every hosted page as it can look, served as the functions serve it: for pictures, and for whoever looks for faults in them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { userId } from '../../shared/base/names.ts';
import { assetNamed } from '../../shared/install/asset.ts';
import { connectedPage, connectionsPage, type Shown } from '../../shared/install/connections-page.ts';
import { landing } from '../../shared/install/landing.ts';
import { type Outcome, outcomePage } from '../../shared/install/outcome.ts';
import { privacy } from '../../shared/install/privacy.ts';
import { type Reply, respond } from '../../shared/install/reply.ts';
import { support } from '../../shared/install/support.ts';
import { terms } from '../../shared/install/terms.ts';

const supportEmail = 'help@war-room.example';
const workspace = 'Acme Academy';

const connection = {
  user: userId('U0KAVYA001'),
  version: '1',
  since: Date.UTC(2026, 10, 20, 5, 12),
  lastUsed: Date.UTC(2026, 10, 22, 8, 35),
  state: 'live',
} as const;

const shown: Shown = {
  name: 'Kavya Rao',
  workspace: { name: workspace, url: 'https://acme-academy.slack.com/' },
  app: 'live',
  connection: undefined,
  known: true,
  timeZone: 'Asia/Kolkata',
  token: 'a-token',
};

/** One for each kind of outcome; some kinds read differently by what was begun. */
const outcomes: Readonly<Record<string, Outcome>> = {
  cancelled: { kind: 'cancelled', purpose: 'me' },
  expired: { kind: 'expired', purpose: undefined },
  'other-browser': { kind: 'other-browser' },
  'wrong-workspace': { kind: 'wrong-workspace', came: 'Bright Path Tutors', purpose: 'app', back: 'yes' },
  'other-person': { kind: 'other-person', back: 'yes' },
  'email-unknown': { kind: 'email-unknown', workspace, back: 'yes', installed: false },
  'installed-email-unknown': { kind: 'email-unknown', workspace, back: 'nothing', installed: true },
  'email-unconfirmed': { kind: 'email-unconfirmed', workspace, back: 'unsure', installed: false },
  'not-installed': { kind: 'not-installed', workspace, back: 'nothing' },
  'scope-missing': { kind: 'scope-missing', scopes: ['groups:write', 'users:read.email'], purpose: 'app', back: 'yes' },
  'org-wide': { kind: 'org-wide', back: 'yes' },
  unreachable: { kind: 'unreachable', purpose: 'sign-in', back: 'nothing' },
  refused: { kind: 'refused', purpose: 'app', code: 'bad_client_secret', back: 'nothing' },
  'app-ended': { kind: 'email-unknown', workspace, back: 'with-the-app', installed: false },
  'not-granted': { kind: 'not-granted', purpose: 'app', code: 'app_approval_pending' },
  'button-too-old': { kind: 'token-refused' },
  failed: { kind: 'failed', requestId: '8f2c6f0e-5d0f-4a52-9a43-0a7cd2b1c0de' },
  'not-found': { kind: 'not-found' },
};

const page = (shows: ReturnType<typeof landing>): Reply => ({
  kind: 'page',
  status: 200,
  page: shows,
  outcome: 'shown',
});

/** Every page, by a name of its own. */
export const hostedPages: Readonly<Record<string, Reply>> = {
  landing: page(landing()),
  privacy: page(privacy(supportEmail)),
  terms: page(terms(supportEmail)),
  support: page(support(supportEmail)),
  'connected-app': page(connectedPage(shown, 'app')),
  'connected-app-without-channels': page(connectedPage({ ...shown, app: 'without-channels' }, 'app')),
  'connected-me': page(connectedPage({ ...shown, connection }, 'me')),
  'connections-none': page(connectionsPage(shown)),
  'connections-live': page(connectionsPage({ ...shown, connection })),
  'connections-disconnected': page(connectionsPage(shown, 'disconnected')),
  'connections-leaving': page(
    connectionsPage({ ...shown, connection: { ...connection, state: 'leaving' } }, 'leaving'),
  ),
  'connections-refused': page(connectionsPage({ ...shown, connection: { ...connection, state: 'refused' } })),
  'connections-app-gone': page(connectionsPage({ ...shown, app: 'gone' }, 'disconnected-app')),
  ...Object.fromEntries(Object.entries(outcomes).map(([name, one]) => [name, outcomePage(one, supportEmail)])),
};

/** Serves them on loopback, each under its name. */
export async function serveHostedPages(): Promise<{ readonly url: string; readonly stop: () => void }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://pages.test');
    const asset = assetNamed(pathname.replace('/assets/', ''));
    const found: Reply | undefined = asset
      ? { kind: 'file', outcome: 'shown', ...asset }
      : hostedPages[pathname.slice(1)];
    const { statusCode, headers, body } = respond(found ?? outcomePage({ kind: 'not-found' }, undefined));
    response.writeHead(statusCode ?? 200, headers as Record<string, string>).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() };
}
