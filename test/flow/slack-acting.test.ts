/** The page of the local Slack used with a mouse and a keyboard, and an app at the other end of it. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HomeView, ModalView } from '@slack/types';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../../lib/local/browser.ts';
import { type SlackReceiver, startReceiver } from '../support/slack-receiver.ts';
import { ids, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';
import { until } from '../support/until.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const plain = (text: string) => ({ type: 'plain_text' as const, text });
const button = (label: string, more = {}) => ({
  type: 'button' as const,
  text: plain(label),
  action_id: label.toLowerCase(),
  value: '1',
  ...more,
});
const modal: ModalView = {
  type: 'modal',
  title: plain('Routing'),
  submit: plain('Save'),
  callback_id: 'routing',
  blocks: [
    { type: 'actions', block_id: 'try', elements: [button('Try it')] },
    {
      type: 'input',
      block_id: 'course',
      label: plain('Course'),
      element: {
        type: 'static_select',
        action_id: 'it',
        options: ['Full Stack', 'Data Science'].map((name) => ({ text: plain(name), value: name })),
      },
    },
    {
      type: 'input',
      block_id: 'amount',
      label: plain('At least'),
      hint: plain('In rupees'),
      dispatch_action: true,
      element: {
        type: 'plain_text_input',
        action_id: 'it',
        dispatch_action_config: { trigger_actions_on: ['on_character_entered'] },
      },
    },
    {
      type: 'input',
      block_id: 'kinds',
      label: plain('Kinds'),
      optional: true,
      element: {
        type: 'checkboxes',
        action_id: 'it',
        options: ['Full', 'Part'].map((name) => ({ text: plain(name), value: name })),
      },
    },
  ],
};
const home: HomeView = {
  type: 'home',
  blocks: [
    { type: 'header', text: plain('Today') },
    { type: 'actions', block_id: 'parked', elements: [button('Retry')] },
  ],
};

let world: SlackWorld;
let app: SlackReceiver;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  [world, browser] = await Promise.all([startSlackWorld(), startBrowser()]);
  app = await startReceiver(world.front.control);
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
}, 60_000);
afterAll(async () => {
  await browser.close();
  await app.stop();
  await world.front.stop();
});
beforeEach(async () => {
  app.answer = () => ({});
  world.front.control.behave({ triggerLifeMs: 60_000, answerWithinMs: 20_000 });
  await page.setViewportSize({ width: 1280, height: 800 });
  await go(`/archives/${ids.general}?as=${ids.arjun}`);
});

async function go(path: string, where: Page = page): Promise<void> {
  await where.goto(world.front.url + path);
  await where.locator('.live.on').waitFor();
}

const write = async (text: string) => {
  await page.getByRole('textbox', { name: 'Message #general' }).fill(text);
  await page.keyboard.press('Enter');
};
const texts = (channel: string = ids.general) => world.front.control.messages(channel).map(({ text }) => text);
const channel = (id: string) => world.front.control.channels().find((one) => one.id === id);

/** The last payload of a type that the app got. */
const payload = (type: string) =>
  until(`the app got ${type}`, () =>
    app.received
      .map(({ body }) => body['payload'] as Readonly<Record<string, unknown>> | undefined)
      .findLast((one) => one?.['type'] === type),
  );

/** Opens the modal for Arjun, as the answer to a command of his. */
async function openModal(): Promise<void> {
  const before = app.received.length;
  await write('/warroom routing');
  const command = await until('the command came', () =>
    app.received.slice(before).find(({ path }) => path === '/commands'),
  );
  await world.app.views.open({ trigger_id: String(command.body['trigger_id']), view: modal });
  await page.getByRole('dialog', { name: 'Routing' }).waitFor();
}

describe('whoever is in front of the page', () => {
  it('writes as the person they have chosen to be, in the channel and in a thread', async () => {
    await page.locator('#person > summary').click();
    await page.getByRole('link', { name: 'Meera Thomas' }).click();
    await page.getByText('You areMeera Thomas').waitFor();
    await write('hello from Meera');
    const said = await until('it is said', () =>
      world.front.control.messages(ids.general).find(({ text }) => text === 'hello from Meera'),
    );
    await go(`/archives/${ids.general}/p${said.ts.replace('.', '')}`);
    await page.getByRole('textbox', { name: 'Reply…' }).fill('and more');
    await page.keyboard.press('Enter');
    const reply = await until('it is replied', () =>
      world.front.control.messages(ids.general).find(({ text }) => text === 'and more'),
    );

    expect([said.userId, reply.userId, reply.threadTs]).toEqual([ids.meera, ids.meera, said.ts]);
  });

  it('gives a command, and alone sees its answer until it is dismissed', async () => {
    app.answer = () => ({ body: { text: 'for Arjun’s eyes' } });
    await page.getByRole('textbox', { name: 'Message #general' }).fill('/w');
    await page.getByRole('button', { name: '/warroom' }).click();
    await page.keyboard.type('help');
    await page.keyboard.press('Enter');
    const answer = page.locator('.ephemeral', { hasText: 'for Arjun’s eyes' });
    await answer.getByText('Only visible to you').waitFor();
    const other = await (await browser.newContext()).newPage();
    await go(`/archives/${ids.general}?as=${ids.meera}`, other);
    const seenByMeera = await other.locator('.ephemeral').count();
    await other.close();
    await answer.getByRole('button', { name: 'Dismiss' }).click();
    await answer.waitFor({ state: 'detached' });

    expect(app.received.at(-1)?.body).toMatchObject({ command: '/warroom', text: 'help', user_id: ids.arjun });
    expect(seenByMeera).toBe(0);
  });

  it('presses a button, and is asked first where the app wants it', async () => {
    const confirm = {
      title: plain('Sure?'),
      text: plain('It is told to all.'),
      confirm: plain('Yes'),
      deny: plain('No'),
    };
    await world.app.chat.postMessage({
      channel: ids.general,
      text: 'x',
      blocks: [{ type: 'actions', block_id: 'b', elements: [button('Take over', { confirm })] }],
    });
    const before = app.received.length;
    await page.getByRole('button', { name: 'Take over' }).last().click();
    await page.getByRole('dialog').getByRole('button', { name: 'No' }).click();
    await page.getByRole('button', { name: 'Take over' }).last().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Yes' }).click();

    expect(await payload('block_actions')).toMatchObject({
      user: { id: ids.arjun },
      channel: { id: ids.general },
      actions: [{ action_id: 'take over', value: '1' }],
    });
    expect(app.received.slice(before).filter(({ path }) => path === '/interactivity')).toHaveLength(1);
  });

  it('is told when the app does not take a press', async () => {
    app.answer = () => ({ status: 500 });
    await world.app.chat.postMessage({
      channel: ids.general,
      text: 'x',
      blocks: [{ type: 'actions', block_id: 'b', elements: [button('Broken')] }],
    });
    await page.getByRole('button', { name: 'Broken' }).click();

    await page.getByText('The app did not take it: http_status_500').waitFor();
  });

  it('deletes a message', async () => {
    const { ts = '' } = await world.app.chat.postMessage({ channel: ids.general, text: 'to be deleted' });
    const message = page.locator(`[id="channel-${ids.general}-${ts}"]`);
    await message.hover();
    await message.locator('.more-menu > summary').click();
    await message.getByRole('button', { name: 'Delete message' }).click();
    await message.waitFor({ state: 'detached' });

    expect(texts()).not.toContain('to be deleted');
  });
});

describe('a modal on the page', () => {
  it('is filled in, put right, and submitted', async () => {
    await openModal();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Please complete this required field.').first().waitFor();
    await page.getByLabel('Course').selectOption('Data Science');
    await page.getByLabel('At least').fill('45000');
    await page.getByLabel('Part').check();
    app.answer = () => ({ body: { response_action: 'errors', errors: { amount: 'That is too much' } } });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('That is too much').waitFor();
    const stillThere = [await page.getByLabel('At least').inputValue(), await page.getByLabel('Part').isChecked()];
    app.answer = () => ({});
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    expect(stillThere).toEqual(['45000', true]);
    expect(await payload('view_submission')).toMatchObject({
      view: {
        callback_id: 'routing',
        state: {
          values: {
            course: { it: { selected_option: { value: 'Data Science' } } },
            amount: { it: { value: '45000' } },
            kinds: { it: { selected_options: [{ value: 'Part' }] } },
          },
        },
      },
    });
  });

  it('tells the app what is typed, and keeps the typing while the app changes what stands around it', async () => {
    await openModal();
    await page.getByLabel('At least').pressSequentially('12');
    const typed = await until('the app got what is typed', async () => {
      const got = await payload('block_actions');
      return JSON.stringify(got).includes('"value":"12"') && got;
    });
    const { id: view_id } = typed['view'] as { readonly id: string };
    await world.app.views.update({
      view_id,
      view: { ...modal, blocks: [{ type: 'section', text: plain('₹12 goes to #payments') }, ...modal.blocks.slice(1)] },
    });
    await page.getByText('₹12 goes to #payments').waitFor();
    await page.keyboard.type('3');

    expect(await page.getByLabel('At least').inputValue()).toBe('123');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('lies upon another, and leads back to it', async () => {
    await openModal();
    await page.getByRole('button', { name: 'Try it' }).click();
    const press = await until('the app got the press', async () => {
      const got = await payload('block_actions');
      return JSON.stringify(got).includes('"action_id":"try it"') && got;
    });
    await world.app.views.push({
      trigger_id: String(press['trigger_id']),
      view: { type: 'modal', title: plain('Tried'), blocks: [{ type: 'divider' }] },
    });
    await page.getByRole('dialog', { name: 'Tried' }).getByRole('button', { name: 'Back' }).click();
    await page.getByRole('dialog', { name: 'Routing' }).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});

describe('the app’s own place', () => {
  it('tells the app that its Home was opened, shows what comes, and takes presses', async () => {
    await page.getByRole('link', { name: 'War Room', exact: true }).click();
    await page.getByText('Nothing here yet').waitFor();
    await until('the app heard of it', () => app.events('app_home_opened').at(-1)?.['user'] === ids.arjun);
    await world.app.views.publish({ user_id: ids.arjun, view: home });
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    const opened = app.events('app_home_opened').length;
    await page.getByRole('button', { name: 'Retry' }).click();
    const press = await until('the app got the press', async () => {
      const got = await payload('block_actions');
      return JSON.stringify(got).includes('"retry"') && got;
    });

    expect(press).toMatchObject({ container: { type: 'view' }, view: { type: 'home' } });
    expect(app.events('app_home_opened')).toHaveLength(opened);
  });

  it('lets the app be uninstalled', async () => {
    const other = await startSlackWorld();
    const own = await browser.newPage();
    await own.goto(`${other.front.url}/app/T0ACADEMY1/about`);
    await own.getByRole('button', { name: 'Uninstall War Room' }).click();
    await own.getByText('It is not installed.').waitFor();
    await own.close();
    await other.front.stop();
  });
});

describe('a channel on the page', () => {
  const courseFullStack = 'C0COURSEFS';
  const menu = async (name: string) => {
    await page.locator('#channel-menu > summary').click();
    await page.getByRole('button', { name }).click();
  };

  it('is renamed, archived and restored', async () => {
    await go(`/archives/${courseFullStack}`);
    await page.locator('#channel-menu > summary').click();
    await page.getByLabel('Rename').fill('web-development');
    await page.keyboard.press('Enter');
    await page.locator('.channel h2', { hasText: 'web-development' }).waitFor();
    await menu('Archive the channel');
    await page.getByText('This channel is archived.').waitFor();
    const archived = channel(courseFullStack)?.isArchived;
    await page.getByRole('button', { name: 'Restore it' }).click();
    await page.getByRole('textbox', { name: 'Message #web-development' }).waitFor();

    expect([archived, channel(courseFullStack)?.isArchived]).toEqual([true, false]);
  });

  it('gets the app, loses it, and is joined', async () => {
    await go(`/archives/${ids.ops}`);
    await menu('Add War Room to the channel');
    await until('the bot is in', () => channel(ids.ops)?.members.includes(ids.bot));
    await menu('Remove War Room from the channel');
    await until('the bot is out', () => channel(ids.ops)?.members.includes(ids.bot) === false);
    await page.getByRole('button', { name: 'Join the channel' }).click();
    await page.getByRole('textbox', { name: 'Message #ops' }).waitFor();

    expect(channel(ids.ops)?.members).toContain(ids.arjun);
  });
});

describe('everybody', () => {
  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('can use a modal, Home and what only they see: %s, %i wide', async (colorScheme, width) => {
    const own = await browser.newPage({
      viewport: { width, height: 800 },
      colorScheme,
      reducedMotion: 'reduce',
      bypassCSP: true,
    });
    const axe = async () => {
      await own.addScriptTag({ content: axeSource });
      return own.evaluate(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`,
      );
    };
    await world.app.chat.postEphemeral({ channel: ids.general, user: ids.arjun, text: 'psst' });
    await world.app.views.publish({ user_id: ids.arjun, view: home });
    const found = [];
    await go(`/archives/${ids.general}?as=${ids.arjun}`, own);
    found.push(await axe());
    await go('/app/T0ACADEMY1', own);
    found.push(await axe());
    await go('/app/T0ACADEMY1/about', own);
    found.push(await axe());
    await openModal();
    await go(`/archives/${ids.general}`, own);
    await own.getByRole('dialog').waitFor();
    found.push(await axe());
    const overflow = await own.evaluate('document.documentElement.scrollWidth');
    await own.close();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    expect(found).toEqual([[], [], [], []]);
    expect(overflow).toBe(width);
  });

  it('but another page: it does nothing for one', async () => {
    const ask = async (headers: Record<string, string>, body: unknown) =>
      (await fetch(`${world.front.url}/do`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
    const own = { origin: world.front.url, 'content-type': 'application/json' };
    const say = { as: ids.arjun, deed: 'say', channel: ids.general, text: 'from elsewhere' };

    expect(await ask({ ...own, origin: 'http://evil.example' }, say)).toBe(403);
    expect(await ask({ 'content-type': 'application/json' }, say)).toBe(403);
    expect(await ask({ ...own, 'content-type': 'text/plain' }, say)).toBe(403);
    expect(await ask(own, { ...say, deed: 'nonsense' })).toBe(400);
    expect(await ask(own, { ...say, as: 'U404' })).toBe(404);
    expect(texts()).not.toContain('from elsewhere');
  });

  it('had nothing to complain of', () => {
    expect(complaints).toEqual([]);
  });
});
