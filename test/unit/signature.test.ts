import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parseSignature, sign, signedWith } from '../../shared/razorpay/signature.ts';

const bytes = Buffer.from('{"event":"payment.captured","note":"₹ और 🙂"}', 'utf8');
const secrets = { current: 'current-secret', previous: 'previous-secret' };
const right = createHmac('sha256', secrets.current).update(bytes).digest('hex');

describe("a webhook's signature", () => {
  it('is the HMAC-SHA256 of the bytes, in lower-case hexadecimal', () => {
    expect(sign(bytes, secrets.current)).toBe(right);
  });

  it('of the current secret is accepted, and named', () => {
    expect(signedWith(bytes, right, secrets)).toBe('current');
  });

  it('of the previous secret is accepted, and named, while there is one', () => {
    const older = sign(bytes, secrets.previous);

    expect(signedWith(bytes, older, secrets)).toBe('previous');
    expect(signedWith(bytes, older, { current: secrets.current, previous: undefined })).toBeUndefined();
  });

  it('of another secret is refused', () => {
    expect(signedWith(bytes, sign(bytes, 'someone-else'), secrets)).toBeUndefined();
  });

  it('of an empty secret is refused, even where a secret is empty', () => {
    const anybodys = createHmac('sha256', '').update(bytes).digest('hex');

    expect(signedWith(bytes, anybodys, { current: '', previous: '' })).toBeUndefined();
  });

  it('is of the bytes, not of what they mean: the same JSON with a space more is refused', () => {
    expect(signedWith(Buffer.from(`${bytes.toString('utf8')} `), right, secrets)).toBeUndefined();
  });

  it('of an empty body can be right', () => {
    expect(signedWith(new Uint8Array(), sign(new Uint8Array(), secrets.current), secrets)).toBe('current');
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 42],
    ['an object', { toString: () => right }],
    ['an array of the right one', [right]],
    ['in upper case', right.toUpperCase()],
    ['a digit short', right.slice(1)],
    ['a digit long', `${right}0`],
    ['of another length', right.slice(0, 40)],
    ['not hexadecimal', `${right.slice(0, 63)}g`],
    ['surrounded by spaces', ` ${right} `],
    ['followed by a line break', `${right}\n`],
    ['sent twice, as API Gateway joins it', `${right},${right}`],
    ['prefixed as others do it', `sha256=${right}`],
    ['of letters that are longer in UTF-8', 'é'.repeat(64)],
  ])('that is %s is refused and throws nothing', (_, header) => {
    expect(signedWith(bytes, header, secrets)).toBeUndefined();
  });

  it('is parsed to its 32 bytes', () => {
    expect(parseSignature(right)).toEqual(Buffer.from(right, 'hex'));
    expect(parseSignature(right)?.byteLength).toBe(32);
  });
});
