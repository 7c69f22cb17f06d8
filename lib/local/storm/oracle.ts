/**
 * What Slack shows against what it should show. It knows what was sent and how each life must end, and nothing of how War
 * Room comes to its messages: a message is known by the marker that it carries, and read as people read it. Pure.
 */
import type { Ending } from '../telling.ts';
import type { Life } from './lives.ts';

/** A message as Slack's API gives it. */
export type Shown = {
  readonly channel: string;
  /** Of the thread that it is a reply in; undefined where it begins one. */
  readonly root: string | undefined;
  readonly ts: string;
  /** Thread and message, as its metadata says: `payments#live#order_…/paid#pay_…`. */
  readonly marker: string;
  /** Its first block. */
  readonly text: string;
};

/** What is not as it should be, a sentence for each message. All empty is right. */
export type Verdict = {
  /** Messages that are not there. */
  readonly lost: readonly string[];
  /** Messages that are there more than once. */
  readonly doubled: readonly string[];
  /** Messages that say something else, stand elsewhere, or that nobody wants. */
  readonly wrong: readonly string[];
};

/** Compares all that the channels show with all that the lives should come to. */
export function judged(
  lives: readonly Life[],
  shown: readonly Shown[],
  channels: Readonly<Record<Ending['channel'], string>>,
): Verdict {
  const verdict = { lost: [] as string[], doubled: [] as string[], wrong: [] as string[] };
  const byThread = Map.groupBy(shown, threadOf);
  for (const life of lives) {
    for (const ending of life.endings) {
      judge(life, ending, byThread.get(ending.id) ?? [], channels[ending.channel], verdict);
      byThread.delete(ending.id);
    }
  }
  for (const { channel, text } of [...byThread.values()].flat()) {
    verdict.wrong.push(`Nobody wants this message in ${channel}: ${JSON.stringify(text)}`);
  }
  return verdict;
}

/** What a message's thread is about: the order where there is one, else the payment or the link. */
export function threadOf({ marker }: Shown): string {
  return marker.slice(0, marker.indexOf('/')).replace(/^payments#[^#]+#/, '');
}

/** Whether a thread's first line says how it ends, and the thread has as many replies as it should. */
export function looksTold(root: Shown & { readonly replies: number }, ending: Ending): boolean {
  return firstLineIs(root.text, ending) && root.replies === ending.replies.length;
}

function judge(
  life: Life,
  ending: Ending,
  messages: readonly Shown[],
  channel: string,
  verdict: { readonly [K in keyof Verdict]: string[] },
): void {
  const says = (what: string) => `life ${life.index}, ${life.kind}, ${ending.id}: ${what}`;
  const byKey = Map.groupBy(messages, ({ marker }) => marker.slice(marker.indexOf('/') + 1));
  const [root] = byKey.get('root') ?? [];
  for (const key of ['root', ...ending.replies]) if (!byKey.has(key)) verdict.lost.push(says(`${key} is not there`));
  for (const [key, same] of byKey) {
    for (const _ of same.slice(1)) verdict.doubled.push(says(`${key} is there ${same.length} times`));
    if (key !== 'root' && !ending.replies.includes(key)) verdict.wrong.push(says(`nobody wants ${key}`));
    if (key === 'root' && same.some((one) => one.root !== undefined)) verdict.wrong.push(says('its root is a reply'));
    if (key !== 'root' && same.some((one) => one.root !== root?.ts || one.channel !== root?.channel)) {
      verdict.wrong.push(says(`${key} is not in its thread`));
    }
  }
  if (root === undefined) return;
  if (root.channel !== channel) verdict.wrong.push(says(`it is told in ${root.channel}, and belongs into ${channel}`));
  if (!firstLineIs(root.text, ending)) {
    verdict.wrong.push(says(`it begins with ${JSON.stringify(root.text)}, and should with ${firstLineOf(ending)}`));
  }
}

/** `✅ *Paid* · ₹45,000.00 · Priya S. …`: the state as one word or a few, then the amount. */
function firstLineIs(text: string, ending: Ending): boolean {
  const [state = '', amount] = text.replaceAll('*', '').split('\n')[0]?.split(' · ') ?? [];
  const words = state.replace(/^\S+ /, '').replace(/^Failed, \d+ tries$/, 'Failed');
  return `${words} · ${amount}` === firstLineOf(ending);
}

function firstLineOf({ state, amount, of }: Ending): string {
  return `${state} · ${rupees.format(amount / 100)}${of === undefined ? '' : ` of ${rupees.format(of / 100)}`}`;
}

const rupees = new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR' });
