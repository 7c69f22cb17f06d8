import { parkedWorker } from '../../shared/parked/worker.ts';
import { parkedPayments } from '../../shared/payments/parked.ts';

/** The dead letters of the payments queue: keeps each as something that waits for a person, and has it told. */
export const handler = parkedWorker(parkedPayments);
