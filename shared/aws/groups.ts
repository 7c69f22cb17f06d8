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
  comeBack: ComeBack,
): Promise<SQSBatchResponse> {
  return eachGroup(event, async ([first, ...others]) => {
    if (!first) return [];
    const records = [first, ...others] as const;
    return leave(records, await work(records).catch(failed), comeBack);
  });
}

/**
 * Works a batch of a FIFO queue record by record within each group, groups at the same time. The first of a group that is
 * not done stops it: that record and those behind it come back, in their order, and those before it are not worked again.
 */
export async function workInTurn(
  event: SQSEvent,
  work: (record: SQSRecord) => Promise<Verdict>,
  comeBack: ComeBack,
): Promise<SQSBatchResponse> {
  return eachGroup(event, async (records) => {
    for (const [index, record] of records.entries()) {
      const verdict = await work(record).catch(failed);
      if (verdict !== 'done') return leave(records.slice(index), verdict, comeBack);
    }
    return [];
  });
}

type ComeBack = (record: SQSRecord, seconds: number) => Promise<void>;

const failed = (): Verdict => ({ comeBackMs: undefined });

async function eachGroup(
  event: SQSEvent,
  work: (records: readonly SQSRecord[]) => Promise<readonly SQSRecord[]>,
): Promise<SQSBatchResponse> {
  const groups = Map.groupBy(event.Records, (record) => record.attributes.MessageGroupId ?? record.messageId);
  const left = await Promise.all([...groups.values()].map(work));
  return { batchItemFailures: left.flat().map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** The records that stay in the queue under this verdict, seen to that they come back when it says. */
async function leave(
  records: readonly SQSRecord[],
  verdict: Verdict,
  comeBack: ComeBack,
): Promise<readonly SQSRecord[]> {
  if (verdict === 'done') return [];
  const { comeBackMs } = verdict;
  if (comeBackMs !== undefined) {
    await Promise.allSettled(records.map((record) => comeBack(record, comeBackMs / 1000)));
  }
  return records;
}
