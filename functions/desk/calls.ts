import { type DecideParts, decide } from '../../shared/calls/decide.ts';
import { type Decision, fusedIds, readFusedValue } from '../../shared/calls/fused.ts';
import { type Handler, ofTheCompany } from '../../shared/desk/desk.ts';
import { stale } from '../../shared/desk/stale.ts';
import type { Press } from '../../shared/slack/inbound.ts';

export type CallsAtDesk = {
  readonly calls: DecideParts;
  /** Where War Room's pages are. */
  readonly origin: string;
};

/** What can be asked of calls: the buttons under a removal of many. The team is that of Slack's envelope. */
export function callsAt({ calls, origin }: CallsAtDesk): Readonly<Record<string, Handler<Press>>> {
  const deciding = (kind: Decision['kind']) =>
    ofTheCompany<Press>(origin, async ({ id, team, action }, { admin }) => {
      const pressed = readFusedValue(action.value);
      if (!pressed) return { content: stale() };
      const by = { id: admin.id, name: admin.name };
      return { content: await decide({ id, team, kind, by, ...pressed }, calls) };
    });
  return { [fusedIds.approve]: deciding('approved'), [fusedIds.reject]: deciding('rejected') };
}
