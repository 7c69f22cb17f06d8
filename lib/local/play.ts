/** Plays stories against a running stack, as the checkout and Razorpay would, and looks at what became of them. */
import { createHmac } from 'node:crypto';
import type { LocalFacts } from './facts.ts';
import type { Body } from './razorpay-bodies.ts';
import type { Story } from './stories.ts';
import type { Ending, Step } from './telling.ts';

/** What is told of a thread: by `GET /v1/payments/{id}`. */
export type Thread = {
  readonly state: string;
  readonly messages: readonly { readonly key: string; readonly state: string; readonly permalink: string | null }[];
};

/** The stack refused or did not answer. The message says what to do. */
export class PlayFailed extends Error {
  override readonly name = 'PlayFailed';
}

/** No wait between two steps is longer, however long the story's own gap is. */
const LONGEST_GAP_MS = 3_000;
/** Of one webhook, at most. */
const DELIVERIES = 5;
const DELIVERED_AGAIN_AFTER_MS = 500;
const LOOK_EVERY_MS = 50;
const AWAITED_WITHIN_MS = 30_000;

type Target = Pick<LocalFacts, 'api' | 'apiKey' | 'razorpay' | 'timeScale'>;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Plays every step of a story in order, with its gaps shortened by the stack's scale of time. A webhook that `isLost` is
 * sent by nobody: Razorpay's API alone knows what happened.
 */
export async function play(
  target: Target,
  story: Story,
  say: (line: string) => void,
  isLost: () => boolean = () => false,
): Promise<void> {
  for (const step of story.steps) {
    if (step.awaits) await untilTold(target, step.awaits, AWAITED_WITHIN_MS);
    await pause(Math.min(step.afterMs * target.timeScale, LONGEST_GAP_MS));
    if (step.sent.kind === 'webhook' && isLost()) {
      await place(target, step.world);
      say(`${step.tells} -> lost`);
    } else say(`${step.tells} -> ${await heard(target, step)}`);
  }
}

/** Sends one step as long as it takes to be heard: Razorpay delivers a webhook again that was answered 5xx. */
async function heard(target: Target, step: Step): Promise<string> {
  const statuses = [await send(target, step)];
  while (statuses.length < DELIVERIES && statuses.every((status) => status >= 500)) {
    await pause(DELIVERED_AGAIN_AFTER_MS);
    statuses.push(await send(target, step));
  }
  return statuses.join(', delivered again -> ');
}

/** Sends one step and answers the status. What Razorpay's API says of it is put in place first. */
export async function send(target: Target, step: Step): Promise<number> {
  await place(target, step.world);
  const { sent } = step;
  if (sent.kind === 'webhook') return deliver(target, sent.eventId, sent.body);
  const body = JSON.stringify({ account: target.razorpay.account, ...sent.body });
  const response = await post(`${target.api}/v1/payments`, body, { authorization: `Bearer ${target.apiKey}` });
  if (response.status >= 400) {
    throw new PlayFailed(`POST /v1/payments was refused with ${response.status}: ${await response.text()}`);
  }
  return response.status;
}

/** Makes Razorpay's API answer so from now on, by path under `/control/`. */
export async function place({ razorpay }: Target, world: Step['world']): Promise<void> {
  for (const [path, entity] of Object.entries(world)) {
    const response = await post(`${razorpay.apiUrl}/control/${path}`, JSON.stringify(entity), {}, 'PUT');
    await response.arrayBuffer();
  }
}

/** Delivers a webhook, signed over the very bytes that are sent, with the headers that Razorpay sends. */
export async function deliver({ razorpay }: Target, eventId: string, body: Body): Promise<number> {
  const bytes = JSON.stringify(body);
  const response = await post(razorpay.webhookUrl, bytes, {
    'user-agent': 'Razorpay-Webhook/v1',
    'x-razorpay-event-id': eventId,
    'request-id': eventId,
    'x-razorpay-signature': createHmac('sha256', razorpay.webhookSecret).update(bytes).digest('hex'),
  });
  await response.arrayBuffer();
  return response.status;
}

function post(url: string, body: string, headers: Readonly<Record<string, string>>, method = 'POST') {
  return asked(url, { method, headers: { 'content-type': 'application/json', ...headers }, body });
}

async function asked(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new PlayFailed(`${new URL(url).origin} does not answer (${cause}). Does \`npm start\` still run?`);
  }
}

/** The name of somebody in the directory. Throws `PlayFailed` where there is nobody with this id. */
export async function nameOfAdmin(target: Target, id: string): Promise<string> {
  const response = await asked(`${target.api}/v1/admins/${encodeURIComponent(id)}`, {
    headers: { authorization: `Bearer ${target.apiKey}` },
  });
  const answer = (await response.json()) as { readonly name?: string; readonly detail?: string };
  if (response.status === 200 && answer.name !== undefined) return answer.name;
  throw new PlayFailed(`${id}: ${answer.detail ?? `GET /v1/admins/${id} answered ${response.status}.`}`);
}

/** What is known of the thread of an order, payment or link; undefined when nothing is. */
export async function threadOf(target: Target, id: string): Promise<Thread | undefined> {
  const response = await asked(`${target.api}/v1/payments/${id}?account=${target.razorpay.account}`, {
    headers: { authorization: `Bearer ${target.apiKey}` },
  });
  if (response.status === 404) return undefined;
  if (response.status !== 200) {
    throw new PlayFailed(`GET /v1/payments/${id} answered ${response.status}: ${await response.text()}`);
  }
  return (await response.json()) as Thread;
}

/** Waits until a thread is in Slack as it should end (`isThere` says when that is), and answers it. */
export async function untilTold(
  target: Target,
  ending: Ending,
  withinMs: number,
  isThere: (thread: Thread, ending: Ending) => boolean = isTold,
): Promise<Thread> {
  const { id } = ending;
  const end = Date.now() + withinMs;
  for (;;) {
    const thread = await threadOf(target, id);
    if (thread !== undefined && isThere(thread, ending)) return thread;
    if (Date.now() > end) {
      throw new PlayFailed(
        `The thread of ${id} is not in Slack as it should be after ${Math.round(withinMs / 1000)} s: it is to say ` +
          `${ending.state}, ${ending.replies.join(', ') || 'no reply'}; it stands at ${standing(thread)}. ` +
          "The functions' own words are in .war-room/functions.log.",
      );
    }
    await pause(LOOK_EVERY_MS);
  }
}

function standing(thread: Thread | undefined): string {
  if (thread === undefined) return 'nothing';
  return `${thread.state}, ${thread.messages.map(({ key, state }) => `${key} ${state}`).join(', ') || 'no message'}`;
}

/**
 * Whether a thread is told to its end, and no further. The state alone says what is known; that it is in Slack, with a root
 * and every reply, the messages say.
 */
export function isTold({ state, messages }: Thread, ending: Ending): boolean {
  const posted = messages.filter((message) => message.state === 'posted').map(({ key }) => key);
  const replies = posted.filter((key) => !key.startsWith('root')).sort();
  return (
    state === ending.state && posted.length > replies.length && replies.join() === [...ending.replies].sort().join()
  );
}

/** Where the thread begins. */
export function permalinkOf({ messages }: Thread): string | undefined {
  const root = messages.find(({ key }) => key.startsWith('root')) ?? messages[0];
  return root?.permalink ?? undefined;
}
