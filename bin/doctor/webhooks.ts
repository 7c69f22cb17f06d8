import type { Account } from '../../shared/razorpay/accounts.ts';
import type { Body, Outcome } from '../../shared/razorpay/client.ts';
import { everyAccountsEvents } from '../../shared/razorpay/webhook-events.ts';
import { type Finding, fine, wrong } from '../stage/finding.ts';

/** A webhook as Razorpay lists it. */
export type Webhook = {
  readonly url: string;
  readonly active: boolean;
  /** When Razorpay switched it off (ms). */
  readonly disabledAt: number | undefined;
  /** Undefined where the list says nothing of them. */
  readonly events: ReadonlySet<string> | undefined;
};

/** Lists the webhooks of an account. */
export type ListWebhooks = (account: Account) => Promise<Outcome>;

/** The address that an account's deliveries go to. */
export function webhookUrl(origin: string, { name }: Pick<Account, 'name'>): string {
  return `${origin}/webhooks/razorpay/${name}`;
}

/** Whether Razorpay delivers what has to be known of an account, to this stage. */
export async function checkWebhook(account: Account, origins: readonly string[], list: ListWebhooks): Promise<Finding> {
  const link = `webhook ${account.name}`;
  const outcome = await list(account);
  if (outcome.kind !== 'answered') return unlisted(link, outcome);
  const urls = origins.map((origin) => webhookUrl(origin, account));
  const own = webhooksIn(outcome.body).filter(({ url }) => urls.includes(url));
  const webhook = own.find(({ active }) => active) ?? own[0];
  if (!webhook) {
    return wrong(
      link,
      `Razorpay has none for ${urls[0]}`,
      'Register it: npm run deploy, or Settings, Webhooks in its dashboard.',
    );
  }
  if (!webhook.active) {
    return wrong(
      link,
      'Razorpay has switched it off',
      'Mend what keeps deliveries from being answered (the log of RazorpayIngress), then switch it on under Settings, Webhooks in its dashboard.',
      webhook.disabledAt,
    );
  }
  const lacking = everyAccountsEvents.filter((event) => webhook.events?.has(event) === false);
  if (lacking.length > 0) {
    return wrong(
      link,
      `does not deliver ${lacking.join(', ')}`,
      'Add these events under Settings, Webhooks in its dashboard.',
    );
  }
  return fine(link, webhook.events === undefined ? 'active' : `active, with ${webhook.events.size} events`);
}

/** What came of a list that did not come. */
export function unlisted(link: string, outcome: Exclude<Outcome, { readonly kind: 'answered' }>): Finding {
  switch (outcome.kind) {
    case 'refused':
      return outcome.status === 401
        ? wrong(link, "Razorpay refuses the account's key", `Give the key of the account once more by npm run secrets.`)
        : wrong(
            link,
            `Razorpay does not list webhooks for this key (${outcome.status})`,
            'Look under Settings, Webhooks in its dashboard.',
          );
    case 'limited':
      return wrong(link, 'Razorpay asked to slow down', 'Try again in a minute.');
    case 'unanswered':
      return wrong(
        link,
        `Razorpay does not answer (${outcome.why})`,
        'Try again; status.razorpay.com says whether Razorpay is well.',
      );
  }
}

/** The webhooks of a list, whatever else stands there. Events are a list in one of Razorpay's APIs and a table in the other. */
export function webhooksIn({ items }: Body): Webhook[] {
  return (Array.isArray(items) ? items : []).flatMap((item: unknown): Webhook[] => {
    const { url, active, disabled_at: disabledAt, events }: Body = Object(item);
    if (typeof url !== 'string') return [];
    const seconds = typeof disabledAt === 'number' && disabledAt > 0 ? disabledAt : undefined;
    return [
      {
        url,
        active: active === true || active === 1,
        disabledAt: seconds && seconds * 1_000,
        events: eventsIn(events),
      },
    ];
  });
}

function eventsIn(events: unknown): ReadonlySet<string> | undefined {
  if (Array.isArray(events)) return new Set(events.map(String));
  if (typeof events !== 'object' || events === null) return undefined;
  return new Set(Object.entries(events).flatMap(([name, on]) => (on === true || on === 1 || on === '1' ? [name] : [])));
}
