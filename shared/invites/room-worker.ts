import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { secretReader } from '../aws/secrets.ts';
import { Table } from '../aws/table.ts';
import { openLog } from '../base/log.ts';
import { openReporter } from '../base/report.ts';
import { KeptSecret } from '../base/secret.ts';
import { EnrollmentStore } from '../courses/enrollment-store.ts';
import type { openPosting } from '../slack/posting.ts';
import { Companies } from './company.ts';
import { DayStore } from './day-store.ts';
import { writtenWithinMs } from './enrol.ts';
import { LinkStore } from './link-store.ts';
import { Members } from './members-client.ts';
import { AllInviteSettings } from './settings.ts';
import { InviteStore } from './store.ts';
import { SyncStore } from './sync-store.ts';
import { TroubleStore } from './trouble-store.ts';

/** What the functions of this room that look at learners have in their environment. */
export const roomNames = ['USER_SLACK_DETAILS_TABLE', 'COURSES_TABLE', 'INVITES_SECRET_ID'] as const;

/** What they reach Slack with. */
export type Reaching = Pick<ReturnType<typeof openPosting>, 'installations' | 'client' | 'times' | 'clock'>;

/** Slack gives twenty pages of members a minute. https://docs.slack.dev/apis/web-api/rate-limits */
const pageIntervalMs = 3_000;
/** As long as nobody who began an invitation can still be at work on it: longer than a function lives. */
const leasedMs = 120_000;
/** Changes of a day are gathered for so long before the ops channel is told (again). */
const gatherMs = 300_000;

const patience = { timeoutMs: 3_000, attempts: 3 };

/** The room's parts, on the tables and the Slack of this stage. Every wait is on the stage's scale of time. */
export function openRoom(
  names: Readonly<Record<(typeof roomNames)[number], string>>,
  dynamo: DynamoDBDocumentClient,
  { installations, client, times, clock }: Reaching,
) {
  const own = new Table(dynamo, names.USER_SLACK_DETAILS_TABLE);
  const links = new LinkStore(own);
  const secret = secretReader(patience)(names.INVITES_SECRET_ID);
  const companies = new Companies({
    installations,
    settings: new KeptSecret(secret, AllInviteSettings.parse, clock),
    links,
    slack: client,
    hook: { fetch: globalThis.fetch, now: clock.now, timeoutMs: times.callMs },
  });
  const lines = openLog();
  const reporter = openReporter({ log: lines });
  return {
    reporter,
    parts: {
      store: new InviteStore(own),
      syncs: new SyncStore(own),
      days: new DayStore(own),
      troubles: new TroubleStore(own),
      links,
      companies,
      manner: companies.manner,
      members: new Members(client),
      enrolments: new EnrollmentStore(new Table(dynamo, names.COURSES_TABLE)),
      clock,
      newId: randomUUID,
      lines,
      report: reporter.report,
      scale: times.scale,
      intervalMs: pageIntervalMs * times.scale,
      leasedMs: leasedMs * times.scale,
      gatherMs: gatherMs * times.scale,
      writtenWithinMs: writtenWithinMs(times.scale),
    },
  };
}
