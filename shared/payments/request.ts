import * as z from 'zod/mini';
import { Refuse, type WrongField } from '../base/errors.ts';
import { hold, named, pointer, text } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import { isCurrency } from '../razorpay/currency.ts';
import type { LeadSaid } from './lead-store.ts';
import type { Initiated } from './lifecycle.ts';
import { comparable } from './nameless.ts';

/** Somebody, by the company's own id. */
const person = () => z.strictObject({ id: text(128), name: text(200) });

/** The bodies of `POST /v1/payments`. Unknown fields are refused: a field that is misspelt would otherwise be lost. */
const bodies = once(() => {
  const positive = z.int().check(z.positive());
  const amount = z.int().check(z.positive()).register(z.globalRegistry, {
    description: "In the currency's smallest unit, as Razorpay counts it: paise for INR.",
  });
  const account = z.optional(text(64)).register(z.globalRegistry, {
    description: 'The Razorpay account, by its name in the webhook path. Required when your team has several.',
  });
  const orderId = z
    .string()
    .check(
      z.trim(),
      z.regex(/^(order_)?[A-Za-z0-9]{3,58}$/, 'must be the id of a Razorpay order: order_ and its letters.'),
    )
    .register(z.globalRegistry, {
      description: 'The Razorpay order that the checkout pays. `order_` may be left out.',
    });
  const about = {
    lead: person().register(z.globalRegistry, { description: 'Who pays.' }),
    amount,
    currency: z
      .string()
      .check(
        z.regex(/^[A-Z]{3}$/, { error: 'must be a currency code of three capital letters, such as INR.', abort: true }),
        z.refine(isCurrency, 'is not a currency that Razorpay knows.'),
      ),
    course: z.strictObject({ id: text(128), name: text(200), type: text(64) }),
    payment: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('full') }),
        z
          .strictObject({ kind: z.literal('part'), number: positive, of: positive, planTotal: amount })
          .check(
            z.refine(({ number, of }) => number <= of, { path: ['number'], error: 'must not be more than `of`.' }),
          ),
      ])
      .register(z.globalRegistry, { description: 'The whole price, or instalment `number` of `of`.' }),
    assignedAdmin: z.nullish(person()).register(z.globalRegistry, { description: 'Who looks after this lead.' }),
    initiatedAt: z
      .optional(
        z.iso.datetime({
          offset: true,
          error: 'must be a time with its offset, such as 2026-11-20T12:00:00+05:30 (RFC 3339).',
        }),
      )
      .register(z.globalRegistry, { description: 'When the payment started. Left out: now.' }),
  };
  return {
    initiation: z.strictObject({ account, orderId, ...about }),
    creation: z.strictObject({
      account,
      create: z.literal(true).register(z.globalRegistry, { description: 'War Room makes the Razorpay order.' }),
      orderId: z.optional(z.never('and `create` would be two orders: send the one there is, or let War Room make it.')),
      ...about,
    }),
  };
});

/** What announces an order that there is. */
export const initiation = () => bodies().initiation;

/** The same where War Room is to make the order. */
export const creation = () => bodies().creation;

/** The body of `PUT /v1/leads/{id}`. */
export const assignment = once(() =>
  z.strictObject({
    name: text(200).register(z.globalRegistry, {
      description: "The lead's name. A thread shows the name with which its payment was announced.",
    }),
    assignedAdmin: z.nullable(person()).register(z.globalRegistry, {
      description:
        'Who looks after the lead from now on; null: nobody. It counts before what a payment was announced with.',
    }),
  }),
);

/** What a request is read against. */
export type Known = {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The names of the team's accounts. */
  readonly accounts: readonly string[];
};

/** A checkout's clock may run ahead of ours by this much. */
const aheadMs = 5 * 60_000;

/** Reads the body of `POST /v1/payments`. Throws `Refuse` (400) that names every wrong field at once. */
export function readInitiation(
  body: unknown,
  known: Known,
): { readonly account: string; readonly initiated: Initiated } {
  const { account, said } = read(initiation(), body, known);
  const { orderId } = said;
  const id = orderId.startsWith('order_') ? orderId : `order_${orderId}`;
  return { account, initiated: { orderId: id, ...intendedOf(said, known.now) } };
}

/** A payment that is to start, before it has an order. */
export type Intended = Omit<Initiated, 'orderId'>;

/** Whether the caller wants War Room to make the order. What else `create` may hold is refused with the other fields. */
export function asksForOrder(body: unknown): boolean {
  const { create }: Record<string, unknown> = Object(body);
  return create !== undefined;
}

/** Reads the body with `create: true`. Throws `Refuse` (400) that names every wrong field at once. */
export function readCreation(body: unknown, known: Known): { readonly account: string; readonly intended: Intended } {
  const { account, said } = read(creation(), body, known);
  return { account, intended: intendedOf(said, known.now) };
}

function read<Schema extends z.ZodMiniType>(
  schema: Schema,
  body: unknown,
  known: Known,
): { readonly account: string; readonly said: z.output<Schema> } {
  const { account, initiatedAt: startedAt }: Record<string, unknown> = Object(body);
  const held = hold(schema, body);
  const chosen = chooseAccount(account, known.accounts);
  if (held.ok && chosen.ok && !liesAhead(startedAt, known.now)) return { account: chosen.account, said: held.value };

  const ahead = {
    pointer: '/initiatedAt',
    message: 'lies in the future: look at the clock of the system that sends it.',
  };
  const wrong = named([
    ...(held.ok ? [] : held.wrong),
    ...(chosen.ok ? [] : [chosen.wrong]),
    ...(liesAhead(startedAt, known.now) ? [ahead] : []),
  ]);
  throw new Refuse(400, 'The payment was not recorded: put right what is named in `errors` and send it again.', wrong);
}

/** Reads `PUT /v1/leads/{id}`. Throws `Refuse` (400) that names every wrong field at once; the id counts as `/id`. */
export function readAssignment(id: unknown, body: unknown): LeadSaid & { readonly id: string } {
  const [leadId, held] = [hold(text(128), id), hold(assignment(), body)];
  if (leadId.ok && held.ok) return { id: leadId.value, name: held.value.name, owner: held.value.assignedAdmin };

  const wrong = named([
    ...(leadId.ok ? [] : leadId.wrong.map(({ message }) => ({ pointer: '/id', message }))),
    ...(held.ok ? [] : held.wrong),
  ]);
  throw new Refuse(400, 'The lead stays as it was: put right what is named in `errors` and send it again.', wrong);
}

/** Which of a team's accounts is meant. Only a team that has several must say so. */
export function chooseAccount(
  named: unknown,
  accounts: readonly string[],
): { readonly ok: true; readonly account: string } | { readonly ok: false; readonly wrong: WrongField } {
  const wrong = (message: string) => ({ ok: false, wrong: { pointer: '/account', message } }) as const;
  const [only, ...others] = accounts;
  if (only === undefined) {
    return wrong(
      'cannot be chosen: your team has no Razorpay account yet. An operator adds it in the razorpay secret.',
    );
  }
  if (named === undefined) {
    return others.length === 0 ? { ok: true, account: only } : wrong(`is missing: name one of ${accounts.join(', ')}.`);
  }
  const account = accounts.find((each) => typeof named === 'string' && each === named.trim());
  return account ? { ok: true, account } : wrong(`is none of your team's accounts: ${accounts.join(', ')}.`);
}

/**
 * What of a payment is not as it was recorded. The time of its start may differ: a repetition is later. So may the name of
 * somebody who was erased since.
 */
export function differences<Recorded extends Intended>(kept: Recorded, again: Recorded): WrongField[] {
  const [before, now] = [leaves(kept), leaves(comparable(kept, again))];
  const paths = [...new Set([...before.keys(), ...now.keys()])].filter((path) => path !== '/initiatedAt');
  return paths
    .filter((path) => before.get(path) !== now.get(path))
    .map((path) => ({ pointer: path, message: 'differs from what was recorded for this order.' }));
}

function intendedOf(said: Omit<z.output<ReturnType<typeof initiation>>, 'orderId'>, now: number): Intended {
  const { lead, amount, currency, course, payment, assignedAdmin, initiatedAt } = said;
  return {
    lead,
    amount,
    currency,
    course,
    payment,
    assignedAdmin: assignedAdmin ?? null,
    initiatedAt: Math.floor((initiatedAt === undefined ? now : Date.parse(initiatedAt)) / 1000),
  };
}

function liesAhead(time: unknown, now: number): boolean {
  return typeof time === 'string' && Date.parse(time) > now + aheadMs;
}

/** Every value of a record by its JSON pointer. */
function leaves(value: unknown, at: readonly string[] = []): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map([[pointer(at), value]]);
  return new Map(Object.entries(value).flatMap(([name, part]) => [...leaves(part, [...at, name])]));
}
