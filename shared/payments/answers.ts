import * as z from 'zod/mini';

/**
 * What the API answers about payments. For the document of the API and for tests: functions import the
 * types alone, so that no start pays for schemas to which nothing is held.
 */

/** The answer of `POST /v1/payments`. */
export const recordedSchema = z.strictObject({
  id: z.string().register(z.globalRegistry, { description: 'By which the payment is asked for later.' }),
  orderId: z.string().register(z.globalRegistry, { description: 'The Razorpay order that the checkout pays.' }),
  account: z.string(),
});

export type Recorded = z.output<typeof recordedSchema>;

const money = z
  .int()
  .check(z.nonnegative())
  .register(z.globalRegistry, { description: "In the currency's smallest unit." });

/** The answer of `GET /v1/payments/{id}`. It holds nothing by which a payer can be reached, and no means of payment. */
export const paymentView = z.strictObject({
  id: z.string().register(z.globalRegistry, { description: 'The order where there is one, else the id first met.' }),
  state: z.string().register(z.globalRegistry, {
    description:
      'Initiated, Authorized, Failed, Paid, Refunded, Partly refunded, Disputed, Cancelled or Expired; `Part n of m paid` for an instalment, `Part n paid` for an order of which more is due; Unknown where nothing that was heard tells.',
  }),
  amount: z.nullable(money),
  paid: money,
  refunded: money,
  due: z.nullable(money),
  currency: z.string(),
  facts: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.string().register(z.globalRegistry, {
        description: "`initiated`, Razorpay's name of the event, or what War Room noted.",
      }),
      source: z.enum(['api', 'razorpay', 'reconciled', 'war-room']).register(z.globalRegistry, {
        description: "The checkout, a webhook, Razorpay's API asked later, or War Room itself.",
      }),
      at: z.iso.datetime().register(z.globalRegistry, { description: 'When it reached War Room.' }),
    }),
  ),
  destination: z.nullable(
    z.strictObject({
      channel: z.string(),
      row: z.string(),
      why: z.string().register(z.globalRegistry, { description: 'Why the payment is told there, in a sentence.' }),
    }),
  ),
  messages: z.array(
    z.strictObject({
      key: z.string().register(z.globalRegistry, { description: '`root`, or what the reply tells and of which id.' }),
      state: z.enum(['intent', 'unsure', 'absent', 'posted', 'gone']),
      ts: z.nullable(z.string()),
      author: z.nullable(z.string()).register(z.globalRegistry, { description: 'The Slack user who posted it.' }),
      permalink: z.nullable(z.url()),
    }),
  ),
});

export type PaymentView = z.output<typeof paymentView>;

/** The answer of `PUT /v1/leads/{id}`. */
export const leadView = z.strictObject({
  id: z.string(),
  name: z.string(),
  assignedAdmin: z.nullable(z.strictObject({ id: z.string(), name: z.string() })),
  since: z.iso.datetime().register(z.globalRegistry, { description: 'When this admin was first named here.' }),
  isPassedOn: z.boolean().register(z.globalRegistry, {
    description:
      'Whether the open threads of the lead in Slack show this admin, and the admin was told what is open. It takes moments; send the same again to see.',
  }),
});

export type LeadView = z.output<typeof leadView>;
