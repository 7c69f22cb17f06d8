import { compare, first, type Heard, heardFirst, latest } from './heard.ts';

/** Money on its way back to the payer. Amount in the smallest unit of `currency`, times in Unix seconds. */
export type Refund = {
  readonly id: string;
  readonly paymentId: string | undefined;
  readonly amount: number | undefined;
  readonly currency: string | undefined;
  readonly status: 'pending' | 'processed' | 'failed';
  /** It was to be instant, and goes the slow way. */
  readonly isSlowed: boolean;
  readonly createdAt: number | undefined;
  readonly processedAt: number | undefined;
  /** When it was first heard of, milliseconds since 1970. */
  readonly heardAt: number;
};

/** The refunds that `events` speak of, the first first. One that failed stays failed, whatever else was said of it. */
export function refundsOf(events: readonly Heard[]): Refund[] {
  const byId = Map.groupBy(
    events.filter((event) => event.refund),
    (event) => event.refund?.id ?? '',
  );
  return [...byId]
    .map(([id, told]) => refundOf(id, told))
    .sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
}

function refundOf(id: string, told: readonly Heard[]): Refund {
  const entities = told.flatMap((event) => event.refund ?? []);
  const says = (status: string) =>
    told.some((event) => event.name === `refund.${status}` || event.refund?.status === status);
  return {
    id,
    paymentId: first(entities, 'paymentId') ?? told.find((event) => event.payment)?.payment?.id,
    amount: first(entities, 'amount'),
    currency: first(entities, 'currency'),
    status: says('failed') ? 'failed' : says('processed') ? 'processed' : 'pending',
    isSlowed:
      told.some(({ name }) => name === 'refund.speed_changed') ||
      entities.some((each) => each.speedRequested === 'optimum' && each.speedProcessed === 'normal'),
    createdAt: first(entities, 'createdAt'),
    processedAt: latest(told.filter(({ name }) => name === 'refund.processed').map(({ at }) => at)),
    heardAt: heardFirst(told),
  };
}
