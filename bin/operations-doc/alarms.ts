import type { Stack } from '../../lib/local/template.ts';

/** One alarm as the page tells it. */
type Row = {
  readonly name: string;
  readonly rings: string;
  readonly impact: string;
  readonly remedy: string;
};

/** The page of the alarms, read from the templates, so that it says what people are told. Pure. */
export function alarmsPage(stacks: readonly Stack[]): string {
  const rows = stacks.flatMap(({ template }) =>
    Object.values(template.Resources ?? {}).flatMap(({ Type, Properties = {} }) =>
      Type === 'AWS::CloudWatch::Alarm' ? [rowOf(Properties)] : [],
    ),
  );
  return [
    '# Alarms',
    'Written by `npm run operations:doc`, from the templates; not by hand.',
    `Each goes to the topic of its stage when it rings and when it is over, and from there to \`alarmEmail\` and to the ops channel of
\`alarmTeam\`. Its name begins with \`war-room <stage>:\`; its description says the same as the two last columns here. There are
${rows.length}. Those of *Alarms* are there only where \`alarmTeam\` is given.`,
    [
      '| alarm | rings at | people lose | do first |',
      '|---|---|---|---|',
      ...rows.map(({ name, rings, impact, remedy }) => `| ${name} | ${rings} | ${cell(impact)} | ${cell(remedy)} |`),
    ].join('\n'),
    `A single failed run of a job that runs each minute rings nothing: the next minute's does the same and more. Functions without an
alarm of their own answer people or callers, who see it at once; their 5xx ring for the API. A record that waits (for its turn in a
channel, after a 429, for a look-up) stays in its queue, so one alone can ring *late* while all others are told at once.`,
  ]
    .join('\n\n')
    .concat('\n');
}

type Properties = Readonly<Record<string, unknown>>;

function rowOf(alarm: Properties): Row {
  const [impact = '', remedy = ''] = String(alarm['AlarmDescription']).split('\n\nWhat to do: ');
  return {
    name: String(alarm['AlarmName']).replace(/^war-room [a-z0-9-]+: /, ''),
    rings: ringsAt(alarm),
    impact,
    remedy,
  };
}

/** When it rings, in words. */
function ringsAt(alarm: Properties): string {
  const threshold = Number(alarm['Threshold']);
  const minutes = (Number(alarm['Period']) * Number(alarm['EvaluationPeriods'])) / 60;
  const span = minutes === 60 ? 'an hour' : `${minutes} min`;
  const metric = String(alarm['MetricName']);
  const queue = queueOf(alarm);
  switch (metric) {
    case 'ApproximateAgeOfOldestMessage':
      return `the oldest message of ${queue} is ${threshold / 60} min old`;
    case 'ApproximateNumberOfMessagesVisible':
      return `${counted(threshold, 'message')} in ${queue}`;
    case 'Errors':
      return `${counted(threshold, 'error')} in ${span}`;
    case 'Invocations':
      return `no run for ${span}`;
    case '5xx':
      return `${counted(threshold, '5xx')} in ${span}`;
    default:
      return metric.startsWith('Refused ')
        ? `${threshold} times 401 in ${span}`
        : `${threshold} \`${metric}\` within ${span}`;
  }
}

function queueOf(alarm: Properties): string {
  const [dimension] = (alarm['Dimensions'] ?? []) as readonly {
    readonly Value?: { readonly 'Fn::GetAtt'?: [string] };
  }[];
  return dimension?.Value?.['Fn::GetAtt']?.[0] ?? 'its queue';
}

const words = ['no', 'one'];
const counted = (count: number, what: string): string =>
  `${words[count] ?? count} ${what}${count === 1 || what === '5xx' ? '' : 's'}`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
