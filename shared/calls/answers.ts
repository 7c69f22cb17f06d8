import * as z from 'zod/mini';

/** What the calls room answers. For the document of the API and for tests: functions import the types alone. */
export const recordedCallSchema = z.strictObject({ callId: z.string(), agentId: z.string() });

export type RecordedCall = z.output<typeof recordedCallSchema>;
