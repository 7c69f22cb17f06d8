/** `npm run erase` as an operator runs it, against a stack that `npm start` serves. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { CREDENTIALS, REGION } from '../../lib/local/aws-clients.ts';
import type { LocalFacts } from '../../lib/local/facts.ts';
import { deliver, send } from '../../lib/local/play.ts';
import { type Program, startProgram } from '../../lib/local/program.ts';
import { Table } from '../../shared/aws/table.ts';
import { WholeTable } from '../../shared/aws/whole-table.ts';
import { teamId } from '../../shared/base/names.ts';
import { asText, found, planted, withPayer } from '../support/erasing.ts';
import { attempt, captured } from '../support/facts.ts';
import { run } from '../support/program.ts';
import { freshFolder } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** A whole start, and a process for each command, on a machine that may be busy with other tests. */
jest.setTimeout(120_000);

const folder = freshFolder();
const environment = { PORT: '0', SLACK_PORT: '0', TIME_SCALE: '0.02', WAR_ROOM_FOLDER: folder };
const receipt = join(folder, 'receipt.txt');
let program: Program;
let facts: LocalFacts;
let client: DynamoDBClient;

beforeAll(async () => {
  program = startProgram('bin/local.ts', ['--quiet'], environment);
  await program.line('ready');
  facts = JSON.parse(readFileSync(join(folder, 'local.json'), 'utf8'));
  client = new DynamoDBClient({ endpoint: facts.dynamodbUrl, region: REGION, credentials: CREDENTIALS });
  const told = await run('bin/simulate.ts', ['refund'], environment);
  if (told.code !== 0) throw new Error(told.output);
});

afterAll(async () => {
  client.destroy();
  program.kill('SIGTERM');
  await program.ended;
});

/** Every item of the team in every table, but what Slack and the clock bring again by themselves. */
async function kept(): Promise<string[]> {
  const documents = DynamoDBDocumentClient.from(client);
  const all: string[] = [];
  for (const { PhysicalResourceId: name, ResourceType } of facts.aws.resources) {
    if (ResourceType !== 'AWS::DynamoDB::GlobalTable' || name === 'SlackEvents') continue;
    const whole = new WholeTable(documents, new Table(documents, name));
    for await (const item of whole.itemsOf(teamId(facts.slack.teamId))) {
      if (!item.pk.includes('#ops#webhook#')) all.push(`${name} ${asText(item)}`);
    }
  }
  return all;
}

const erase = (...args: string[]) => run('bin/erase.ts', [...args, '--receipt', receipt], environment);
const left = async (words: RegExp) => (await kept()).filter((text) => words.test(text));

it('shows what there is, and erases nothing unless that is confirmed', async () => {
  const before = await kept();
  const looked = await erase('--team', facts.slack.teamId, '--dry-run');
  expect(looked).toMatchObject({ code: 0, output: expect.stringMatching(/^ +\d+ {2}items of Payments$/m) });
  // Nobody is at the keyboard: what is typed is nothing.
  const unconfirmed = await erase('--team', facts.slack.teamId);
  expect(unconfirmed).toMatchObject({ code: 1, output: expect.stringContaining('Nothing was erased') });
  expect((await kept()).length).toBeGreaterThanOrEqual(before.length);
  expect(existsSync(receipt)).toBe(false);
});

it('erases a learner from tables and threads', async () => {
  const orderId = 'order_ZQ1';
  const tried = attempt('pay_ZQ1', { orderId });
  const body = {
    orderId,
    lead: { id: 'lead_zq', name: 'Zorawar Quereshi' },
    amount: tried.amount,
    currency: 'INR',
    course: { id: 'crs_1', name: 'Full Stack Web Development', type: 'bootcamp' },
    payment: { kind: 'full' },
  };
  await send(facts, { afterMs: 0, tells: '', world: {}, sent: { kind: 'initiated', body } });
  expect(await deliver(facts, 'evt_zq', withPayer(captured(tried)) as never)).toBe(200);
  await until('the thread to be told', async () => (await left(/"subject":"[^"]*Zorawar Q\./)).length > 0);
  expect(found(planted.payer, await kept())).toEqual([...planted.payer]);

  expect(await erase('--person', 'lead_zq', '--yes')).toMatchObject({
    code: 0,
    output: expect.stringContaining('complete:'),
  });
  // A worker lists the thread anew, without the name.
  await until('the thread to be told anew', async () => (await left(/"subject":"[^"]*Unknown payer/)).length > 0);
  expect(found(planted.payer, await kept())).toEqual([]);
  const page = await (await fetch(facts.slack.url)).text();
  expect(page).toContain('Unknown payer');
  expect(page).not.toContain('Zorawar');
});

it('erases somebody of the company, by their address', async () => {
  expect((await left(/Arjun/)).length).toBeGreaterThan(1);
  const address = 'ARJUN.mehta@acme-academy.example';
  const erased = await erase('--person', address, '--yes');
  expect(erased).toMatchObject({ code: 0, output: expect.stringContaining('complete:') });
  const texts = (await kept()).map((text) => text.replaceAll(/adm_arjun|U0ARJUN001/g, ''));
  expect(found(['Arjun', 'Mehta'], texts)).toEqual([]);
  expect(await erase('--person', address, '--yes')).toMatchObject({
    code: 0,
    output: expect.stringContaining('War Room keeps nothing of'),
  });
});

it('erases a whole team with its messages, and leaves a receipt that can be checked', async () => {
  const erased = await erase('--team', facts.slack.teamId, '--posts', '--yes');
  expect(erased.output).toContain('complete:');
  expect(erased.code).toBe(0);
  expect(await kept()).toEqual([]);
  const text = readFileSync(receipt, 'utf8');
  const [above = '', hash] = text.split('SHA-256 of the lines above: ');
  expect(hash?.trim()).toBe(createHash('sha256').update(above).digest('hex'));
  expect(text).toMatch(/^ +\d+ {2}messages in Slack$/m);
  // Arjun's are his, now that War Room may not act for him any more.
  expect(text).toMatch(/^ +\d+ {2}messages in Slack\. War Room may not act for its author any more\./m);
  expect(text).toContain('The razorpay secret has live');
  expect(text).toContain('The api-keys secret has local');
});
