import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';

/** What becomes of the records of one group: gone from the queue, or back after so many milliseconds. */
export type Verdict = 'done' | { readonly comeBackMs: number | undefined };

/**
 * Works a batch of a FIFO queue group by group. The records of one group are one unit, with one outcome and one
 * visibility; groups run at the same time, and one that fails leaves the others alone. (The ready-made FIFO processors
 * work one record after another and stop the whole batch at the first failure.)
 *
 * `comeBack` gives a record back before its visibility timeout ends; where even that fails, the timeout does it.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function workGroups(
  event: SQSEvent,
  work: (records: readonly [SQSRecord, ...SQSRecord[]]) => Promise<Verdict>,
  comeBack: (record: SQSRecord, seconds: number) => Promise<void>,
): Promise<SQSBatchResponse> {
  const groups = Map.groupBy(event.Records, (record) => record.attributes.MessageGroupId ?? record.messageId);
  const failed = await Promise.all(
    [...groups.values()].map(async ([first, ...others]) => {
      if (!first) return [];
      const records = [first, ...others] as const;
      const verdict = await work(records).catch((): Verdict => ({ comeBackMs: undefined }));
      if (verdict === 'done') return [];
      const { comeBackMs } = verdict;
      if (comeBackMs !== undefined) {
        await Promise.allSettled(records.map((record) => comeBack(record, comeBackMs / 1000)));
      }
      return records.map(({ messageId }) => ({ itemIdentifier: messageId }));
    }),
  );
  return { batchItemFailures: failed.flat() };
}
