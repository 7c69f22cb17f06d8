import { type Finding, fine, wrong } from '../stage/finding.ts';

/** An answer of the API, as far as it is looked at. */
export type Answer = { readonly status: number; readonly date: string | undefined; readonly body: string };

/** Sends a request; rejects where no answer came. */
export type Http = (
  url: string,
  request?: { readonly method: 'POST'; readonly headers: Record<string, string>; readonly body: string },
) => Promise<Answer>;

export type ReachedParts = {
  readonly http: Http;
  /** Where people and Razorpay reach War Room. */
  readonly origin: string;
  /** An account whose webhook address is tried; undefined: there is none yet. */
  readonly account: string | undefined;
  /** What this checkout would deploy. */
  readonly version: string;
};

/**
 * The way in, from outside: War Room answers, as the version that is expected, and turns away what nobody signed. One delivery
 * and one event are forged, no more: five refused in five minutes ring.
 */
export async function checkReached({ http, origin, account, version }: ReachedParts): Promise<Finding[]> {
  const health = await isWell(http, origin, version);
  if (health.state === 'wrong') return [health];
  const forged: Finding[] = [await refusesEvents(http, origin)];
  if (account !== undefined) forged.unshift(await refusesDeliveries(http, origin, account));
  return [health, ...forged];
}

async function isWell(http: Http, origin: string, version: string): Promise<Finding> {
  const link = 'address';
  const answer = await http(`${origin}/health`).catch((error: unknown) => reasonOf(error));
  if (typeof answer === 'string') {
    return wrong(
      link,
      `${origin} does not answer (${answer})`,
      'Look whether the hub is deployed, and whether the domain points to its `DomainTarget`.',
    );
  }
  const said = answer.status === 200 ? versionIn(answer.body) : undefined;
  if (said === undefined) {
    return wrong(
      link,
      `${origin}/health answers ${answer.status}, and not as War Room does`,
      'Look whether the domain points to this stage, and read the log of Health.',
    );
  }
  if (said === version) return fine(link, `${origin} answers as version ${said}`);
  return wrong(
    link,
    `${origin} runs version ${said}, and this checkout is ${version}`,
    'Deploy it, or check out what runs there.',
  );
}

async function refusesDeliveries(http: Http, origin: string, account: string): Promise<Finding> {
  const link = `webhook address ${account}`;
  const url = `${origin}/webhooks/razorpay/${account}`;
  const body = '{"entity":"event","event":"payment.captured","contains":[],"payload":{},"created_at":0}';
  const headers = { 'content-type': 'application/json', 'x-razorpay-signature': '0'.repeat(64) };
  return forgedAt(http, link, url, { method: 'POST', headers, body }, 'Read the log of RazorpayIngress.');
}

async function refusesEvents(http: Http, origin: string): Promise<Finding> {
  const headers = {
    'content-type': 'application/json',
    'x-slack-signature': `v0=${'0'.repeat(64)}`,
    'x-slack-request-timestamp': '0',
  };
  const forged = { method: 'POST', headers, body: '{"type":"event_callback"}' } as const;
  return forgedAt(http, 'events address', `${origin}/slack/events`, forged, 'Read the log of SlackIngress.');
}

async function forgedAt(
  http: Http,
  link: string,
  url: string,
  forged: Parameters<Http>[1],
  log: string,
): Promise<Finding> {
  const answer = await http(url, forged).catch((error: unknown) => reasonOf(error));
  if (typeof answer === 'string') return wrong(link, `${url} does not answer (${answer})`, log);
  if (answer.status === 401) return fine(link, 'answers, and turns away what nobody signed');
  if (answer.status < 300) {
    return wrong(
      link,
      `takes what nobody signed (${answer.status})`,
      'Take the hub down and find out why: anybody can report payments.',
    );
  }
  if (answer.status === 404)
    return wrong(link, 'is not known there (404)', 'Put the account into the razorpay secret: npm run secrets.');
  return wrong(link, `answers ${answer.status} where a forgery is turned away by 401`, log);
}

/** What the public form of `/health` says of the version. */
function versionIn(body: string): string | undefined {
  try {
    const said: unknown = JSON.parse(body);
    const { version } = Object(said) as { readonly version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error instanceof Error ? error : new Error(String(error));
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code ?? (name === 'TimeoutError' ? 'no answer in time' : message);
}
