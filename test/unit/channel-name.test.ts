import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { channelNames } from '../../shared/calls/channel-name.ts';

describe("the names of an agent's channel", () => {
  it('begins with the name of the agent, in lower-case letters joined by hyphens', () => {
    const first = (name: string) => channelNames({ id: 'a1', name })[0];

    expect(first('Arjun Mehta')).toBe('calls-arjun-mehta');
    expect(first("  Zoë D'Souza-Rao ")).toBe('calls-zoe-d-souza-rao');
    expect(first('अर्जुन मेहता')).toBe('calls-अर्जुन-मेहता');
    expect(first('İpek')).toBe('calls-ipek');
  });

  it('tells agents of one name apart, by a number and at last by what only one of them has', () => {
    const [one, other] = ['a1', 'a2'].map((id) => channelNames({ id, name: 'Arjun Mehta' }));

    expect(one?.slice(0, 3)).toEqual(['calls-arjun-mehta', 'calls-arjun-mehta-2', 'calls-arjun-mehta-3']);
    expect(one?.slice(0, 9)).toEqual(other?.slice(0, 9));
    expect(one?.slice(9)).not.toEqual(other?.slice(9));
  });

  it('keeps telephone numbers and e-mail addresses out', () => {
    const names = channelNames({ id: 'arjun@example.com', name: 'Arjun arjun@example.com +91 98765 43210' });

    expect(names[0]).toBe('calls-arjun');
    expect(names.join(' ')).not.toMatch(/example|98765/);
  });

  it('is in plain letters where the name has none', () => {
    for (const name of ['98765 43210', '!!!', '🙂']) {
      expect(channelNames({ id: 'a1', name })).toEqual([expect.stringMatching(/^calls-agent-[0-9a-f]{8}$/)]);
    }
  });

  it('keeps the rules of Slack, whatever the agent is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string(), (name, id) => {
        const names = channelNames({ id, name });

        for (const each of names) {
          expect(each).toMatch(/^calls-[\p{Ll}\p{Lo}\p{M}\p{Nd}-]+$/u);
          expect(each.length).toBeLessThanOrEqual(80);
          expect(each.isWellFormed()).toBe(true);
        }
        expect(names.at(-1)).toMatch(/^[a-z0-9-]+$/);
        expect(new Set(names).size).toBe(names.length);
      }),
      { numRuns: 1_000 },
    );
  });
});
