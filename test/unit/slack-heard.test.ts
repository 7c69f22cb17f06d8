import { describe, expect, it } from '@jest/globals';
import { channelId, ts, userId } from '../../shared/base/names.ts';
import { deleted } from '../../shared/slack/heard.ts';
import { type Entry, readThread, type Thread } from '../../shared/slack/thread-log.ts';

const channel = channelId('C0PAYMENTS1');
const said = { key: 'root', channel, ts: ts('1.000100') };
const intent: Entry = { state: 'intent', revision: 1, hash: 'h', firstAttempt: 900, lastAttempt: 900 };
const posted: Entry = { state: 'posted', revision: 1, hash: 'h', ts: said.ts, author: userId('U0APP') };

const threadOf = (root: Entry, lease?: Thread['lease']): Thread => ({
  ...readThread(undefined),
  destination: { channel, row: 'test', why: 'It is a test.' },
  entries: { root },
  lease,
});

describe('a message that somebody deletes', () => {
  it('while a pass has posted it and not yet written so, is looked at once that pass is done', () => {
    const lease = { owner: 'pass', until: 5_000 };

    expect(deleted(threadOf(intent, lease), said, 1_000)).toEqual({ kind: 'wait', ms: 4_001 });
    expect(deleted(threadOf(posted), said, 1_500)).toEqual({
      kind: 'known',
      entries: { root: { ...posted, state: 'gone' } },
      wake: true,
    });
  });

  it('is none that is known where a pass ended without knowing whether it was posted, or posted another', () => {
    expect(deleted(threadOf(intent), said, 1_000)).toEqual({ kind: 'nothing' });
    expect(deleted(threadOf({ ...posted, ts: ts('2.000200') }), said, 1_000)).toEqual({ kind: 'nothing' });
  });
});
