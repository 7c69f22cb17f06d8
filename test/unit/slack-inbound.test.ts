import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { readInbound } from '../../shared/slack/inbound.ts';

const json = (value: unknown) => Buffer.from(JSON.stringify(value), 'utf8');
const form = (fields: Record<string, string>) => Buffer.from(new URLSearchParams(fields).toString(), 'utf8');
const payload = (value: unknown) => form({ payload: JSON.stringify(value) });
const hashOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const asJson = 'application/json';
const asForm = 'application/x-www-form-urlencoded';

const envelope = {
  token: 'deprecated',
  team_id: 'T0ACME',
  api_app_id: 'A0WAR',
  type: 'event_callback',
  event_id: 'Ev08ABCDEF',
  event_time: 1_795_150_000,
  authorizations: [{ enterprise_id: null, team_id: 'T0ACME', user_id: 'U0APP', is_bot: true }],
  event: { type: 'channel_archive', channel: 'C0PAY', user: 'U0ASHA' },
};

describe('An event of Slack', () => {
  it('is read with its id, its team and its time', () => {
    const reading = readInbound(json(envelope), asJson);

    expect(reading).toEqual({
      kind: 'inbound',
      inbound: {
        kind: 'event',
        id: 'Ev08ABCDEF',
        team: 'T0ACME',
        at: 1_795_150_000,
        app: 'A0WAR',
        event: { type: 'channel_archive', channel: 'C0PAY', user: 'U0ASHA' },
      },
    });
  });

  it.each([
    ['application/json; charset=utf-8'],
    ['Application/JSON;charset=UTF-8'],
    ['application/json ; charset="utf-8"'],
  ])('is read whatever charset the content type adds: %s', (contentType) => {
    expect(readInbound(json(envelope), contentType)).toEqual(readInbound(json(envelope), asJson));
  });

  it('of a channel shared with another workspace belongs to the one that installed the app', () => {
    const foreign = { ...envelope, team_id: 'T0OTHER' };
    const { authorizations: _, ...unauthorized } = foreign;

    expect(readInbound(json(foreign), asJson)).toMatchObject({ inbound: { team: 'T0ACME' } });
    expect(readInbound(json({ ...unauthorized, context_team_id: 'T0ACME' }), asJson)).toMatchObject({
      inbound: { team: 'T0ACME' },
    });
    expect(readInbound(json({ ...unauthorized, authorizations: [] }), asJson)).toMatchObject({
      inbound: { team: 'T0OTHER' },
    });
  });

  it('without an id is known by the hash of its bytes', () => {
    const { event_id: _, ...anonymous } = envelope;

    expect(readInbound(json(anonymous), asJson)).toMatchObject({ inbound: { id: hashOf(json(anonymous)) } });
    expect(readInbound(json({ ...envelope, event_id: 'T0ACME#thread' }), asJson)).toMatchObject({
      inbound: { id: expect.stringMatching(/^sha256:/) },
    });
  });

  it('keeps letters of any script', () => {
    const text = '₹1,23,456.00 मिला 🙂';

    const reading = readInbound(json({ ...envelope, event: { type: 'message', text } }), asJson);

    expect(reading).toMatchObject({ inbound: { event: { text } } });
  });

  it('is none that is known where its team has no shape of an id, or its time is missing', () => {
    const { authorizations: _, ...unauthorized } = envelope;

    for (const wrong of [
      { ...unauthorized, team_id: 'T0#held#all' },
      { ...envelope, event_time: '1795150000' },
    ]) {
      expect(readInbound(json(wrong), asJson)).toEqual({ kind: 'unknown', type: 'channel_archive' });
    }
  });

  it('of a kind of its own is named', () => {
    const limited = { type: 'app_rate_limited', team_id: 'T0ACME', minute_rate_limited: 1_795_150_000 };

    expect(readInbound(json(limited), asJson)).toEqual({ kind: 'unknown', type: 'app_rate_limited' });
  });
});

describe("Slack's own questions", () => {
  it('are told from all else: whether the address is right, and whether the certificate is', () => {
    const verification = { type: 'url_verification', token: 'deprecated', challenge: '3eZbrw1aB' };

    expect(readInbound(json(verification), asJson)).toEqual({ kind: 'challenge', challenge: '3eZbrw1aB' });
    expect(readInbound(form({ ssl_check: '1', token: 'deprecated' }), asForm)).toEqual({ kind: 'probe' });
  });

  it('do not hide a command', () => {
    const both = form({ ...command, ssl_check: '1' });

    expect(readInbound(both, asForm)).toMatchObject({ inbound: { kind: 'command' } });
  });
});

const command = {
  team_id: 'T0ACME',
  channel_id: 'C0PAY',
  user_id: 'U0ASHA',
  command: '/warroom',
  text: 'explain order_आशा + 100%',
  response_url: 'https://hooks.slack.com/commands/T0ACME/1/x',
  trigger_id: '1.2.x',
};

describe('A command', () => {
  it('is read as it was typed', () => {
    const bytes = form(command);

    const reading = readInbound(bytes, `${asForm}; charset=utf-8`);

    expect(reading).toEqual({
      kind: 'inbound',
      inbound: {
        kind: 'command',
        id: hashOf(bytes),
        team: 'T0ACME',
        user: 'U0ASHA',
        channel: 'C0PAY',
        command: '/warroom',
        text: 'explain order_आशा + 100%',
        responseUrl: 'https://hooks.slack.com/commands/T0ACME/1/x',
        triggerId: '1.2.x',
      },
    });
  });

  it('of nobody, or from nowhere, is none', () => {
    for (const missing of ['team_id', 'user_id', 'channel_id', 'command']) {
      const { [missing]: _, ...rest } = command as Record<string, string>;

      expect(readInbound(form(rest), asForm).kind).toBe('unknown');
    }
  });
});

const press = {
  type: 'block_actions',
  user: { id: 'U0ASHA', username: 'asha', team_id: 'T0ACME' },
  team: { id: 'T0ACME', domain: 'acme' },
  container: { type: 'message', message_ts: '1795150000.000200', channel_id: 'C0PAY', thread_ts: '1795150000.000100' },
  channel: { id: 'C0PAY', name: 'payments' },
  trigger_id: '1.2.x',
  response_url: 'https://hooks.slack.com/actions/T0ACME/1/x',
  actions: [
    { type: 'button', action_id: 'payments.explain', block_id: 'b', value: 'live#order_1', action_ts: '1795150060.5' },
  ],
};

describe('A press', () => {
  it('of a button in a message says which, where and when', () => {
    const bytes = payload(press);

    const reading = readInbound(bytes, asForm);

    expect(reading).toEqual({
      kind: 'inbound',
      inbound: {
        kind: 'press',
        id: hashOf(bytes),
        team: 'T0ACME',
        user: 'U0ASHA',
        at: 1_795_150_060_500,
        action: { id: 'payments.explain', block: 'b', value: 'live#order_1' },
        message: { channel: 'C0PAY', ts: '1795150000.000200', thread: '1795150000.000100' },
        responseUrl: 'https://hooks.slack.com/actions/T0ACME/1/x',
        triggerId: '1.2.x',
      },
    });
  });

  it.each([
    ['a menu', { selected_option: { text: { type: 'plain_text', text: 'EMI' }, value: 'emi' } }, 'emi'],
    ['a channel', { selected_channel: 'C0OPS' }, 'C0OPS'],
    ['a conversation', { selected_conversation: 'C0OPS' }, 'C0OPS'],
    ['a person', { selected_user: 'U0RAVI' }, 'U0RAVI'],
    ['a date', { selected_date: '2026-11-22' }, '2026-11-22'],
    ['nothing any more', { selected_option: null }, undefined],
    ['several', { selected_options: [{ value: 'a' }, { value: 'b' }] }, undefined],
  ])('that selects %s has it as its value', (_, chosen, value) => {
    const selecting = { ...press, actions: [{ action_id: 'routing.row', block_id: 'b', ...chosen }] };

    expect(readInbound(payload(selecting), asForm)).toMatchObject({ inbound: { action: { value } } });
  });

  it('in a view brings the view, and no message', () => {
    const { container: _, response_url: __, ...elsewhere } = press;

    const reading = readInbound(payload({ ...elsewhere, view }), asForm);

    expect(reading).toMatchObject({ inbound: { view: { id: 'V0MODAL', callbackId: 'routing' } } });
    expect(reading).not.toHaveProperty('inbound.message');
    expect(reading).not.toHaveProperty('inbound.responseUrl');
  });

  it('of nobody, or of nothing, is none', () => {
    for (const wrong of [
      { ...press, user: {} },
      { ...press, actions: [] },
      { ...press, team: null, user: { id: 'U0' } },
    ]) {
      expect(readInbound(payload(wrong), asForm)).toEqual({ kind: 'unknown', type: 'block_actions' });
    }
  });
});

const view = {
  id: 'V0MODAL',
  type: 'modal',
  hash: '1795150000.abc',
  callback_id: 'routing',
  private_metadata: '{"version":3}',
  state: {
    values: {
      name: { input: { type: 'plain_text_input', value: 'Bootcamps — पूरा' } },
      channel: { pick: { type: 'channels_select', selected_channel: 'C0OPS' } },
      kinds: { boxes: { type: 'checkboxes', selected_options: [{ value: 'full' }, { value: 'part' }] } },
      people: { pick: { type: 'multi_users_select', selected_users: ['U0ASHA', 'U0RAVI'] } },
      note: { input: { type: 'plain_text_input', value: null } },
    },
  },
};

describe('A form that was sent', () => {
  it('brings what stood in each field', () => {
    const bytes = payload({ type: 'view_submission', team: { id: 'T0ACME' }, user: { id: 'U0ASHA' }, view });

    const reading = readInbound(bytes, asForm);

    expect(reading).toEqual({
      kind: 'inbound',
      inbound: {
        kind: 'submission',
        id: hashOf(bytes),
        team: 'T0ACME',
        user: 'U0ASHA',
        view: {
          id: 'V0MODAL',
          hash: '1795150000.abc',
          callbackId: 'routing',
          metadata: '{"version":3}',
          values: {
            name: { input: 'Bootcamps — पूरा' },
            channel: { pick: 'C0OPS' },
            kinds: { boxes: ['full', 'part'] },
            people: { pick: ['U0ASHA', 'U0RAVI'] },
            note: { input: undefined },
          },
        },
      },
    });
  });

  it('that was only closed is nothing to act on', () => {
    const closed = { type: 'view_closed', team: { id: 'T0ACME' }, user: { id: 'U0ASHA' }, view };

    expect(readInbound(payload(closed), asForm)).toEqual({ kind: 'unknown', type: 'view_closed' });
  });
});

describe('What is none of these', () => {
  it.each<[string, Uint8Array, unknown]>([
    ['an empty body', Buffer.from(''), asJson],
    ['a form without a content type', form(command), undefined],
    ['JSON under the name of a form', json(envelope), asForm],
    ['a list', json([envelope]), asJson],
    ['half of an object', json(envelope).subarray(0, 40), asJson],
    ['bytes that are not UTF-8', Buffer.concat([json(envelope), Buffer.from([0xff])]), asJson],
    ['a payload that is not JSON', form({ payload: '{' }), asForm],
  ])('is known as unknown: %s', (_, bytes, contentType) => {
    expect(readInbound(bytes, contentType)).toEqual({ kind: 'unknown', type: undefined });
  });
});
