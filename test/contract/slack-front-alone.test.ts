/** `npm run slack`, as a process of its own: what it writes, what it says, and that it goes cleanly. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';

const bin = fileURLToPath(new URL('../../bin/slack.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'war-room-slack-'));
const file = join(folder, '.war-room/slack.json');
const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(port: string) {
  const env = { ...process.env, SLACK_PORT: port, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, [bin], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  return child;
}

async function ready(child: ReturnType<typeof start>): Promise<void> {
  for await (const line of createInterface(child.stdout)) if (line === 'ready') return;
  throw new Error('It ended before it was ready.');
}

describe('the local Slack alone', () => {
  it('says ready, tells its own where it is, and leaves nothing behind on SIGTERM', async () => {
    const child = start('0');
    await ready(child);
    const slack = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, string>>;
    const answer = await fetch(`${slack['url']}/api/auth.test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack['botToken']}` },
    });
    const mode = statSync(file).mode & 0o777;

    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');

    expect(slack).toMatchObject({
      teamId: 'T0ACADEMY1',
      pid: child.pid,
      signingSecret: expect.any(String),
      userTokens: expect.anything(),
    });
    expect(await answer.json()).toMatchObject({ ok: true, team: 'Acme Academy' });
    expect({ mode, code, left: existsSync(file) }).toEqual({ mode: 0o600, code: 0, left: false });
  });

  it('says in a sentence that its port is in use, and what to do', async () => {
    const first = start('0');
    await ready(first);
    const port = new URL((JSON.parse(readFileSync(file, 'utf8')) as { readonly url: string }).url).port;

    const second = start(port);
    const said: Buffer[] = [];
    second.stderr.on('data', (part: Buffer) => said.push(part));
    const [code] = await once(second, 'close');
    first.kill('SIGINT');
    await once(first, 'exit');

    expect(code).toBe(1);
    expect(Buffer.concat(said).toString()).toBe(
      `Port ${port} is in use: another local Slack may be running. Stop it, or choose another port: SLACK_PORT=${Number(port) + 100} npm run slack\n`,
    );
  });
});
