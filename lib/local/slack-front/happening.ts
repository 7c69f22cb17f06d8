/** What happens in a workspace, in this Slack's own words, whoever did it: events.ts says what the app hears of it. */
import type { Message } from './message-store.ts';
import type { Conversation, Member } from './workspace.ts';

/** One thing that happened. It is told at once, so that what it names still stands as it says. */
export type Happening =
  | { readonly kind: 'posted'; readonly message: Message }
  | { readonly kind: 'edited'; readonly message: Message; readonly before: Message }
  /** `tombstone`: a root with replies left a line in its place. */
  | { readonly kind: 'removed'; readonly before: Message; readonly tombstone: Message | undefined }
  | {
      readonly kind: 'joined' | 'left';
      readonly conversation: Conversation;
      readonly userId: string;
      readonly by: string;
    }
  | { readonly kind: 'archived' | 'unarchived' | 'deleted'; readonly conversation: Conversation; readonly by: string }
  | { readonly kind: 'renamed'; readonly conversation: Conversation }
  | { readonly kind: 'renumbered'; readonly conversation: Conversation; readonly before: string }
  | { readonly kind: 'memberCame' | 'memberChanged'; readonly member: Member }
  | { readonly kind: 'tokensRevoked'; readonly bots: readonly string[]; readonly people: readonly string[] }
  | { readonly kind: 'uninstalled' }
  | { readonly kind: 'homeOpened'; readonly userId: string; readonly channel: string; readonly view: unknown };
