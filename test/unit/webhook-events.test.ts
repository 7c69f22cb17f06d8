import { describe, expect, it } from '@jest/globals';
import { paymentEvents } from '../../shared/payments/lifecycle.ts';
import { operationsEvents } from '../../shared/payments/operations.ts';
import { everyAccountsEvents, someAccountsEvents } from '../../shared/razorpay/webhook-events.ts';

describe('the events that a webhook subscribes to', () => {
  it('are exactly those that are told', () => {
    expect([...everyAccountsEvents, ...someAccountsEvents].sort()).toEqual(
      [...paymentEvents, ...operationsEvents].sort(),
    );
  });
});
