/** A person at the consent page of the local Slack, without a browser. */
import type { SlackWorld } from './slack-world.ts';

/** The address that seeded consents lead back to. */
export const CALLBACK = 'http://127.0.0.1:3000/slack/oauth/callback';

/** What the app asks for; what is left out is not sent. */
export type Asked = Readonly<Record<string, string>>;

/** The address of the consent page, with the seeded app and callback unless `asked` says otherwise. An empty text leaves a field out. */
export function consentUrl(world: SlackWorld, asked: Asked, path = '/oauth/v2/authorize'): string {
  const fields = { client_id: world.seed.app.clientId, redirect_uri: CALLBACK, state: 'a-state', ...asked };
  return `${world.front.url}${path}?${new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''))}`;
}

/** Sends the form of a consent page, as Chromium would. */
export function answerConsent(
  address: string,
  answer: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const { origin, pathname, searchParams } = new URL(address);
  const body = new URLSearchParams([...searchParams, ...Object.entries(answer)]);
  return fetch(origin + pathname, { method: 'POST', redirect: 'manual', headers: { origin, ...headers }, body });
}

/** Where somebody who allows it is sent. */
export async function allow(world: SlackWorld, user: string, asked: Asked, path?: string): Promise<URL> {
  const answer = await answerConsent(consentUrl(world, asked, path), { decision: 'allow', user_id: user });
  return new URL(answer.headers.get('location') ?? '');
}

/** The code that somebody who allows it is sent back with. */
export async function codeFrom(world: SlackWorld, user: string, asked: Asked, path?: string): Promise<string> {
  return (await allow(world, user, asked, path)).searchParams.get('code') ?? '';
}

/** Adds War Room to the workspace by its own page and Slack's, as `user` would in a browser; answers the status of what it leads to. */
export async function addToSlack(api: string, user: string): Promise<number> {
  const asked = await fetch(`${api}/slack/install`, { redirect: 'manual' });
  const cookie = asked.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const answered = await answerConsent(asked.headers.get('location') ?? '', { decision: 'allow', user_id: user });
  const back = await fetch(answered.headers.get('location') ?? '', { redirect: 'manual', headers: { cookie } });
  return back.status;
}
