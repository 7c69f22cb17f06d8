/** What is put into a queue is what a queue can carry, and says the same. */

import type { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { Queue } from '../../shared/aws/queue.ts';

/** The body that a queue is given for a message. */
async function bodyOf(said: unknown): Promise<string> {
  const sent: string[] = [];
  const client: Pick<SQSClient, 'send'> = {
    send: async (command: { readonly input: { readonly MessageBody: string } }) => {
      sent.push(command.input.MessageBody);
    },
  };
  const queue = new Queue(client as SQSClient, 'https://queue.example/of.fifo');
  await queue.send({ body: JSON.stringify(said), group: 'g', dedupe: 'd' });
  return sent.join();
}

describe('a message', () => {
  it.each(['🙈', 'नमस्ते 💸 "quoted" \\ud83d', '\ufffe\uffff', '\ud800 alone', 'a\u0000b\u001f'])(
    'carries %j as it was said, in characters that a queue takes',
    async (text) => {
      const body = await bodyOf({ text, [text]: 1 });

      expect(JSON.parse(body)).toEqual({ text, [text]: 1 });
      expect(body).toMatch(/^[\u0020-\ud7ff\ue000-\ufffd]*$/);
    },
  );

  it('stays readable where nothing has to be escaped', async () => {
    expect(await bodyOf('नमस्ते · ₹1')).toBe('"नमस्ते · ₹1"');
  });
});
