/**
 * What a person does in Slack with the app: types a command, presses a button, fills a modal in, opens App Home. The app is asked as
 * Slack asks it, and what the person then sees is what Slack would show.
 */
import { isRecord } from './args.ts';
import {
  actionOf,
  type Entered,
  elementsOf,
  type Fields,
  missingInputs,
  type Placed,
  stateValues,
} from './element-state.ts';
import type { Ephemeral } from './ephemerals.ts';
import type { Message } from './message-store.ts';
import { NotThere } from './not-there.ts';
import type { Outbound } from './outbound.ts';
import { commandFields, pressInMessage, pressInView, viewPayload } from './payloads.ts';
import { SlackRefusal } from './refusal.ts';
import { sayAnswer } from './responding.ts';
import type { Answered } from './signed-request.ts';
import type { SlackState } from './state.ts';
import type { Tenant } from './tenants.ts';
import { readView } from './view-rules.ts';
import type { View } from './views.ts';
import type { Conversation, Member } from './workspace.ts';

/** What somebody uses: an element by whatever is enough to tell it from the others around it. */
export interface Used {
  /** `action_id` */
  readonly action?: string | undefined;
  /** `block_id` */
  readonly block?: string | undefined;
  /** What stands on a button. */
  readonly label?: string | undefined;
  /** A button's value. */
  readonly value?: string | undefined;
}

/** What is chosen in a select, a date, an overflow menu. */
export type Choice = string | readonly string[] | undefined;

/** How the app took it. `problem` is Slack's own word: `operation_timeout`, `http_status_500`, `dispatch_failed`, `not_sent`. */
export type Taken = { readonly ok: true } | { readonly ok: false; readonly problem: string };

/** Somebody in front of Slack. */
export class Person {
  readonly member: Member;
  private readonly state: SlackState;
  private readonly tenant: Tenant;
  private readonly outbound: Outbound;
  /** Where this Slack is served, without a slash at the end. */
  private readonly url: string;

  constructor(parts: {
    readonly state: SlackState;
    readonly tenant: Tenant;
    readonly outbound: Outbound;
    readonly url: string;
    readonly member: Member;
  }) {
    this.state = parts.state;
    this.tenant = parts.tenant;
    this.outbound = parts.outbound;
    this.url = parts.url;
    this.member = parts.member;
  }

  // What is seen

  /** Messages that only this person sees, everywhere or in one channel. */
  ephemerals(channel?: string): readonly Ephemeral[] {
    return this.tenant.ephemerals.of(this.member.id, channel);
  }

  /** The modals that are open, the uppermost last. */
  modals(): readonly View[] {
    return this.tenant.views.pile(this.member.id);
  }

  /** App Home as it was published last. */
  home(): View | undefined {
    return this.tenant.views.home(this.member.id);
  }

  // What is done

  /** Types a line that begins with a command, in a channel. */
  async command(channelId: string, line: string): Promise<Taken> {
    const channel = this.channel(channelId);
    const [command = '', ...words] = line.trim().split(' ');
    const { workspace } = this.tenant;
    const isKnown = this.state.app.commands.some((one) => one.command === command);
    const isThere = workspace.grantsOf(workspace.app.botUserId).some(({ scopes }) => scopes.has('commands'));
    if (!isKnown || !isThere) {
      const problem = `${command} is not a valid command. In Slack, all messages that start with the “/” character are interpreted as commands.`;
      this.told(channel, problem);
      return { ok: false, problem: 'unknown_command' };
    }
    const occasion = { team: workspace.team.id, userId: this.member.id, channel: channel.id };
    const responseUrl = this.url + this.state.responseUrls.issue('commands', occasion);
    const said = { command, text: words.join(' ').trim(), responseUrl, triggerId: this.trigger() };
    const answered = await this.outbound.ask('commands', command, commandFields(workspace, this.member, channel, said));
    const taken = takenOf(answered);
    if (!taken.ok) this.told(channel, `${command} failed with the error “${taken.problem}”`);
    else if (answered?.kind === 'answer') {
      try {
        sayAnswer(this.tenant, occasion, answered.headers.get('content-type') ?? '', answered.body);
      } catch (error) {
        if (!(error instanceof SlackRefusal)) throw error;
        this.told(channel, `${command} failed because its answer was not understood (${error.code})`);
        return { ok: false, problem: error.code };
      }
    }
    return taken;
  }

  /** Uses something in a message: presses a button, chooses from a menu. */
  async pressInMessage(
    channelId: string,
    ts: string,
    used: Used,
    choice?: Choice,
    entered: Entered = {},
  ): Promise<Taken> {
    const channel = this.channel(channelId);
    const message = this.messageAt(channel.id, ts);
    const placed = found(elementsOf(message.blocks), used, `the message ${ts}`);
    const occasion = {
      team: this.tenant.workspace.team.id,
      userId: this.member.id,
      channel: channel.id,
      message: { ts, isEphemeral: !('author' in message), root: message.root },
    };
    const payload = pressInMessage(this.tenant, this.member, channel, message, {
      action: actionOf(placed, choice, this.tenant.messages.nextTs()),
      state: stateValues(message.blocks, withChoice(entered, placed, choice)),
      responseUrl: this.url + this.state.responseUrls.issue('actions', occasion),
      triggerId: this.trigger(),
    });
    return takenOf(await this.ask(payload));
  }

  /** Uses something in the uppermost modal, or in App Home. What was entered in it goes along. */
  async pressInView(where: 'modal' | 'home', used: Used, choice?: Choice, entered: Entered = {}): Promise<Taken> {
    const view = this.view(where);
    const placed = found(elementsOf(view.content.blocks), used, where === 'home' ? 'App Home' : 'the modal');
    this.enter(view, withChoice(entered, placed, choice));
    const action = actionOf(placed, choice ?? enteredIn(view, placed), this.tenant.messages.nextTs());
    const payload = pressInView(this.tenant, this.member, view, { action, triggerId: this.trigger() });
    return takenOf(await this.ask(payload));
  }

  /** Enters things in the uppermost modal. Elements that dispatch on their own tell the app, as Slack does. */
  async fill(entered: Entered): Promise<void> {
    const view = this.view('modal');
    this.enter(view, entered);
    for (const placed of elementsOf(view.content.blocks)) {
      const given = entered[String(placed.block['block_id'])]?.[String(placed.element['action_id'])];
      if (given === undefined || !dispatches(placed)) continue;
      const action = actionOf(placed, given, this.tenant.messages.nextTs());
      await this.ask(pressInView(this.tenant, this.member, view, { action, triggerId: this.trigger() }));
    }
  }

  /**
   * Submits the uppermost modal. What Slack checks itself never reaches the app; what the app finds wrong stands in the modal
   * (`errors` of the view).
   */
  async submit(entered: Entered = {}): Promise<Taken> {
    const view = this.view('modal');
    this.enter(view, entered);
    const missing = missingInputs(view.content.blocks, view.entered);
    this.tenant.views.note(view, { errors: missing, trouble: undefined });
    if (Object.keys(missing).length > 0) return { ok: false, problem: 'incomplete' };
    const payload = viewPayload('view_submission', this.tenant, this.member, view, {
      trigger_id: this.trigger(),
      response_urls: [],
    });
    const answered = await this.ask(payload);
    const taken = takenOf(answered);
    if (taken.ok && answered?.kind === 'answer') return this.follow(view, answered.body);
    this.tenant.views.note(view, { trouble: 'We had some trouble connecting. Try again?' });
    return taken;
  }

  /** Closes the uppermost modal, or all of them at once. The app hears of it where it asked to. */
  async close(reach: 'one' | 'all' = 'one'): Promise<void> {
    const view = this.view('modal');
    const isAll = reach === 'all' || view.content.clear_on_close;
    this.tenant.views.close(this.member.id, isAll ? 'all' : 'one');
    if (!view.content.notify_on_close) return;
    await this.ask(viewPayload('view_closed', this.tenant, this.member, view, { is_cleared: isAll }));
  }

  /** Takes away a message that only this person sees. */
  dismiss(channel: string, ts: string): void {
    if (this.tenant.ephemerals.find(channel, ts)?.userId !== this.member.id) return;
    this.tenant.ephemerals.remove(channel, ts);
    this.tenant.workspace.changed({ channel });
  }

  /** Opens the app's Home. What is there is shown at once; the app hears of it, and may publish another. */
  openHome(): View | undefined {
    const { workspace } = this.tenant;
    const { id } = this.member;
    const pair = new Set([workspace.app.botUserId, id]);
    const at = Math.floor(this.state.clock.now() / 1000);
    const channel = workspace.between(pair) ?? workspace.open('im', '', true, pair, id, at);
    const home = this.home();
    const view = home && { id: home.id, hash: home.hash, type: 'home' };
    workspace.happened({ kind: 'homeOpened', userId: id, channel: channel.id, view });
    return home;
  }

  private follow(view: View, body: string): Taken {
    const answer = parsed(body);
    const { views } = this.tenant;
    switch (answer?.['response_action']) {
      case undefined:
        views.close(this.member.id, view.content.clear_on_close ? 'all' : 'one');
        return { ok: true };
      case 'clear':
        views.close(this.member.id, 'all');
        return { ok: true };
      case 'errors': {
        const errors = isRecord(answer['errors']) ? answer['errors'] : {};
        const texts = Object.entries(errors).map(([block, words]) => [block, String(words)]);
        views.note(view, { errors: Object.fromEntries(texts) });
        return { ok: false, problem: 'errors' };
      }
      case 'update':
      case 'push':
        return this.showNext(view, answer['response_action'], answer['view']);
      default:
        return this.misunderstood(view);
    }
  }

  private showNext(view: View, action: 'update' | 'push', given: unknown): Taken {
    const { views, messages } = this.tenant;
    try {
      const content = readView(given, 'modal', () => messages.nextBlockId());
      if (action === 'update') views.update(view, content);
      else if (views.push(this.member.id, content) === undefined) return this.misunderstood(view);
      return { ok: true };
    } catch (error) {
      if (error instanceof SlackRefusal) return this.misunderstood(view);
      throw error;
    }
  }

  private misunderstood(view: View): Taken {
    this.tenant.views.note(view, { trouble: 'We had some trouble connecting. Try again?' });
    return { ok: false, problem: 'invalid_response' };
  }

  private enter(view: View, entered: Entered): void {
    if (Object.keys(entered).length === 0) return;
    const merged = { ...view.entered };
    for (const [block, actions] of Object.entries(entered)) merged[block] = { ...merged[block], ...actions };
    this.tenant.views.note(view, { entered: merged });
  }

  private ask(payload: Readonly<Record<string, unknown>> & { readonly type: string }): Promise<Answered | undefined> {
    return this.outbound.ask('interactivity', payload.type, { payload: JSON.stringify(payload) });
  }

  private trigger(): string {
    const whose = { team: this.tenant.workspace.team.id, userId: this.member.id };
    return this.state.triggers.issue(whose, this.state.behaviour.triggerLifeMs);
  }

  /** What Slack itself says to this person. */
  private told({ id: channel }: Conversation, text: string): void {
    const { workspace, messages, ephemerals } = this.tenant;
    const userId = this.member.id;
    ephemerals.add({ channel, userId, ts: messages.nextTs(), by: 'USLACKBOT', root: undefined, text, blocks: [] });
    workspace.changed({ channel });
  }

  private channel(id: string): Conversation {
    const channel = this.tenant.workspace.conversations.get(id);
    if (channel === undefined) throw new NotThere(`${this.member.realName}'s workspace has no channel ${id}.`);
    return channel;
  }

  private messageAt(channel: string, ts: string): Message | Ephemeral {
    const ephemeral = this.tenant.ephemerals.find(channel, ts);
    const message = ephemeral?.userId === this.member.id ? ephemeral : this.tenant.messages.find(channel, ts);
    if (message === undefined) throw new NotThere(`${this.member.realName} sees no message ${ts} in ${channel}.`);
    return message;
  }

  private view(where: 'modal' | 'home'): View {
    const view = where === 'home' ? this.home() : this.modals().at(-1);
    if (view === undefined) throw new NotThere(`${this.member.realName} has no ${where} open.`);
    return view;
  }
}

function takenOf(answered: Answered | undefined): Taken {
  if (answered === undefined) return { ok: false, problem: 'not_sent' };
  if (answered.kind !== 'answer')
    return { ok: false, problem: answered.kind === 'timeout' ? 'operation_timeout' : 'dispatch_failed' };
  if (answered.status === 200) return { ok: true };
  return { ok: false, problem: `http_status_${answered.status}` };
}

function found(all: readonly Placed[], used: Used, where: string): Placed {
  const fits = ({ block, element }: Placed) =>
    (used.action === undefined || element['action_id'] === used.action) &&
    (used.block === undefined || block['block_id'] === used.block) &&
    (used.label === undefined || labelOf(element) === used.label) &&
    (used.value === undefined || element['value'] === used.value);
  const [one, ...others] = all.filter(fits);
  const there = all.map(({ element }) => `${element['action_id']} “${labelOf(element)}”`).join(', ') || 'nothing';
  const asked = JSON.stringify(used);
  if (one === undefined) throw new NotThere(`There is no ${asked} in ${where}. There is ${there}.`);
  if (others.length > 0) throw new NotThere(`There are ${others.length + 1} of ${asked} in ${where}: say which block.`);
  return one;
}

function labelOf(element: Fields): string {
  const label = element['text'] ?? element['placeholder'];
  return isRecord(label) ? String(label['text']) : '';
}

function withChoice(entered: Entered, { block, element }: Placed, choice: Choice): Entered {
  if (choice === undefined || element['type'] === 'overflow') return entered;
  const [blockId, actionId] = [String(block['block_id']), String(element['action_id'])];
  return { ...entered, [blockId]: { ...entered[blockId], [actionId]: choice } };
}

function enteredIn(view: View, { block, element }: Placed): Choice {
  return view.entered[String(block['block_id'])]?.[String(element['action_id'])];
}

/** Whether what is entered is told to the app at once: always outside of input blocks, inside where the block says so. */
function dispatches({ block, element }: Placed): boolean {
  if (block['type'] !== 'input') return element['type'] !== 'button';
  return block['dispatch_action'] === true;
}

function parsed(body: string): Fields | undefined {
  if (body.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
