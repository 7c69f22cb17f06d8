import { createHash } from 'node:crypto';

/**
 * SQS allows 1 to 128 letters, digits and signs in the group and in the dedupe id of a message; what does not fit is named by
 * its hash. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export function fifoId(text: string): string {
  return /^[!-~]{1,128}$/.test(text) ? text : `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
