import type { WrongField } from '../base/errors.ts';
import { hold } from '../base/fields.ts';
import { formatAmount } from '../razorpay/currency.ts';
import type { View } from '../slack/inbound.ts';
import type { Case, Money, Range, When } from './dimension.ts';
import { changes } from './replies.ts';
import { defaultBroadcast, type Row } from './route.ts';
import { amountAtMost, explainRequest, rowSchema } from './routing-request.ts';

/**
 * Amounts as the people of the company say and type them. A row compares numbers, whatever the currency of a payment; most
 * of those that Razorpay takes are counted in hundredths, as rupees are in paise.
 */
export const rupees: Money = { each: (amount) => formatAmount(amount, 'INR'), unit: '' };

/** The fields of the form for a row, as somebody typed or chose them. */
export type RowForm = {
  readonly name: string;
  readonly kind: string;
  readonly types: string;
  readonly completedMin: string;
  readonly completedMax: string;
  readonly assigned: string;
  readonly amountMin: string;
  readonly amountMax: string;
  readonly channel: string;
  readonly other: string;
  readonly postAs: string;
  readonly broadcast: readonly string[];
};

/** The fields of the form for a payment that is tried. */
export type PaymentForm = Readonly<Record<'kind' | 'completed' | 'type' | 'amount' | 'assigned', string>>;

/** What a form says, or what is wrong with each of its fields. */
export type Read<Field extends string, T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly wrong: Readonly<Partial<Record<Field, string>>> };

/** The `block_id` of a field, in the form that is the `form`th of its draft. */
export function blockOf(field: string, form: number): string {
  return `${field}.${form}`;
}

/**
 * Whether these are values of that form. Slack may send those of a form that stood in the same view before.
 * https://github.com/slackapi/bolt-js/issues/625
 */
export function isOfForm(values: View['values'], form: number): boolean {
  return Object.keys(values).some((block) => block.endsWith(`.${form}`));
}

/** What a choice stands for that asks for nothing; options may not be empty. */
export const any = 'any';

/** The option under which the channel is chosen among all of the workspace's. */
export const otherChannel = 'other';

/** A channel by one of the names that each team has. */
const isNamed = (channel: string) => ['payments', 'partPayments', 'ops'].includes(channel);

/** The form that shows a row. */
export function formOf({ name, when, then }: Row): RowForm {
  const { kind = any, courseType = [], completedInstalments: completed = {}, assigned, amount = {} } = when;
  return {
    name,
    kind,
    types: courseType.join('\n'),
    completedMin: typed(completed.min),
    completedMax: typed(completed.max),
    assigned: assigned === undefined ? any : assigned ? 'yes' : 'no',
    amountMin: amount.min === undefined ? '' : typedAmount(amount.min),
    amountMax: amount.max === undefined ? '' : typedAmount(amount.max),
    channel: isNamed(then.channel) ? then.channel : otherChannel,
    other: isNamed(then.channel) ? '' : then.channel,
    postAs: then.postAs,
    broadcast: then.broadcast,
  };
}

/** Whether a row can be shown as a form: fifty course types of 64 letters are more than a field holds. */
export function fitsForm(row: Row): boolean {
  return formOf(row).types.length <= lettersAtMost;
}

/** https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element */
const lettersAtMost = 3_000;

/** The channel of a row that is none of those that each team has; '' for another row. */
export function otherOf(row: Row | undefined): string {
  return row ? formOf(row).other : '';
}

/** The form of a row that nobody has filled in. */
export const emptyForm: RowForm = formOf({
  name: '',
  when: {},
  then: { channel: 'payments', postAs: 'admin', broadcast: defaultBroadcast },
});

/** What stands in the fields of a view for a row, if it is the `nth` form of its draft: the values of another say nothing. */
export function readRowForm(values: View['values'], nth: number): RowForm {
  const text = (field: keyof RowForm) => textIn(values, blockOf(field, nth));
  return {
    name: text('name'),
    kind: text('kind') || any,
    types: text('types'),
    completedMin: text('completedMin'),
    completedMax: text('completedMax'),
    assigned: text('assigned') || any,
    amountMin: text('amountMin'),
    amountMax: text('amountMax'),
    channel: text('channel'),
    other: text('other'),
    postAs: text('postAs'),
    broadcast: listIn(values, blockOf('broadcast', nth)),
  };
}

/** The row that a form describes. What is wrong with it is said as it follows "This". */
export function rowOf(form: RowForm): Read<keyof RowForm, Row> {
  const asked = whenOf(form);
  const channel = form.channel === otherChannel ? form.other : form.channel;
  const row = {
    name: form.name.trim(),
    when: asked.ok ? asked.value : {},
    then: { channel, postAs: form.postAs, broadcast: changes.filter((change) => form.broadcast.includes(change)) },
  };
  const held = hold(rowSchema(), row);
  const wrong: Partial<Record<keyof RowForm, string>> = asked.ok ? {} : { ...asked.wrong };
  if (form.channel === otherChannel && form.other === '')
    wrong.other = 'must name a channel, since “another” is chosen.';
  else if (!held.ok) Object.assign(wrong, byField(held.wrong, rowFields));
  return held.ok && asked.ok ? { ok: true, value: held.value } : { ok: false, wrong };
}

/** Which payments a form's row takes, whatever is wrong with the rest of it. */
export function whenOf(form: RowForm): Read<keyof RowForm, When> {
  const wrong: Partial<Record<keyof RowForm, string>> = {};
  const number = (field: keyof RowForm, read: (text: string) => number | undefined, must: string) => {
    const text = String(form[field]).trim();
    const value = text === '' ? undefined : read(text);
    if (text !== '' && value === undefined) wrong[field] = must;
    return value;
  };
  const [completedMin, completedMax] = [
    number('completedMin', wholeIn, mustBeWhole),
    number('completedMax', wholeIn, mustBeWhole),
  ];
  const [amountMin, amountMax] = [
    number('amountMin', amountIn, mustBeAmount),
    number('amountMax', amountIn, mustBeAmount),
  ];
  if (isReversed(completedMin, completedMax)) wrong.completedMax = mustNotBeLess;
  if (isReversed(amountMin, amountMax)) wrong.amountMax = mustNotBeLess;

  const courseType = form.types.split('\n').flatMap((line) => line.trim() || []);
  const when: When = {
    ...(courseType.length > 0 && { courseType }),
    ...(form.kind !== any && { kind: form.kind as Case['kind'] }),
    ...rangeOf('completedInstalments', completedMin, completedMax),
    ...(form.assigned !== any && { assigned: form.assigned === 'yes' }),
    ...rangeOf('amount', amountMin, amountMax),
  };
  if (Object.keys(wrong).length > 0) return { ok: false, wrong };
  const held = hold(rowSchema().shape.when, when);
  return held.ok ? held : { ok: false, wrong: byField(held.wrong, whenFields) };
}

/** What stands in the fields of a view for a payment, as `readRowForm`. */
export function readPaymentForm(values: View['values'], nth: number): PaymentForm {
  const text = (field: keyof PaymentForm) => textIn(values, blockOf(field, nth));
  return {
    kind: text('kind') || 'full',
    completed: text('completed'),
    type: text('type'),
    amount: text('amount'),
    assigned: text('assigned') || 'no',
  };
}

/** The form of a payment that nobody has described. */
export const emptyPayment: PaymentForm = { kind: 'full', completed: '', type: '', amount: '', assigned: 'yes' };

/** The payment that a form describes; what is left empty is not known, or none. */
export function caseIn(form: PaymentForm): Read<keyof PaymentForm, Case> {
  const [type, completed, amount] = [form.type.trim(), form.completed.trim(), form.amount.trim()];
  const payment = {
    courseType: type === '' ? undefined : type,
    kind: form.kind,
    completedInstalments: completed === '' ? 0 : wholeIn(completed),
    assigned: form.assigned === 'yes',
    amount: amount === '' ? undefined : amountIn(amount),
  };
  const wrong: Partial<Record<keyof PaymentForm, string>> = {};
  if (payment.completedInstalments === undefined) wrong.completed = mustBeWhole;
  if (amount !== '' && payment.amount === undefined) wrong.amount = mustBeAmount;
  const held = hold(explainRequest(), { payment });
  if (!held.ok) Object.assign(wrong, byField(held.wrong, paymentFields), wrong);
  return held.ok && Object.keys(wrong).length === 0 ? { ok: true, value: payment as Case } : { ok: false, wrong };
}

const mustBeWhole = 'must be a whole number, such as 1.';
const mustBeAmount = 'must be an amount in rupees, such as 40,000 or 499.50, up to 1,000 crore.';
const mustNotBeLess = 'must not be less than “at least”.';

/** Where what is wrong with a value is shown, by the pointer to it: the longest that it begins with. */
type Fields<Field extends string> = Readonly<Record<string, Field>>;

const whenFields: Fields<keyof RowForm> = {
  '/courseType': 'types',
  '/kind': 'kind',
  '/completedInstalments': 'completedMin',
  '/completedInstalments/max': 'completedMax',
  '/assigned': 'assigned',
  '/amount': 'amountMin',
  '/amount/max': 'amountMax',
};
const rowFields: Fields<keyof RowForm> = {
  '/name': 'name',
  ...Object.fromEntries(Object.entries(whenFields).map(([pointer, field]) => [`/when${pointer}`, field])),
  '/then/channel': 'channel',
  '/then/postAs': 'postAs',
  '/then/broadcast': 'broadcast',
};
const paymentFields: Fields<keyof PaymentForm> = {
  '/payment/courseType': 'type',
  '/payment/kind': 'kind',
  '/payment/completedInstalments': 'completed',
  '/payment/amount': 'amount',
};

function byField<Field extends string>(
  wrong: readonly WrongField[],
  fields: Fields<Field>,
): Partial<Record<Field, string>> {
  const found: Partial<Record<Field, string>> = {};
  for (const { pointer, message } of wrong) {
    const [at] = Object.keys(fields)
      .filter((each) => pointer === each || pointer.startsWith(`${each}/`))
      .sort((one, other) => other.length - one.length);
    const field = at === undefined ? undefined : fields[at];
    if (field !== undefined) found[field] ??= message;
  }
  return found;
}

function rangeOf<Name extends string>(name: Name, min: number | undefined, max: number | undefined) {
  if (min === undefined && max === undefined) return {};
  const range: Range = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  return { [name]: range } as { readonly [N in Name]: Range };
}

function isReversed(min: number | undefined, max: number | undefined): boolean {
  return min !== undefined && max !== undefined && min > max;
}

function wholeIn(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Rupees in paise. Commas stand where whoever types puts them: in India `1,23,456.00`, elsewhere `123,456.00`. */
function amountIn(text: string): number | undefined {
  const [, whole, paise = ''] = /^(?:₹|rs\.?|inr)?\s*(\d[\d,]{0,19})(?:\.(\d{1,2}))?$/i.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const amount = Number(`${whole.replaceAll(',', '')}${paise.padEnd(2, '0')}`);
  return amount <= amountAtMost ? amount : undefined;
}

function typed(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

/** An amount as one would type it: `40,000`, `499.50`. */
function typedAmount(amount: number): string {
  return rupees.each(amount).replace('₹', '').replace(/\.00$/, '');
}

function textIn(values: View['values'], block: string): string {
  const value = valueIn(values, block);
  return typeof value === 'string' ? value : '';
}

function listIn(values: View['values'], block: string): readonly string[] {
  const value = valueIn(values, block);
  return Array.isArray(value) ? value : [];
}

/** What stands in the only field of a block. */
function valueIn(values: View['values'], block: string): unknown {
  return Object.values(values[block] ?? {})[0];
}
