/**
 * The ways in which work may fail. Each says who has to do something next, and its message is a sentence that
 * this somebody can act on. Anything else that is thrown is a fault of ours and is treated as a failed attempt.
 */

/** One wrong field of a request, as problem+json reports it (RFC 9457). */
export type WrongField = { readonly pointer: string; readonly message: string };

/** The caller's fault: never retried. `status` is the HTTP status that the caller gets. */
export class Refuse extends Error {
  override readonly name = 'Refuse';
  readonly status: number;
  readonly fields: readonly WrongField[];

  constructor(status: number, message: string, fields: readonly WrongField[] = []) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

/** The caller did nothing wrong: whom War Room had to ask did not answer, or turned it away. Its sentence says what to do. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  /** 502 where it is not known what came of it, 503 where nothing did. */
  readonly status: 502 | 503;

  constructor(status: 502 | 503, message: string) {
    super(message);
    this.status = status;
  }
}

/** Try again later. `waiting` tells a turn in a queue (pace, a lease, a settle time) from an attempt that failed. */
export class Retry extends Error {
  override readonly name = 'Retry';
  /** Milliseconds to wait; undefined leaves it to the queue's visibility timeout. */
  readonly delayMs: number | undefined;
  readonly waiting: boolean;

  private constructor(message: string, delayMs: number | undefined, waiting: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.delayMs = delayMs;
    this.waiting = waiting;
  }

  /** Nothing went wrong: the work has to wait its turn. Never counts towards parking. */
  static waiting(message: string, delayMs: number): Retry {
    return new Retry(message, Math.max(0, Math.ceil(delayMs)), true);
  }

  /** An attempt failed; after too many of these the record is parked. */
  static failed(message: string, options: { delayMs?: number; cause?: unknown } = {}): Retry {
    return new Retry(message, options.delayMs, false, options.cause);
  }
}

/** A person is needed: the record goes to the dead-letter queue with this sentence. `code` groups alike cases. */
export class Park extends Error {
  override readonly name = 'Park';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
