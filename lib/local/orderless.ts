/** What Razorpay reports of money that no order was made for. */
import { linkEntity } from './razorpay-requests.ts';
import { type Ending, type Telling, worldOf } from './telling.ts';

/** A payment link that nobody opened, and that ends so. Razorpay has no order for it. */
export function linkEnds(telling: Telling, amount: number, how: 'cancelled' | 'expired', afterMs: number): Ending {
  const at = telling.at;
  const id = telling.id('plink_');
  const referenceId = `ref_${id.slice(-6)}`;
  const link = { id, orderId: undefined, amount, currency: 'INR', acceptPartial: false, referenceId, at };
  const entities = { payment_link: linkEntity(link, how, 0, at + Math.floor(afterMs / 1000)) };
  telling.webhook(`payment_link.${how}`, afterMs, entities, { world: worldOf(entities), dated: at });
  const state = how === 'cancelled' ? 'Cancelled' : 'Expired';
  return { id, state, amount, replies: [`${how}#${id}`], channel: 'payments' };
}
