/** Who asks at the desk, and how they are answered. */
import { describe, expect, it } from '@jest/globals';
import { teamId, userId } from '../../shared/base/names.ts';
import { Asking, type AskingParts } from '../../shared/desk/asking.ts';
import { Responder, respondOrigin } from '../../shared/slack/respond-client.ts';
import { body, message } from '../../shared/slack/text.ts';

const team = teamId('T1');
const user = userId('U1');
const bot = {
  kind: 'bot',
  user: userId('UBOT'),
  version: '1',
  lastUsed: undefined,
  token: async () => 'xoxb-1',
} as const;
const meera = { id: 'adm_meera', name: 'Meera', email: 'meera@example.com', managerId: null, active: true };
const profile = {
  id: 'U1',
  team_id: 'T1',
  deleted: false,
  is_bot: false,
  is_email_confirmed: true,
  profile: { real_name: 'Meera', email: 'meera@example.com' },
};

/** Slack answers `users.info` with what stands in `answers`, in turn, and then with the last of them. */
function asking(answers: readonly unknown[], more: Partial<AskingParts> = {}) {
  const calls: string[] = [];
  const dead: string[] = [];
  let now = 0;
  const parts: AskingParts = {
    installations: {
      bot: async () => bot,
      markDead: async (_, author, __, code) => void dead.push(`${author.kind} ${code}`),
    },
    directory: { byEmail: async (_, email) => (email === meera.email ? meera : undefined) },
    slack: {
      apiUrl: 'http://slack.test/api/',
      timeoutMs: 1_000,
      fetch: async (input) => {
        calls.push(String(input));
        const answer = answers[Math.min(calls.length, answers.length) - 1];
        if (answer === undefined) throw new TypeError('fetch failed');
        return Response.json(answer);
      },
    },
    clock: { now: () => now },
    ...more,
  };
  return {
    asking: new Asking(parts),
    calls,
    dead,
    later: (ms: number) => {
      now += ms;
    },
  };
}

const info = (changed: object = {}) => ({ ok: true, user: { ...profile, ...changed } });

describe('who asks', () => {
  it('is found by the confirmed e-mail address, in the directory of that very team', async () => {
    expect(await asking([info()]).asking.who(team, user)).toEqual({ kind: 'known', user, admin: meera });
  });

  it.each([
    ['nobody', info({ profile: { email: 'other@example.com' } })],
    ['unconfirmed', info({ is_email_confirmed: false })],
    ['unconfirmed', info({ profile: {} })],
    ['stranger', info({ team_id: 'T2' })],
    ['stranger', info({ is_stranger: true })],
    ['stranger', info({ is_bot: true })],
    ['stranger', info({ deleted: true })],
    ['stranger', { ok: false, error: 'user_not_found' }],
    ['unreachable', undefined],
    ['unreachable', { ok: false, error: 'internal_error' }],
    ['not-installed', { ok: false, error: 'token_revoked' }],
  ])('is told nothing otherwise: %s', async (why, answer) => {
    expect(await asking([answer]).asking.who(team, user)).toEqual({ kind: 'unknown', why });
  });

  it('is nobody where War Room is not installed, and a refused token is marked dead', async () => {
    const none = asking([info()], { installations: { bot: async () => undefined, markDead: async () => undefined } });
    const revoked = asking([{ ok: false, error: 'token_revoked' }]);

    expect(await none.asking.who(team, user)).toEqual({ kind: 'unknown', why: 'not-installed' });
    await revoked.asking.who(team, user);
    expect(revoked.dead).toEqual(['bot token_revoked']);
  });

  it('is asked of Slack once in five minutes, and of the directory each time', async () => {
    let active = true;
    const one = asking([info()], { directory: { byEmail: async () => (active ? meera : undefined) } });

    await one.asking.who(team, user);
    active = false;
    const left = await one.asking.who(team, user);
    one.later(5 * 60_000);
    await one.asking.who(team, user);

    expect(left).toEqual({ kind: 'unknown', why: 'nobody' });
    expect(one.calls).toHaveLength(2);
  });

  it('is asked again where Slack gave no answer, or the address was not confirmed', async () => {
    const one = asking([undefined, info({ is_email_confirmed: false }), info()]);

    const whys = [];
    for (let turn = 0; turn < 3; turn += 1) whys.push((await one.asking.who(team, user)).kind);

    expect(whys).toEqual(['unknown', 'unknown', 'known']);
  });
});

describe('an answer', () => {
  const content = message(body('Done'));
  const url = 'https://hooks.slack.com/actions/T1/1/abc';
  function responder(status: number | undefined) {
    const calls: [string, RequestInit | undefined][] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      calls.push([String(input), init]);
      if (status === undefined) throw new TypeError('fetch failed');
      return new Response('x', { status });
    };
    return { responder: new Responder({ origin: respondOrigin(undefined), timeoutMs: 1_000, fetch }), calls };
  }

  it('goes to whoever asked alone', async () => {
    const { responder: one, calls } = responder(200);

    expect(await one.respond(url, { content })).toBe('told');
    expect(calls).toHaveLength(1);
    expect(calls[0]?.[0]).toBe(url);
    expect(JSON.parse(String(calls[0]?.[1]?.body))).toEqual({
      text: 'Done',
      blocks: content.blocks,
      response_type: 'ephemeral',
      replace_original: false,
    });
    expect(calls[0]?.[1]?.redirect).toBe('error');
  });

  it.each([
    'http://hooks.slack.com/actions/1',
    'https://hooks.slack.com.example.com/1',
    'https://hooks.slack.com@example.com/1',
    'https://169.254.169.254/latest',
    'file:///etc/passwd',
    '',
    'hooks.slack.com',
  ])('is never sent to %s', async (other) => {
    const { responder: one, calls } = responder(200);

    expect([await one.respond(other, { content }), calls]).toEqual(['elsewhere', []]);
  });

  it('goes to the Slack that is named, where one is', async () => {
    expect(respondOrigin('http://127.0.0.1:4000/some/path')).toBe('http://127.0.0.1:4000');
  });

  it.each([404, 410, 400])('that comes too late (%i) is no failure', async (status) => {
    expect(await responder(status).responder.respond(url, { content })).toBe('expired');
  });

  it.each([429, 500, 503, undefined])('that Slack does not take now (%p) is one', async (status) => {
    await expect(responder(status).responder.respond(url, { content })).rejects.toMatchObject({ name: 'Retry' });
  });
});
