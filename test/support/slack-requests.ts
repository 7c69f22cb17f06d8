/** What Slack sends, signed as Slack signs it: for tests that stand in its place. */
import { createHmac } from 'node:crypto';

export const signingSecret = 'slack-signing-secret';

/** A request as the app receives it, signed at `at` (Unix seconds). */
export type SlackRequest = {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly timestamp: string;
  readonly signature: string;
};

export function signed(bytes: Buffer, contentType: string, at: number, secret = signingSecret): SlackRequest {
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${at}:`).update(bytes).digest('hex')}`;
  return { bytes, contentType, timestamp: String(at), signature };
}

export const asJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value), 'utf8');

export const asForm = (fields: Readonly<Record<string, string>>): Buffer =>
  Buffer.from(new URLSearchParams(fields).toString(), 'utf8');

/** The envelope of an event that happened at `at` (Unix seconds). */
export function envelope(
  event: { readonly type: string; readonly [field: string]: unknown },
  over: object = {},
  at = 1_795_150_000,
) {
  return {
    token: 'deprecated',
    team_id: 'T0ACME',
    api_app_id: 'A0WARROOM',
    type: 'event_callback',
    event_id: 'Ev0000000001',
    event_time: at,
    authorizations: [{ enterprise_id: null, team_id: 'T0ACME', user_id: 'U0APP', is_bot: true }],
    event,
    ...over,
  };
}

export const command = {
  team_id: 'T0ACME',
  channel_id: 'C0PAY',
  user_id: 'U0ASHA',
  command: '/warroom',
  text: 'explain order_1',
  response_url: 'https://hooks.slack.com/commands/T0ACME/1/x',
  trigger_id: '1.2.x',
};
