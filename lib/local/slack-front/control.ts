/** The hand that moves the workspace from outside: what a person, an administrator or bad luck would do. For tests and demonstrations. */
import type { RequestUrls, Subscriptions } from './app-settings.ts';
import { uninstall } from './authorization.ts';
import { type Behaviour, type BehaviourInput, behaviourSchema } from './behaviour.ts';
import type { SeedUser } from './company.ts';
import { Deliveries, type Delivery } from './deliveries.ts';
import { type FaultInput, FaultScript, type OrderedFault } from './faults.ts';
import type { Block, Message, Metadata } from './message-store.ts';
import type { MisbehaviourInput, OrderedMisbehaviour } from './misbehaviour.ts';
import { NotThere } from './not-there.ts';
import { Outbound } from './outbound.ts';
import { Person } from './person.ts';
import type { SlackState } from './state.ts';
import type { Tenant } from './tenants.ts';
import type { Change, Conversation, Invitation, Workspace } from './workspace.ts';

/** A message as it truly is: no page, no window, no permission. */
export interface TrueMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | undefined;
  readonly broadcast: boolean;
  /** Whose name is shown. */
  readonly userId: string;
  /** Posted with the app's own token, so only that token may edit it. */
  readonly asApp: boolean;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly metadata: Metadata | undefined;
  readonly isEdited: boolean;
}

/** A channel as it truly is. */
export interface TrueChannel {
  readonly id: string;
  readonly team: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly isArchived: boolean;
  readonly members: readonly string[];
}

/** The typed handle; `/control` offers the same over HTTP (control-routes.ts). */
export class SlackControl {
  private readonly state: SlackState;
  private readonly url: string;
  private readonly outbound: Outbound;
  private readonly events: Deliveries;
  private readonly faultScript = new FaultScript();
  private readonly counts = new Map<string, number>();
  private readonly late = new Set<() => void>();
  private readonly idlers = new Set<() => void>();

  /** `url` is where this Slack is served, without a slash at the end. */
  constructor(state: SlackState, url: string) {
    this.state = state;
    this.url = url;
    this.outbound = new Outbound({ app: state.app, clock: state.clock, behaviour: () => state.behaviour });
    this.events = new Deliveries(state, this.outbound);
  }

  // What the app is sent

  /** Where the app is told of things from now on. */
  sendTo(urls: RequestUrls): void {
    this.state.app.requestUrls = urls;
  }

  /** What the app hears of from now on; what is left out stays. */
  subscribe({ events, metadataEvents }: { [Name in keyof Subscriptions]?: Subscriptions[Name] | undefined }): void {
    const { subscriptions } = this.state.app;
    this.state.app.subscriptions = {
      events: events ?? subscriptions.events,
      metadataEvents: metadataEvents ?? subscriptions.metadataEvents,
    };
  }

  /** What is to be wrong with requests to the app. */
  misbehave(input: MisbehaviourInput): OrderedMisbehaviour {
    return this.outbound.script.add(input);
  }

  misbehaviours(): readonly OrderedMisbehaviour[] {
    return this.outbound.script.list();
  }

  resetMisbehaviours(): void {
    this.outbound.script.reset();
  }

  /** The events that were sent, or are to be, and what became of each; oldest first. */
  deliveries(): readonly Delivery[] {
    return this.events.list();
  }

  /** Resolves when no event is under way or due. Retries to come in a minute or five are not waited for. */
  delivered(): Promise<void> {
    return this.events.idle();
  }

  /**
   * What Slack does when an address is entered in the app's settings, and from time to time: asks for a challenge back, and looks
   * whether commands are served over TLS. Says what came back of each. https://docs.slack.dev/reference/events/url_verification
   */
  async probe(): Promise<{ readonly challenge: boolean; readonly sslCheck: number | undefined }> {
    const url = this.outbound.urlOf('events');
    const challenge = this.state.secret();
    const body = JSON.stringify({ token: 'deprecated', challenge, type: 'url_verification' });
    const asked =
      url === undefined ? undefined : await this.outbound.send({ url, contentType: 'application/json', body });
    const checked = await this.outbound.ask('commands', 'ssl_check', { ssl_check: '1', token: 'deprecated' });
    return {
      challenge: asked?.kind === 'answer' && asked.status === 200 && asked.body.includes(challenge),
      sslCheck: checked?.kind === 'answer' ? checked.status : undefined,
    };
  }

  /** From now on requests are signed with this secret alone. */
  regenerateSigningSecret(secret: string): void {
    this.state.app.signingSecret = secret;
  }

  /** Sends nothing more, and cuts what is under way. */
  stop(): void {
    this.dropLate();
    this.events.stop();
    this.outbound.stop();
  }

  // People

  /** Somebody in front of Slack. */
  as(userId: string): Person {
    const tenant = this.home(userId);
    const member = tenant.workspace.members.get(userId);
    if (member === undefined) throw new NotThere(`There is no member ${userId}.`);
    return new Person({ state: this.state, outbound: this.outbound, url: this.url, tenant, member });
  }

  // Faults

  /** Orders a fault. */
  fault(input: FaultInput): OrderedFault {
    return this.faultScript.add(input);
  }

  faults(): readonly OrderedFault[] {
    return this.faultScript.list();
  }

  /** Forgets all faults that have not struck. Late effects that are under way still come. */
  resetFaults(): void {
    this.faultScript.reset();
  }

  /** For the server: what is to go wrong with this call. Counts it. */
  strike(method: string, channel: string | undefined) {
    this.counts.set(method, (this.counts.get(method) ?? 0) + 1);
    return this.faultScript.strike(method, channel);
  }

  /** For the server: does `effect` later, and remembers that it is to come. */
  later(milliseconds: number, effect: () => Promise<unknown>): void {
    const cancel = this.state.clock.after(milliseconds, () => {
      void effect().finally(() => {
        this.late.delete(cancel);
        if (this.late.size === 0) for (const wake of [...this.idlers]) wake();
      });
    });
    this.late.add(cancel);
  }

  /** How many late effects are still to come. */
  get lateEffects(): number {
    return this.late.size;
  }

  /** Resolves when no late effect is to come any more. */
  async settled(): Promise<void> {
    if (this.late.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.idlers.add(resolve);
    await promise;
    this.idlers.delete(resolve);
  }

  private dropLate(): void {
    for (const cancel of this.late) cancel();
    this.late.clear();
  }

  // Calls

  /** Calls received per method, refused and faulty ones too. */
  calls(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts);
  }

  resetCalls(): void {
    this.counts.clear();
  }

  // Evidence

  /** All channels of all workspaces, direct messages too. */
  channels(): readonly TrueChannel[] {
    return this.state.tenants.all.flatMap(({ workspace }) =>
      [...workspace.conversations.values()].map(({ id, name, isPrivate, isArchived, members }) => ({
        id,
        team: workspace.team.id,
        name,
        isPrivate,
        isArchived,
        members: [...members],
      })),
    );
  }

  /** Every message of a channel, replies included, oldest first. */
  messages(channel: string): readonly TrueMessage[] {
    return this.where(channel).messages.everything(channel).map(truth);
  }

  /** Calls `listener` after every change until the returned function is called. */
  onChange(listener: (change: Change) => void): () => void {
    return this.state.tenants.onChange(listener);
  }

  /** Resolves with the first defined value that `look` gives, asked now and after every change. The caller sets the time limit. */
  until<Value>(look: () => Value | undefined, signal?: AbortSignal): Promise<Value> {
    return new Promise((resolve, reject) => {
      const done = () => {
        stop();
        signal?.removeEventListener('abort', abandon);
      };
      const abandon = () => {
        done();
        reject(signal?.reason);
      };
      const check = () => {
        const value = look();
        if (value === undefined) return;
        done();
        resolve(value);
      };
      const stop = this.state.tenants.onChange(check);
      signal?.addEventListener('abort', abandon);
      if (signal?.aborted === true) abandon();
      else check();
    });
  }

  // What people and administrators do

  /** Somebody types a message. */
  say(channel: string, userId: string, text: string, threadTs?: string): TrueMessage {
    const { messages } = this.where(channel);
    const author = { userId: this.person(channel, userId), appBotId: undefined, asApp: false };
    const root = threadTs === undefined ? undefined : this.message(channel, threadTs).ts;
    return truth(messages.post(channel, { author, text, blocks: [], metadata: undefined, root }));
  }

  /** Somebody deletes a message, whoever it is by. */
  deleteMessage(channel: string, ts: string): void {
    this.where(channel).messages.remove(this.message(channel, ts));
  }

  /** Who does what follows is the channel's creator, where nobody is named. */
  archive(channel: string, by?: string): void {
    this.change(channel, (workspace, conversation) => workspace.archive(conversation, by ?? conversation.creator));
  }

  unarchive(channel: string, by?: string): void {
    this.change(channel, (workspace, conversation) => workspace.unarchive(conversation, by ?? conversation.creator));
  }

  /** Somebody deletes a channel with all that stands in it. */
  deleteChannel(channel: string, by?: string): void {
    const { messages } = this.where(channel);
    this.change(channel, (workspace, conversation) => workspace.delete(conversation, by ?? conversation.creator));
    messages.drop(channel);
  }

  rename(channel: string, name: string): void {
    this.change(channel, (workspace, conversation) => workspace.rename(conversation, name));
  }

  /** An owner of the workspace makes a private channel public, or a public one private. */
  setPrivate(channel: string, isPrivate: boolean): void {
    this.change(channel, (workspace, conversation) => workspace.setPrivate(conversation, isPrivate));
  }

  /** The channel goes by another id from now on, its messages with it. */
  renumber(channel: string, id: string): void {
    if (this.state.tenants.ofChannel(id) !== undefined) throw new NotThere(`There is a channel ${id} already.`);
    const { messages } = this.where(channel);
    messages.renumber(channel, id);
    this.change(channel, (workspace, conversation) => workspace.renumber(conversation, id));
  }

  addMember(channel: string, userId: string, by?: string): void {
    const user = this.person(channel, userId);
    this.change(channel, (workspace, conversation) => workspace.join(conversation, user, by ?? conversation.creator));
  }

  removeMember(channel: string, userId: string, by?: string): void {
    const user = this.person(channel, userId);
    this.change(channel, (workspace, conversation) => workspace.leave(conversation, user, by ?? conversation.creator));
  }

  /** The app's bot in the workspace that has the channel. */
  botIn(channel: string): string {
    return this.where(channel).workspace.app.botUserId;
  }

  /** Somebody joins a workspace (the first, unless another is named) or is changed by an administrator. */
  putMember(user: SeedUser, team = this.state.tenants.first.workspace.team.id): void {
    const tenant = this.state.tenants.ofTeam(team);
    if (tenant === undefined) throw new NotThere(`There is no workspace ${team}.`);
    const home = this.state.tenants.ofMember(user.id);
    if (home !== undefined && home !== tenant) throw new NotThere(`${user.id} belongs to another workspace.`);
    tenant.workspace.putMember(user, this.seconds());
  }

  /** From now on the token is refused with `token_revoked`. */
  revokeToken(token: string): void {
    const known = this.state.tenants.ofToken(token);
    if (known === undefined) throw new NotThere('There is no such token.');
    known.tenant.workspace.revoke([known.grant]);
  }

  /** Revokes every token of one person (or of the bot). Says how many. */
  revokeTokensOf(userId: string): number {
    const { workspace } = this.home(userId);
    const grants = workspace.grantsOf(userId);
    workspace.revoke(grants);
    return grants.length;
  }

  /** An administrator takes the app out of a workspace (the first, unless another is named): every token, the bot, its memberships. */
  uninstallApp(team = this.state.tenants.first.workspace.team.id): void {
    const tenant = this.state.tenants.ofTeam(team);
    if (tenant === undefined) throw new NotThere(`There is no workspace ${team}.`);
    uninstall(tenant.workspace, this.seconds());
  }

  /** Makes a new token known, as an installation would. */
  grantToken(token: string, kind: 'bot' | 'user', userId: string, scopes: readonly string[]): void {
    this.home(userId).workspace.grant(token, kind, userId, scopes);
  }

  /** Deactivates a member: their tokens are refused with `account_inactive`. */
  deactivate(userId: string): void {
    const { workspace } = this.home(userId);
    const member = workspace.members.get(userId);
    if (member !== undefined) workspace.deactivate(member, this.seconds());
  }

  /** Activates a deactivated member again. */
  reactivate(userId: string): void {
    const { workspace } = this.home(userId);
    const member = workspace.members.get(userId);
    if (member !== undefined) workspace.reactivate(member, this.seconds());
  }

  /** Every invitation that went out by e-mail, oldest first. */
  invitations(): readonly Invitation[] {
    return this.state.tenants.all.flatMap(({ workspace }) => workspace.invitations);
  }

  /** Somebody takes up the invitation that was sent to them, in the first workspace unless another is named. */
  acceptInvitation(email: string, team = this.state.tenants.first.workspace.team.id): void {
    const tenant = this.state.tenants.ofTeam(team);
    if (tenant === undefined) throw new NotThere(`There is no workspace ${team}.`);
    if (!tenant.workspace.accept(email, this.seconds())) throw new NotThere(`No invitation to ${email} is open.`);
  }

  // The app and its consents

  /** Lets consents lead back to this address and whatever lies under it. */
  registerRedirectUri(address: string): void {
    const { redirectUris } = this.state.app;
    if (!redirectUris.includes(address)) redirectUris.push(address);
  }

  /** From now on only this client secret is accepted. */
  regenerateClientSecret(clientSecret: string): void {
    this.state.app.regenerateSecret(clientSecret);
  }

  /** From now on a fresh key signs id tokens; the one before stays published. */
  renewSigningKey(): void {
    this.state.signingKeys.renew();
  }

  behaviour(): Behaviour {
    return this.state.behaviour;
  }

  /** Turns the switches that are named, and all others back to what is usual. Refuses with a ZodError what is not one. */
  behave(input: BehaviourInput): void {
    this.state.behaviour = behaviourSchema.parse(input);
  }

  private change(channel: string, deed: (workspace: Workspace, conversation: Conversation) => unknown): void {
    const { workspace } = this.where(channel);
    const conversation = workspace.conversations.get(channel);
    if (conversation !== undefined) deed(workspace, conversation);
  }

  private where(channel: string): Tenant {
    const tenant = this.state.tenants.ofChannel(channel);
    if (tenant === undefined) throw new NotThere(`There is no channel ${channel}. GET /control/channels lists them.`);
    return tenant;
  }

  private message(channel: string, ts: string): Message {
    const message = this.where(channel).messages.find(channel, ts);
    if (message === undefined) throw new NotThere(`There is no message ${ts} in ${channel}.`);
    return message;
  }

  /** Somebody of the workspace that has the channel. */
  private person(channel: string, id: string): string {
    if (!this.where(channel).workspace.members.has(id)) throw new NotThere(`There is no member ${id}.`);
    return id;
  }

  private home(userId: string): Tenant {
    const tenant = this.state.tenants.ofMember(userId);
    if (tenant === undefined) throw new NotThere(`There is no member ${userId}.`);
    return tenant;
  }

  private seconds(): number {
    return Math.floor(this.state.clock.now() / 1000);
  }
}

function truth(message: Message): TrueMessage {
  const { channel, ts, root, broadcast, author, text, blocks, metadata, edited } = message;
  return {
    channel,
    ts,
    threadTs: root,
    broadcast,
    userId: author.userId,
    asApp: author.asApp,
    text,
    blocks,
    metadata,
    isEdited: edited !== undefined,
  };
}
