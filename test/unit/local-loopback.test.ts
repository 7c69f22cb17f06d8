import { describe, expect, it } from '@jest/globals';
import { run } from '../support/program.ts';

describe('a thread that stays on loopback', () => {
  // In a process of its own: the guard is for a whole thread, and the one that runs the tests needs its network.
  it('is refused every way out, at once and by name, and keeps this machine and what was allowed', async () => {
    const { output } = await run('test/support/tiny/outward.ts', []);

    expect(JSON.parse(output)).toEqual({
      fetch: 'LeavesThisMachine',
      'fetch by name': 'LeavesThisMachine',
      https: 'LeavesThisMachine',
      'net, port and host': 'LeavesThisMachine',
      'net, options': 'LeavesThisMachine',
      tls: 'LeavesThisMachine',
      // Nothing listens there: the connection was tried.
      'this machine': 'Error',
      'a host that was allowed': 'tried',
    });
  });
});
