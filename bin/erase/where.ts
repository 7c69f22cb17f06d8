import type { LocalFacts } from '../../lib/local/facts.ts';

/** What of a stage the tools work on, by CloudFormation's logical ids. */
type Resources = {
  /** Every table of the state stack: logical id -> the table's name. */
  readonly tables: ReadonlyMap<string, string>;
  readonly tokenKey: string;
  readonly razorpaySecret: string;
  readonly slackSecret: string;
  readonly apiKeysSecret: string;
  readonly paymentsQueue: string;
  readonly reportsQueue: string;
};

/** Where data is erased. */
export type Where = {
  /** As people call it: `this machine` or `stage live`. */
  readonly name: string;
  readonly resources: Resources;
  /** What the AWS clients read: where the stack on this machine is. Nothing for AWS itself. */
  readonly environment: Readonly<Record<string, string>>;
  /** Undefined is Slack itself. */
  readonly slackApiUrl: string | undefined;
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly timeScale: number;
  /** Between two deletions in Slack, which takes some fifty a minute; milliseconds. */
  readonly intervalMs: number;
  /** Whose data is meant where nobody says so. */
  readonly team: string | undefined;
};

/** The person at the keyboard has to do something else: the message says what. */
export class Misplaced extends Error {}

/** The stack that runs on this machine. */
export function onThisMachine({ aws, slack, timeScale }: LocalFacts): Where {
  return {
    name: 'this machine',
    resources: resourcesOf(aws.resources),
    environment: aws.environment,
    slackApiUrl: `${slack.url}/api/`,
    timeScale,
    intervalMs: 0,
    team: slack.teamId,
  };
}

type Resource = {
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
};

/**
 * A stage in AWS, by what `aws cloudformation list-stack-resources` says of its two stacks, a text for each. Throws `Misplaced`
 * where something is missing, or where they are those of another stage.
 */
export function atStage(stage: string, listings: readonly string[]): Where {
  const resources = resourcesOf(listings.flatMap(listed));
  const secret = `war-room/${stage}/`;
  if (![resources.razorpaySecret, resources.slackSecret].every((arn) => arn.includes(secret))) {
    throw new Misplaced(`These are not the resources of stage ${stage}: its secrets would be called ${secret}…`);
  }
  return {
    name: `stage ${stage}`,
    resources,
    environment: {},
    slackApiUrl: undefined,
    timeScale: 1,
    intervalMs: 1_200,
    team: undefined,
  };
}

function listed(text: string): Resource[] {
  try {
    const { StackResourceSummaries } = JSON.parse(text) as { StackResourceSummaries?: Resource[] };
    if (Array.isArray(StackResourceSummaries)) return StackResourceSummaries;
  } catch {
    // The same sentence says it.
  }
  throw new Misplaced(
    'A file of resources is not what `aws cloudformation list-stack-resources --output json` prints.',
  );
}

function resourcesOf(all: readonly Resource[]): Resources {
  const one = (id: string): string => {
    const found = all.find(({ LogicalResourceId }) => LogicalResourceId === id)?.PhysicalResourceId;
    if (found) return found;
    throw new Misplaced(`There is no ${id} among the resources: give those of both stacks, state and hub.`);
  };
  const tables = all.filter(({ ResourceType }) => /^AWS::DynamoDB::(Global)?Table$/.test(ResourceType));
  const named = tables.map(({ LogicalResourceId: id, PhysicalResourceId: name }) => [id, name] as const);
  return {
    tables: new Map(named),
    tokenKey: one('TokenKey'),
    razorpaySecret: one('RazorpaySecret'),
    slackSecret: one('SlackSecret'),
    apiKeysSecret: one('ApiKeysSecret'),
    paymentsQueue: one('PaymentsQueue'),
    reportsQueue: one('ReportsQueue'),
  };
}
