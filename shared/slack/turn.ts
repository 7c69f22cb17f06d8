import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { ChannelId, TeamId } from '../base/names.ts';
import type { Step } from './agenda.ts';
import type { Pace, PaceClass } from './pace.ts';
import type { Times } from './times.ts';

/** The steps whose turn it is, and how long (ms) the others have to wait. */
export type Turn = { readonly steps: readonly Step[]; readonly laterMs: number | undefined };

type Tools = { readonly pace: Pace; readonly clock: Clock; readonly times: Times };

/**
 * Reserves the pace of what a pass sends, and waits where the turn is near. Where posts have to wait longer it throws
 * `Retry`, with nothing written; edits that have to wait are left for a later pass, and the posts go on. `as`: where others go
 * before it, a pass may get some of its steps only, in their order.
 */
export async function takeTurn(
  { pace, clock, times }: Tools,
  { team, channel }: { readonly team: TeamId; readonly channel: ChannelId },
  steps: readonly Step[],
  as?: PaceClass,
): Promise<Turn> {
  const posts = steps.filter((step) => step.call === 'post');
  const edits = steps.filter((step) => step.call === 'edit');
  const asking = () => ({ now: clock.now(), patienceMs: times.patienceMs, as });
  const granted = new Set<Step>();
  let waitMs = 0;
  let laterMs: number | undefined;
  if (posts.length > 0) {
    const asked = await pace.waitMs({ team, method: 'post' }, times.post, asking());
    if (asked > times.patienceMs) throw Retry.waiting('Slack asked this workspace to wait.', asked);
    const turn = await pace.reserve({ team, channel }, times.post, { ...asking(), count: posts.length });
    if (!turn.granted) throw Retry.waiting('This channel has to wait its turn.', turn.waitMs);
    waitMs = Math.max(asked, turn.waitMs);
    for (const step of posts.slice(0, turn.count)) granted.add(step);
    if (turn.count < posts.length) laterMs = times.post.intervalMs;
  }
  if (edits.length > 0) {
    const turn = await pace.reserve({ team, method: 'edit' }, times.edit, { ...asking(), count: edits.length });
    if (!turn.granted && posts.length === 0) throw Retry.waiting('This edit has to wait its turn.', turn.waitMs);
    if (turn.granted) {
      waitMs = Math.max(waitMs, turn.waitMs);
      for (const step of edits.slice(0, turn.count)) granted.add(step);
    }
    if (!turn.granted || turn.count < edits.length) {
      laterMs = Math.max(laterMs ?? 0, turn.granted ? times.edit.intervalMs : turn.waitMs);
    }
  }
  if (waitMs > 0) await clock.sleep(waitMs);
  return { steps: steps.filter((step) => granted.has(step)), laterMs };
}
