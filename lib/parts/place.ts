import type { StackProps } from 'aws-cdk-lib';
import type { Settings } from './settings.ts';

/** Where a stack is deployed to, where that is said, and the tags that it and all that is in it carry. */
export function placeOf({ stage, account, region, tags }: Settings): Pick<StackProps, 'env' | 'tags'> {
  return {
    ...(account === undefined || region === undefined ? {} : { env: { account, region } }),
    // The name goes last: what it costs is told by it.
    tags: { ...tags, 'war-room:stage': stage },
  };
}
