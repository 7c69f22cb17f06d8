import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readInbound } from '../../shared/slack/inbound.ts';

const contentType = fc.oneof(
  fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'application/json; charset=utf-8'),
  fc.anything(),
);

/** A JSON value in which any field of Slack's may stand, holding anything. */
const slackish = fc.dictionary(
  fc.constantFrom(
    ...['type', 'event', 'event_id', 'event_time', 'team_id', 'authorizations', 'context_team_id', 'challenge'],
    ...['team', 'user', 'actions', 'container', 'view', 'message', 'trigger_id', 'response_url', 'id', 'state'],
    ...['values', 'action_id', 'action_ts', 'selected_option', 'selected_options', '__proto__', 'constructor'],
  ),
  fc.oneof(
    fc.constantFrom('event_callback', 'block_actions', 'view_submission', 'url_verification', 'T0ACME', 'U0ASHA'),
    fc.jsonValue(),
    fc.constant({ id: 'T0ACME', type: 'channel_archive' }),
    fc.constant([{ team_id: 'T0ACME', action_id: 'home.retry' }]),
  ),
);

describe('Any body', () => {
  it('of any bytes is read without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), contentType, (bytes, type) => {
        expect(['inbound', 'challenge', 'probe', 'unknown']).toContain(readInbound(bytes, type).kind);
      }),
    );
  });

  it('with any of the fields that Slack sends, holding anything, is read as something that can be queued', () => {
    fc.assert(
      fc.property(slackish, slackish, fc.boolean(), (body, inner, inForm) => {
        const text = JSON.stringify({ ...body, event: inner, view: inner, user: inner });
        const reading = inForm
          ? readInbound(
              Buffer.from(new URLSearchParams({ payload: text }).toString()),
              'application/x-www-form-urlencoded',
            )
          : readInbound(Buffer.from(text), 'application/json');

        expect(JSON.parse(JSON.stringify(reading))).toMatchObject({ kind: reading.kind });
        if (reading.kind === 'inbound') expect(reading.inbound.team).toMatch(/^[A-Z0-9]+$/);
      }),
    );
  });

  it('is read alike whatever letters an event holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const event = { type: 'message', text };
        const envelope = { type: 'event_callback', team_id: 'T0ACME', event_id: 'Ev1', event_time: 1, event };

        const reading = readInbound(Buffer.from(JSON.stringify(envelope), 'utf8'), 'application/json');

        expect(reading).toMatchObject({ kind: 'inbound', inbound: { event } });
      }),
    );
  });
});
