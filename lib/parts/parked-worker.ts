import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { countedBy } from './counted.ts';
import { HubFunction, type Surroundings } from './hub-function.ts';
import { type OrderedWorker, takenOverWithin } from './ordered-worker.ts';
import type { RoomTable } from './room-table.ts';

/** What differs from one room to the next. */
export interface ParkedWorkerProps extends Surroundings {
  /** `Calls`: the room's name in those of its function, `CallsParked`, and in its environment, `CALLS_TABLE`. */
  readonly room: 'Payments' | 'Calls' | 'Reports';
  readonly worker: OrderedWorker;
  /** The room's own, where what is parked is kept. */
  readonly table: RoomTable;
  /** What they are called in the names of alarms, in the plural. */
  readonly things: string;
  /** What people lose until somebody decides. */
  readonly impact: string;
}

/**
 * Has the dead letters of a room taken over: what cannot be told is kept as something that waits for a person, who decides about
 * it in Slack. It holds no token and calls no Slack.
 */
export function takeOverParked(scope: Construct, props: ParkedWorkerProps): HubFunction {
  const { room, worker, table, things, impact, alarms } = props;
  const prefix = room.toUpperCase();
  const parked = new HubFunction(scope, `${room}Parked`, {
    ...props,
    entry: `functions/${room.toLowerCase()}/parked.ts`,
    description: `Keeps what could not be told of ${things} until somebody decides about it, and has that told`,
    memorySize: 256,
    timeout: takenOverWithin,
    errors: { noAlarm: 'A dead letter that is not taken over stays where it is, and its age rings.' },
  });
  parked
    .mayUseTable(table, `${prefix}_TABLE`, ['GetItem', 'Query', 'PutItem', 'UpdateItem'])
    .mayUseQueue(worker.queue, `${prefix}_QUEUE_URL`, ['SendMessage'])
    .mayUseQueue(worker.deadLetters, `${prefix}_DEAD_LETTERS_URL`, ['ChangeMessageVisibility'])
    .mayConsume(worker.deadLetters);
  new EventSourceMapping(scope, 'ParkedMapping', {
    target: parked.lambda,
    eventSourceArn: worker.deadLetters.queueArn,
    batchSize: 10,
    // As few as there may be: nobody waits for these, and they are told by one message.
    maxConcurrency: 2,
    reportBatchItemFailures: true,
  });
  alarms.ring(scope, 'NeedAPerson', {
    what: `${things} are parked`,
    metric: countedBy(parked, `${room}Parked`),
    atLeast: 1,
    impact,
    remedy:
      'Look into the ops channel: it says what is parked and why. Mend the cause, then press Retry there. If nothing is said ' +
      `there, the log of ${room}Worker has the reasons, by \`code\`.`,
  });
  return parked;
}

/** Said when what a room parked is not taken over. */
export function notTakenOver(room: ParkedWorkerProps['room'], things: string) {
  return {
    after: Duration.minutes(15),
    impact: `What could not be told of some ${things} is not shown to anybody who could mend it.`,
    remedy:
      `Read the log of ${room}Parked: it says whether it fails, or whose records it cannot tell. What names no team ` +
      `was put there by hand: delete it from ${room}DeadLetters.`,
  };
}
