import type { Answer } from '../base/answer.ts';
import type { ApiKey } from '../base/api-key.ts';
import { Refuse, Unavailable } from '../base/errors.ts';
import type { Account } from '../razorpay/accounts.ts';
import type { Body, NewOrder, Outcome, RazorpayClient } from '../razorpay/client.ts';
import { asWebhook } from './as-webhook.ts';
import { type Creation, type CreationStore, keyDays } from './creation-store.ts';
import { type InitiateDependencies, record } from './initiate.ts';
import { differences, type Intended, readCreation } from './request.ts';

export type CreateDependencies = InitiateDependencies & {
  readonly creations: Pick<CreationStore, 'made' | 'keep'>;
  readonly razorpay: (account: Account) => Pick<RazorpayClient, 'createOrder'>;
};

/**
 * `POST /v1/payments` with `create: true`: makes the order at Razorpay, then records that its payment started. Razorpay
 * knows no idempotency key for orders, so ours is kept here, with the order: a request that is repeated, also because
 * its first answer was lost, is answered the order that was kept first. An order that was made beside it stays unpaid at
 * Razorpay and is told to nobody.
 *
 * Throws `Refuse` (400, 409, 422) where the caller has to change something, and `Unavailable` (502, 503) where it may
 * send the same again with the same key.
 */
export async function create(
  body: unknown,
  idempotencyKey: string | undefined,
  key: ApiKey,
  dependencies: CreateDependencies,
): Promise<Answer> {
  const { accounts, clock, creations } = dependencies;
  const name = readKey(idempotencyKey);
  const own = (await accounts.value()).ofTeam(key.team);
  const { account, intended } = readCreation(body, { now: clock.now(), accounts: own.map((one) => one.name) });

  const made = (await creations.made(key.team, name)) ?? (await make(name, account, intended));
  const { orderId } = made.initiated;
  const wrong = differences({ ...made.initiated, account: made.account }, { ...intended, orderId, account });
  if (wrong.length > 0) {
    throw new Refuse(
      409,
      `An order was made with this Idempotency-Key for another payment, and that stands: ${orderId}. Another payment needs a key of its own.`,
      wrong,
    );
  }
  return record({ team: key.team, account, home: orderId }, made.initiated, key, dependencies);

  async function make(name: string, account: string, intended: Intended): Promise<Creation> {
    const payer = own.find((one) => one.name === account);
    if (!payer) throw new Error(`The account ${account} was chosen and is not there.`);
    const orderId = await newOrder(payer, intended, dependencies);
    return creations.keep(key.team, name, { account, initiated: { orderId, ...intended } }, clock.now());
  }
}

/** What a key may be: it becomes part of a key of the table. */
function readKey(key: string | undefined): string {
  if (key !== undefined && /^[!-~]{1,200}$/.test(key)) return key;
  throw new Refuse(
    400,
    'Send the header Idempotency-Key: 1 to 200 letters, digits and signs that you choose once for this payment and send ' +
      `again with each repetition, such as a UUID. It is remembered for ${keyDays} days.`,
  );
}

/** Makes an order and answers its id. */
async function newOrder(
  account: Account,
  intended: Intended,
  { razorpay, uniqueId }: CreateDependencies,
): Promise<string> {
  const client = razorpay(account);
  const order = orderOf(intended);
  const outcome = await client.createOrder(order);
  // Some accounts have Razorpay refuse a receipt that it has seen; the second order of a lead then gets one of its own.
  if (!isTakenReceipt(outcome)) return idOf(outcome, account);
  const receipt = `${cut(order.receipt, longestReceipt - 9)}-${uniqueId().slice(0, 8)}`;
  return idOf(await client.createOrder({ ...order, receipt }), account);
}

/** https://razorpay.com/docs/api/orders/create/ */
const longestReceipt = 40;

function orderOf({ lead, course, payment, amount, currency }: Intended): NewOrder {
  return {
    amount,
    currency,
    receipt: cut(lead.id, longestReceipt),
    notes: {
      warRoomLead: lead.id,
      warRoomCourse: course.id,
      warRoomKind: payment.kind === 'full' ? 'full' : `part ${payment.number} of ${payment.of}`,
    },
  };
}

/** The beginning of a text, never with half a character at its end. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

/** https://razorpay.com/docs/payments/payment-gateway/s2s-integration/test-s2s/error-index/ */
function isTakenReceipt(outcome: Outcome): boolean {
  return outcome.kind === 'refused' && /receipt\b.*\bunique/i.test(outcome.description);
}

const again = 'Send the same again, with the same Idempotency-Key; it does no harm.';

function idOf(outcome: Outcome, account: Account): string {
  switch (outcome.kind) {
    case 'answered':
      return orderIdIn(outcome.body);
    case 'limited':
      throw new Unavailable(
        503,
        `Razorpay takes no more calls for now, and no order was made. Wait a little. ${again}`,
      );
    case 'unanswered':
      throw new Unavailable(502, `Razorpay did not answer as it should, so no order is known. ${again}`);
    case 'refused':
      if (outcome.status === 401 || outcome.status === 403) {
        throw new Unavailable(
          503,
          `Razorpay does not accept the key of the account ${account.name}, and no order was made. An operator of War ` +
            `Room has to put keyId and keySecret right in the razorpay secret. ${again}`,
        );
      }
      throw new Refuse(
        422,
        `Razorpay made no order: ${outcome.description}`,
        outcome.field !== undefined && chosen.includes(outcome.field)
          ? [{ pointer: `/${outcome.field}`, message: 'is what Razorpay refused; its reason is in `detail`.' }]
          : [],
      );
  }
}

/** The fields of an order that the caller chose. */
const chosen: readonly string[] = ['amount', 'currency'];

function orderIdIn(body: Body): string {
  const id = asWebhook('order', body)?.event.order?.id;
  if (id) return id;
  throw new Unavailable(502, `Razorpay answered without the id of an order. ${again}`);
}
