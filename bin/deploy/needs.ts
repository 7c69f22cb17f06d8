import type { Stack } from '../../lib/local/template.ts';
import type { Needs } from './preflight.ts';

/** What the templates of a stage take of an account's quotas, read from them. */
export function needsOf(stacks: readonly Stack[]): Needs {
  const resources = stacks.flatMap(({ template }) => Object.values(template.Resources ?? {}));
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
  const concurrency = ofType('AWS::Lambda::EventSourceMapping').reduce((sum, { Properties }) => {
    const { MaximumConcurrency = 0 } = Object(Properties?.['ScalingConfig']) as {
      readonly MaximumConcurrency?: number;
    };
    return sum + MaximumConcurrency;
  }, ofType('AWS::Scheduler::Schedule').length);
  return { concurrency, tables: ofType('AWS::DynamoDB::GlobalTable').length };
}
