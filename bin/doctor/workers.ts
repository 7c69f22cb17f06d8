import { type LambdaClient, paginateListEventSourceMappings } from '@aws-sdk/client-lambda';
import { awsTrouble } from '../stage/aws-trouble.ts';
import { type Finding, fine, wrong } from '../stage/finding.ts';

/** A function of the template that a queue calls: its logical id and its name. */
export type FunctionPlace = { readonly id: string; readonly name: string };

/** Whether what waits in queues is handed to its workers: a mapping that is off, or in trouble, leaves it there. */
export async function checkWorkers(functions: readonly FunctionPlace[], lambda: LambdaClient): Promise<Finding[]> {
  const all = await Promise.all(functions.map((place) => checkWorker(place, lambda)));
  return all.flat();
}

async function checkWorker({ id, name }: FunctionPlace, lambda: LambdaClient): Promise<Finding[]> {
  const link = `worker ${id}`;
  try {
    const findings: Finding[] = [];
    for await (const page of paginateListEventSourceMappings({ client: lambda }, { FunctionName: name })) {
      for (const {
        State,
        StateTransitionReason,
        LastProcessingResult,
        LastModified,
        EventSourceArn,
      } of page.EventSourceMappings ?? []) {
        const queue = EventSourceArn?.split(':').at(-1) ?? 'its queue';
        if (State === 'Enabled') findings.push(fine(link, `takes from ${queue}`));
        else {
          findings.push(
            wrong(
              link,
              `takes nothing from ${queue}: its mapping is ${State} (${StateTransitionReason ?? LastProcessingResult ?? 'nothing said'})`,
              'Switch the trigger on in Lambda: the function, *Configuration*, *Triggers*.',
              LastModified?.getTime(),
            ),
          );
        }
      }
    }
    return findings;
  } catch (error) {
    const { says, remedy } = awsTrouble(error);
    return [wrong(link, says, remedy)];
  }
}
