/** views.*: modals and App Home. https://docs.slack.dev/reference/methods?family=views */
import { type Call, type Method, memberOf } from './method.ts';
import { wireView } from './payloads.ts';
import { SlackRefusal } from './refusal.ts';
import { readView } from './view-rules.ts';
import type { View, ViewContent } from './views.ts';

export const viewMethods: Readonly<Record<string, Method>> = {
  'views.open': (call) => {
    const content = contentOf(call, 'modal');
    const { userId } = exchange(call);
    return answer(call, call.views.open(userId, content));
  },

  'views.push': (call) => {
    const content = contentOf(call, 'modal');
    const { userId } = exchange(call);
    const view = call.views.push(userId, content);
    if (view === undefined) throw new SlackRefusal('push_limit_reached');
    return answer(call, view);
  },

  /** By `view_id` or `external_id`. A modal that was closed meanwhile is not there any more. */
  'views.update': (call) => {
    const view = call.views.find(call.args.text('view_id'), call.args.text('external_id'));
    if (view === undefined) throw new SlackRefusal('not_found');
    const content = contentOf(call, view.content.type, view);
    refuseOld(call, view);
    call.views.update(view, content);
    return answer(call, view);
  },

  'views.publish': (call) => {
    const member = memberOf(call, call.args.text('user_id'));
    const known = call.views.home(member.id);
    const content = contentOf(call, 'home', known);
    if (known !== undefined) refuseOld(call, known);
    return answer(call, call.views.publish(member.id, content));
  },
};

function exchange(call: Call) {
  const id = call.args.text('trigger_id') ?? call.args.text('interactivity_pointer');
  return call.state.triggers.exchange(id, call.workspace.team.id);
}

/** The view of a call. An `external_id` is one view's alone. */
function contentOf(call: Call, type: ViewContent['type'], own?: View): ViewContent {
  if (call.grant.kind !== 'bot') throw new SlackRefusal('not_allowed_token_type');
  const content = readView(call.args.json('view', 'invalid_json'), type, () => call.messages.nextBlockId());
  const other = content.external_id === '' ? undefined : call.views.find(undefined, content.external_id);
  if (other !== undefined && other !== own) throw new SlackRefusal('duplicate_external_id');
  return content;
}

/** Refuses a change to a view that has changed since the app saw it. */
function refuseOld(call: Call, view: View): void {
  const hash = call.args.text('hash');
  if (hash !== undefined && hash !== view.hash) throw new SlackRefusal('hash_conflict');
}

function answer(call: Call, view: View) {
  return { view: wireView(call.workspace, view) };
}
