import { parkedWorker } from '../../shared/parked/worker.ts';
import { parkedReports } from '../../shared/reports/parked.ts';

/** The dead letters of the reports queue: keeps each as something that waits for a person, and has it told. */
export const handler = parkedWorker(parkedReports);
