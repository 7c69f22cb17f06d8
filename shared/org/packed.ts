import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** A value as bytes, small: what is read by nothing but this code. */
export function packed(value: unknown): Uint8Array {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 4 };
  return brotliCompressSync(Buffer.from(JSON.stringify(value), 'utf8'), { params });
}

export function unpacked(bytes: Uint8Array): unknown {
  return JSON.parse(brotliDecompressSync(bytes).toString('utf8'));
}
