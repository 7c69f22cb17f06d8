import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { ChannelId, TeamId } from '../base/names.ts';
import type { Step } from './agenda.ts';
import type { Pace } from './pace.ts';
import type { Times } from './times.ts';

/** The steps whose turn it is, and how long (ms) edits that were put off have to wait. */
export type Turn = { readonly steps: readonly Step[]; readonly laterMs: number | undefined };

type Tools = { readonly pace: Pace; readonly clock: Clock; readonly times: Times };

/**
 * Reserves the pace of what a pass sends, and waits where the turn is near. Where posts have to wait longer it throws
 * `Retry`, with nothing written; edits that have to wait are left for a later pass, and the posts go on.
 */
export async function takeTurn(
  { pace, clock, times }: Tools,
  { team, channel }: { readonly team: TeamId; readonly channel: ChannelId },
  steps: readonly Step[],
): Promise<Turn> {
  const posts = steps.filter((step) => step.call === 'post');
  const edits = steps.filter((step) => step.call === 'edit');
  const { patienceMs } = times;
  let waitMs = 0;
  if (posts.length > 0) {
    const asked = await pace.waitMs({ team, method: 'post' }, times.post, clock.now());
    if (asked > patienceMs) throw Retry.waiting('Slack asked this workspace to wait.', asked);
    const turn = await pace.reserve({ team, channel }, posts.length, times.post, clock.now(), patienceMs);
    if (!turn.granted) throw Retry.waiting('This channel has to wait its turn.', turn.waitMs);
    waitMs = Math.max(asked, turn.waitMs);
  }
  let laterMs: number | undefined;
  if (edits.length > 0) {
    const turn = await pace.reserve({ team, method: 'edit' }, edits.length, times.edit, clock.now(), patienceMs);
    if (turn.granted) waitMs = Math.max(waitMs, turn.waitMs);
    else if (posts.length === 0) throw Retry.waiting('This edit has to wait its turn.', turn.waitMs);
    else laterMs = turn.waitMs;
  }
  if (waitMs > 0) await clock.sleep(waitMs);
  return { steps: laterMs === undefined ? steps : posts, laterMs };
}
