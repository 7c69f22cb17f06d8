/** The hand that moves the workspace from outside: what a person, an administrator or bad luck would do. For tests and demonstrations. */
import type { Clock } from './clock.ts';
import { type FaultInput, FaultScript, type OrderedFault } from './faults.ts';
import type { Block, Message, MessageStore, Metadata } from './message-store.ts';
import type { Change, Conversation, Workspace } from './workspace.ts';

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
  readonly name: string;
  readonly isPrivate: boolean;
  readonly isArchived: boolean;
  readonly members: readonly string[];
}

/** Something the control API was asked about that is not there. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
}

/** The typed handle; `/control` offers the same over HTTP (control-routes.ts). */
export class SlackControl {
  private readonly workspace: Workspace;
  private readonly store: MessageStore;
  private readonly clock: Clock;
  private readonly faultScript = new FaultScript();
  private readonly counts = new Map<string, number>();
  private readonly late = new Set<() => void>();
  private readonly idlers = new Set<() => void>();

  constructor(workspace: Workspace, store: MessageStore, clock: Clock) {
    this.workspace = workspace;
    this.store = store;
    this.clock = clock;
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
    const cancel = this.clock.after(milliseconds, () => {
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

  /** Drops the late effects; for stopping. */
  dropLate(): void {
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

  /** All channels, direct messages too. */
  channels(): readonly TrueChannel[] {
    return [...this.workspace.conversations.values()].map(({ id, name, isPrivate, isArchived, members }) => ({
      id,
      name,
      isPrivate,
      isArchived,
      members: [...members],
    }));
  }

  /** Every message of a channel, replies included, oldest first. */
  messages(channel: string): readonly TrueMessage[] {
    return this.store.everything(this.channel(channel).id).map(truth);
  }

  /** Calls `listener` after every change until the returned function is called. */
  onChange(listener: (change: Change) => void): () => void {
    return this.workspace.onChange(listener);
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
      const stop = this.workspace.onChange(check);
      signal?.addEventListener('abort', abandon);
      if (signal?.aborted === true) abandon();
      else check();
    });
  }

  // What people and administrators do

  /** Somebody types a message. */
  say(channel: string, userId: string, text: string, threadTs?: string): TrueMessage {
    const author = { userId: this.person(userId), appBotId: undefined, asApp: false };
    const { id } = this.channel(channel);
    const root = threadTs === undefined ? undefined : this.message(id, threadTs).ts;
    return truth(this.store.post(id, { author, text, blocks: [], metadata: undefined, root }));
  }

  /** Somebody deletes a message, whoever it is by. */
  deleteMessage(channel: string, ts: string): void {
    this.store.remove(this.message(channel, ts));
  }

  archive(channel: string): void {
    this.setArchived(channel, true);
  }

  unarchive(channel: string): void {
    this.setArchived(channel, false);
  }

  rename(channel: string, name: string): void {
    const conversation = this.channel(channel);
    conversation.previousNames.unshift(conversation.name);
    conversation.name = name;
    this.workspace.changed({ channel });
  }

  addMember(channel: string, userId: string): void {
    this.channel(channel).members.add(this.person(userId));
    this.workspace.changed({ channel });
  }

  removeMember(channel: string, userId: string): void {
    this.channel(channel).members.delete(this.person(userId));
    this.workspace.changed({ channel });
  }

  /** From now on the token is refused with `token_revoked`. */
  revokeToken(token: string): void {
    const grant = this.workspace.grants.get(token);
    if (grant === undefined) throw new NotThere('There is no such token.');
    grant.revoked = true;
  }

  /** Revokes every token of one person (or of the bot). Says how many. */
  revokeTokensOf(userId: string): number {
    const grants = [...this.workspace.grants.values()].filter(
      (grant) => grant.userId === this.person(userId) && !grant.revoked,
    );
    for (const grant of grants) grant.revoked = true;
    return grants.length;
  }

  /** Makes a new token known, as an installation would. */
  grantToken(token: string, kind: 'bot' | 'user', userId: string, scopes: readonly string[]): void {
    this.workspace.grant(token, kind, this.person(userId), scopes);
  }

  /** Deactivates a member: their tokens are refused with `account_inactive`. */
  deactivate(userId: string): void {
    const member = this.workspace.members.get(this.person(userId));
    if (member === undefined) return;
    member.deactivated = true;
    member.updated = Math.floor(this.clock.now() / 1000);
    this.workspace.changed({});
  }

  private setArchived(channel: string, isArchived: boolean): void {
    this.channel(channel).isArchived = isArchived;
    this.workspace.changed({ channel });
  }

  private channel(id: string): Conversation {
    const conversation = this.workspace.conversations.get(id);
    if (conversation === undefined) throw new NotThere(`There is no channel ${id}. GET /control/channels lists them.`);
    return conversation;
  }

  private message(channel: string, ts: string): Message {
    const message = this.store.find(this.channel(channel).id, ts);
    if (message === undefined) throw new NotThere(`There is no message ${ts} in ${channel}.`);
    return message;
  }

  private person(id: string): string {
    if (!this.workspace.members.has(id)) throw new NotThere(`There is no member ${id}.`);
    return id;
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
