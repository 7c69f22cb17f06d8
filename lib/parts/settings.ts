/** What one deployment of War Room is called and told. Everything else is the same for all of them. */
export interface Settings {
  /** Names the deployment in stacks, secrets, metrics and alarms: `dev`, `live`. Several fit into one account. */
  readonly stage: string;
  /** What the functions say they are, in logs and in `GET /health`. */
  readonly version: string;
  /** The AWS account, twelve digits. Not given: the template fits any, and is deployed to none by `npm run deploy`. */
  readonly account?: string;
  /** The AWS region: `ap-south-1`. Goes with the account. */
  readonly region?: string;
  /** Where everything that is kept has to stay. A region outside of it is refused, and so is a Sentry outside of it. */
  readonly residency?: Residency;
  /** A name of your own for the API. Not given: API Gateway's. */
  readonly domain?: Domain;
  /** Where people reach War Room, `https://war-room.example.com`: the domain, or what stands in front of the API. Not given: the API's own address. */
  readonly origin?: string;
  /** Whom the hosted pages name for questions. Not given: "whoever runs War Room in your company". */
  readonly supportEmail?: string;
  /** Who is written to when an alarm rings. Not given: the topic is there, and nobody has subscribed yet. */
  readonly alarmEmail?: string;
  /** The Slack team in whose ops channel alarms are told as well: who runs this deployment. Not given: in none. */
  readonly alarmTeam?: string;
  /** Where errors are also reported. Not given: to the log and metrics only. */
  readonly sentryDsn?: string;
  /** What both stacks and all that is in them carry in AWS, besides the stage. */
  readonly tags: Readonly<Record<string, string>>;
  /** For how many days log lines are kept: one of CloudWatch's own numbers. */
  readonly logRetentionDays: number;
  /** When what is done at times of the week is done. */
  readonly schedules: Schedules;
  /** What session reports say. */
  readonly reports: ReportSettings;
}

/** Territories that data can be kept in, by the regions that AWS has there. */
type Residency = keyof typeof territories;

/** A name for the API whose certificate is in the same account and region. */
export interface Domain {
  /** `war-room.example.com`. */
  readonly name: string;
  /** The ARN of its certificate in Certificate Manager. */
  readonly certificate: string;
  /** The id of the Route 53 zone in which the name is made. Not given: whoever runs the zone points it to `DomainTarget`. */
  readonly hostedZone?: string;
}

/** Times of the week by a clock on a wall. */
interface WeekTimes {
  readonly days: readonly [Weekday, ...Weekday[]];
  /** `09:00`, of 24 hours. */
  readonly time: string;
  /** IANA's name: `Asia/Kolkata`. */
  readonly timeZone: string;
}

type Weekday = (typeof weekdays)[number];

interface Schedules {
  /** When each course's report goes out. A report tells of the time since the one before. */
  readonly reports: WeekTimes;
}

interface ReportSettings {
  /** Ratings up to this one are low, and have a section of their own: 1 to 4. */
  readonly lowRating: number;
  /** Whether the learners of low ratings are named, to whoever reads the course's channel. */
  readonly learnerNames: boolean;
  /** Whether a time without sessions is told: never, always, or the first of several in a row. */
  readonly whenQuiet: 'never' | 'first' | 'always';
}

/** What a stage file may say: any of the settings, and no other field. */
export type StageFile = Partial<Omit<Settings, 'reports'>> & { readonly reports?: Partial<ReportSettings> };

/** Settings that cannot be used: every one of them, a sentence each that says what to give instead. */
export class UnusableSettings extends Error {
  override readonly name = 'UnusableSettings';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** The same settings, checked and complete. Throws `UnusableSettings` with everything that is wrong. */
export function checkedSettings(given: StageFile): Settings {
  const problems = Object.entries(given).flatMap(([name, value]) => {
    const check = name in checks ? checks[name as keyof Settings] : unknown(name);
    return value === undefined ? [] : (check(value) ?? []);
  });
  if (problems.length === 0) problems.push(...contradictions(given));
  if (problems.length > 0) throw new UnusableSettings(problems);

  const origin = given.origin ?? (given.domain && `https://${given.domain.name}`);
  return {
    ...given,
    stage: given.stage ?? 'dev',
    version: given.version ?? 'unknown',
    ...(origin === undefined ? {} : { origin }),
    tags: given.tags ?? {},
    logRetentionDays: given.logRetentionDays ?? 90,
    schedules: { reports: given.schedules?.reports ?? reportTimes },
    reports: { ...usualReports, ...given.reports },
  };
}

const usualReports: ReportSettings = { lowRating: 2, learnerNames: false, whenQuiet: 'first' };

const reportTimes: WeekTimes = { days: ['MON', 'FRI'], time: '09:00', timeZone: 'Asia/Kolkata' };

/** https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html. London and Zurich are not in the Union. */
const territories = {
  india: /^ap-south-[12]$/,
  eu: /^eu-(?!west-2$|central-2$)/,
  us: /^us-(east|west)-/,
} as const;

/** Where Sentry's own service keeps what it is sent: https://docs.sentry.io/organization/data-storage-location/ */
const sentryIn: Readonly<Record<Residency, string | undefined>> = {
  india: undefined,
  eu: '.de.sentry.io',
  us: '.us.sentry.io',
};

const weekdays = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** What is wrong with one value: a sentence, or several. */
type Check = (value: unknown) => string | readonly string[] | undefined;

/** A text of a form; `otherwise` says what to give. What was given is quoted: no setting is a secret. */
const text =
  (form: RegExp, name: string, otherwise: string): Check =>
  (value) =>
    typeof value === 'string' && form.test(value) ? undefined : `${name}: ${quoted(value)} ${otherwise}`;

const quoted = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

const unknown =
  (name: string): Check =>
  () =>
    `${name}: is no setting. There are ${Object.keys(checks).join(', ')}.`;

const address = /^[^\s@,<>]+@[^\s@,<>]+\.[^\s@,<>]+$/;
const hostName = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

const checks: { readonly [Name in keyof Required<Settings>]: Check } = {
  stage: text(
    /^[a-z][a-z0-9-]{0,19}$/,
    'stage',
    "cannot be part of a stack's name. Use up to 20 lower-case letters, digits and hyphens, a letter first, such as live.",
  ),
  version: (value) => (typeof value === 'string' ? undefined : 'version: must be a text.'),
  account: text(/^\d{12}$/, 'account', 'is no AWS account. Give its twelve digits, as a text.'),
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'region', 'is no AWS region. Give one such as ap-south-1.'),
  residency: (value) =>
    typeof value === 'string' && Object.hasOwn(territories, value)
      ? undefined
      : `residency: ${quoted(value)} is none that is known. Give ${Object.keys(territories).join(' or ')}.`,
  domain: (value) =>
    parts('domain', value, {
      name: [
        text(hostName, 'domain.name', 'is no name of a host. Give one such as war-room.example.com, in lower case.'),
      ],
      certificate: [
        text(
          /^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
          'domain.certificate',
          'is no certificate. Give the ARN that Certificate Manager shows.',
        ),
      ],
      hostedZone: [
        text(
          /^Z[A-Z0-9]{1,31}$/,
          'domain.hostedZone',
          'is no zone. Give the id that Route 53 shows, such as Z0123456789.',
        ),
        'optional',
      ],
    }),
  origin: text(
    /^https:\/\/[a-z0-9.-]+(:\d+)?$/,
    'origin',
    'is not one that Slack leads back to. Give scheme and host, without a slash at the end: https://war-room.example.com',
  ),
  supportEmail: text(address, 'supportEmail', 'is no e-mail address.'),
  alarmEmail: text(address, 'alarmEmail', 'is no e-mail address.'),
  alarmTeam: text(/^T\w{1,31}$/, 'alarmTeam', 'is no Slack team. Give its id, such as T0123456789.'),
  sentryDsn: (value) =>
    typeof value === 'string' && /^https:\/\/\w+@[\w.-]+(:\d+)?\/\d+$/.test(value)
      ? undefined
      : 'sentryDsn: is no DSN. Give it as Sentry shows it, such as https://key@o1.ingest.us.sentry.io/1.',
  tags: (value) => {
    if (!isObject(value)) return 'tags: must be an object of texts, such as {"cost-centre": "sales"}.';
    const all = Object.entries(value);
    // https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices
    const wrong = all.filter(
      ([key, tag]) =>
        !/^(?!aws:)[\p{L}\p{N} _.:/=+@-]{1,128}$/iu.test(key) ||
        typeof tag !== 'string' ||
        !/^[\p{L}\p{N} _.:/=+@-]{0,256}$/u.test(tag),
    );
    if (all.length > 40)
      return `tags: AWS takes 50 of a resource, and ${all.length} leave too few for itself. Give 40 at most.`;
    return wrong.map(
      ([key]) =>
        `tags: ${quoted(key)} is none that AWS takes. Use letters, digits, spaces and _.:/=+-@ in names and values.`,
    );
  },
  logRetentionDays: (value) =>
    retentions.includes(Number(value)) && typeof value === 'number'
      ? undefined
      : `logRetentionDays: ${quoted(value)} is none that CloudWatch offers. Give one of ${retentions.join(', ')}.`,
  schedules: (value) =>
    parts('schedules', value, { reports: [(times) => weekTimesProblems('schedules.reports', times), 'optional'] }),
  reports: (value) =>
    parts('reports', value, {
      lowRating: [
        (rating) =>
          [1, 2, 3, 4].some((each) => each === rating)
            ? undefined
            : `reports.lowRating: ${quoted(rating)} is no rating below the best. Give 1, 2, 3 or 4.`,
        'optional',
      ],
      learnerNames: [
        (named) => (typeof named === 'boolean' ? undefined : `reports.learnerNames: give true or false.`),
        'optional',
      ],
      whenQuiet: [
        text(/^(never|first|always)$/, 'reports.whenQuiet', 'is none of never, first and always.'),
        'optional',
      ],
    }),
};

function weekTimesProblems(name: string, value: unknown): readonly string[] {
  return parts(name, value, {
    days: [
      (days) =>
        Array.isArray(days) &&
        days.length > 0 &&
        days.every((day) => weekdays.includes(day)) &&
        new Set(days).size === days.length
          ? undefined
          : `${name}.days: ${quoted(days)} are no days. Give each once, of ${weekdays.join(', ')}.`,
    ],
    time: [text(/^([01]\d|2[0-3]):[0-5]\d$/, `${name}.time`, 'is no time. Give hours and minutes, such as 09:00.')],
    timeZone: [
      (zone) =>
        typeof zone === 'string' && isTimeZone(zone)
          ? undefined
          : `${name}.timeZone: ${quoted(zone)} is no time zone. Give IANA's name, such as Asia/Kolkata.`,
    ],
  });
}

/** Every problem of an object with exactly these fields. */
function parts(
  name: string,
  value: unknown,
  fields: Readonly<Record<string, readonly [check: Check, presence?: 'optional']>>,
): readonly string[] {
  if (!isObject(value)) return [`${name}: must be an object with ${Object.keys(fields).join(', ')}.`];
  const strangers = Object.keys(value).filter((field) => !Object.hasOwn(fields, field));
  return [
    ...strangers.map((field) => `${name}.${field}: is no setting. There are ${Object.keys(fields).join(', ')}.`),
    ...Object.entries(fields).flatMap(([field, [check, presence]]) => {
      const given = value[field];
      if (given === undefined) return presence === 'optional' ? [] : [`${name}.${field}: is missing.`];
      return check(given) ?? [];
    }),
  ];
}

/** What is wrong with settings that are right one by one. */
function contradictions({ account, region, residency, domain, origin, sentryDsn }: StageFile): string[] {
  const problems: string[] = [];
  if ((account === undefined) !== (region === undefined)) {
    problems.push('account and region: one says nothing without the other. Give both, or neither.');
  }
  if (residency !== undefined) {
    if (region === undefined)
      problems.push('residency: can be kept only where the region is said. Give account and region.');
    else if (!territories[residency].test(region)) {
      problems.push(
        `region: ${region} is outside of the residency ${residency}. Choose another region, or leave out the residency.`,
      );
    }
    const host = sentryDsn === undefined ? '' : new URL(sentryDsn).hostname;
    const inside = sentryIn[residency];
    if (host.endsWith('sentry.io') && !(inside !== undefined && host.endsWith(inside))) {
      problems.push(
        `sentryDsn: errors would leave the residency ${residency} for ${host}. ` +
          (inside === undefined
            ? 'Sentry has no place there: leave it out.'
            : `Use an organization at ${inside}, or leave it out.`),
      );
    }
  }
  if (domain !== undefined) {
    const [, , , certificateRegion, certificateAccount] = domain.certificate.split(':');
    if (region !== undefined && certificateRegion !== region) {
      problems.push(
        `domain.certificate: is in ${certificateRegion}, and the API in ${region}. Ask for a certificate there.`,
      );
    }
    if (account !== undefined && certificateAccount !== account) {
      problems.push(
        `domain.certificate: is of account ${certificateAccount}, and the API of ${account}. Ask for one there.`,
      );
    }
    if (origin !== undefined && origin !== `https://${domain.name}`) {
      problems.push(
        `origin: ${origin} and the domain ${domain.name} differ. Leave out the origin: it follows from the domain.`,
      );
    }
  }
  return problems;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name.includes('/') || name === 'UTC';
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
