/** The workspaces of this Slack, each with people, channels, tokens and messages of its own: nothing of one is seen from another. */
import type { Clock } from './clock.ts';
import { type SeedWorkspace, type SlackSeed, workspacesOf } from './company.ts';
import { Ephemerals } from './ephemerals.ts';
import { MessageStore } from './message-store.ts';
import { Views } from './views.ts';
import { type Change, type Grant, Workspace } from './workspace.ts';

/** One workspace and what is said in it. */
export interface Tenant {
  readonly workspace: Workspace;
  readonly messages: MessageStore;
  readonly ephemerals: Ephemerals;
  readonly views: Views;
}

/** All workspaces, found by what belongs to one of them. Ids and tokens belong to one only (Slackbot's id, which is everywhere, aside). */
export class Tenants {
  readonly all: readonly Tenant[];
  /** The company's own. */
  readonly first: Tenant;

  constructor(seed: SlackSeed, clock: Clock) {
    let conversations = 0;
    const open = (one: SeedWorkspace): Tenant => {
      const workspace = new Workspace(one, Math.floor(clock.now() / 1000), () => {
        conversations += 1;
        return conversations;
      });
      return {
        workspace,
        messages: new MessageStore(workspace, clock),
        ephemerals: new Ephemerals(),
        views: new Views(workspace),
      };
    };
    const [first = seed, ...others] = workspacesOf(seed);
    this.first = open(first);
    this.all = [this.first, ...others.map(open)];
  }

  ofTeam(id: string): Tenant | undefined {
    return this.all.find(({ workspace }) => workspace.team.id === id);
  }

  ofChannel(id: string): Tenant | undefined {
    return this.all.find(({ workspace }) => workspace.conversations.has(id));
  }

  ofMember(id: string): Tenant | undefined {
    return this.all.find(({ workspace }) => workspace.members.has(id));
  }

  /** The workspace that gave a token, and what it stands for there. */
  ofToken(token: string): { readonly tenant: Tenant; readonly grant: Grant } | undefined {
    for (const tenant of this.all) {
      const grant = tenant.workspace.grants.get(token);
      if (grant !== undefined) return { tenant, grant };
    }
    return undefined;
  }

  /** Calls `listener` after every change in any of them until the returned function is called. */
  onChange(listener: (change: Change) => void): () => void {
    const stops = this.all.map(({ workspace }) => workspace.onChange(listener));
    return () => {
      for (const stop of stops) stop();
    };
  }
}
