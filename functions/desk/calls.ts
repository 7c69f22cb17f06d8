import { type DecideParts, decide } from '../../shared/calls/decide.ts';
import { type Decision, fusedIds, readFusedValue } from '../../shared/calls/fused.ts';
import { deletedId } from '../../shared/calls/notice.ts';
import { openProtected, type ProtectParts, saveProtected } from '../../shared/calls/protect.ts';
import { protectedForm } from '../../shared/calls/protected.ts';
import { readDeletedValue, type SayDeletedParts, sayDeleted } from '../../shared/calls/say-deleted.ts';
import { type Handler, ofTheCompany, type Word } from '../../shared/desk/desk.ts';
import { stale } from '../../shared/desk/stale.ts';
import type { Press, Submission } from '../../shared/slack/inbound.ts';

export type CallsAtDesk = {
  readonly calls: DecideParts & SayDeletedParts & Omit<ProtectParts, 'installations' | 'views'>;
  readonly installations: ProtectParts['installations'];
  readonly views: ProtectParts['views'];
  /** Where War Room's pages are. */
  readonly origin: string;
};

/** What can be asked of calls: the buttons under a removal of many, and who is in every channel. The team is that of Slack's envelope. */
export function callsAt({ calls, installations, views, origin }: CallsAtDesk): {
  readonly protect: Word;
  readonly presses: Readonly<Record<string, Handler<Press>>>;
  readonly submissions: Readonly<Record<string, Handler<Submission>>>;
} {
  const deciding = (kind: Decision['kind']) =>
    ofTheCompany<Press>(origin, async ({ id, team, action }, { admin }) => {
      const pressed = readFusedValue(action.value);
      if (!pressed) return { content: stale() };
      const by = { id: admin.id, name: admin.name };
      return { content: await decide({ id, team, kind, by, ...pressed }, calls) };
    });
  const parts = { ...calls, installations, views };
  return {
    protect: {
      usage: '',
      says: 'who is in every channel of calls, beside the agent and those above',
      handle: ofTheCompany(origin, (asked, person) => openProtected(asked, person, parts)),
    },
    presses: {
      [fusedIds.approve]: deciding('approved'),
      [fusedIds.reject]: deciding('rejected'),
      [deletedId]: ofTheCompany<Press>(origin, async ({ id, team, action }, { admin }) => {
        const pressed = readDeletedValue(action.value);
        return { content: pressed ? await sayDeleted({ id, team, by: admin.id, ...pressed }, calls) : stale() };
      }),
    },
    submissions: {
      [protectedForm.view]: ofTheCompany(origin, (asked, person) => saveProtected(asked, person, parts)),
    },
  };
}
