import { describe, expect, it } from '@jest/globals';
import { help, unknownWord } from '../../shared/desk/help.ts';

const words = {
  help: { usage: '', says: 'what you can ask' },
  status: { usage: '', says: 'whether all is well' },
  explain: { usage: '<id>', says: 'how a payment stands' },
};

describe('help', () => {
  it('shows each word with what stands behind it and what one gets', () => {
    const { text } = help('/warroom', words, 'https://war-room.example');

    expect(text).toContain('/warroom explain &lt;id&gt;: how a payment stands');
    expect(text).toContain('/warroom status: whether all is well');
    expect(text).toContain('https://war-room.example/support');
  });
});

describe('a word that does not exist', () => {
  it.each([
    ['statsu', 'status'],
    ['STATUS.', 'status'],
    ['exp', 'explain'],
    ['expalin', 'explain'],
    ['hlep', 'help'],
  ])('%s is taken for a slip of %s', (typed, meant) => {
    expect(unknownWord(typed, '/warroom', words).text).toContain(`Did you mean /warroom ${meant}?`);
  });

  it.each(['refund', 'x', '🙂', '<!channel>', 'a'.repeat(5_000)])('%.20s is near to none', (typed) => {
    const { text } = unknownWord(typed, '/warroom', words);

    expect(text).not.toMatch(/Did you mean|<!/);
    expect(text).toContain('It knows help, status, explain.');
  });
});
