/**
 * What the app says in answer to what somebody did: in the answer itself or at a `response_url`. To that person alone unless it says
 * otherwise. https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
import { type ApiAnswer, json } from './api.ts';
import { isRecord } from './args.ts';
import { readBlocks, TEXT_CUT } from './message-rules.ts';
import type { Block } from './message-store.ts';
import { SlackRefusal } from './refusal.ts';
import type { Occasion } from './response-urls.ts';
import type { SlackState } from './state.ts';
import type { Tenant } from './tenants.ts';

/** A message for somebody who did something. */
interface Response {
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly inChannel: boolean;
  readonly root: string | undefined;
  readonly original: 'stays' | 'replaced' | 'deleted';
}

/** Answers a call of a `response_url`; undefined when the path is none. */
export function answerResponse(state: SlackState, path: string, body: Buffer): ApiAnswer | undefined {
  if (!state.responseUrls.has(path)) return undefined;
  const occasion = state.responseUrls.use(path);
  if (typeof occasion === 'string') return json({ ok: false, error: occasion }, {}, 404);
  const tenant = state.tenants.ofTeam(occasion.team);
  if (tenant === undefined) return json({ ok: false, error: 'no_team' }, {}, 404);
  try {
    say(tenant, occasion, readResponse(body.toString('utf8'), tenant));
    return text('ok', 200);
  } catch (error) {
    if (error instanceof SlackRefusal) return text(error.code, 400);
    throw error;
  }
}

/**
 * Reads what the app answered a command with: nothing, plain text, or a message as JSON. Undefined: nothing is to be said.
 * Refuses with a SlackRefusal what is no message.
 */
export function sayAnswer(tenant: Tenant, occasion: Occasion, contentType: string, body: string): void {
  if (body.trim() === '') return;
  if (contentType.startsWith('application/json')) say(tenant, occasion, readResponse(body, tenant));
  else say(tenant, occasion, { text: body, blocks: [], inChannel: false, root: undefined, original: 'stays' });
}

function readResponse(body: string, { messages }: Tenant): Response {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new SlackRefusal('invalid_payload');
  }
  if (!isRecord(parsed)) throw new SlackRefusal('invalid_payload');
  const { text: words, blocks, response_type: type, thread_ts: root } = parsed;
  const flag = (name: string) => parsed[name] === true || parsed[name] === 'true';
  const response = {
    text: (typeof words === 'string' ? words : '').slice(0, TEXT_CUT),
    blocks: blocks === undefined ? [] : readBlocks(blocks, () => messages.nextBlockId()),
    inChannel: type === 'in_channel',
    root: typeof root === 'string' ? root : undefined,
    original: flag('delete_original') ? 'deleted' : flag('replace_original') ? 'replaced' : 'stays',
  } as const;
  if (response.text === '' && response.blocks.length === 0 && response.original !== 'deleted') {
    throw new SlackRefusal('no_text');
  }
  return response;
}

function say(tenant: Tenant, occasion: Occasion, response: Response): void {
  if (response.original === 'stays') sayAnew(tenant, occasion, response);
  else changeOriginal(tenant, occasion, response);
}

function sayAnew({ workspace, messages, ephemerals }: Tenant, occasion: Occasion, response: Response): void {
  const { channel, userId } = occasion;
  const { botUserId, botId } = workspace.app;
  const { text: words, blocks } = response;
  if (response.inChannel) {
    const author = { userId: botUserId, appBotId: botId, asApp: true };
    messages.post(channel, { author, text: words, blocks, metadata: undefined, root: response.root });
    return;
  }
  const root = response.root ?? occasion.message?.root;
  ephemerals.add({ channel, userId, ts: messages.nextTs(), by: botUserId, root, text: words, blocks });
  workspace.changed({ channel });
}

/** The message whose button was pressed becomes another, or goes. A command has none. */
function changeOriginal({ workspace, messages, ephemerals }: Tenant, occasion: Occasion, response: Response): void {
  const { channel, message } = occasion;
  if (message === undefined) throw new SlackRefusal('invalid_payload');
  const isGone = response.original === 'deleted';
  if (message.isEphemeral) {
    const original = ephemerals.find(channel, message.ts);
    if (original !== undefined && isGone) ephemerals.remove(channel, message.ts);
    else if (original !== undefined) ephemerals.replace(original, response);
    workspace.changed({ channel });
    return;
  }
  const original = messages.find(channel, message.ts);
  if (original === undefined) throw new SlackRefusal('message_not_found');
  if (isGone) messages.remove(original);
  else messages.edit(original, workspace.app.botUserId, { text: response.text, blocks: response.blocks });
}

function text(words: string, status: number): ApiAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: Buffer.from(words) };
}
