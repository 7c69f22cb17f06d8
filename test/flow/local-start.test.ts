import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import type { LocalFacts } from '../../lib/local/facts.ts';
import { send, threadOf, untilTold } from '../../lib/local/play.ts';
import { startProgram } from '../../lib/local/program.ts';
import { seededCompany } from '../../lib/local/slack-front/company.ts';
import { startSlackFront } from '../../lib/local/slack-front/start.ts';
import { STORIES, seededRandom } from '../../lib/local/stories.ts';
import { listeningAt, run } from '../support/program.ts';
import { freshFolder } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** Whole starts, several to a test, on a machine that may be busy with other tests. */
jest.setTimeout(90_000);

const FREE_PORTS = { PORT: '0', SLACK_PORT: '0' };

const factsIn = (folder: string): LocalFacts => JSON.parse(readFileSync(join(folder, 'local.json'), 'utf8'));

describe('npm start', () => {
  it('plays a payment, says where its thread is, is ready, listens on loopback only, and leaves nothing behind', async () => {
    const folder = freshFolder();
    const environment = { ...FREE_PORTS, TIME_SCALE: '0.02', WAR_ROOM_FOLDER: folder };
    const program = startProgram('bin/local.ts', [], environment);
    await program.line('ready');

    const facts = factsIn(folder);
    const link = /Its thread in Slack: (\S+)/.exec(program.output())?.[1];
    const simulated = await run('bin/simulate.ts', ['payment'], environment);
    const nobodys = await run('bin/simulate.ts', ['payment', '--admin', 'adm_nobody'], environment);

    expect(statSync(join(folder, 'local.json')).mode & 0o777).toBe(0o600);
    expect(facts).toMatchObject({
      pid: program.pid,
      api: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      slack: { url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), teamId: 'T0ACADEMY1' },
      razorpay: { account: 'live', webhookUrl: `${facts.api}/webhooks/razorpay/live` },
      channels: { payments: 'C0PAYMENTS', partPayments: 'C0PARTPAYS', ops: 'C0OPS00001' },
    });
    expect(link).toContain(`${facts.slack.url}/archives/C0PAYMENTS/p`);
    expect((await fetch(link ?? '')).status).toBe(200);
    expect(simulated.output).toMatch(
      /Paid \(Ananya Iyer, order_\w+\): http:\/\/127\.0\.0\.1:\d+\/archives\/C0PAYMENTS\/p\d+\n$/,
    );
    expect(nobodys).toEqual({ code: 1, output: 'adm_nobody: Nobody in the directory has this id.\n' });
    const listening = listeningAt(program.pid);
    expect(listening.length).toBeGreaterThanOrEqual(5);
    expect(listening.filter((address) => !address.startsWith('127.0.0.1:'))).toEqual([]);

    program.kill('SIGINT');

    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(existsSync(join(folder, 'local.json'))).toBe(false);
    expect((await run('bin/simulate.ts', ['payment'], environment)).output).toContain('No stack runs here');
  });

  it('with --keep comes back after kill -9 to what was there, seeds nothing and plays nothing again', async () => {
    const folder = freshFolder();
    await using slack = await startSlackFront({ port: 0, seed: seededCompany() });
    writeFileSync(join(folder, 'slack.json'), JSON.stringify(slack.slack));
    const environment = { ...FREE_PORTS, WAR_ROOM_FOLDER: folder };
    const story = STORIES['failed-then-captured']?.story({ random: seededRandom(11), now: Date.now() });
    const [initiated, ...webhooks] = story?.steps ?? [];
    const [ending] = story?.endings ?? [];
    if (ending === undefined || initiated === undefined) throw new Error('The story has no steps.');

    const first = startProgram('bin/local.ts', ['--quiet', '--keep'], environment);
    await first.line('ready');
    const before = factsIn(folder);
    await send(before, initiated);
    const second = await run('bin/local.ts', ['--quiet', '--keep'], environment);
    await until('the root', async () => (await threadOf(before, ending.id))?.messages[0]?.state === 'posted');
    for (const step of webhooks) await send(before, step);
    first.kill('SIGKILL');
    await first.ended;
    const again = startProgram('bin/local.ts', ['--keep'], environment);
    await again.line('ready');
    const after = factsIn(folder);
    const thread = await untilTold(after, ending, 15_000);
    // The Slack beside it was told anew where commands go.
    slack.control.behave({ answerWithinMs: 20_000 });
    const asked = await slack.control.as('U0ARJUN001').command(after.channels.payments, '/warroom help');
    again.kill('SIGTERM');

    expect(second).toMatchObject({ code: 1, output: expect.stringContaining(`runs already (process ${first.pid})`) });
    expect(after.apiKey).toBe(before.apiKey);
    expect(again.output()).toContain('nothing is seeded, nothing is played');
    expect(thread.messages).toHaveLength(1 + ending.replies.length);
    expect(asked).toEqual({ ok: true });
    expect(slack.control.messages(after.channels.payments)).toHaveLength(1 + ending.replies.length);
    expect(await again.ended).toEqual({ code: 0, signal: null });
  });

  it('says in a sentence that a port is in use, and how to choose another', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' ? address?.port : undefined;

    const { code, output } = await run('bin/local.ts', ['--quiet', '--slack-port', String(port)], {
      PORT: '0',
      WAR_ROOM_FOLDER: freshFolder(),
    });
    taken.close();

    expect(code).toBe(1);
    expect(output).toContain(`Port ${port} is in use.`);
    expect(output).toContain(`SLACK_PORT=${Number(port) + 1} npm start`);
    expect(output).not.toMatch(/^\s+at /m);
  });

  it.each([
    [['--loud'], {}, "Unknown option '--loud'"],
    [[], { SLACK_API_URL: 'http://127.0.0.1:9/api/' }, 'set SLACK_BOT_TOKEN'],
  ])('says what is wrong with %j %j', async (args, environment, sentence) => {
    const { code, output } = await run('bin/local.ts', args, { ...environment, WAR_ROOM_FOLDER: freshFolder() });

    expect(code).toBe(1);
    expect(output).toContain(sentence);
  });
});

describe('npm run simulate', () => {
  it('names the scenarios when it is asked for one that is not there', async () => {
    const { code, output } = await run('bin/simulate.ts', ['weather'], { WAR_ROOM_FOLDER: freshFolder() });

    expect(code).toBe(1);
    const names = [...Object.keys(STORIES), 'call', 'lead', 'week', 'invites', 'storm'].join(', ');
    expect(output).toMatch(new RegExp(`^There is no scenario "weather"\\. There are ${names}\\.\n.*--help.*\n$`));
  });
});
