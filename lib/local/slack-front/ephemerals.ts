/** Messages that one person sees and nobody else: in no history, gone when the person's client is. https://docs.slack.dev/messaging */
import type { Block } from './message-store.ts';

/** One of them. */
export interface Ephemeral {
  readonly channel: string;
  readonly ts: string;
  /** Who sees it. */
  readonly userId: string;
  /** Whose name is shown: the app's bot, or Slackbot's for what Slack itself says. */
  readonly by: string;
  readonly root: string | undefined;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Counts changes, for the page. */
  readonly revision: number;
}

/** The ephemeral messages of one workspace, oldest first. */
export class Ephemerals {
  private all: readonly Ephemeral[] = [];

  add(message: Omit<Ephemeral, 'revision'>): void {
    this.all = [...this.all, { ...message, revision: 1 }];
  }

  /** What a person sees, everywhere or in one channel. */
  of(userId: string, channel?: string): readonly Ephemeral[] {
    return this.all.filter((one) => one.userId === userId && (channel === undefined || one.channel === channel));
  }

  find(channel: string, ts: string): Ephemeral | undefined {
    return this.all.find((one) => one.channel === channel && one.ts === ts);
  }

  /** Other words in the same place. */
  replace(message: Ephemeral, content: Pick<Ephemeral, 'text' | 'blocks'>): void {
    this.all = this.all.map((one) =>
      one.channel === message.channel && one.ts === message.ts
        ? { ...one, ...content, revision: one.revision + 1 }
        : one,
    );
  }

  remove(channel: string, ts: string): void {
    this.all = this.all.filter((one) => one.channel !== channel || one.ts !== ts);
  }
}
