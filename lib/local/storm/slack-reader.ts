/** Reads what Slack shows through its own API, channel by channel and whole, however badly it was told to behave. */
import { PlayFailed } from '../play.ts';
import type { Shown } from './oracle.ts';

/** Where Slack is, and the token to read with. */
export type Reading = { readonly url: string; readonly botToken: string };

type Fields = Readonly<Record<string, unknown>>;
type Page = {
  readonly error?: string;
  readonly messages?: readonly Fields[];
  readonly channels?: readonly Fields[];
  readonly channel?: Fields;
  readonly members?: readonly string[];
  readonly user?: { readonly real_name?: string; readonly is_bot?: boolean };
  readonly response_metadata?: { readonly next_cursor?: string };
};

/** A Slack that misbehaves on order answers within these. */
const TRIES = 60;
const AGAIN_AFTER_MS = 300;
const ANSWERS_WITHIN_MS = 3_000;
/** In a channel of which the app is no member nothing of ours can be. */
const EMPTY = ['not_in_channel', 'channel_not_found'];
/** Threads read at a time. */
const AT_A_TIME = 8;

/** Every thread that begins in any channel, with how many replies Slack counts. */
export async function rootsShown(slack: Reading): Promise<(Shown & { readonly replies: number })[]> {
  const channels = await all(slack, 'conversations.list', { types: 'public_channel,private_channel' }, 'channels');
  const histories = await Promise.all(channels.map(({ id }) => rootsIn(slack, String(id))));
  return histories.flat();
}

/** Every message of every channel. */
export async function everythingShown(slack: Reading): Promise<Shown[]> {
  const roots = await rootsShown(slack);
  const shown: Shown[] = [];
  const left = roots[Symbol.iterator]();
  const reader = async () => {
    for (const root of left) {
      shown.push(root);
      if (root.replies > 0) shown.push(...(await repliesTo(slack, root)));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, reader));
  return shown;
}

/** What a channel is called, and the people in it: those who are no app, by their names. */
export async function channelShown(slack: Reading, channel: string): Promise<{ name: string; people: string[] }> {
  const { channel: info } = await called(slack, 'conversations.info', { channel });
  const { members = [] } = await called(slack, 'conversations.members', { channel, limit: '200' });
  const users = await Promise.all(members.map((user) => called(slack, 'users.info', { user })));
  const people = users.flatMap(({ user }) => (user?.is_bot ? [] : (user?.real_name ?? [])));
  return { name: String(info?.['name']), people };
}

async function rootsIn(slack: Reading, channel: string) {
  const messages = await all(slack, 'conversations.history', { channel, include_all_metadata: 'true' }, 'messages');
  return messages
    .map((message) => ({ ...shownAs(channel, message), replies: Number(message['reply_count'] ?? 0) }))
    .filter(({ root }) => root === undefined);
}

async function repliesTo(slack: Reading, root: Shown): Promise<Shown[]> {
  const args = { channel: root.channel, ts: root.ts, include_all_metadata: 'true' };
  const messages = await all(slack, 'conversations.replies', args, 'messages');
  return messages.map((message) => shownAs(root.channel, message)).filter(({ ts }) => ts !== root.ts);
}

function shownAs(channel: string, message: Fields): Shown {
  const {
    ts,
    thread_ts: thread,
    metadata,
    blocks,
    text,
  } = message as {
    readonly ts: string;
    readonly thread_ts?: string;
    readonly metadata?: { readonly event_payload?: Fields };
    readonly blocks?: readonly { readonly text?: { readonly text?: string } }[];
    readonly text?: string;
  };
  return {
    channel,
    root: thread === undefined || thread === ts ? undefined : thread,
    ts,
    marker: String(metadata?.event_payload?.['key'] ?? ''),
    text: blocks?.[0]?.text?.text ?? text ?? '',
  };
}

/** Every page of a list. */
async function all(
  slack: Reading,
  method: string,
  args: Readonly<Record<string, string>>,
  name: 'messages' | 'channels',
): Promise<Fields[]> {
  const found: Fields[] = [];
  let cursor = '';
  do {
    const page = await called(slack, method, { ...args, limit: '200', ...(cursor && { cursor }) });
    found.push(...(page[name] ?? []));
    cursor = page.response_metadata?.next_cursor ?? '';
  } while (cursor !== '');
  return found;
}

/** A page that does not come is asked for again. */
async function called(
  { url, botToken }: Reading,
  method: string,
  args: Readonly<Record<string, string>>,
): Promise<Page> {
  for (let attempt = 1; ; attempt += 1) {
    const page = await fetch(`${url}/api/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${botToken}` },
      body: new URLSearchParams(args),
      signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    })
      .then((response) => response.json() as Promise<Page>)
      .catch((): Page => ({ error: 'no_answer' }));
    if (page.error === undefined || EMPTY.includes(page.error)) return page;
    if (attempt >= TRIES) throw new PlayFailed(`${url} answers ${method} with ${page.error}.`);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
  }
}
