import { createHash } from 'node:crypto';
import {
  appendFileSync,
  createReadStream,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { beginning, type Place } from './lines.ts';

/** How far a file is loaded: everything before `place` is. */
export type Progress = {
  readonly place: Place;
  readonly rows: number;
  readonly refused: number;
  /** Rows that came before what they belong to. */
  readonly early: number;
  /** So long is the file of the refused rows, in bytes. */
  readonly refusedBytes: number;
};

const nothing: Progress = { place: beginning, rows: 0, refused: 0, early: 0, refusedBytes: 0 };

/** What a progress counts for: these bytes, sent there, read like this. */
export type Binding = { readonly sha256: string; readonly api: string; readonly kind: string };

/** The SHA-256 of a file, in hexadecimal. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest('hex');
}

/** What lies beside a file while it is loaded: how far that is, and the rows that were refused. */
export class Kept {
  /** The rows that were refused, each with its line and the reason. */
  readonly refusedPath: string;
  readonly #progressPath: string;
  readonly #binding: Binding;
  #progress: Progress;

  /** `refusedHead` is what the file of refused rows begins with. */
  constructor(path: string, format: string, binding: Binding, refusedHead: string) {
    this.refusedPath = `${path}.refused.${format}`;
    this.#progressPath = `${path}.progress`;
    this.#binding = binding;
    const found = this.#read();
    if (found) truncateSync(this.refusedPath, found.refusedBytes);
    else writeFileSync(this.refusedPath, refusedHead);
    this.#progress = found ?? { ...nothing, refusedBytes: Buffer.byteLength(refusedHead) };
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** A row more is done, and all before it. What was refused is written at once, how far it is by `save`. */
  row(place: Place, early: boolean, refused: string | undefined): void {
    const before = this.#progress;
    const bytes = refused === undefined ? 0 : Buffer.byteLength(refused);
    if (refused !== undefined) appendFileSync(this.refusedPath, refused);
    this.#progress = {
      place,
      rows: before.rows + 1,
      refused: before.refused + (refused === undefined ? 0 : 1),
      early: before.early + (early ? 1 : 0),
      refusedBytes: before.refusedBytes + bytes,
    };
  }

  /** Keeps how far it is; whoever is stopped while this writes finds what was kept before. */
  save(): void {
    writeFileSync(`${this.#progressPath}.new`, JSON.stringify({ ...this.#binding, ...this.#progress }));
    renameSync(`${this.#progressPath}.new`, this.#progressPath);
  }

  /** The whole file is loaded: it begins anew if it is loaded again. */
  done(): void {
    rmSync(this.#progressPath, { force: true });
    if (this.#progress.refused === 0) rmSync(this.refusedPath, { force: true });
  }

  #read(): Progress | undefined {
    if (!existsSync(this.#progressPath)) return undefined;
    const { sha256, api, kind, ...progress } = JSON.parse(readFileSync(this.#progressPath, 'utf8')) as Binding &
      Progress;
    const { sha256: ours, api: there, kind: like } = this.#binding;
    const isOurs = sha256 === ours && api === there && kind === like;
    return isOurs && existsSync(this.refusedPath) ? progress : undefined;
  }
}
