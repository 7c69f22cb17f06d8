/** Watches Slack while a storm goes on, tells how far it is, and says when it is over. */
import type { LocalFacts } from '../facts.ts';
import type { Ending } from '../telling.ts';
import { leftInQueues } from './left.ts';
import type { Life } from './lives.ts';
import { looksTold, threadOf } from './oracle.ts';
import type { Sender } from './sender.ts';
import { type Reading, rootsShown } from './slack-reader.ts';

const PROGRESS_EVERY_MS = 5_000;
/** A look reads every channel, which costs the stack about as much as some payments; it is not to be what slows them. */
const LOOK = { leastMs: 500, restFor: 5 };
/** Nothing new in Slack for this long, and not all is told: something is lost. In the stack's own time, and at least. */
const STANDSTILL = { ownMs: 45 * 60_000, leastMs: 60_000 };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Watched = {
  /** Of the stack that stays, once it is there. */
  readonly facts: () => LocalFacts | undefined;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
};

/**
 * Resolves when every life is told and no queue holds anything, or when nothing moves any more; answers what the queues
 * hold then. Throws what `signal` is aborted with.
 */
export async function untilOver(
  slack: Reading,
  lives: readonly Life[],
  sender: Sender,
  { facts, signal, progress }: Watched,
): Promise<ReadonlyMap<string, number>> {
  const began = Date.now();
  let told = 0;
  const telling = setInterval(() => {
    const left = estimate(told / lives.length, Date.now() - began);
    progress(`${told} of ${lives.length} lives told, ${sender.done} of ${sender.total} deliveries sent${left}`);
  }, PROGRESS_EVERY_MS);
  try {
    let seen = '';
    let moved = began;
    for (;;) {
      signal.throwIfAborted();
      const from = Date.now();
      const shown = await shownOf(slack, lives);
      told = shown.lives;
      sender.looksTold = shown.ids;
      const running = facts();
      const left = running && (await leftInQueues(running).catch(() => undefined));
      const isSent = sender.done >= sender.total;
      if (isSent && left?.size === 0 && told === lives.length) return left;

      const state = JSON.stringify([shown.lives, shown.messages, sender.done, [...(left ?? [])]]);
      if (state !== seen) moved = Date.now();
      seen = state;
      const standstillMs = Math.max(STANDSTILL.leastMs, STANDSTILL.ownMs * (running?.timeScale ?? 0));
      if (isSent && left !== undefined && Date.now() - moved > standstillMs) return left;
      await pause(Math.max(LOOK.leastMs, LOOK.restFor * (Date.now() - from)));
    }
  } finally {
    clearInterval(telling);
  }
}

/** What is told, by the first lines of the threads and how many replies they have; and how many messages there are. */
async function shownOf(slack: Reading, lives: readonly Life[]) {
  const roots = await rootsShown(slack);
  const byId = new Map(roots.map((root) => [threadOf(root), root]));
  const isTold = (ending: Ending) => {
    const root = byId.get(ending.id);
    return root !== undefined && looksTold(root, ending);
  };
  return {
    ids: new Set(lives.flatMap(({ endings }) => endings.filter(isTold).map(({ id }) => id))),
    lives: lives.filter(({ endings }) => endings.every(isTold)).length,
    messages: roots.reduce((sum, { replies }) => sum + 1 + replies, 0),
  };
}

/** How long it will take if it goes on so; nothing while that would be a guess. */
function estimate(share: number, tookMs: number): string {
  return share < 0.05 ? '' : `, about ${Math.ceil((tookMs * (1 - share)) / share / 1_000)} s left`;
}
