import type { Table } from '../aws/table.ts';
import type { Inbound } from './inbound.ts';
import { fieldsOf, idIn } from './untrusted.ts';

/** Slack sends again for some minutes; who looks for what came, looks within days. In seconds. */
const keptSeconds = 7 * 86_400;

/** What came from Slack, once each: ids and times, never what somebody wrote. */
export class Events {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Keeps that something came. `duplicate`: it came before. `now` in milliseconds. */
  async keep(inbound: Inbound, now: number): Promise<'stored' | 'duplicate'> {
    const { team, id, kind } = inbound;
    const isNew = await this.#table.insert({
      pk: `${team}#${id}`,
      sk: 'came',
      kind,
      what: whatOf(inbound),
      user: whoIn(inbound),
      receivedAt: now,
      expires: Math.ceil(now / 1000) + keptSeconds,
    });
    return isNew ? 'stored' : 'duplicate';
  }
}

/** What came, in a word of Slack's or of ours. */
export function whatOf(inbound: Inbound): string {
  switch (inbound.kind) {
    case 'event':
      return inbound.event.type;
    case 'command':
      return inbound.command;
    case 'press':
      return inbound.action.id;
    case 'submission':
      return inbound.view.callbackId;
  }
}

/** Whom it is about, or who did it. Some events bring the whole person. */
function whoIn(inbound: Inbound): string | undefined {
  if (inbound.kind !== 'event') return inbound.user;
  return idIn(inbound.event, 'user') ?? idIn(fieldsOf(inbound.event['user']), 'id');
}
