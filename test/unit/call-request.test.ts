import { describe, expect, it } from '@jest/globals';
import { Refuse } from '../../shared/base/errors.ts';
import { readCall } from '../../shared/calls/request.ts';

const now = Date.UTC(2026, 10, 20, 12);
const body = {
  callId: 'call_1',
  agentId: 'a-arjun',
  lead: { id: 'l1', name: 'Priya Sharma' },
  startedAt: '2026-11-20T12:00:00+05:30',
  durationSeconds: 724,
  outcome: 'Interested',
  summary: ['Wants the evening batch.', 'Asks for instalments.'],
};

function wrongIn(change: object): [string, string][] {
  try {
    readCall({ ...body, ...change }, now);
  } catch (error) {
    if (error instanceof Refuse) return error.fields.map(({ pointer, message }) => [pointer, message]);
    throw error;
  }
  return [];
}

describe('POST /v1/calls', () => {
  it('reads a call, with its time in seconds and its summary as text or as points', () => {
    const { callId, call } = readCall({ ...body, nextStep: ' Send the plan ', sentiment: 'warm' }, now);
    const { call: other } = readCall({ ...body, summary: 'One line.\nAnother.' }, now);

    expect(callId).toBe('call_1');
    expect(call).toEqual({
      agentId: 'a-arjun',
      lead: { id: 'l1', name: 'Priya Sharma' },
      startedAt: Date.UTC(2026, 10, 20, 6, 30) / 1000,
      durationSeconds: 724,
      outcome: 'Interested',
      summary: { points: ['Wants the evening batch.', 'Asks for instalments.'] },
      nextStep: 'Send the plan',
      sentiment: 'warm',
    });
    expect(other.summary).toEqual({ text: 'One line.\nAnother.' });
  });

  it('names every wrong field at once, and what would be right', () => {
    const wrong = wrongIn({
      callId: 'call/1',
      agentId: '',
      lead: { id: 'l1' },
      startedAt: '2026-11-20T12:06:00Z',
      durationSeconds: -1,
      outcome: undefined,
      summary: 7,
      recordingUrl: 'http://example.com/1',
      rating: 5,
    });

    expect(wrong.map(([pointer]) => pointer).sort()).toEqual(
      '/agentId /callId /durationSeconds /lead/name /outcome /rating /recordingUrl /startedAt /summary'.split(' '),
    );
    expect(wrong.map(([, message]) => message).join(' ')).toMatch(/lies in the future.*/);
    expect(Object.fromEntries(wrong)['/summary']).toMatch(/^must be a text of 1 to 20000 characters, or a list/);
  });

  it('takes a recording by an address that stands in a link as it is, and refuses what would not', () => {
    const link = (recordingUrl: string) => readCall({ ...body, recordingUrl }, now).call.recordingUrl;

    expect(link('https://example.com/a|b?c=<d>&e=1')).toBe('https://example.com/a%7Cb?c=%3Cd%3E&e=1');
    for (const url of [
      'javascript:alert(1)',
      'https://me:secret@example.com/',
      `https://example.com/?${'&'.repeat(200)}`,
      'x',
    ]) {
      expect(wrongIn({ recordingUrl: url })).toEqual([['/recordingUrl', expect.stringMatching(/^must be an https/)]]);
    }
  });

  it('takes line breaks in a summary and nowhere else', () => {
    expect(wrongIn({ summary: 'One\r\n\tTwo' })).toEqual([]);
    expect(wrongIn({ summary: 'One\u0007' })).toHaveLength(1);
    expect(wrongIn({ outcome: 'One\nTwo' })).toHaveLength(1);
    expect(wrongIn({ summary: [] })).toHaveLength(1);
    expect(wrongIn({ summary: 'x'.repeat(20_001) })).toHaveLength(1);
  });
});
