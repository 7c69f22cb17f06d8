import { channelId } from '../base/names.ts';
import { body, brief, type Inline, message } from '../slack/text.ts';
import { askedInWords } from './dimension.ts';
import { type Change, changes } from './replies.ts';
import type { Row } from './route.ts';
import { rupees } from './routing-form.ts';
import { wrongOf } from './routing-request.ts';

/** The changes of a payment that a row may show in its channel, as people choose them. */
export const changesInWords: Readonly<Record<Change, string>> = {
  failed: 'failed tries',
  paid: 'what is paid',
  refund: 'refunds',
  refundFailed: 'failed refunds',
  dispute: 'new disputes',
  disputeReview: 'disputes under review',
  disputeAction: 'disputes to answer',
  disputeWon: 'disputes won',
  disputeLost: 'disputes lost',
  disputeClosed: 'disputes closed',
  cancelled: 'what is cancelled',
  expired: 'what expires',
  notCaptured: 'payments not captured',
};

/** The channels that each team has, as people call them. */
export const namedChannels: Readonly<Record<string, string>> = {
  payments: 'the payments channel',
  partPayments: 'the part payments channel',
  ops: 'the ops channel',
};

/** Who posts what a row takes. */
export function posterInWords(postAs: Row['then']['postAs']): string {
  return postAs === 'admin' ? 'the assigned admin, else the app naming them' : 'the app';
}

/** Where a row sends what it takes: a name that each team has, or a link to the channel. */
export function channelInWords(channel: string): Inline {
  return Object.hasOwn(namedChannels, channel) ? (namedChannels[channel] ?? channel) : { channel: channelId(channel) };
}

/** The payments that a row takes, as they follow "takes". */
export function takesInWords({ when }: Pick<Row, 'when'>, isFirst = false): string {
  if (Object.keys(when).length > 0) return askedInWords(when, rupees);
  return isFirst ? 'every payment' : 'every other payment';
}

/** What a row shows in the channel, too, whatever the order in which it lists that. */
export function shownInWords({ broadcast }: Row['then']): string {
  const shown = changes.filter((change) => broadcast.includes(change));
  return shown.map((change) => changesInWords[change]).join(', ') || 'nothing';
}

/**
 * What keeps rows from being a table, each a sentence that says what to do; none where they can be saved. They are what
 * `PUT /v1/routing` refuses, with amounts in rupees and rows counted from 1.
 */
export function problemsInWords(rows: readonly Pick<Row, 'name' | 'when'>[]): string[] {
  return wrongOf(rows, rupees).map(({ pointer, message: what }) => {
    const [, , index, field] = pointer.split('/');
    if (index === undefined) return `The rows ${what}`;
    const name = `Row ${Number(index) + 1}, “${rows[Number(index)]?.name}”,`;
    return field === 'name'
      ? `${name} is called like a row before it: give each a name of its own.`
      : `${name} ${what}`;
  });
}

/** `text` cut so that it takes at most `most` characters of a block, where a sign may take several. */
export function fitting(text: string, most: number): string {
  let cut = brief(text, most);
  while (message(body(cut)).text.length > most) cut = brief(text, Math.floor([...cut].length * 0.8));
  return cut;
}
