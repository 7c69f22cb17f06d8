/** Modals and App Home: opened, filled in, submitted, changed under the person's hands. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HomeView, InputBlock, ModalView } from '@slack/types';
import { personIn, type SlackPerson } from '../support/slack-people.ts';
import { type SlackReceiver, startReceiver } from '../support/slack-receiver.ts';
import { ids, ManualClock, refusalOf, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

let world: SlackWorld;
let clock: ManualClock;
let app: SlackReceiver;
let arjun: SlackPerson;

beforeEach(async () => {
  clock = new ManualClock();
  world = await startSlackWorld((seed) => seed, clock);
  app = await startReceiver(world.front.control);
  arjun = personIn(world.front.control, ids.arjun, ids.general);
  world.front.control.subscribe({ events: ['app_home_opened'] });
});
afterEach(async () => {
  await app.stop();
  await world.front.stop();
});

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const field = (name: string, more: Partial<InputBlock> = {}): InputBlock => ({
  type: 'input',
  block_id: name,
  label: plain(name),
  element: { type: 'plain_text_input', action_id: 'text' },
  ...more,
});
const modal = (more: Partial<ModalView> = {}): ModalView => ({
  type: 'modal',
  title: plain('Routing'),
  submit: plain('Save'),
  callback_id: 'routing',
  private_metadata: 'm1',
  blocks: [field('channel'), field('note', { optional: true })],
  ...more,
});
const home = (text = 'hello'): HomeView => ({
  type: 'home',
  blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }],
});

/** What a person did last, as the app got it. */
const payload = () => app.received.at(-1)?.body['payload'] as Readonly<Record<string, unknown>>;

/** A trigger of something that Arjun has just done. */
async function trigger(): Promise<string> {
  await arjun.command('/warroom routing');
  return String(app.received.at(-1)?.body['trigger_id']);
}

async function open(view: ModalView = modal()): Promise<string> {
  return (await world.app.views.open({ trigger_id: await trigger(), view })).view?.id ?? '';
}

describe('opening a modal', () => {
  it('shows it to who did something, and answers what it has become', async () => {
    const { view } = await world.app.views.open({ trigger_id: await trigger(), view: modal() });

    expect(view).toMatchObject({
      id: expect.stringMatching(/^V/),
      team_id: 'T0ACADEMY1',
      type: 'modal',
      callback_id: 'routing',
      private_metadata: 'm1',
      hash: expect.any(String),
      root_view_id: view?.id,
      previous_view_id: null,
      app_id: 'A0WARROOM1',
      bot_id: 'B0WARROOM1',
      state: { values: { channel: { text: { type: 'plain_text_input', value: null } } } },
    });
    expect(arjun.modal()).toMatchObject({ id: view?.id });
    expect(personIn(world.front.control, ids.meera, ids.general).modal()).toBeUndefined();
  });

  it('takes a trigger once, within three seconds, from its own workspace', async () => {
    const attempt = (trigger_id: string) => refusalOf(world.app.views.open({ trigger_id, view: modal() }));
    const [one, two] = [await trigger(), await trigger()];

    expect(await attempt(one)).toBe('accepted');
    expect(await attempt(one)).toBe('exchanged_trigger_id');
    clock.advance(3_001);
    expect(await attempt(two)).toBe('expired_trigger_id');
    expect(await attempt('1.2.3')).toBe('invalid_trigger_id');
  });

  it.each([
    ['a title of 25 characters', { title: plain('x'.repeat(25)) }],
    ['a callback_id of 256 characters', { callback_id: 'x'.repeat(256) }],
    ['private_metadata of 3,001 characters', { private_metadata: 'x'.repeat(3_001) }],
    ['101 blocks', { blocks: Array(101).fill({ type: 'divider' }) }],
    ['an input and nothing to submit it with', { submit: undefined }],
    ['a button within an input', { blocks: [field('x', { element: { type: 'button' } as never })] }],
    ['a markdown block', { blocks: [{ type: 'markdown', text: 'x' }] }],
    ['two blocks of one id', { blocks: [field('x'), field('x')] }],
    [
      'an initial option that is none of the options',
      {
        blocks: [
          field('x', {
            element: {
              type: 'static_select',
              options: [{ text: plain('a'), value: 'a' }],
              initial_option: { text: plain('b'), value: 'b' },
            },
          }),
        ],
      },
    ],
  ])('refuses %s, and leaves the trigger as it was', async (_, more) => {
    const trigger_id = await trigger();
    const attempt = (view: ModalView) => refusalOf(world.app.views.open({ trigger_id, view }));

    expect(await attempt(modal(more as Partial<ModalView>))).toBe('invalid_arguments');
    expect(await attempt(modal())).toBe('accepted');
  });

  it('takes the largest of everything, and nothing beyond 250 KB', async () => {
    const full = modal({
      title: plain('x'.repeat(24)),
      callback_id: 'x'.repeat(255),
      private_metadata: 'x'.repeat(3_000),
      blocks: Array(100).fill({ type: 'divider' }),
    });
    const section = { type: 'section', text: plain('x'.repeat(2_999)) };
    const attempt = async (view: ModalView) => refusalOf(world.app.views.open({ trigger_id: await trigger(), view }));

    expect(await attempt(full)).toBe('accepted');
    expect(await attempt(modal({ blocks: Array(90).fill(section) }))).toBe('view_too_large');
  });

  it('is the app’s alone', async () => {
    expect(await refusalOf(world.arjun.views.open({ trigger_id: await trigger(), view: modal() }))).toBe(
      'not_allowed_token_type',
    );
  });
});

describe('a modal that is open', () => {
  it('is changed by id and by the app’s own id, unless it has changed meanwhile', async () => {
    const { view } = await world.app.views.open({
      trigger_id: await trigger(),
      view: modal({ external_id: 'mine' }),
    });
    const { hash = '', id: view_id = '' } = view ?? {};
    const update = (more: { view_id: string } | { external_id: string }, known?: string) =>
      refusalOf(
        world.app.views.update({
          ...more,
          ...(known !== undefined && { hash: known }),
          view: modal({ external_id: 'mine', title: plain('Changed') }),
        }),
      );

    expect(await update({ view_id }, hash)).toBe('accepted');
    expect(await update({ view_id }, hash)).toBe('hash_conflict');
    expect(await update({ external_id: 'mine' })).toBe('accepted');
    expect(await update({ view_id: 'V404' })).toBe('not_found');
    expect(arjun.modal()?.content.title).toEqual(plain('Changed'));
  });

  it('cannot be changed once it is closed', async () => {
    const view_id = await open();
    await arjun.close();

    expect(await refusalOf(world.app.views.update({ view_id, view: modal() }))).toBe('not_found');
  });

  it('has one of each of the app’s own ids', async () => {
    await open(modal({ external_id: 'mine' }));
    const other = world.app.views.push({ trigger_id: await trigger(), view: modal({ external_id: 'mine' }) });

    expect(await refusalOf(other)).toBe('duplicate_external_id');
  });

  it('keeps what was entered where block and element keep their ids', async () => {
    const view_id = await open();
    await arjun.fill({ channel: { text: '#ops' }, note: { text: 'later' } });
    const { view } = await world.app.views.update({
      view_id,
      view: modal({ blocks: [field('channel'), field('other')] }),
    });

    expect((view as { state?: { values: unknown } }).state?.values).toEqual({
      channel: { text: { type: 'plain_text_input', value: '#ops' } },
      other: { text: { type: 'plain_text_input', value: null } },
    });
  });

  it('holds two more upon it, and gives them back one by one', async () => {
    const root = await open();
    const push = async (title: string) =>
      world.app.views.push({ trigger_id: await trigger(), view: modal({ title: plain(title) }) });
    const second = await push('Second');
    await push('Third');

    expect(await refusalOf(push('Fourth'))).toBe('push_limit_reached');
    expect(second.view).toMatchObject({ root_view_id: root, previous_view_id: root });
    await arjun.close();
    expect(arjun.modal()?.content.title).toEqual(plain('Second'));
  });

  it('tells the app of a press in it, with what was entered so far', async () => {
    const look = { type: 'button', action_id: 'try', text: plain('Try'), value: '42' } as const;
    const view_id = await open(modal({ blocks: [field('channel'), { type: 'actions', elements: [look] }] }));
    await arjun.fill({ channel: { text: '#ops' } });
    await arjun.pressIn('modal', 'Try');

    expect(payload()).toMatchObject({
      type: 'block_actions',
      container: { type: 'view', view_id },
      view: { id: view_id, private_metadata: 'm1', state: { values: { channel: { text: { value: '#ops' } } } } },
      actions: [{ action_id: 'try', value: '42' }],
      trigger_id: expect.any(String),
    });
    expect(payload()).not.toHaveProperty('response_url');
  });

  it('tells the app what is typed where the block says so, and of no other typing', async () => {
    await open(modal({ blocks: [field('quiet'), field('loud', { dispatch_action: true })] }));
    const before = app.received.length;
    await arjun.fill({ quiet: { text: 'a' } });
    await arjun.fill({ loud: { text: 'b' } });

    expect(app.received.length - before).toBe(1);
    expect(payload()).toMatchObject({ actions: [{ block_id: 'loud', type: 'plain_text_input', value: 'b' }] });
  });

  it('tells the app that it was closed where the app asked for it', async () => {
    await open();
    await arjun.close();
    const quiet = payload();
    await open(modal({ notify_on_close: true }));
    await arjun.close();

    expect(quiet).toBeUndefined();
    expect(payload()).toMatchObject({ type: 'view_closed', is_cleared: false, view: { callback_id: 'routing' } });
  });
});

describe('submitting a modal', () => {
  it('tells what was entered into every kind of element', async () => {
    const option = (value: string) => ({ text: plain(value.toUpperCase()), value });
    const options = ['a', 'b', 'c'].map(option);
    const input = (element: InputBlock['element']) => field(element.type, { element: { ...element, action_id: 'it' } });
    await open(
      modal({
        blocks: [
          input({ type: 'plain_text_input' }),
          input({ type: 'number_input', is_decimal_allowed: false }),
          input({ type: 'static_select', options }),
          input({ type: 'multi_static_select', options }),
          input({ type: 'radio_buttons', options }),
          input({ type: 'checkboxes', options }),
          input({ type: 'conversations_select' }),
          input({ type: 'channels_select', initial_channel: ids.payments }),
          input({ type: 'users_select' }),
          input({ type: 'multi_users_select' }),
          input({ type: 'datepicker', initial_date: '2026-11-20' }),
          input({ type: 'timepicker' }),
        ],
      }),
    );
    const taken = await arjun.submit({
      plain_text_input: { it: 'words' },
      number_input: { it: '45000' },
      static_select: { it: 'b' },
      multi_static_select: { it: ['a', 'c'] },
      radio_buttons: { it: 'c' },
      checkboxes: { it: ['b'] },
      conversations_select: { it: ids.ops },
      users_select: { it: ids.sana },
      multi_users_select: { it: [ids.sana, ids.meera] },
      timepicker: { it: '10:30' },
    });

    expect(taken).toEqual({ ok: true });
    expect(arjun.modal()).toBeUndefined();
    expect(payload()).toMatchObject({
      type: 'view_submission',
      user: { id: ids.arjun },
      team: { id: 'T0ACADEMY1' },
      view: {
        callback_id: 'routing',
        private_metadata: 'm1',
        state: {
          values: {
            plain_text_input: { it: { value: 'words' } },
            number_input: { it: { value: '45000' } },
            static_select: { it: { selected_option: option('b') } },
            multi_static_select: { it: { selected_options: [option('a'), option('c')] } },
            radio_buttons: { it: { selected_option: option('c') } },
            checkboxes: { it: { selected_options: [option('b')] } },
            conversations_select: { it: { selected_conversation: ids.ops } },
            channels_select: { it: { selected_channel: ids.payments } },
            users_select: { it: { selected_user: ids.sana } },
            multi_users_select: { it: { selected_users: [ids.sana, ids.meera] } },
            datepicker: { it: { selected_date: '2026-11-20' } },
            timepicker: { it: { selected_time: '10:30' } },
          },
        },
      },
    });
  });

  it('is stopped by Slack itself while something is missing', async () => {
    await open();
    const before = app.received.length;

    expect(await arjun.submit()).toEqual({ ok: false, problem: 'incomplete' });
    expect(arjun.modal()?.errors).toEqual({ channel: 'Please complete this required field.' });
    expect(app.received.length).toBe(before);
  });

  it('stands with what the app finds wrong, until it is put right', async () => {
    await open();
    app.answer = () => ({ body: { response_action: 'errors', errors: { channel: 'No such channel' } } });
    const refused = await arjun.submit({ channel: { text: '#nowhere' } });
    const errors = arjun.modal()?.errors;
    app.answer = () => ({});
    const taken = await arjun.submit({ channel: { text: '#ops' } });

    expect([refused, errors]).toEqual([{ ok: false, problem: 'errors' }, { channel: 'No such channel' }]);
    expect([taken, arjun.modal()]).toEqual([{ ok: true }, undefined]);
  });

  it('is followed by another view in its place, upon it, or by none at all', async () => {
    const answers = [
      { response_action: 'update', view: modal({ title: plain('Updated') }) },
      { response_action: 'push', view: modal({ title: plain('Pushed') }) },
      { response_action: 'clear' },
    ];
    await open();
    const seen = [];
    for (const body of answers) {
      app.answer = () => ({ body });
      await arjun.submit({ channel: { text: 'x' } });
      seen.push([arjun.modal()?.content.title?.['text'], world.front.control.as(ids.arjun).modals().length]);
    }

    expect(seen).toEqual([
      ['Updated', 1],
      ['Pushed', 2],
      [undefined, 0],
    ]);
  });

  it.each([
    [{ status: 500 }, 'http_status_500'],
    ['silence', 'operation_timeout'],
    [{ body: { response_action: 'update', view: { type: 'modal' } } }, 'invalid_response'],
  ] as const)('stays open, and says that there was trouble, when the app answers %j', async (answer, problem) => {
    await open();
    world.front.control.behave({ answerWithinMs: answer === 'silence' ? 100 : 20_000 });
    app.answer = () => answer;

    expect(await arjun.submit({ channel: { text: 'x' } })).toEqual({ ok: false, problem });
    expect(arjun.modal()?.trouble).toBe('We had some trouble connecting. Try again?');
  });
});

describe('App Home', () => {
  it('is each person’s own, and changes only where the app knows how it stood', async () => {
    const publish = (text: string, hash?: string) =>
      world.app.views.publish({ user_id: ids.arjun, view: home(text), ...(hash !== undefined && { hash }) });
    const { view } = await publish('one');
    const { hash } = view ?? {};
    await publish('two', hash);

    expect(await refusalOf(publish('three', hash))).toBe('hash_conflict');
    expect(arjun.home()?.content.blocks).toMatchObject([{ text: { text: 'two' } }]);
    expect(personIn(world.front.control, ids.meera, ids.general).home()).toBeUndefined();
    expect(await refusalOf(world.app.views.publish({ user_id: 'U404', view: home() }))).toBe('user_not_found');
  });

  it('tells the app that it was opened, and of presses in it', async () => {
    arjun.openHome();
    await world.front.control.delivered();
    const retry = { type: 'button', action_id: 'parked.retry', text: plain('Retry'), value: 'p1' } as const;
    await world.app.views.publish({
      user_id: ids.arjun,
      view: { type: 'home', blocks: [{ type: 'actions', elements: [retry] }] },
    });
    await arjun.pressIn('home', 'Retry');

    expect(app.events('app_home_opened')).toMatchObject([
      { user: ids.arjun, tab: 'home', channel: expect.stringMatching(/^D/) },
    ]);
    expect(payload()).toMatchObject({
      container: { type: 'view', view_id: arjun.home()?.id },
      view: { type: 'home' },
      actions: [{ action_id: 'parked.retry', value: 'p1' }],
    });
  });
});
