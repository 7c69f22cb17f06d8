import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import type { Account } from '../razorpay/accounts.ts';
import type { Body } from '../razorpay/client.ts';
import { type Ask, Unasked } from './ask.ts';
import { time } from './entity.ts';
import { opsPrefix } from './event.ts';
import type { PaymentStore } from './store.ts';
import { message } from './wake.ts';
import type { WatchStore } from './watch-store.ts';

export type WebhookDependencies = {
  readonly store: Pick<PaymentStore, 'recordNote'>;
  readonly watches: Pick<WatchStore, 'webhook' | 'keepWebhook'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
  readonly timeScale: number;
};

const hourMs = 3_600_000;

/** The home of what is noted about the webhook of an account. */
export function webhookHome(account: string): string {
  return `${opsPrefix}webhook#${account}`;
}

/** What was found of a webhook; `unchanged` also where it is not yet time to look, or Razorpay does not say. */
export type WebhookFound = 'unchanged' | 'disabled' | 'enabled';

/**
 * Looks once an hour whether Razorpay still delivers to this account's webhook: after a day of failed deliveries it
 * switches it off, and tells that by e-mail alone. What is found is noted in the ops home of the webhook, under the
 * moment at which it was switched off, so that a run which stopped half-way notes nothing twice. Throws `Unasked`.
 * https://razorpay.com/docs/webhooks/setup-edit-payments/#deactivation
 */
export async function lookAfterWebhook(
  account: Account,
  ask: Ask,
  { store, watches, queue, clock, newId, timeScale }: WebhookDependencies,
): Promise<WebhookFound> {
  const place = { team: account.team, account: account.name, home: webhookHome(account.name) };
  const kept = await watches.webhook(place);
  if (kept && clock.now() < kept.looked + hourMs * timeScale) return 'unchanged';

  const answer = await ask((client) => client.webhooks()).catch(async (error: unknown) => {
    // Where there was no time, the next run looks; else there is another hour.
    const isPut = error instanceof Unasked && error.why !== 'time';
    if (isPut) await watches.keepWebhook(place, { looked: clock.now(), disabledAt: kept?.disabledAt });
    throw error;
  });
  const now = clock.now();
  const seconds = Math.floor(now / 1_000);
  const own = ownAmong(answer?.['items'], account.name);
  const disabledAt = disabledSince(own, kept?.disabledAt ?? seconds);
  const url = own[0]?.url ?? '';

  // Without one of ours in the list nothing is known: this key may not see it, or its address is another.
  const since = own.length > 0 ? disabledAt : kept?.disabledAt;
  const found = since === kept?.disabledAt ? 'unchanged' : since === undefined ? 'enabled' : 'disabled';
  if (found === 'disabled' && since !== undefined) {
    await store.recordNote(place, `webhook#${since}`, { kind: 'webhookDisabled', url, disabledAt: since }, now);
  }
  if (found === 'enabled') {
    const note = { kind: 'webhookEnabled', url, at: seconds } as const;
    await store.recordNote(place, `webhookEnabled#${kept?.disabledAt}`, note, now);
  }
  if (found !== 'unchanged') await queue.send(message({ ...place, cause: 'reconcile' }, { unique: newId() }));
  await watches.keepWebhook(place, { looked: now, disabledAt: since });
  return found;
}

type Webhook = { readonly url: string; readonly active: boolean; readonly disabledAt: number | undefined };

/** The webhooks that deliver to this account's address, whatever host or stage is in front of it. */
function ownAmong(items: unknown, account: string): Webhook[] {
  return (Array.isArray(items) ? items : []).flatMap((item: unknown): Webhook[] => {
    const { url, active, disabled_at: disabledAt }: Body = Object(item);
    if (typeof url !== 'string' || !URL.canParse(url)) return [];
    const { origin, pathname } = new URL(url);
    if (!pathname.endsWith(`/webhooks/razorpay/${account}`)) return [];
    // What else an address may hold (a user, a query) is a key more often than not, and this is shown to people.
    return [{ url: `${origin}${pathname}`, active: active !== false, disabledAt: time(disabledAt) }];
  });
}

/** Since when none of them is delivered to, in Unix seconds; undefined where one is. */
function disabledSince(webhooks: readonly Webhook[], unlessSaid: number): number | undefined {
  if (webhooks.length === 0 || webhooks.some(({ active }) => active)) return undefined;
  const said = webhooks.flatMap(({ disabledAt }) => disabledAt ?? []);
  return said.length > 0 ? Math.max(...said) : unlessSaid;
}
