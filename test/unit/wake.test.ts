import { describe, expect, it } from '@jest/globals';
import { Park } from '../../shared/base/errors.ts';
import { teamId } from '../../shared/base/names.ts';
import { message, parseWake, type Wake } from '../../shared/payments/wake.ts';

const wake = (over: Partial<Wake> = {}): Wake => ({
  team: teamId('T0123456789'),
  account: 'live',
  home: 'order_Hd7Rt0pLmQ2w3e',
  cause: 'webhook',
  ...over,
});

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const allowed = /^[a-zA-Z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

describe('the message of a wake', () => {
  it('is read back as the wake it was', () => {
    expect(parseWake(message(wake(), { delivery: 'evt' }).body)).toEqual(wake());
  });

  it.each([
    ['order_Hd7Rt0pLmQ2w3e'],
    [`body#${'0'.repeat(64)}`],
    ['ops#setl_Hd7Rt0pLmQ2w3e'],
    ['x'.repeat(300)],
    ['ein Heim mit Umlauten: ä ö ü'],
  ])('has ids that SQS takes for the home %s', (home) => {
    const { group, dedupe } = message(wake({ home }), { delivery: 'Hd7Ssr4KZ9Xv1r' });

    expect(group).toMatch(allowed);
    expect(dedupe).toMatch(allowed);
  });

  it('has one group for all wakes of a home, and another for any other team, account or home', () => {
    const group = (over: Partial<Wake>) => message(wake(over), { unique: '1' }).group;

    expect(group({ cause: 'sweep' })).toBe(group({}));
    expect(
      new Set([group({}), group({ team: teamId('T2') }), group({ account: 'b' }), group({ home: 'h' })]).size,
    ).toBe(4);
  });

  it('of one delivery has the same dedupe id each time, so that SQS may drop the second', () => {
    expect(message(wake(), { delivery: 'e1' }).dedupe).toBe(message(wake(), { delivery: 'e1' }).dedupe);
  });

  it('of one delivery has another dedupe id in another group, where SQS would drop it unasked', () => {
    const ids = [wake(), wake({ home: 'pay_1' }), wake({ account: 'b' })].map(
      (each) => message(each, { delivery: 'e1' }).dedupe,
    );

    expect(new Set(ids).size).toBe(3);
  });

  it('that is no delivery has the dedupe id of its occasion alone, never that of a delivery', () => {
    const ids = [{ unique: 'a' }, { unique: 'b' }, { delivery: 'a' }].map((each) => message(wake(), each).dedupe);

    expect(new Set(ids).size).toBe(3);
  });

  it.each([
    ['no JSON', 'wake up'],
    ['null', 'null'],
    ['a list', '[]'],
    ['without a home', JSON.stringify({ ...wake(), home: '' })],
    ['with a cause that nobody knows', JSON.stringify({ ...wake(), cause: 'whim' })],
  ])('that holds %s is parked', (_, body) => {
    expect(() => parseWake(body)).toThrow(Park);
  });
});
