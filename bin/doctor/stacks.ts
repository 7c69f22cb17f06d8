import { type Finding, fine, wrong } from '../stage/finding.ts';
import type { StageStack } from '../stage/stacks.ts';

/** Whether a stack of a stage is deployed, whole, and kept from being deleted where it has to be. */
export function checkStack(name: string, stack: StageStack | undefined, mustBeProtected: boolean): Finding {
  const link = `stack ${name}`;
  const [, stage] = /^war-room-(.+)-(state|hub)$/.exec(name) ?? [];
  if (!stack) return wrong(link, 'is not there', `Deploy it: npm run deploy -- --stage ${stage}`);
  const { status, reason, changedAt, isProtected } = stack;
  const why = reason === undefined ? '' : `: ${reason}`;
  if (/_IN_PROGRESS$/.test(status))
    return wrong(link, `is being changed (${status})`, 'Wait until it is done.', changedAt);
  if (!/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) {
    return wrong(
      link,
      `${status}${why}`,
      remedies[status] ?? 'Deploy it again; its events in CloudFormation say what failed.',
      changedAt,
    );
  }
  if (mustBeProtected && !isProtected) {
    return wrong(
      link,
      'can be deleted by mistake',
      `Protect it: aws cloudformation update-termination-protection --enable-termination-protection --stack-name ${name}`,
    );
  }
  return fine(link, status);
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html */
const remedies: Readonly<Record<string, string>> = {
  ROLLBACK_COMPLETE:
    'It was never made: read its first failed event, delete the stack in CloudFormation, then deploy again.',
  ROLLBACK_FAILED: 'It was never made: read its events, delete the stack in CloudFormation, then deploy again.',
  UPDATE_ROLLBACK_COMPLETE:
    'The last change failed and what was there before runs: read its first failed event, mend it, deploy again.',
  UPDATE_ROLLBACK_FAILED: 'Choose "Continue update rollback" in CloudFormation; its events say what stands in the way.',
  DELETE_FAILED: 'Something still uses it: its events say what.',
};
