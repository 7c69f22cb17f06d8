import { createHash } from 'node:crypto';
import { type ChannelId, channelId, type TeamId, type Ts, teamId, ts, type UserId, userId } from '../base/names.ts';
import { type Fields, fieldsIn, fieldsOf, fieldsOfJson, idIn, textIn, tsIn } from './untrusted.ts';

/**
 * What Slack sends to the app, as far as it is acted on: an event, a command that somebody typed, a button that somebody
 * pressed, a form that somebody sent. `id` is the same each time that it is sent, and another for all else: Slack's event id,
 * else the hash of the body. Ids have the shape of Slack's, so that they can stand in keys.
 */
export type Inbound = SlackEvent | Command | Press | Submission;

/** https://docs.slack.dev/apis/events-api#events-JSON */
export type SlackEvent = {
  readonly kind: 'event';
  readonly id: string;
  readonly team: TeamId;
  /** When it happened, in Unix seconds. */
  readonly at: number;
  /** The app to which it was sent: War Room. */
  readonly app: string | undefined;
  readonly event: { readonly type: string } & Readonly<Record<string, unknown>>;
};

/** https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling */
export type Command = {
  readonly kind: 'command';
  readonly id: string;
  readonly team: TeamId;
  readonly user: UserId;
  readonly channel: ChannelId;
  /** With its slash. */
  readonly command: string;
  /** What stood behind it, as it was typed. */
  readonly text: string;
  readonly responseUrl: string;
  readonly triggerId: string;
};

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export type Press = {
  readonly kind: 'press';
  readonly id: string;
  readonly team: TeamId;
  readonly user: UserId;
  /** When it was pressed, in milliseconds. */
  readonly at: number;
  /** `value`: a button's, or what is selected now; undefined where nothing is, or more than one. */
  readonly action: { readonly id: string; readonly block: string; readonly value: string | undefined };
  /** Where it was pressed, if in a message: `thread` is the root that the message replies to. */
  readonly message?: { readonly channel: ChannelId; readonly ts: Ts; readonly thread?: Ts };
  /** Where it was pressed, if in a modal or the home. */
  readonly view?: View;
  readonly responseUrl?: string;
  readonly triggerId: string;
};

/** https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
export type Submission = {
  readonly kind: 'submission';
  readonly id: string;
  readonly team: TeamId;
  readonly user: UserId;
  readonly view: View;
};

/** A modal, or the home, with what stood in its fields. @public */
export type View = {
  readonly id: string;
  readonly hash: string;
  readonly callbackId: string;
  /** `private_metadata`: what we wrote there ourselves. */
  readonly metadata: string;
  /** By block and action: what was typed or selected; undefined where nothing was. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string | readonly string[] | undefined>>>>;
};

/** What a request of Slack's is. `type` of what this version does not know goes into the log. */
export type Reading =
  | { readonly kind: 'inbound'; readonly inbound: Inbound }
  /** Slack asks whether this is the address of the app's events: the challenge is the answer. */
  | { readonly kind: 'challenge'; readonly challenge: string }
  /** Slack asks whether the certificate is good. */
  | { readonly kind: 'probe' }
  | { readonly kind: 'unknown'; readonly type: string | undefined };

/**
 * Reads the body of a request whose signature was verified. Events come as JSON, commands as a form, and what people do in
 * messages and views as JSON in a form's field `payload`; always UTF-8, whatever charset the content type adds. Never throws.
 */
export function readInbound(bytes: Uint8Array, contentType: unknown): Reading {
  const id = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const type = typeof contentType === 'string' ? contentType.split(';')[0]?.trim().toLowerCase() : undefined;
  if (type === 'application/json') return readEnvelope(fieldsOfJson(decoded(bytes)), id);
  if (type !== 'application/x-www-form-urlencoded') return unknown(undefined);
  const form = new URLSearchParams(decoded(bytes));
  const payload = form.get('payload');
  if (payload !== null) return readPayload(fieldsOfJson(payload), id);
  if (form.get('ssl_check') === '1' && !form.has('command')) return { kind: 'probe' };
  return readCommand(fieldsOf(Object.fromEntries(form)), id);
}

function readEnvelope(envelope: Fields, bodyId: string): Reading {
  const type = textIn(envelope, 'type');
  const challenge = textIn(envelope, 'challenge');
  if (type === 'url_verification' && challenge !== undefined) return { kind: 'challenge', challenge };
  const event = fieldsIn(envelope, 'event');
  const eventType = textIn(event, 'type');
  const team = tenantOf(envelope);
  const at = envelope['event_time'];
  if (type !== 'event_callback' || eventType === undefined || team === undefined || !isTime(at)) {
    return unknown(eventType ?? type);
  }
  const id = textIn(envelope, 'event_id');
  return inbound({
    kind: 'event',
    id: id !== undefined && /^\w{1,64}$/.test(id) ? id : bodyId,
    team,
    at,
    app: textIn(envelope, 'api_app_id'),
    event: { ...event, type: eventType },
  });
}

/**
 * The workspace that installed the app and may see this event. In a channel shared with others `team_id` may be theirs.
 * https://docs.slack.dev/apis/events-api/#authorizations
 */
function tenantOf(envelope: Fields): TeamId | undefined {
  const authorizations = envelope['authorizations'];
  const [authorization] = Array.isArray(authorizations) ? authorizations : [];
  const named =
    idIn(fieldsOf(authorization), 'team_id') ?? idIn(envelope, 'context_team_id') ?? idIn(envelope, 'team_id');
  return named === undefined ? undefined : teamId(named);
}

function readCommand(form: Fields, id: string): Reading {
  const command = textIn(form, 'command');
  const [team, user, channel] = [idIn(form, 'team_id'), idIn(form, 'user_id'), idIn(form, 'channel_id')];
  if (command === undefined || team === undefined || user === undefined || channel === undefined) {
    return unknown(command);
  }
  return inbound({
    kind: 'command',
    id,
    team: teamId(team),
    user: userId(user),
    channel: channelId(channel),
    command,
    text: textIn(form, 'text') ?? '',
    responseUrl: textIn(form, 'response_url') ?? '',
    triggerId: textIn(form, 'trigger_id') ?? '',
  });
}

function readPayload(payload: Fields, id: string): Reading {
  const type = textIn(payload, 'type');
  const who = fieldsIn(payload, 'user');
  const team = idIn(fieldsIn(payload, 'team'), 'id') ?? idIn(who, 'team_id');
  const user = idIn(who, 'id');
  if (team === undefined || user === undefined) return unknown(type);
  const sender = { id, team: teamId(team), user: userId(user) };
  const view = readView(fieldsIn(payload, 'view'));
  if (type === 'view_submission') return view ? inbound({ kind: 'submission', ...sender, view }) : unknown(type);
  if (type !== 'block_actions') return unknown(type);

  const [first] = Array.isArray(payload['actions']) ? payload['actions'] : [];
  const action = fieldsOf(first);
  const actionId = textIn(action, 'action_id');
  if (actionId === undefined) return unknown(type);
  const message = readPlace(payload);
  const responseUrl = textIn(payload, 'response_url');
  const chosen = chosenIn(action);
  return inbound({
    kind: 'press',
    ...sender,
    at: Math.round(Number(textIn(action, 'action_ts') ?? 0) * 1000) || 0,
    action: {
      id: actionId,
      block: textIn(action, 'block_id') ?? '',
      value: typeof chosen === 'string' ? chosen : undefined,
    },
    ...(message && { message }),
    ...(view && { view }),
    ...(responseUrl !== undefined && { responseUrl }),
    triggerId: textIn(payload, 'trigger_id') ?? '',
  });
}

/** The message in which something was pressed. */
function readPlace(payload: Fields): Press['message'] {
  const container = fieldsIn(payload, 'container');
  const [channel, at] = [idIn(container, 'channel_id'), tsIn(container, 'message_ts')];
  const thread = tsIn(container, 'thread_ts') ?? tsIn(fieldsIn(payload, 'message'), 'thread_ts');
  if (channel === undefined || at === undefined) return undefined;
  return { channel: channelId(channel), ts: ts(at), ...(thread !== undefined && { thread: ts(thread) }) };
}

function readView(view: Fields): View | undefined {
  const id = textIn(view, 'id');
  if (id === undefined) return undefined;
  const blocks = Object.entries(fieldsIn(fieldsIn(view, 'state'), 'values'));
  const values = blocks.map(([block, elements]) => [
    block,
    Object.fromEntries(Object.entries(fieldsOf(elements)).map(([action, one]) => [action, chosenIn(fieldsOf(one))])),
  ]);
  return {
    id,
    hash: textIn(view, 'hash') ?? '',
    callbackId: textIn(view, 'callback_id') ?? '',
    metadata: textIn(view, 'private_metadata') ?? '',
    values: Object.fromEntries(values),
  };
}

/** Where elements of each kind say what stands in them, and where those of which several can be chosen do. */
const single = [
  'value',
  'selected_user',
  'selected_channel',
  'selected_conversation',
  'selected_date',
  'selected_time',
];
const several = ['selected_users', 'selected_channels', 'selected_conversations'];

/** What an element says that was pressed, typed into or chosen from. https://docs.slack.dev/reference/block-kit/block-elements */
function chosenIn(element: Fields): string | readonly string[] | undefined {
  const options = element['selected_options'];
  if (Array.isArray(options)) return options.flatMap((option) => textIn(fieldsOf(option), 'value') ?? []);
  for (const name of several) {
    const chosen = element[name];
    if (Array.isArray(chosen)) return chosen.filter((one): one is string => typeof one === 'string');
  }
  const option = textIn(fieldsIn(element, 'selected_option'), 'value');
  return option ?? single.map((name) => textIn(element, name)).find((value) => value !== undefined);
}

/** Bytes that are not UTF-8 have no text: Slack sends nothing else. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return '';
  }
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function inbound(read: Inbound): Reading {
  return { kind: 'inbound', inbound: read };
}

function unknown(type: string | undefined): Reading {
  return { kind: 'unknown', type };
}
