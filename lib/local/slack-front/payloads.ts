/** What the app is sent when somebody does something, field by field. https://docs.slack.dev/reference/interaction-payloads */

import { stateValues } from './element-state.ts';
import type { Ephemeral } from './ephemerals.ts';
import type { Message } from './message-store.ts';
import { wireMessage } from './method.ts';
import type { Tenant } from './tenants.ts';
import type { View } from './views.ts';
import type { Conversation, Member, Workspace } from './workspace.ts';

/** A view as the app sees it. https://docs.slack.dev/reference/views */
export function wireView({ app, team }: Workspace, view: View) {
  const { content } = view;
  return {
    id: view.id,
    team_id: team.id,
    ...content,
    state: { values: stateValues(content.blocks, view.entered) },
    hash: view.hash,
    root_view_id: view.rootId,
    previous_view_id: view.previousId ?? null,
    app_id: app.id,
    app_installed_team_id: team.id,
    bot_id: app.botId,
  };
}

/** What every payload of interactivity says of who and where. */
function ofWhom({ app, team }: Workspace, member: Member) {
  return {
    user: { id: member.id, username: member.name, name: member.name, team_id: team.id },
    api_app_id: app.id,
    token: 'deprecated',
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** The fields of a slash command. https://docs.slack.dev/interactivity/implementing-slash-commands */
export function commandFields(
  { app, team }: Workspace,
  member: Member,
  channel: Conversation,
  said: { readonly command: string; readonly text: string; readonly responseUrl: string; readonly triggerId: string },
): Readonly<Record<string, string>> {
  const kinds = { channel: channel.isPrivate ? 'privategroup' : channel.name, im: 'directmessage', mpim: channel.name };
  return {
    token: 'deprecated',
    team_id: team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: kinds[channel.kind],
    user_id: member.id,
    user_name: member.name,
    command: said.command,
    text: said.text,
    api_app_id: app.id,
    is_enterprise_install: 'false',
    response_url: said.responseUrl,
    trigger_id: said.triggerId,
  };
}

/** Something used in a message. */
export function pressInMessage(
  tenant: Tenant,
  member: Member,
  channel: Conversation,
  message: Message | Ephemeral,
  used: { readonly action: unknown; readonly state: unknown; readonly responseUrl: string; readonly triggerId: string },
) {
  const isEphemeral = !('author' in message);
  return {
    type: 'block_actions',
    ...ofWhom(tenant.workspace, member),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(message.root !== undefined && { thread_ts: message.root }),
    },
    trigger_id: used.triggerId,
    channel: { id: channel.id, name: channel.kind === 'channel' ? channel.name : 'directmessage' },
    // An ephemeral message is not kept, so it cannot be shown again.
    ...(!isEphemeral && { message: wireMessage(tenant, message, true) }),
    state: { values: used.state },
    response_url: used.responseUrl,
    actions: [used.action],
  };
}

/** Something used in a modal or in App Home. */
export function pressInView(
  { workspace }: Tenant,
  member: Member,
  view: View,
  used: { readonly action: unknown; readonly triggerId: string },
) {
  return {
    type: 'block_actions',
    ...ofWhom(workspace, member),
    container: { type: 'view', view_id: view.id },
    trigger_id: used.triggerId,
    view: wireView(workspace, view),
    actions: [used.action],
  };
}

/** A modal submitted, or closed. */
export function viewPayload(
  type: 'view_submission' | 'view_closed',
  { workspace }: Tenant,
  member: Member,
  view: View,
  more: Readonly<Record<string, unknown>>,
) {
  return { type, ...ofWhom(workspace, member), view: wireView(workspace, view), ...more };
}
