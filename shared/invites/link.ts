import type { TeamId } from '../base/names.ts';
import type { LinkStore } from './link-store.ts';
import type { Provider } from './provider.ts';
import type { JoinLink } from './settings.ts';

/** What is wrong with a join link, or soon will be. Only somebody in Slack can make another one. */
export type LinkTrouble = 'link_expired' | 'link_used_up' | 'link_expires_soon' | 'link_nearly_used_up';

const dayMs = 86_400_000;
/** Somebody is told so long before a link ends, or once as many of its uses are left. */
const aheadMs = 3 * dayMs;
const leftShare = 0.1;

/** How a link stands at `now` (ms) that was sent with so many invitations; undefined: well. */
export function linkTrouble({ madeAt, validDays, uses }: JoinLink, sent: number, now: number): LinkTrouble | undefined {
  const endsAt = validDays === null ? Number.POSITIVE_INFINITY : madeAt + validDays * dayMs;
  if (now >= endsAt) return 'link_expired';
  if (uses !== null && sent >= uses) return 'link_used_up';
  if (now >= endsAt - aheadMs) return 'link_expires_soon';
  return uses !== null && sent >= uses * (1 - leftShare) ? 'link_nearly_used_up' : undefined;
}

/** Whether a link with this trouble still lets somebody in. */
export function stillWorks(trouble: LinkTrouble | undefined): boolean {
  return trouble !== 'link_expired' && trouble !== 'link_used_up';
}

/** A provider that sends no link which lets nobody in, and counts with how many invitations it was sent. */
export function watched(
  provider: Provider,
  team: TeamId,
  link: JoinLink,
  links: Pick<LinkStore, 'sent' | 'send'>,
  now: () => number,
): Provider {
  return {
    ...provider,
    invite: async (invitee, key) => {
      const trouble = linkTrouble(link, await links.sent(team, link), now());
      if (trouble !== undefined && !stillWorks(trouble)) return { kind: 'setup', code: trouble };
      await links.send(team, link, key);
      return provider.invite(invitee, key);
    },
  };
}
