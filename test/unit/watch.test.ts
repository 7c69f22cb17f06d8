import { describe, expect, it } from '@jest/globals';
import { refundEntity } from '../../lib/local/razorpay-aftermath.ts';
import { webhookBody } from '../../lib/local/razorpay-bodies.ts';
import { type Fact, fold, type Lifecycle } from '../../shared/payments/lifecycle.ts';
import { isOver, lookedInto, shouldBeCaptured, type Watch, watchOf, watchTimes } from '../../shared/payments/watch.ts';
import {
  attempt,
  authorized,
  captured,
  dispute,
  factOf,
  failed,
  initiated,
  orderPaid,
  start,
} from '../support/facts.ts';

const times = watchTimes({});
const now = start * 1000;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const tried = attempt('pay_1', { at: start });
const stands = {
  initiated: fold([initiated()]),
  failed: fold([initiated(), factOf(failed(tried))]),
  authorized: fold([initiated(), factOf(authorized(tried))]),
  paid: fold([initiated(), factOf(captured(tried)), factOf(orderPaid(tried))]),
  /** Nobody announced it, and only the payment was told of. */
  captured: fold([factOf(captured(tried))]),
  refunding: fold([
    initiated(),
    factOf(captured(tried)),
    factOf(orderPaid(tried)),
    factOf(webhookBody('refund.created', start + 60, { refund: refundEntity(refundOf('rfnd_1'), 'pending') })),
  ]),
  disputed: fold([factOf(captured(tried)), factOf(orderPaid(tried)), factOf(dispute('created', tried))]),
  partlyPaid: partly(),
  partlyPaidAndAuthorized: partly(factOf(authorized(attempt('pay_2', { at: start + 60, amount: 100 })))),
};

function partly(...more: Fact[]): Lifecycle {
  const part = attempt('pay_1', { at: start, amount: 100 });
  return fold([initiated({ amount: 300 }), factOf(captured(part)), ...more]);
}

function refundOf(id: string) {
  return { id, paymentId: 'pay_1', amount: 100, currency: 'INR', speed: 'normal', at: start + 60 } as const;
}

const begun = (state: Lifecycle, at = now): Watch => {
  const watch = watchOf(state, undefined, at, times);
  if (!watch) throw new Error('Nothing is watched.');
  return watch;
};

/** Every moment at which Razorpay is asked while nothing new is heard, since the wait began. */
function looksAt(state: Lifecycle, times_ = times): number[] {
  const looks: number[] = [];
  let watch = watchOf(state, undefined, now, times_);
  while (watch?.dueAt !== undefined) {
    looks.push(watch.dueAt - now);
    watch = lookedInto(state, watch, watch.dueAt, times_);
  }
  return looks;
}

describe('a thread that is open', () => {
  it('is asked about after 15 minutes, an hour, a day, and daily to the fifth', () => {
    const ladder = [15 * minute, hour, day, 2 * day, 3 * day, 4 * day, 5 * day];

    expect(looksAt(stands.initiated)).toEqual(ladder);
    expect(looksAt(stands.failed)).toEqual(ladder);
    expect(looksAt(stands.refunding)).toEqual(ladder);
  });

  it('is asked about half a minute after a capture where nobody said what is due', () => {
    expect(looksAt(stands.captured).slice(0, 3)).toEqual([30_000, 15 * minute, hour]);
  });

  it('is asked about when its payment should have been captured, whenever that was made', () => {
    const made = fold([initiated(), factOf(authorized(attempt('pay_1', { at: start - 5 * 3_600 })))]);

    expect(looksAt(made)).toEqual([15 * minute, hour, 19 * hour, day, 2 * day, 3 * day, 4 * day, 5 * day]);
  });

  it('is asked about as much faster as time is scaled', () => {
    const scaled = watchTimes({ TIME_SCALE: '0.05' });

    expect(looksAt(stands.initiated, scaled).slice(0, 3)).toEqual([45_000, 3 * minute, 72 * minute]);
  });

  it('is asked about once where a run comes days late', () => {
    const late = lookedInto(stands.initiated, begun(stands.initiated), now + 2.5 * day, times);

    expect((late.dueAt ?? 0) - now).toBe(3 * day);
  });
});

describe('the watch of a thread', () => {
  it('is not there where nothing is waited for, and nothing is written', () => {
    expect(watchOf(stands.paid, undefined, now, times)).toBeUndefined();
  });

  it('is the very same while the thread stands as it stood: nothing is written', () => {
    const kept = begun(stands.failed);

    expect(watchOf(stands.failed, kept, now + day, times)).toBe(kept);
  });

  it('goes on while its first look is still to come, whatever is heard: that look is near', () => {
    const kept = begun(stands.initiated);

    expect(watchOf(stands.authorized, kept, now + minute, times)).toBe(kept);
    expect(lookedInto(stands.authorized, kept, now + 15 * minute, times)).toMatchObject({
      opened: now,
      looked: now + 15 * minute,
      dueAt: now + hour,
    });
  });

  it('begins anew where something is heard after Razorpay was asked', () => {
    const kept = lookedInto(stands.initiated, begun(stands.initiated), now + day, times);

    expect(watchOf(stands.authorized, kept, now + 1.5 * day, times)).toMatchObject({
      opened: now + 1.5 * day,
      dueAt: now + 1.5 * day + 15 * minute,
    });
  });

  it('begins anew where something is heard after it was given up', () => {
    const givenUp = { ...begun(stands.initiated), dueAt: undefined };

    expect(watchOf(stands.failed, givenUp, now + 9 * day, times)?.dueAt).toBe(now + 9 * day + 15 * minute);
    expect(watchOf(stands.initiated, givenUp, now + 9 * day, times)).toBe(givenUp);
  });

  it('begins anew where money was captured and nobody said what is due, however near the next look is', () => {
    const partly = fold([factOf(captured(tried))]);

    expect(watchOf(partly, begun(stands.initiated), now + 5_000, times)?.dueAt).toBe(now + 35_000);
  });

  it('begins anew with what Razorpay answered, if that was news after the first look', () => {
    const kept = lookedInto(stands.initiated, begun(stands.initiated), now + hour, times);

    expect(lookedInto(stands.authorized, kept, now + day, times)).toMatchObject({
      opened: now + day,
      looked: now + day,
    });
  });

  it('ends where nothing is waited for any more, and is written once', () => {
    const ended = watchOf(stands.paid, begun(stands.initiated), now + minute, times);

    expect(ended).toMatchObject({ waitsFor: '', dueAt: undefined });
    expect(watchOf(stands.paid, ended, now + day, times)).toBe(ended);
    expect(lookedInto(stands.paid, begun(stands.initiated), now + minute, times)).toMatchObject({
      waitsFor: '',
      dueAt: undefined,
    });
  });

  it('begins again where a thread that had ended moves again', () => {
    const ended = watchOf(stands.paid, begun(stands.initiated), now, times);

    expect(watchOf(stands.refunding, ended, now + 30 * day, times)).toMatchObject({
      opened: now + 30 * day,
      dueAt: now + 30 * day + 15 * minute,
    });
  });
});

describe('money that moves', () => {
  it.each([
    ['initiated', false],
    ['failed', false],
    ['authorized', true],
    ['paid', false],
    ['refunding', true],
    ['disputed', false],
    ['partlyPaid', false],
    ['partlyPaidAndAuthorized', true],
  ] as const)('is that of a thread that is %s: %s', (name, moves) => {
    expect(stands[name].isMoving).toBe(moves);
  });

  it('has moved for too long five days after the wait began, to the millisecond', () => {
    const watch = begun(stands.authorized);

    expect([isOver(watch, now + 5 * day - 1, times), isOver(watch, now + 5 * day, times)]).toEqual([false, true]);
  });
});

describe('a payment that is authorized', () => {
  it.each([
    [{}, 24],
    [{ NOT_CAPTURED_AFTER_HOURS: '2' }, 2],
    [{ NOT_CAPTURED_AFTER_HOURS: '48' }, 48],
    [{ NOT_CAPTURED_AFTER_HOURS: '100' }, 48],
  ])('should be captured, with %j, after %i hours', (environment, hours) => {
    const set = watchTimes(environment);

    expect(shouldBeCaptured(start, now + hours * hour - 1, set)).toBe(false);
    expect(shouldBeCaptured(start, now + hours * hour, set)).toBe(true);
  });

  it.each(['0', '-1', 'a day'])('cannot be waited for %j hours', (hours) => {
    expect(() => watchTimes({ NOT_CAPTURED_AFTER_HOURS: hours })).toThrow('NOT_CAPTURED_AFTER_HOURS must be a number');
  });
});
