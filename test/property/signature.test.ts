import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sign, signedWith } from '../../shared/razorpay/signature.ts';

const secret = fc.string({ minLength: 1, unit: 'binary' });
const body = fc.uint8Array({ minLength: 1, maxLength: 2_000 });

describe("any webhook's signature", () => {
  it('is accepted for exactly the bytes that were signed', () => {
    fc.assert(
      fc.property(body, secret, (bytes, current) => {
        expect(signedWith(bytes, sign(bytes, current), { current, previous: undefined })).toBe('current');
      }),
    );
  });

  it('is refused when one bit of the body is another', () => {
    fc.assert(
      fc.property(body, secret, fc.nat(), fc.nat(7), (bytes, current, at, bit) => {
        const flipped = Uint8Array.from(bytes);
        const index = at % bytes.length;
        flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);

        expect(signedWith(flipped, sign(bytes, current), { current, previous: current })).toBeUndefined();
      }),
    );
  });

  it('is refused when one bit of the signature is another', () => {
    fc.assert(
      fc.property(body, secret, fc.nat(31), fc.nat(7), (bytes, current, index, bit) => {
        const signature = Buffer.from(sign(bytes, current), 'hex');
        signature[index] = (signature[index] ?? 0) ^ (1 << bit);

        expect(signedWith(bytes, signature.toString('hex'), { current, previous: undefined })).toBeUndefined();
      }),
    );
  });

  it('never throws, whatever the header holds', () => {
    fc.assert(
      fc.property(body, fc.anything(), fc.string(), fc.option(fc.string(), { nil: undefined }), (...given) => {
        const [bytes, header, current, previous] = given;

        expect(signedWith(bytes, header, { current, previous })).toBeUndefined();
      }),
    );
  });
});
