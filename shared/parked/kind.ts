import type { Message } from '../aws/queue.ts';
import type { TeamId } from '../base/names.ts';
import type { ThreadRef } from '../slack/thread-log.ts';
import type { Episode, ParkedRoom } from './record.ts';

/** What things are called, and what was not done about them: `2 payments not told in Slack`. */
export type Noun = { readonly one: string; readonly many: string; readonly undone: string };

/** What a dead letter is about: one thing of the room, by its name there; or a notice that could not be told itself. */
type About = { readonly team: TeamId } & ({ readonly subject: string } | { readonly notice: Episode });

/** What is a room's own of what it parks: how things are named, found again and looked at once more. Pure. */
export type Kind = {
  readonly room: ParkedRoom;
  /** What is counted as often as something is parked: an alarm looks at it. */
  readonly metric: string;
  /** Whose log says more. */
  readonly worker: string;
  /** What the things of these subjects are called together. */
  readonly noun: (subjects: readonly string[]) => Noun;
  /** What to do about a code that only this room has. */
  readonly remedies: Readonly<Record<string, string>>;
  /** What a letter is about; undefined where it does not say whose it is, so that nobody can be told. */
  readonly about: (body: string) => About | undefined;
  /** What a subject is called among others. */
  readonly called: (subject: string) => string;
  /** What joins a line of the log to others. */
  readonly ids: (subject: string) => Readonly<Record<string, string>>;
  /** Has a subject looked at once more. `unique`: of two wakes with the same one SQS takes one. */
  readonly wake: (team: TeamId, subject: string, unique: string) => Message;
  /** Has the notice of an episode told. */
  readonly noticeWake: (team: TeamId, episode: Episode, unique: string) => Message;
  /** The thread of that notice. */
  readonly noticeRef: (team: TeamId, episode: Episode) => ThreadRef;
};
