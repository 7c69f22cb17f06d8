/** What Razorpay reports of money that no order was made for. */
import { paymentEntity } from './razorpay-bodies.ts';
import { bankTransferEntity, linkEntity, qrCodeEntity, virtualAccountEntity } from './razorpay-requests.ts';
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

/** Money that came in by a QR code at a counter: no order, and nobody announced it. */
export function codeCredited(telling: Telling, amount: number): Ending {
  const { at } = telling;
  const id = telling.id('pay_');
  const payment = paymentEntity(
    { id, orderId: null, amount, currency: 'INR', method: 'upi', at, notes: {}, description: 'QRv2 Payment' },
    'captured',
  );
  const entities = { payment, qr_code: qrCodeEntity({ id: telling.id('qr_'), received: amount, at }) };
  telling.webhook('payment.captured', 900, { payment }, { world: worldOf({ payment }) });
  telling.webhook('qr_code.credited', 300, entities, {
    world: worldOf(entities),
    tells: 'qr_code.credited, which says the same',
  });
  return { id, state: 'Paid', amount, replies: [`paid#${id}`], channel: 'payments' };
}

/** Money that came in by bank transfer: no order, and nobody announced it. */
export function accountCredited(telling: Telling, amount: number): Ending {
  const { at } = telling;
  const id = telling.id('pay_');
  const payment = paymentEntity(
    { id, orderId: null, amount, currency: 'INR', method: 'bank_transfer', at, notes: {} },
    'captured',
  );
  const accountId = telling.id('va_');
  const entities = {
    payment,
    virtual_account: virtualAccountEntity({ id: accountId, received: amount, at }),
    bank_transfer: bankTransferEntity({ id: telling.id('bt_'), paymentId: id, virtualAccountId: accountId, amount }),
  };
  telling.webhook('payment.captured', 900, { payment }, { world: worldOf({ payment }) });
  telling.webhook('virtual_account.credited', 300, entities, { world: worldOf(entities) });
  return { id, state: 'Paid', amount, replies: [`paid#${id}`], channel: 'payments' };
}
