import { createHash } from 'node:crypto';
import type { Key, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import type { JoinLink } from './settings.ts';

/** To whom a join link was sent: so many of its uses may be gone. */
export class LinkStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** How many invitations it was sent with. Not all of them were taken up. */
  async sent(team: TeamId, link: JoinLink): Promise<number> {
    const item = await this.#table.get(keyOf(team, link));
    return (item?.['sent'] as Set<string> | undefined)?.size ?? 0;
  }

  /** Notes an invitation that it is sent with, once by its key. A link that as many may use as like is not counted. */
  async send(team: TeamId, link: JoinLink, key: string): Promise<void> {
    if (link.uses === null) return;
    await this.#table.update(keyOf(team, link), {
      update: 'ADD sent :one',
      values: { ':one': new Set([shortened(key)]) },
    });
  }
}

function keyOf(team: TeamId, { url }: JoinLink): Key {
  return { pk: `${team}#link`, sk: createHash('sha256').update(url).digest('base64url').slice(0, 22) };
}

function shortened(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 12);
}
