import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
  type Stack,
} from '@aws-sdk/client-cloudformation';

/** A stack of a stage as CloudFormation has it. */
export type StageStack = {
  readonly name: string;
  /** `CREATE_COMPLETE`, `UPDATE_ROLLBACK_FAILED`. */
  readonly status: string;
  /** Why it has that status, in CloudFormation's words. */
  readonly reason: string | undefined;
  /** When it was last changed (ms). */
  readonly changedAt: number | undefined;
  readonly isProtected: boolean;
  readonly outputs: ReadonlyMap<string, string>;
};

/** A resource of a stack: CloudFormation's logical id, type and physical id. */
export type StageResource = { readonly id: string; readonly type: string; readonly physicalId: string };

/** A stack by its name; undefined where there is none, or one that was deleted. Rejects as AWS does. */
export async function describedStack(
  client: Pick<CloudFormationClient, 'send'>,
  name: string,
): Promise<StageStack | undefined> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const [stack] = Stacks ?? [];
    return stack && stackOf(name, stack);
  } catch (error) {
    // "Stack with id … does not exist": CloudFormation has no other name for it.
    if (error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message))
      return undefined;
    throw error;
  }
}

function stackOf(name: string, stack: Stack): StageStack {
  const { StackStatus, StackStatusReason, LastUpdatedTime, CreationTime, EnableTerminationProtection, Outputs } = stack;
  return {
    name,
    status: StackStatus ?? 'UNKNOWN',
    reason: StackStatusReason,
    changedAt: (LastUpdatedTime ?? CreationTime)?.getTime(),
    isProtected: EnableTerminationProtection === true,
    outputs: new Map((Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue])),
  };
}

/** Everything that is in a stack. */
export async function resourcesIn(client: CloudFormationClient, name: string): Promise<StageResource[]> {
  const resources: StageResource[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: name })) {
    for (const { LogicalResourceId, ResourceType, PhysicalResourceId } of page.StackResourceSummaries ?? []) {
      if (LogicalResourceId && ResourceType && PhysicalResourceId) {
        resources.push({ id: LogicalResourceId, type: ResourceType, physicalId: PhysicalResourceId });
      }
    }
  }
  return resources;
}
