import type { HomeView } from '@slack/types';
import { Retry } from '../base/errors.ts';
import type { UserId } from '../base/names.ts';
import { type AskOptions, ask } from './asked.ts';
import type { Author } from './installation.ts';

/**
 * Puts a home in the place of what a person saw of the app's before. `off`: the app has no home. `dead`: its token is refused,
 * with this code. Throws `Retry` where Slack does not say. https://docs.slack.dev/reference/methods/views.publish
 */
export async function publish(
  bot: Author,
  user: UserId,
  view: HomeView,
  options: AskOptions,
): Promise<{ readonly outcome: 'shown' | 'off' } | { readonly outcome: 'dead'; readonly code: string }> {
  const asked = await ask(await bot.token(), options, (client) => client.views.publish({ user_id: user, view }));
  if (asked.ok) return { outcome: 'shown' };
  if (asked.kind === 'unreachable') throw Retry.failed('Slack did not take a home.');
  if (asked.dead) return { outcome: 'dead', code: asked.code };
  if (asked.code === 'not_enabled') return { outcome: 'off' };
  throw new Error(`Slack does not take a home as War Room wrote it (${asked.code}).`);
}
