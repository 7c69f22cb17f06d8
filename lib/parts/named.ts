import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Gives the resource of a construct `id` as its logical id, without CDK's hash. For what people look for by name (tables,
 * functions, queues) in the console, in the template and in the local runner. The name must be unique in its stack: CDK
 * refuses a second one. Returns the resource.
 */
export function named(construct: IConstruct, id: string): CfnResource {
  const resource = construct.node.defaultChild;
  if (!CfnResource.isCfnResource(resource)) throw new Error(`${construct.node.path} has no resource to name "${id}".`);
  resource.overrideLogicalId(id);
  return resource;
}
