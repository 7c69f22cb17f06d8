import { parkedCalls } from '../../shared/calls/parked.ts';
import { parkedWorker } from '../../shared/parked/worker.ts';

/** The dead letters of the calls queue: keeps each as something that waits for a person, and has it told. */
export const handler = parkedWorker(parkedCalls);
