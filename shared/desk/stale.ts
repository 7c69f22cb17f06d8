import { body, type Content, message } from '../slack/text.ts';

/** Told to who pressed a button that an earlier version put there. */
export function stale(): Content {
  return message(body('This button does nothing any more. The newest messages have the ones that do.'));
}
