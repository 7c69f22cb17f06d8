import { durationInWords } from '../base/duration.ts';
import type { Message } from '../slack/agenda.ts';
import { body, fine, message } from '../slack/text.ts';
import type { Episode } from './episode.ts';

/** What the ops channel sees of an episode: a message that says how it stands, and a reply when it is over. Pure. */
export function render({ alarm, since, until, impact, remedy }: Episode): {
  readonly root: Message;
  readonly replies: readonly Message[];
} {
  const began = { at: Math.floor(since / 1_000) };
  if (until === undefined) {
    const rings = message(
      body('🔔 ', { bold: titled(alarm) }, ' · ', impact),
      body(remedy),
      fine('since ', began, ' · docs/operations.md'),
    );
    return { root: { key: 'root', content: rings }, replies: [] };
  }
  const took = durationInWords(Math.max(1, Math.round((until - since) / 1_000)));
  const over = message(
    body('✅ ', { bold: titled(alarm) }, ` · over after ${took}`),
    body(impact),
    fine('since ', began),
  );
  const reply = message(body(`It is over, after ${took}.`), fine({ at: Math.floor(until / 1_000) }));
  return { root: { key: 'root', content: over }, replies: [{ key: 'over', content: reply }] };
}

function titled(alarm: string): string {
  return `${alarm[0]?.toUpperCase() ?? ''}${alarm.slice(1)}`;
}
