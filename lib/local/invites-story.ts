/** A learner on the way into the workspace, as the company's systems and Slack tell it, played against a running stack. */
import type { LocalFacts } from './facts.ts';
import { PlayFailed } from './play.ts';
import { rootsShown } from './storm/slack-reader.ts';

type Facts = Pick<LocalFacts, 'api' | 'apiKey' | 'timeScale' | 'slack' | 'channels'>;

/** How a learner stands, as `GET /v1/invites` shows it. */
type Shown = {
  readonly learner: { readonly id: string };
  readonly state: string;
  readonly cause: string;
  readonly why: string;
};

const LOOK_EVERY_MS = 200;
/** Changes of a day are gathered for five minutes before they are told. */
const TOLD_AFTER_MS = 300_000;

/**
 * Enrols a learner of this id, has them accept, deactivates their account and activates it again, and waits each time until War
 * Room shows it. Answers what the ops channel says. Throws `PlayFailed` where that does not come to pass.
 */
export async function playInvites(
  facts: Facts,
  id: string,
  say: (line: string) => void,
  withinMs = 90_000,
): Promise<{ readonly text: string; readonly permalink: string }> {
  const { slack, channels, timeScale } = facts;
  const email = `${id.replaceAll('_', '.')}@learners.example`;
  const until = async (state: string) => {
    const shown = await waited(() => shownOf(facts, id, state), withinMs, `${id} is not ${state}`);
    say(`  ${shown.state}: ${shown.why}`);
  };
  await told(facts, 'PUT', '/v1/courses/full-stack', { name: 'Full Stack', type: 'cohort', announcementChannel: null });
  const learner = { id, name: 'Tara Jain', email };
  const enrolled = { courseId: 'full-stack', learner, status: 'active' };
  const status = await told(facts, 'PUT', `/v1/enrollments/${id}`, enrolled);
  say(`Tara Jain is enrolled -> ${status}`);
  await until('INVITED');

  await moved(slack, 'POST', '/invitations/accept', { email });
  say('Tara accepts');
  await until('ACCEPTED');
  const user = await userOf(slack, email);
  await moved(slack, 'POST', `/members/${user}/deactivate`);
  say('An administrator deactivates her account');
  await until('DEACTIVATED');
  await moved(slack, 'POST', `/members/${user}/reactivate`);
  say('and activates it again');
  await until('ACCEPTED');

  const tellsBy = withinMs + 2 * TOLD_AFTER_MS * timeScale;
  const root = await waited(
    async () => (await rootsShown(slack)).find(({ text }) => /Workspace, .*came back/.test(plain(text))),
    tellsBy,
    'The ops channel says nothing of her return',
  );
  return {
    text: plain(root.text).split('\n')[0] ?? '',
    permalink: `${slack.url}/archives/${channels.ops}/p${root.ts.replace('.', '')}`,
  };
}

async function shownOf(facts: Facts, id: string, state: string): Promise<Shown | undefined> {
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ state, ...(cursor !== undefined && { cursor }) });
    const response = await fetch(`${facts.api}/v1/invites?${query}`, {
      headers: { authorization: `Bearer ${facts.apiKey}` },
    });
    const body = (await response.json()) as { readonly invites?: readonly Shown[]; readonly cursor?: string };
    if (!body.invites) throw new PlayFailed(`GET /v1/invites was refused with ${response.status}.`);
    const found = body.invites.find(({ learner }) => learner.id === id);
    if (found) return found;
    cursor = body.cursor;
  } while (cursor !== undefined);
  return undefined;
}

async function told({ api, apiKey }: Facts, method: string, path: string, body: object): Promise<number> {
  const response = await fetch(api + path, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify(body),
  });
  if (response.status < 400) return response.status;
  throw new PlayFailed(`${method} ${path} was refused with ${response.status}: ${await response.text()}`);
}

/** Does in Slack what people and administrators do there. */
async function moved({ url }: Facts['slack'], method: string, path: string, body: object = {}): Promise<void> {
  const response = await fetch(`${url}/control${path}`, { method, body: JSON.stringify(body) });
  if (response.ok) return;
  throw new PlayFailed(`${url} does not do ${path} (${response.status}): this story needs the local Slack.`);
}

async function userOf({ url, botToken }: Facts['slack'], email: string): Promise<string> {
  const response = await fetch(`${url}/api/users.lookupByEmail?email=${encodeURIComponent(email)}`, {
    headers: { authorization: `Bearer ${botToken}` },
  });
  const { user } = (await response.json()) as { readonly user?: { readonly id: string } };
  if (user) return user.id;
  throw new PlayFailed(`Nobody in Slack has the address ${email}.`);
}

async function waited<T>(look: () => Promise<T | undefined>, withinMs: number, missed: string): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) {
      throw new PlayFailed(
        `${missed} after ${Math.round(withinMs / 1000)} s. The ops channel may say why; the functions' own words are in ` +
          '.war-room/functions.log.',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** A text without its marks and what defuses them. */
function plain(text: string): string {
  return text.replaceAll('*', '').replaceAll('\u200B', '');
}
