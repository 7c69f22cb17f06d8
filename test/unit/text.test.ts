import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { channelId } from '../../shared/base/names.ts';
import {
  actions,
  body,
  brief,
  fine,
  message,
  onOneDay,
  withFinePrint,
  withoutContacts,
} from '../../shared/slack/text.ts';

describe('a message', () => {
  it('says in its text everything that its blocks say', () => {
    const { text, blocks } = message(
      body('Paid ', { bold: 'in full' }, ' at ', { at: 1_773_999_600 }),
      fine('order_A'),
    );

    expect(text).toBe('Paid in full at 20 Mar, 15:10 IST\norder_A');
    expect(blocks).toEqual([
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          verbatim: true,
          text: 'Paid *in full* at <!date^1773999600^{date_short_pretty} at {time}|20 Mar, 15:10 IST>',
        },
      },
      { type: 'context', elements: [{ type: 'mrkdwn', verbatim: true, text: 'order_A' }] },
    ]);
  });

  it('names channels and links only as values of their own', () => {
    const { text } = message(
      body({ channel: channelId('C1') }, ' <#C2> ', { link: 'https://a.example/?x=1&y=2', label: 'a>b' }),
    );

    expect(text).toBe('<#C1> &lt;#\u200bC2&gt; <https://a.example/?x=1&amp;y=2|a&gt;b>');
  });

  it('leaves an empty paragraph out', () => {
    expect(message(body('Paid'), fine()).blocks).toHaveLength(1);
  });

  it('is refused as a fault of ours where it is more than Slack takes', () => {
    expect(() => message(body('x'.repeat(3_001)))).toThrow(RangeError);
    expect(() => message(...Array.from({ length: 51 }, () => body('x')))).toThrow(RangeError);
  });

  it('takes a line of fine print more', () => {
    const signed = withFinePrint(message(body('Paid')), 'for Arjun M.');

    expect(signed.text).toBe('Paid\nfor Arjun M.');
    expect(signed.blocks).toHaveLength(2);
  });
});

describe('the buttons of a message', () => {
  const explain = { id: 'payments.explain', label: 'Explain', value: 'acme#order_1' };

  it('stand below the lines, and its text says nothing of them', () => {
    const { text, blocks } = withFinePrint(message(body('Paid'), actions(explain)), 'for Arjun M.');

    expect(text).toBe('Paid\nfor Arjun M.');
    expect(blocks.map(({ type }) => type)).toEqual(['section', 'context', 'actions']);
    expect(blocks.at(-1)).toEqual({
      type: 'actions',
      elements: [
        {
          type: 'button',
          action_id: 'payments.explain',
          text: { type: 'plain_text', text: 'Explain', emoji: false },
          value: 'acme#order_1',
        },
      ],
    });
  });

  it('ask first where they are told to', () => {
    const confirm = { title: 'Ignore it?', text: 'It will not be told.', yes: 'Ignore' };

    const [, row] = message(body('Parked'), actions({ ...explain, style: 'danger', confirm })).blocks;

    expect(row).toMatchObject({
      elements: [{ style: 'danger', confirm: { confirm: { text: 'Ignore' }, deny: { text: 'Cancel' } } }],
    });
  });

  it('are left out where there are none, and refused where Slack would refuse them', () => {
    const many = Array.from({ length: 26 }, (_, index) => ({ ...explain, id: `payments.${index}` }));

    expect(message(body('Paid'), actions()).blocks).toHaveLength(1);
    expect(() => message(body('Paid'), actions(...many))).toThrow(RangeError);
    expect(() => message(body('Paid'), actions({ ...explain, value: 'x'.repeat(2_001) }))).toThrow(RangeError);
    expect(() => message(body('Paid'), actions({ ...explain, label: '' }))).toThrow(RangeError);
  });
});

describe('text from outside', () => {
  it('never opens a mention, a link, a date or an emoji of its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (given) => {
        const { text } = message(body('.', brief(given, 500)));
        expect(text).not.toMatch(/[<>]|:[\w+-]+:/);
      }),
    );
  });

  it.each([
    ['*bold*', '*\u200bbold*\u200b'],
    ['snake_case_id', 'snake_case_id'],
    ['_italic_', '_\u200bitalic_\u200b'],
    [':tada:', ':\u200btada:'],
    ['at 10:44', 'at 10:44'],
    ['@here', '@\u200bhere'],
  ])('is shown as it is: %s', (given, expected) => {
    expect(message(body(given)).text).toBe(expected);
  });

  it.each([
    ['ക്\u200dഷമ', 'ക്\u200dഷമ'],
    ['രാമന്\u200d നായര്\u200d', 'രാമന്\u200d നായര്\u200d'],
    ['\u200dPriya \u200c\u200dS', 'Priya S'],
    ['a\u200d\u200d\u200bb', 'a\u200d b'],
  ])('keeps a joiner of a word and no other invisible character: %j', (given, expected) => {
    expect(brief(given)).toBe(expected);
  });

  it.each([
    ['Priya <priya@example.com>', 'Priya'],
    ['priya＠okbank', ''],
    ['98765-43210', ''],
    ['98765\u200b43210', ''],
    ['+1 (555) 123-4567', ''],
    ['(022) 2345 6789 Ravi', 'Ravi'],
    ['1234567', ''],
    ['९८७६५४३२१० राम', 'राम'],
    ['Batch 2025-2026, 123456', 'Batch 2025-2026, 123456'],
  ])('says of %j only %j where nobody may be reached by it', (given, expected) => {
    expect(brief(withoutContacts(given))).toBe(expected);
  });

  it('is brief, on one line, and says where it was cut', () => {
    expect(brief('a\n\tb  c\u202e', 80)).toBe('a b c');
    expect([...brief('ü'.repeat(200), 10)]).toHaveLength(10);
    expect(brief('ü'.repeat(200), 10)).toMatch(/…$/);
  });
});

describe('a day in India', () => {
  it('begins at 18:30 UTC of the day before', () => {
    const at = (iso: string) => Date.parse(iso) / 1_000;

    expect(onOneDay(at('2026-03-20T18:29:00Z'), at('2026-03-20T18:31:00Z'))).toBe(false);
    expect(onOneDay(at('2026-03-20T18:31:00Z'), at('2026-03-21T18:29:00Z'))).toBe(true);
    expect(onOneDay(at('2025-03-20T10:00:00Z'), at('2026-03-20T10:00:00Z'))).toBe(false);
  });
});
