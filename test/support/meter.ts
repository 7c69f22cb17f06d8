/** What CloudWatch would have counted of a stack that is served on this machine. */
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Stack } from '../../lib/local/template.ts';
import type { TestStack } from './stack.ts';

/** An alarm of a template. `on` is the logical id, or the text, of each dimension. */
export type AlarmPlan = {
  readonly name: string;
  readonly namespace: string;
  readonly metric: string;
  readonly on: readonly string[];
  readonly atLeast: number;
};

/** A request that the API answered, as the access log has it. */
export type Answered = { readonly route: string; readonly status: string };

type Properties = Readonly<Record<string, unknown>>;

function propertiesOf(stacks: readonly Stack[], type: string): readonly Properties[] {
  return stacks.flatMap(({ template }) =>
    Object.values(template.Resources ?? {}).flatMap(({ Type, Properties = {} }) => (Type === type ? [Properties] : [])),
  );
}

/** Every alarm of the templates. */
export function alarmsIn(stacks: readonly Stack[]): readonly AlarmPlan[] {
  return propertiesOf(stacks, 'AWS::CloudWatch::Alarm').map((alarm) => ({
    name: String(alarm['AlarmName']).replace(/^war-room [a-z0-9-]+: /, ''),
    namespace: String(alarm['Namespace']),
    metric: String(alarm['MetricName']),
    on: ((alarm['Dimensions'] ?? []) as readonly { readonly Value: unknown }[]).map(({ Value }) => named(Value)),
    atLeast: Number(alarm['Threshold']),
  }));
}

/** The logical id in a reference. */
function named(value: unknown): string {
  const { Ref, 'Fn::GetAtt': attribute } = Object(value) as { readonly Ref?: string; readonly 'Fn::GetAtt'?: [string] };
  return Ref ?? attribute?.[0] ?? String(value);
}

/** By metric, which lines of the access log it counts. */
export function filtersIn(stacks: readonly Stack[]): ReadonlyMap<string, (line: Answered) => boolean> {
  return new Map(
    propertiesOf(stacks, 'AWS::Logs::MetricFilter').map((filter) => {
      const [{ MetricName } = { MetricName: '' }] = filter['MetricTransformations'] as readonly {
        readonly MetricName: string;
      }[];
      return [MetricName, (line: Answered) => isCounted(String(filter['FilterPattern']), line)] as const;
    }),
  );
}

/** Whether a filter of CloudWatch counts a line: comparisons of texts, joined by `&&` and `||`, in brackets. */
function isCounted(pattern: string, line: Answered): boolean {
  let rest = pattern.replace(/\$\.(\w+) = "([^"]*)"/g, (_, field: keyof Answered, value: string) =>
    String(line[field] === value),
  );
  for (let before = ''; before !== rest; ) {
    before = rest;
    rest = rest
      .replace(/^\{ (.*) \}$/, '$1')
      .replace(/\((true|false)\)/g, '$1')
      .replace(/(true|false) && (true|false)/g, (_, one, other) => String(one === 'true' && other === 'true'))
      .replace(/(true|false) \|\| (true|false)(?! &&)/g, (_, one, other) => String(one === 'true' || other === 'true'));
  }
  if (rest !== 'true' && rest !== 'false')
    throw new Error(`The filter ${pattern} is of a form that is not known here.`);
  return rest === 'true';
}

/** What functions counted themselves, through their log: the sum of a metric of one of them. */
export function countedBy(stack: TestStack, service: string, metric: string): number {
  return stack
    .lines(service)
    .filter((line) => '_aws' in line && line['service'] === service)
    .reduce((sum, line) => sum + Number(line[metric] ?? 0), 0);
}

/** How often a function did not end with an answer. */
export function failuresOf(stack: TestStack, id: string): number {
  const name = stack.served.plan.functions.find((one) => one.id === id)?.name ?? id;
  return stack.said.filter((sentence) => sentence.startsWith(`${name} `)).length;
}

/** How many messages wait in a queue. */
export async function waitingIn(stack: TestStack, id: string): Promise<number> {
  const { plan, clients } = stack.served;
  const url = plan.queues.find((queue) => queue.id === id)?.url;
  const { Attributes } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0);
}
