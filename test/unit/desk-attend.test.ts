import { describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { Park, Retry } from '../../shared/base/errors.ts';
import { channelId, teamId, userId } from '../../shared/base/names.ts';
import type { Person } from '../../shared/desk/asking.ts';
import { type AttendParts, attend } from '../../shared/desk/attend.ts';
import { type Desk, type Handler, ofTheCompany } from '../../shared/desk/desk.ts';
import type { Command, Inbound, Press, Submission } from '../../shared/slack/inbound.ts';
import type { Response } from '../../shared/slack/respond-client.ts';
import { body, message } from '../../shared/slack/text.ts';

const origin = 'https://war-room.example';
const from = { id: 'sha256:1', team: teamId('T1'), user: userId('U1') };
const command = (text: string): Command => ({
  kind: 'command',
  ...from,
  channel: channelId('D1'),
  command: '/warroom',
  text,
  responseUrl: 'https://hooks.slack.com/commands/1',
  triggerId: '1.2',
});
const press = (id: string): Press => ({
  kind: 'press',
  ...from,
  at: 1,
  action: { id, block: 'b', value: 'live#order_A#' },
  responseUrl: 'https://hooks.slack.com/actions/1',
  triggerId: '1.2',
});
const submission: Submission = {
  kind: 'submission',
  ...from,
  view: { id: 'V1', hash: 'h', callbackId: 'form', metadata: '', values: {} },
};
const opened: Inbound = {
  kind: 'event',
  id: 'Ev1',
  team: from.team,
  at: 1,
  app: undefined,
  event: { type: 'app_home_opened', user: 'U1' },
};

const meera: Person = {
  kind: 'known',
  user: from.user,
  admin: { id: 'adm_meera', name: 'Meera Thomas', email: 'm@example.com', managerId: null, active: true },
};
const stranger = (why: 'nobody' | 'unreachable'): Person => ({ kind: 'unknown', why });

/** A desk at which everything is done by `handle`, and notes who came. */
function deskWith(handle: Handler<Inbound>): Desk {
  return {
    commands: { help: { usage: '', says: 'what there is', handle }, open: { usage: '', says: 'x', handle } },
    presses: { 'payments.explain': handle },
    submissions: { form: handle },
    opened: handle,
  };
}

const said = (text: string): Response => ({ content: message(body(text)) });

type Options = {
  readonly person?: Person;
  readonly attempts?: number;
  readonly sinceMs?: number;
  readonly respond?: AttendParts['responder']['respond'];
};

/** Works one record, and answers everything that came of it. */
async function worked(asked: unknown, handle: Handler<Inbound>, options: Options = {}) {
  const { person = meera, attempts = 1, sinceMs = 0 } = options;
  const now = 1_800_000_000_000;
  const told: string[] = [];
  const parked: unknown[] = [];
  const reported: unknown[] = [];
  const lines: unknown[] = [];
  const parts: AttendParts = {
    asking: { who: async () => person },
    responder: {
      respond:
        options.respond ??
        (async (_, { content }) => {
          told.push(content.text);
          return 'told';
        }),
    },
    deadLetters: { send: async ({ body: text }) => void parked.push(JSON.parse(text)) },
    lines: { info: (_, fields) => lines.push(fields), warn: () => undefined, error: () => undefined },
    count: () => undefined,
    report: (error) => reported.push(error),
    clock: { now: () => now },
    newId: () => 'new',
    scale: 1,
  };
  const record = {
    body: typeof asked === 'string' ? asked : JSON.stringify(asked),
    attributes: { MessageGroupId: 'T1#U1', ApproximateReceiveCount: `${attempts}`, SentTimestamp: `${now - sinceMs}` },
  } as unknown as SQSRecord;
  const verdict = await attend(record, deskWith(handle), parts);
  return { verdict, told, parked, reported, lines };
}

const fails: Handler<Inbound> = async () => {
  throw new Error('DynamoDB did not answer');
};

describe('what is asked', () => {
  it.each([command(''), command('  '), command('HELP'), command('help me')])(
    'by a command goes to its first word, in any case',
    async (asked) => {
      const { verdict, told } = await worked(asked, async () => said('Here is help.'));

      expect([verdict, told]).toEqual(['done', ['Here is help.']]);
    },
  );

  it.each([press('payments.explain'), submission, opened])(
    'by a press, a form or the home goes to its handler',
    async (asked) => {
      const seen: Inbound[] = [];

      const { verdict } = await worked(asked, async (inbound) => {
        seen.push(inbound);
        return undefined;
      });

      expect([verdict, seen]).toEqual(['done', [asked]]);
    },
  );

  it.each(['refund all', 'constructor', '__proto__', 'toString'])(
    'by a word that there is none of, “%s”, is told so',
    async (text) => {
      const { told } = await worked(command(text), fails);

      expect(told[0]).toMatch(/^War Room does not know /);
    },
  );

  it.each(['payments.gone', 'constructor'])('by a button that does nothing any more, %s, is told so', async (id) => {
    const { verdict, told } = await worked(press(id), fails);

    expect([verdict, told[0]]).toEqual(['done', expect.stringMatching(/^This button does nothing any more\./)]);
  });

  it('by who is not of the company is not done, and told why', async () => {
    const handle = ofTheCompany<Inbound>(origin, async () => said('Secrets'));

    const { told } = await worked(command('open'), handle, { person: stranger('nobody') });

    expect(told).toEqual([expect.stringMatching(/^War Room does not know you yet/)]);
  });

  it('is logged by what it is, never by what somebody typed', async () => {
    const { lines } = await worked(command('open sesame@example.com'), async () => said('x'));

    expect(lines).toEqual([
      expect.objectContaining({ kind: 'command', what: '/warroom', outcome: 'done', person: 'adm_meera' }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('sesame');
  });
});

describe('what fails', () => {
  it.each([command('open'), opened])('is not tried again where the person can: they are told', async (asked) => {
    const { verdict, told, reported, parked } = await worked(asked, fails);

    expect(verdict).toBe('done');
    expect(told).toEqual(asked.kind === 'command' ? [expect.stringMatching(/^That did not work just now/)] : []);
    expect([reported, parked]).toEqual([[expect.any(Error)], []]);
  });

  it('of a press comes back, and its sender is told once that it goes on', async () => {
    const first = await worked(press('payments.explain'), fails, { attempts: 1 });
    const third = await worked(press('payments.explain'), fails, { attempts: 3 });

    expect(first).toMatchObject({ verdict: { comeBackMs: 2_000 }, told: [expect.stringMatching(/goes on trying/)] });
    expect(third).toMatchObject({ verdict: { comeBackMs: 8_000 }, told: [] });
  });

  it('of a press for an hour is parked with what it was, and its sender is told', async () => {
    const asked = press('payments.explain');

    const soon = await worked(asked, fails, { attempts: 12, sinceMs: 3_599_000 });
    const late = await worked(asked, fails, { attempts: 12, sinceMs: 3_600_000 });

    expect(soon.parked).toEqual([]);
    expect(late.verdict).toBe('done');
    expect(late.parked).toEqual([
      expect.objectContaining({ ...asked, code: 'asked-too-often', why: expect.stringMatching(/12 times/) }),
    ]);
    expect(late.told).toEqual([expect.stringMatching(/^War Room could not do that\./)]);
  });

  it('for good is parked at once', async () => {
    const { verdict, parked } = await worked(submission, async () => {
      throw new Park('no-such-team', 'There is no such team.');
    });

    expect([verdict, parked]).toEqual(['done', [expect.objectContaining({ code: 'no-such-team' })]]);
  });

  it('because it has to wait comes back without a word', async () => {
    const { verdict, told, reported } = await worked(press('payments.explain'), async () => {
      throw Retry.waiting('Its turn has not come.', 700);
    });

    expect([verdict, told, reported]).toEqual([{ comeBackMs: 700 }, [], []]);
  });

  it('because Slack does not say who pressed is not lost, and a command is told so', async () => {
    const person = stranger('unreachable');
    const handle = ofTheCompany<Inbound>(origin, async () => said('Secrets'));

    const pressed = await worked(press('payments.explain'), handle, { person });
    const typed = await worked(command('open'), handle, { person });

    expect(pressed.verdict).toEqual({ comeBackMs: 2_000 });
    expect(typed).toMatchObject({ verdict: 'done', told: [expect.stringMatching(/^Slack does not say just now who/)] });
  });

  it('only because nobody can be answered any more has not failed', async () => {
    const { verdict, lines } = await worked(press('payments.explain'), async () => said('Done'), {
      attempts: 4,
      respond: async () => 'expired',
    });

    expect([verdict, lines]).toEqual(['done', [expect.objectContaining({ answered: 'expired' })]]);
  });

  it('because the answer did not arrive is answered again', async () => {
    const { verdict } = await worked(press('payments.explain'), async () => said('Done'), {
      respond: async () => {
        throw Retry.failed('Slack did not take it.');
      },
    });

    expect(verdict).toEqual({ comeBackMs: 2_000 });
  });

  it.each(['', '{', '[]', 'null', '{"kind":"press"}', '{"kind":"other","id":"1","team":"T1"}'])(
    'because nobody can read it, “%s”, is parked',
    async (text) => {
      const { verdict, parked } = await worked(text, fails);

      expect([verdict, parked]).toEqual(['done', [expect.objectContaining({ code: 'asked-unreadable' })]]);
    },
  );
});
