/** People of the local Slack in tests: what they do with the app, and what they then see. */
import type { SlackControl } from '../../lib/local/slack-front/control.ts';
import type { Entered } from '../../lib/local/slack-front/element-state.ts';
import type { Ephemeral } from '../../lib/local/slack-front/ephemerals.ts';
import type { Choice, Person, Taken, Used } from '../../lib/local/slack-front/person.ts';
import type { View } from '../../lib/local/slack-front/views.ts';
import { textsOf } from './slack-texts.ts';
import { until } from './until.ts';

/** Somebody, in the channel they have open. */
export type SlackPerson = {
  /** Types a line (`/warroom help`) in the channel; answers how the app took it. */
  command(line: string, channel?: string): Promise<Taken>;
  /** Presses a button (its label or its action_id) of a message, the newest that has it, unless one is named. */
  press(button: string, where?: { readonly channel?: string; readonly ts?: string }): Promise<Taken>;
  /** Presses a button, or chooses from a menu, in the modal or at home. */
  pressIn(view: 'modal' | 'home', used: string | Used, choice?: Choice): Promise<Taken>;
  fill(entered: Entered): Promise<void>;
  submit(entered?: Entered): Promise<Taken>;
  close(): Promise<void>;
  openHome(): void;
  say(text: string, threadTs?: string): void;
  /** Messages that only this person sees, oldest first, as texts: every line that stands in them. */
  ephemerals(): readonly string[];
  modal(): View | undefined;
  home(): View | undefined;
  /** Waits for a message that only this person sees and that `pattern` fits; answers it. */
  untilTold(pattern: RegExp): Promise<Ephemeral>;
  /** Waits until the uppermost modal fits. */
  untilModal(pattern: RegExp): Promise<View>;
  /** Waits until App Home fits. */
  untilHome(pattern: RegExp): Promise<View>;
};

/** Somebody of the seeded company, reading one channel. */
export function personIn(control: SlackControl, userId: string, channel: string): SlackPerson {
  const who: Person = control.as(userId);
  return {
    command: (line, where = channel) => who.command(where, line),
    press: (button, { channel: where = channel, ts } = {}) => {
      const seen = [...control.messages(where), ...who.ephemerals(where)]
        .filter((message) => (ts === undefined ? has(message.blocks, button) : message.ts === ts))
        .sort((one, other) => (one.ts < other.ts ? 1 : -1))[0];
      if (seen === undefined) throw new Error(`${who.member.realName} sees no “${button}” in ${where}.`);
      return who.pressInMessage(where, seen.ts, usedIn(seen.blocks, button));
    },
    pressIn: (view, used, choice) => {
      const blocks = (view === 'home' ? who.home() : who.modals().at(-1))?.content.blocks ?? [];
      return who.pressInView(view, typeof used === 'string' ? usedIn(blocks, used) : used, choice);
    },
    fill: (entered) => who.fill(entered),
    submit: (entered) => who.submit(entered),
    close: () => who.close(),
    openHome: () => void who.openHome(),
    say: (text, threadTs) => void control.say(channel, userId, text, threadTs),
    ephemerals: () => who.ephemerals().map(({ text, blocks }) => [text, ...textsOf(blocks)].join('\n')),
    modal: () => who.modals().at(-1),
    home: () => who.home(),
    untilTold: (pattern) =>
      until(`${who.member.realName} is told ${pattern}`, () =>
        who.ephemerals().findLast(({ text, blocks }) => pattern.test([text, ...textsOf(blocks)].join('\n'))),
      ),
    untilModal: (pattern) =>
      until(`${who.member.realName} has a modal of ${pattern}`, () => fitting(who.modals().at(-1), pattern)),
    untilHome: (pattern) =>
      until(`${who.member.realName} has a home of ${pattern}`, () => fitting(who.home(), pattern)),
  };
}

function fitting(view: View | undefined, pattern: RegExp): View | undefined {
  return view !== undefined && pattern.test(textsOf([view.content.title, ...view.content.blocks]).join('\n'))
    ? view
    : undefined;
}

function usedIn(blocks: readonly unknown[], button: string): Used {
  return labels(blocks).includes(button) ? { label: button } : { action: button };
}

function has(blocks: readonly unknown[], button: string): boolean {
  return labels(blocks).includes(button) || JSON.stringify(blocks).includes(`"action_id":${JSON.stringify(button)}`);
}

function labels(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(labels);
  if (typeof value !== 'object' || value === null) return [];
  const { type, text } = value as { readonly type?: unknown; readonly text?: { readonly text?: string } };
  return type === 'button' ? [text?.text ?? ''] : Object.values(value).flatMap(labels);
}
