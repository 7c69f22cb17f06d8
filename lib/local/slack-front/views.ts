/**
 * The views of one workspace: the modals that each person has open, one upon the other, and each person's App Home.
 * It decides nothing about who may do what (view-methods.ts does). https://docs.slack.dev/surfaces/modals
 */
import { createHash } from 'node:crypto';
import type { Entered, Fields } from './element-state.ts';
import type { Block } from './message-store.ts';
import type { Workspace } from './workspace.ts';

/** What the app gives: a view as it was read and found well-formed (view-rules.ts). */
export interface ViewContent {
  readonly type: 'modal' | 'home';
  readonly title: Fields | null;
  readonly submit: Fields | null;
  readonly close: Fields | null;
  readonly blocks: readonly Block[];
  readonly private_metadata: string;
  readonly callback_id: string;
  readonly external_id: string;
  readonly clear_on_close: boolean;
  readonly notify_on_close: boolean;
}

/** A view in front of a person. */
export interface View {
  readonly id: string;
  readonly userId: string;
  /** The view at the bottom of the pile, and the one beneath this. */
  readonly rootId: string;
  readonly previousId: string | undefined;
  content: ViewContent;
  hash: string;
  /** What the person has entered so far. */
  entered: Entered;
  /** What the app has said is wrong, by block_id. */
  errors: Readonly<Record<string, string>>;
  /** What Slack says when the app did not answer. */
  trouble: string | undefined;
}

/** A pile holds three at most. https://docs.slack.dev/surfaces/modals#view_stack */
const MOST_IN_A_PILE = 3;

/** Opens, changes and closes views. */
export class Views {
  private readonly workspace: Workspace;
  private readonly piles = new Map<string, readonly View[]>();
  private readonly homes = new Map<string, View>();
  private lastId = 0;
  private changes = 0;

  constructor(workspace: Workspace) {
    this.workspace = workspace;
  }

  /** The modals a person has open, the uppermost last. */
  pile(userId: string): readonly View[] {
    return this.piles.get(userId) ?? [];
  }

  home(userId: string): View | undefined {
    return this.homes.get(userId);
  }

  /** A view that somebody has in front of them, by its id or by the one the app gave. */
  find(id: string | undefined, externalId: string | undefined): View | undefined {
    return [...this.homes.values(), ...[...this.piles.values()].flat()].find(
      (view) =>
        (id !== undefined && view.id === id) || (externalId !== undefined && view.content.external_id === externalId),
    );
  }

  /** Opens a modal in the place of whatever pile the person had. */
  open(userId: string, content: ViewContent): View {
    const view = this.make(userId, content);
    this.piles.set(userId, [view]);
    this.workspace.changed({});
    return view;
  }

  /** Lays a modal upon the person's pile. Undefined: the pile is as high as it may be, or there is none. */
  push(userId: string, content: ViewContent): View | undefined {
    const pile = this.pile(userId);
    const [root, top] = [pile[0], pile.at(-1)];
    if (root === undefined || top === undefined || pile.length >= MOST_IN_A_PILE) return undefined;
    const view = this.make(userId, content, root.id, top.id);
    this.piles.set(userId, [...pile, view]);
    this.workspace.changed({});
    return view;
  }

  /** Other content in the same view. What was entered stays where block and element keep their ids. */
  update(view: View, content: ViewContent): void {
    view.content = content;
    view.hash = this.nextHash();
    view.errors = {};
    view.trouble = undefined;
    this.workspace.changed({});
  }

  publish(userId: string, content: ViewContent): View {
    const known = this.homes.get(userId);
    if (known !== undefined) {
      this.update(known, content);
      return known;
    }
    const view = this.make(userId, content);
    this.homes.set(userId, view);
    this.workspace.changed({});
    return view;
  }

  /** Takes the uppermost modal away, or all of them. */
  close(userId: string, reach: 'one' | 'all'): void {
    const left = reach === 'all' ? [] : this.pile(userId).slice(0, -1);
    if (left.length === 0) this.piles.delete(userId);
    else this.piles.set(userId, left);
    this.workspace.changed({});
  }

  /** What a person does in a view: enters something, or is told what is wrong. */
  note(view: View, notes: Partial<Pick<View, 'entered' | 'errors' | 'trouble'>>): void {
    Object.assign(view, notes);
    this.workspace.changed({});
  }

  private make(userId: string, content: ViewContent, rootId?: string, previousId?: string): View {
    this.lastId += 1;
    const id = `V${this.workspace.team.id.slice(1, 4)}${String(this.lastId).padStart(7, '0')}`;
    const fresh = { entered: {}, errors: {}, trouble: undefined };
    return { id, userId, rootId: rootId ?? id, previousId, content, hash: this.nextHash(), ...fresh };
  }

  private nextHash(): string {
    this.changes += 1;
    return `${this.changes}.${createHash('sha256').update(`${this.workspace.team.id} ${this.changes}`).digest('hex').slice(0, 8)}`;
  }
}
