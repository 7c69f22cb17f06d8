import { lazy } from '../base/lazy.ts';

/**
 * Razorpay's API, as far as War Room asks it, through Razorpay's own SDK. The SDK waits for ever, sends everything to one
 * address, rejects with plain objects, and turns a broken connection into a TypeError that hides it; here a call ends
 * in time, and whatever comes of it is an `Outcome`. It is loaded at the first call, from a file of its own: 330 KB that no
 * start pays.
 * https://razorpay.com/docs/api/
 */

/** A JSON object as Razorpay answers it. Its fields are an open set: read them as the webhooks are read. */
export type Body = Readonly<Record<string, unknown>>;

/** What came of a call. Never thrown: each kind wants another reaction. */
export type Outcome =
  | { readonly kind: 'answered'; readonly body: Body }
  /** Razorpay understood and will not: 4xx. Asking again changes nothing. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      /** Razorpay's own sentence. */
      readonly description: string;
      /** The field that it is about, where Razorpay names one. */
      readonly field: string | undefined;
    }
  /** Too many calls (429): later. Razorpay publishes no figures. https://razorpay.com/docs/api/understand/ */
  | { readonly kind: 'limited' }
  /** No answer in time, a broken connection or a 5xx: nobody knows whether the call had its effect. */
  | { readonly kind: 'unanswered'; readonly why: string };

/** An order to be made. `amount` in the smallest unit of `currency`. https://razorpay.com/docs/api/orders/create/ */
export type NewOrder = {
  readonly amount: number;
  readonly currency: string;
  /** 40 characters at most. */
  readonly receipt: string;
  /** 15 pairs at most, of 256 characters each. */
  readonly notes: Readonly<Record<string, string>>;
};

/** A webhook to be made: what is delivered to `url`, signed with `secret`. */
export type NewWebhook = { readonly url: string; readonly secret: string; readonly events: readonly string[] };

export type Keys = { readonly keyId: string; readonly keySecret: string };

export type ClientOptions = {
  /** The origin, if not Razorpay's. */
  readonly apiUrl: string | undefined;
  /** How long a call may take, the whole of it, in milliseconds. */
  readonly timeoutMs: number;
};

/** Lists hold no more than this. */
const mostListed = 100;

/** No answer that is asked for here comes near it. */
const mostBytes = 4 * 1024 * 1024;

/** The calls of one account. Ids must be Razorpay's (`\w+`): they become part of the address. */
export class RazorpayClient {
  readonly #open: () => Promise<Sdk>;

  constructor(keys: Keys, options: ClientOptions) {
    this.#open = lazy(() => open(keys, options));
  }

  createOrder(order: NewOrder): Promise<Outcome> {
    return this.#call((sdk) => sdk.orders.create({ ...order, notes: { ...order.notes } }));
  }

  order(id: string): Promise<Outcome> {
    return this.#call((sdk) => sdk.orders.fetch(id));
  }

  /** A collection (`items`) of the payments that were tried on an order. */
  paymentsOf(orderId: string): Promise<Outcome> {
    return this.#call((sdk) => sdk.orders.fetchPayments(orderId));
  }

  payment(id: string): Promise<Outcome> {
    return this.#call((sdk) => sdk.payments.fetch(id));
  }

  /** A collection (`items`) of the first hundred refunds of a payment. */
  refundsOf(paymentId: string): Promise<Outcome> {
    return this.#call((sdk) => sdk.payments.fetchMultipleRefund(paymentId, { count: mostListed }));
  }

  dispute(id: string): Promise<Outcome> {
    return this.#call((sdk) => sdk.disputes.fetch(id));
  }

  link(id: string): Promise<Outcome> {
    return this.#call((sdk) => sdk.paymentLink.fetch(id));
  }

  /** A collection (`items`) of the account's webhooks, with `url`, `active` and `disabled_at`. An account has thirty at most. */
  webhooks(): Promise<Outcome> {
    return this.#call((sdk) => sdk.webhooks.all({ count: mostListed }));
  }

  /** Makes an active webhook. Razorpay would make a second one of the same address: look at the list before. */
  createWebhook({ url, secret, events }: NewWebhook): Promise<Outcome> {
    // This API takes a table where the partners' takes a list, and the SDK's types want a text for what is true or false.
    const table = Object.fromEntries(events.map((event) => [event, true]));
    const webhook = { url, secret, events: table, active: true as unknown as string };
    return this.#call((sdk) => sdk.webhooks.create(webhook));
  }

  async #call(call: (sdk: Sdk) => Promise<unknown>): Promise<Outcome> {
    const sdk = await this.#open();
    try {
      const body = await call(sdk);
      if (isBody(body)) return { kind: 'answered', body };
      return { kind: 'unanswered', why: 'Razorpay answered with something else than a JSON object.' };
    } catch (error) {
      return outcomeOf(error);
    }
  }
}

type Sdk = InstanceType<typeof import('razorpay')>;

/** What the SDK sends with: an axios instance that its types do not show. */
type Requests = {
  readonly defaults: Record<string, unknown>;
  readonly interceptors: {
    readonly request: { use(change: (config: object) => object): unknown };
    readonly response: { use(passed: undefined, failed: (error: AxiosError) => never): unknown };
  };
};

type AxiosError = {
  readonly response?: { readonly status: number; readonly data: unknown };
  readonly code?: string;
  readonly message?: string;
};

async function open({ keyId, keySecret }: Keys, { apiUrl, timeoutMs }: ClientOptions): Promise<Sdk> {
  const { default: Razorpay } = await import('razorpay');
  const sdk = new Razorpay({ key_id: keyId, key_secret: keySecret });
  const { defaults, interceptors } = (sdk.api as unknown as { readonly rq: Requests }).rq;
  // A redirect would carry the request, and what authorizes it, to an address that nobody chose.
  Object.assign(defaults, { maxRedirects: 0, maxContentLength: mostBytes, proxy: false });
  if (apiUrl !== undefined) defaults['baseURL'] = apiUrl;
  // A socket's timeout starts anew with each byte; this one does not.
  interceptors.request.use((config) => ({ ...config, signal: AbortSignal.timeout(timeoutMs) }));
  // The SDK reads `response.data.error` of whatever failed: where that is not there, it is given one that says why.
  interceptors.response.use(undefined, (error) => {
    const { status = noResponse, data } = error.response ?? {};
    // Below 300 an answer had begun, and broke off.
    if (status >= 300) throw { response: { status, data: isBody(data) ? data : {} } };
    throw { response: { status: noResponse, data: { error: { description: reasonOf(error, timeoutMs) } } } };
  });
  return sdk;
}

/** No status of HTTP. */
const noResponse = 0;

function reasonOf({ code, message }: AxiosError, timeoutMs: number): string {
  return code === 'ERR_CANCELED' ? `no answer within ${timeoutMs} ms` : `${code ?? message ?? 'no answer'}`;
}

/** What the SDK rejected with: `{statusCode, error}` of the answer. Anything else is a fault of ours, and stays one. */
function outcomeOf(rejection: unknown): Outcome {
  const status = isBody(rejection) ? rejection['statusCode'] : undefined;
  if (typeof status !== 'number') throw rejection;

  const error = isBody(rejection) && isBody(rejection['error']) ? rejection['error'] : {};
  const { description, field } = error;
  if (status === 429) return { kind: 'limited' };
  if (status >= 400 && status < 500) {
    return {
      kind: 'refused',
      status,
      description: typeof description === 'string' ? description : `Razorpay answered ${status} without a reason.`,
      field: typeof field === 'string' && field !== '' ? field : undefined,
    };
  }
  return {
    kind: 'unanswered',
    why: status === noResponse ? `Razorpay: ${description}.` : `Razorpay answered ${status}.`,
  };
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
