import { formatAmount } from '../razorpay/currency.ts';
import type { Message } from '../slack/agenda.ts';
import { shortName } from '../slack/person-name.ts';
import { body, brief, fine, type Inline, joined, message } from '../slack/text.ts';
import type { DowntimeEntity, SettlementEntity } from './entity.ts';
import { compare } from './heard.ts';
import type { Fact } from './lifecycle.ts';
import type { PaymentThread } from './message.ts';

import { changesInLines } from './routing-changes.ts';
import { bankInWords, methodInWords } from './words.ts';

/** The events that are told in the ops channel and belong to no payment, by Razorpay's names. */
export const operationsEvents: readonly string[] = [
  'settlement.processed',
  'payment.downtime.started',
  'payment.downtime.updated',
  'payment.downtime.resolved',
];

/**
 * Renders what the facts of an `ops#` home say: a settlement, a downtime, a webhook that is off, a decision table that was changed. Pure, in any order, with
 * duplicates; undefined where there is nothing to tell.
 */
export function renderOperations(facts: readonly Fact[]): PaymentThread | undefined {
  const events = facts
    .flatMap((fact) => (fact.source === 'razorpay' && operationsEvents.includes(fact.event.name) ? [fact.event] : []))
    .sort((a, b) => compare(b.at ?? 0, a.at ?? 0) || compare(JSON.stringify(a), JSON.stringify(b)));
  const settlement = events.find((event) => event.settlement)?.settlement;
  if (settlement) return settled(settlement);
  const downtimes = events.flatMap((event) => event.downtime ?? []);
  if (downtimes[0]) return down([downtimes[0], ...downtimes.slice(1)]);
  const routed = facts.find((fact) => fact.source === 'note' && fact.note.kind === 'routed');
  if (routed) return rerouted(routed);
  return webhook(facts.flatMap((fact) => (fact.source === 'note' ? [fact.note] : [])));
}

/** The decision table was changed by a person. */
function rerouted(fact: Fact): PaymentThread | undefined {
  if (fact.source !== 'note' || fact.note.kind !== 'routed') return undefined;
  const { by, version, before, changes } = fact.note;
  return thread(
    message(
      body('🧭 ', { bold: 'Routing changed' }, ` · ${shortName(by.name) || 'by somebody of the directory'}`),
      body(...changesInLines(changes)),
      fine(
        `version ${version}, before ${before === 0 ? 'the built-in table' : before} · `,
        { at: Math.floor(fact.at / 1_000) },
        ' · /warroom routing shows all of it; threads that are posted stay where they are',
      ),
    ),
  );
}

/** Razorpay names no currency here: settlements are paid out in that of the account, which is INR in India. */
function settled({ id, amount, fees, utr }: SettlementEntity): PaymentThread {
  const kept = fees ? `Razorpay kept ${formatAmount(fees, 'INR')} in fees and tax. ` : '';
  return thread(
    message(
      body('🏦 ', { bold: 'Settled' }, ...(amount === undefined ? [] : [` · ${formatAmount(amount, 'INR')}`])),
      body(`${kept}The money is on its way to the bank account; it may take up to three hours.`),
      fine(...joined(' · ', [utr && `UTR ${utr}`, id])),
    ),
  );
}

function down([newest, ...older]: readonly [DowntimeEntity, ...DowntimeEntity[]]): PaymentThread {
  const { id, method, instruments, severity, scheduled } = newest;
  const all = [newest, ...older];
  const begin = all.find((each) => each.begin !== undefined)?.begin;
  const isOver = all.some(({ status }) => status === 'resolved');
  const end = all.find((each) => each.end !== undefined && each.status === 'resolved')?.end;
  const at = instruments.length > 0 ? ` (${instruments.map(bankInWords).join(', ')})` : '';
  const what = `${method === undefined ? 'Payments' : capitalized(methodInWords({ method }))}${at}`;
  const since: Inline[] = begin === undefined ? [] : [' since ', { at: begin }];
  const sentence: Inline[] = isOver
    ? [`${what} works again`, ...(end === undefined ? [] : [' since ', { at: end } as const]), '.']
    : [
        `${how[severity ?? ''] ?? 'Payments'} by this method may fail${scheduled ? ': a planned downtime' : ''}`,
        ...since,
        '. Payers can use another method; nothing has to be done here.',
      ];
  const root = message(
    body(isOver ? '✅ ' : '⚠️ ', { bold: isOver ? 'Works again' : 'Down' }, ` · ${what}`),
    body(...sentence),
    fine(...joined(' · ', [id, severity && `severity ${brief(severity, 20)}`])),
  );
  const over = message(body(...sentence), fine(id));
  return thread(root, isOver ? [{ key: `resolved#${id}`, content: over }] : []);
}

const how: Readonly<Record<string, string>> = {
  high: 'Most payments',
  medium: 'Many payments',
  low: 'Some payments',
};

/** One thread for the webhook of an account; a reply for each time that it was switched off or on. */
function webhook(notes: readonly (Fact & { readonly source: 'note' })['note'][]): PaymentThread | undefined {
  const off = new Map(notes.flatMap((note) => (note.kind === 'webhookDisabled' ? [[note.disabledAt, note.url]] : [])));
  const on = new Set(notes.flatMap((note) => (note.kind === 'webhookEnabled' ? [note.at] : [])));
  const [lastOff] = [...off].sort(([a], [b]) => b - a);
  if (!lastOff) return undefined;
  const [disabledAt, url] = lastOff;
  const back = Math.max(0, ...on);
  const isOn = back >= disabledAt;
  const root = isOn
    ? message(
        body('✅ ', { bold: 'Webhook on again' }, ' · since ', { at: back }),
        body('Razorpay delivers again. Payments started meanwhile by others than War Room may be missing here.'),
        fine(brief(url, 255)),
      )
    : message(
        body('⚠️ ', { bold: 'Webhook off' }, ' · since ', { at: disabledAt }),
        body(
          'Razorpay has switched the webhook off and reports no payments. War Room still asks about those that it knows. ' +
            "Switch it on again in Razorpay's dashboard, under Webhooks.",
        ),
        fine(brief(url, 255)),
      );
  const changes = [
    ...[...off.keys()].map((at) => ({ at, key: `off#${at}`, says: 'Razorpay switched the webhook off.' })),
    ...[...on].map((at) => ({ at, key: `on#${at}`, says: 'The webhook is on again.' })),
  ].sort((a, b) => a.at - b.at || compare(a.key, b.key));
  return thread(
    root,
    changes.map(({ at, key, says }) => ({ key, content: message(body(says), fine({ at })) })),
  );
}

function thread(root: Message['content'], replies: readonly Message[] = []): PaymentThread {
  return { root: { key: 'root', content: root }, replies };
}

function capitalized(words: string): string {
  return `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`;
}
