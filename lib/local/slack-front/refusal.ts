/** An answer `{ok: false, error}`: what Slack says when it understood the call and will not do it. */
export class SlackRefusal extends Error {
  override readonly name = 'SlackRefusal';
  /** Slack's own code, as in the `error` field. */
  readonly code: string;
  /** Further fields of the answer, such as `needed` or `response_metadata`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, details: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }
}
