import type { Account } from '../../shared/razorpay/accounts.ts';
import type { Outcome } from '../../shared/razorpay/client.ts';
import { everyAccountsEvents, someAccountsEvents } from '../../shared/razorpay/webhook-events.ts';
import { checkWebhook, type ListWebhooks, unlisted, webhooksIn, webhookUrl } from '../doctor/webhooks.ts';
import { type Finding, fine, wrong } from '../stage/finding.ts';

export type Registering = {
  readonly list: ListWebhooks;
  /** Makes a webhook with the account's own secret. */
  readonly create: (account: Account, url: string, events: readonly string[]) => Promise<Outcome>;
};

/**
 * Has Razorpay deliver an account's events to this stage. What is registered already is looked at and left alone; a call whose
 * answer never came is looked up before it is made again, so that no second one is registered.
 */
export async function register(
  account: Account,
  origins: readonly string[],
  { list, create }: Registering,
): Promise<Finding> {
  const link = `webhook ${account.name}`;
  const [origin = ''] = origins;
  const urls = origins.map((one) => webhookUrl(one, account));
  const url = webhookUrl(origin, account);
  const byHand = `Register it by hand under Settings, Webhooks in its dashboard: ${url}, with the account's webhook secret and the events of docs/events.md.`;
  // All of its own products' events are tried first; an account without some of those products is refused them.
  for (const events of [[...everyAccountsEvents, ...someAccountsEvents], everyAccountsEvents]) {
    const before = await list(account);
    if (before.kind !== 'answered') return unlisted(link, before);
    if (webhooksIn(before.body).some((webhook) => urls.includes(webhook.url)))
      return checkWebhook(account, origins, list);
    const made = await create(account, url, events);
    if (made.kind === 'answered') return fine(link, `registered, with ${events.length} events`);
    if (made.kind === 'limited') return wrong(link, 'Razorpay asked to slow down', 'Try again in a minute.');
    if (made.kind === 'refused' && (made.status === 401 || made.status === 403)) {
      return wrong(link, `Razorpay does not let this key register webhooks (${made.status})`, byHand);
    }
  }
  const after = await list(account);
  if (after.kind === 'answered' && webhooksIn(after.body).some((webhook) => urls.includes(webhook.url))) {
    return checkWebhook(account, origins, list);
  }
  return wrong(link, 'Razorpay does not take it', byHand);
}
