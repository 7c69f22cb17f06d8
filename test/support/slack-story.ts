/** A morning at Acme Academy as War Room would tell it: a payment in three tries, a part payment, a notice for ops, a dispute. */
import type { KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { ids, type ManualClock } from './slack-world.ts';

/** Where the told threads are. */
export interface Story {
  /** The root of the payment that failed twice and was paid. */
  readonly paid: string;
  readonly part: string;
}

/** Tells the story through the Web API. The clock moves as it did that morning, from 10:42 to 11:40. */
export async function tellStory(app: WebClient, arjun: WebClient, clock: ManualClock): Promise<Story> {
  for (const channel of [ids.payments, ids.partPayments, ids.ops]) await app.conversations.join({ channel });
  const minutes = (count: number) => clock.advance(count * 60_000);

  const nisha = await post(arjun, ids.payments, '✅ *Paid* · ₹60,000.00 · Nisha V. · Data Science', [
    line('✅ *Paid* · ₹60,000.00 · Nisha V. · Data Science'),
    fine('Full payment · owner Arjun M. · paid 10:31 (2 min, first try)', '`order_TUnKc02bXyPq31` · card'),
  ]);
  await reply(
    app,
    ids.payments,
    nisha,
    'Paid ₹60,000.00 by card, on the first try. Razorpay keeps ₹1,416.00 (fee and tax).',
    '`pay_TUnKe81LmZa0Wd`',
  );
  minutes(11);

  const title = '₹45,000.00 · Priya S. · Full Stack Web Development';
  const paid = await post(arjun, ids.payments, `🟡 *Initiated* · ${title}`, [line(`🟡 *Initiated* · ${title}`)]);
  minutes(2);
  await reply(
    app,
    ids.payments,
    paid,
    '🔴 Payment failed: the bank declined it for lack of funds. Priya can try again with the same link; another method may work.',
    'try 1 · `pay_TUoRPz4nGmXKq2` · insufficient_funds at bank',
  );
  minutes(3);
  await reply(
    app,
    ids.payments,
    paid,
    '🔴 Payment failed again: the UPI request ran out of time before Priya approved it. She can try again with the same link.',
    'try 2 · `pay_TUoTc9aWlVb31x` · payment_timed_out at customer_psp',
  );
  minutes(4);
  await arjun.chat.update({
    channel: ids.payments,
    ts: paid,
    text: `✅ *Paid* · ${title}`,
    blocks: [
      line(`✅ *Paid* · ${title}`),
      fine(
        'Full payment · owner Arjun M. · initiated 10:42, paid 10:51 (9 min, third try)',
        '`order_TUorOYH8gErbbD` · UPI',
      ),
    ],
  });
  await reply(
    app,
    ids.payments,
    paid,
    '✅ Paid ₹45,000.00 by UPI, on the third try. Razorpay keeps ₹1,062.00 (fee and tax).',
    '`pay_TUoWm2rQkJc84t` · UPI',
  );

  minutes(8);
  const part = await post(app, ids.partPayments, '✅ *Part 2 of 3 paid* · ₹15,000.00 · Rahul K. · Data Science', [
    line('✅ *Part 2 of 3 paid* · ₹15,000.00 · Rahul K. · Data Science'),
    line('▰▰▱ ₹30,000.00 of ₹45,000.00 paid · *₹15,000.00 due*'),
    fine('owner Meera T. · earlier: part 1', '`order_TUp4Nq7sVhWz0k` · netbanking'),
  ]);
  await reply(
    app,
    ids.partPayments,
    part,
    'Paid part 2 of 3: ₹15,000.00 by netbanking. ₹15,000.00 is due on 20 December.',
    '`pay_TUp5d61LxRvY7c`',
  );

  minutes(12);
  await post(app, ids.ops, 'Payments for #course-full-stack are waiting', [
    line(
      'Payments for <#C0COURSEFS> are waiting: the channel was archived at 11:09. *7 threads* will appear as soon as it is restored or the route changes.',
    ),
    {
      type: 'actions',
      elements: [
        {
          type: 'button',
          style: 'primary',
          text: { type: 'plain_text', text: 'Change route' },
          action_id: 'route',
          value: 'C0COURSEFS',
        },
        {
          type: 'button',
          text: { type: 'plain_text', text: 'Show the 7 payments' },
          action_id: 'show',
          value: 'C0COURSEFS',
        },
      ],
    },
  ]);

  minutes(4);
  const disputed = await post(app, ids.payments, '⚖️ *Disputed* · ₹45,000.00 · Imran A. · Full Stack Web Development', [
    line('⚖️ *Disputed* · ₹45,000.00 · Imran A. · Full Stack Web Development'),
    fine('Full payment · owner Sana Q. · paid 3 Nov', '`order_TSm1fdZkB40qLy` · card'),
  ]);
  await app.chat.postMessage({
    channel: ids.payments,
    thread_ts: disputed,
    reply_broadcast: true,
    text: 'Imran’s bank asks for ₹45,000.00 back: “services not received”. Answer by 2 Dec.',
    blocks: [
      line(
        'Imran’s bank asks for ₹45,000.00 back: “services not received”. *Answer by 2 Dec*; without an answer the money goes back.',
      ),
      {
        type: 'section',
        fields: [
          { type: 'mrkdwn', text: '*What helps*\nattendance, welcome mail, invoice' },
          { type: 'mrkdwn', text: '*Who answers*\nSana Q., with Rohan D.' },
        ],
      },
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            text: { type: 'plain_text', text: 'Open the dispute' },
            url: 'https://dashboard.razorpay.com/',
            action_id: 'open',
          },
        ],
      },
    ],
  });
  return { paid, part };
}

function line(text: string): KnownBlock {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

function fine(...lines: readonly string[]): KnownBlock {
  return { type: 'context', elements: lines.map((text) => ({ type: 'mrkdwn', text })) };
}

async function post(client: WebClient, channel: string, text: string, blocks: KnownBlock[]): Promise<string> {
  return (await client.chat.postMessage({ channel, text, blocks })).ts ?? '';
}

async function reply(client: WebClient, channel: string, root: string, text: string, print: string): Promise<void> {
  await client.chat.postMessage({ channel, thread_ts: root, text, blocks: [line(text), fine(print)] });
}
