/**
 * What each secret of a stage holds, field by field: how it is asked for, and what it looks like. Pure. The sentences never
 * repeat a value: what was typed into the wrong field may be the right secret.
 */

/** The secrets of a stage, by the last part of their name. */
export const secretNames = ['slack', 'razorpay', 'api-keys', 'invites'] as const;
export type SecretName = (typeof secretNames)[number];

export type Field = {
  readonly asks: string;
  /** What is wrong with a value, in a sentence that begins with its name; undefined: nothing. */
  readonly check: (value: string) => string | undefined;
  /** What a person may be shown again once it has the right form; anything else is never shown. */
  readonly isPublic?: true;
};

const teamIdForm = /^[TE][A-Z0-9]{3,31}$/;

/** The Slack app, as "Basic Information" at api.slack.com/apps shows it. */
export const slackFields = {
  clientId: field(
    'Client ID',
    /^\d{4,20}\.\d{4,20}$/,
    'two numbers with a point between, such as 1234567890.1234567890',
    true,
  ),
  clientSecret: field('Client Secret', /^[0-9a-f]{32}$/, '32 hexadecimal digits'),
  signing: field('Signing Secret', /^[0-9a-f]{32}$/, '32 hexadecimal digits'),
} as const satisfies Readonly<Record<string, Field>>;

/** One Razorpay account in one mode. */
export const razorpayFields = {
  teamId: field('Slack team whose payments these are', teamIdForm, 'the id of a Slack team, such as T0123456789', true),
  keyId: field('Key Id', /^rzp_(live|test)_[A-Za-z0-9]{10,30}$/, 'rzp_live_ or rzp_test_ and letters and digits', true),
  keySecret: field(
    'Key Secret',
    /^(?!rzp_)[\x21-\x7e]{16,64}$/,
    '16 to 64 characters without spaces, and not the key id',
  ),
  webhook: field(
    'Webhook secret (Enter keeps the one that is there, or makes one)',
    /^(?!rzp_)[\x21-\x7e]{16,128}$/,
    '16 to 128 characters without spaces',
  ),
} as const satisfies Readonly<Record<string, Field>>;

/** What a name of an account has to look like: it is the last part of the webhook's address. */
export const accountName: Field = field(
  'Name of the account, the last part of its webhook address',
  /^[\w.-]{1,64}$/,
  '1 to 64 letters, digits, points, hyphens and underscores',
  true,
);

/** A caller of the API. */
export const callerFields = {
  name: field('Who calls', /^[\w.@-]{1,64}$/, '1 to 64 letters, digits, points, hyphens and underscores', true),
  teamId: field('Slack team whose data the key opens', teamIdForm, 'the id of a Slack team, such as T0123456789', true),
} as const satisfies Readonly<Record<string, Field>>;

/** A workspace that invites its learners. */
export const inviteFields = {
  teamId: field(
    'Slack team whose learners are invited',
    teamIdForm,
    'the id of a Slack team, such as T0123456789',
    true,
  ),
  entry: field('Its entry, as JSON in one line (docs/invites.md)', /^\{.*\}$/, 'a JSON object in one line'),
} as const satisfies Readonly<Record<string, Field>>;

/** A key that somebody brings along. */
export const callerKey: Field = field('Key', /^[\x21-\x7e]{24,200}$/, '24 to 200 characters without spaces');

function field(asks: string, form: RegExp, looks: string, isPublic?: true): Field {
  const name = asks.replace(/ \(.*/, '');
  return {
    asks,
    check: (value) => {
      if (value === '') return `${name}: is empty.`;
      if (/^["'].*["']$/.test(value)) return `${name}: leave out the quotation marks.`;
      if (/^<.*>$|^(x+|\.+|…|changeme|secret|todo|\*+|•+)$/i.test(value)) {
        return `${name}: stands for the value, and is not the value. Copy it where it is shown.`;
      }
      return form.test(value) ? undefined : `${name}: is not one. It is ${looks}.`;
    },
    ...(isPublic && { isPublic }),
  };
}
