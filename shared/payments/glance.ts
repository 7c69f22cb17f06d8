import { formatAmount } from '../razorpay/currency.ts';
import type { Button, Inline } from '../slack/text.ts';
import type { Attention } from './attention-store.ts';
import type { DayPayment } from './day-store.ts';
import type { Lifecycle } from './lifecycle.ts';

/** What is shown of something among many: a line, the fine print below it, and what can be done. */
export type Glimpse = {
  readonly line: readonly Inline[];
  readonly fine: readonly Inline[];
  readonly buttons?: readonly Button[];
};

/** The payments of a day at a glance. */
export type DayGlance = {
  readonly total: number;
  /** How many stand how, what went well first; none of which there is none. */
  readonly groups: readonly { readonly mark: string; readonly name: string; readonly payments: number }[];
  /** What came in and was not given back, by currency. */
  readonly received: readonly string[];
  readonly newest: readonly DayPayment[];
};

/** Every standing has its group, by which people count. */
const groups: Readonly<Record<Lifecycle['standing'], readonly [mark: string, name: string]>> = {
  paid: ['✅', 'paid'],
  partlyPaid: ['🟢', 'partly paid'],
  authorized: ['🔵', 'authorized'],
  initiated: ['🟡', 'initiated'],
  failed: ['🔴', 'failed'],
  disputed: ['⚖️', 'disputed'],
  refunded: ['↩️', 'refunded'],
  partlyRefunded: ['↩️', 'partly refunded'],
  cancelled: ['⚪', 'cancelled'],
  expired: ['⚪', 'expired'],
};

/** Counts the payments of a day, and names the `shown` newest. Pure. */
export function glanceAt(payments: readonly DayPayment[], shown: number): DayGlance {
  const byStanding = Map.groupBy(payments, ({ standing }) => standing);
  const byCurrency = Map.groupBy(
    payments.filter(({ received }) => received > 0),
    ({ currency }) => currency,
  );
  return {
    total: payments.length,
    groups: Object.entries(groups).flatMap(([standing, [mark, name]]) => {
      const those = byStanding.get(standing as Lifecycle['standing']);
      return those ? [{ mark, name, payments: those.length }] : [];
    }),
    received: [...byCurrency].map(([currency, those]) => {
      return formatAmount(
        those.reduce((sum, { received }) => sum + received, 0),
        currency,
      );
    }),
    newest: payments.slice(0, shown),
  };
}

/** A payment that needs somebody: what it is, what to do, and by when. */
export function attentionGlimpse(attention: Attention, link: string | undefined): Glimpse {
  const { kind, subject, snoozedUntil } = attention;
  const [mark, title] = titles[kind];
  return {
    line: [`${snoozedUntil === undefined ? mark : '💤'} `, { bold: title }, ` · ${subject}`],
    fine: [
      ...toDo(attention),
      ...(snoozedUntil === undefined ? [] : [' Snoozed until ', { at: snoozedUntil } as const, '.']),
      ...(link === undefined ? [] : [' ', { link, label: 'Open its thread' }]),
    ],
  };
}

const titles = {
  notCaptured: ['⚠️', 'Not captured'],
  openTooLong: ['⚠️', 'Open too long'],
  dispute: ['⚖️', 'Disputed'],
} as const;

function toDo({ kind, since, by }: Attention): Inline[] {
  const ever: Inline[] = [', since ', { at: since }, '.'];
  switch (kind) {
    case 'notCaptured':
      return by === undefined
        ? ["Waits to be captured in Razorpay's dashboard", ...ever]
        : ["Capture it in Razorpay's dashboard before ", { at: by }, ', when the money goes back.'];
    case 'openTooLong':
      return ['Razorpay tells nothing new: look at the order there. Open since ', { at: since }, '.'];
    case 'dispute':
      return by === undefined
        ? ["Waits to be answered in Razorpay's dashboard", ...ever]
        : ["Answer it in Razorpay's dashboard by ", { at: by }, '.'];
  }
}

/** A payment of a day: how it stands, when it was first told, and the way to its thread. */
export function paymentGlimpse({ mark, state, subject, since }: DayPayment, link: string | undefined): Glimpse {
  const at = { at: Math.floor(since / 1000), dateless: true } as const;
  const thread: Inline = link === undefined ? 'not in Slack yet' : { link, label: 'thread' };
  return { line: [`${mark} `, { bold: state }, ` · ${subject} · `, at, ' · ', thread], fine: [] };
}
