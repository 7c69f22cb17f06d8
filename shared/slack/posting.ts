import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { keyClient } from '../aws/keys.ts';
import { Table } from '../aws/table.ts';
import { systemClock } from '../base/clock.ts';
import type { TeamId } from '../base/names.ts';
import { SlackClient } from './client.ts';
import { Held } from './held.ts';
import { Installations } from './installation.ts';
import { Moved } from './moved.ts';
import { Outbox } from './outbox.ts';
import { Pace } from './pace.ts';
import { ThreadLog } from './thread-log.ts';
import { outboxTimes } from './times.ts';
import { Vault } from './vault.ts';

/** What the worker of a room that posts has in its environment. */
export const postingNames = ['ADMIN_SLACK_MESSAGE_LOG_TABLE', 'SLACK_INSTALLATIONS_TABLE', 'TOKEN_KEY_ID'] as const;

/**
 * The outbox and what it stands on, as a worker of any room uses them. `mayPostAs`: whether the company still wants messages
 * posted in this person's name, by its own id for them.
 */
export function openPosting(
  names: Readonly<Record<(typeof postingNames)[number], string>>,
  dynamo: DynamoDBDocumentClient,
  mayPostAs: (team: TeamId, adminId: string) => Promise<boolean>,
) {
  const times = outboxTimes(process.env);
  const clock = systemClock;
  const messages = new Table(dynamo, names.ADMIN_SLACK_MESSAGE_LOG_TABLE);
  const vault = new Vault(keyClient(), names.TOKEN_KEY_ID, clock.now);
  const installations = new Installations(new Table(dynamo, names.SLACK_INSTALLATIONS_TABLE), vault);
  const [log, moved] = [new ThreadLog(messages), new Moved(messages)];
  const held = new Held(messages, times.heldMs);
  const client = new SlackClient({ apiUrl: process.env['SLACK_API_URL'], timeoutMs: times.callMs });
  const origin = process.env['PUBLIC_ORIGIN'];
  const outbox = new Outbox({
    reconnectUrl: origin && `${origin}/slack/install?as=me`,
    mayPostAs,
    log,
    installations,
    clock,
    newId: randomUUID,
    times,
    pace: new Pace(messages),
    held,
    moved,
    client,
  });
  return { log, moved, held, installations, client, outbox, times, clock };
}
