import type { KeptSecret } from '../../shared/base/secret.ts';
import type { Known } from '../../shared/desk/asking.ts';
import { connectUrl } from '../../shared/desk/connect.ts';
import { type Handler, ofTheCompany, type Word } from '../../shared/desk/desk.ts';
import { stale } from '../../shared/desk/stale.ts';
import { buttonIds, type Pressed, readValue } from '../../shared/payments/buttons.ts';
import { type ExplainParts, explain, explainSought } from '../../shared/payments/explain.ts';
import type { PressParts, ThreadPress } from '../../shared/payments/press.ts';
import { snooze } from '../../shared/payments/snooze.ts';
import { takeOver } from '../../shared/payments/take-over.ts';
import { threadRef } from '../../shared/payments/wake.ts';
import type { Accounts } from '../../shared/razorpay/accounts.ts';
import type { Press } from '../../shared/slack/inbound.ts';
import type { Installations } from '../../shared/slack/installation.ts';

export type PaymentsAtDesk = PressParts &
  ExplainParts & {
    readonly accounts: Pick<KeptSecret<Accounts>, 'value'>;
    readonly installations: Pick<Installations, 'connection'>;
    /** Where War Room's pages are. */
    readonly origin: string;
    /** What waits are multiplied with, 1 live. */
    readonly scale: number;
  };

/** What can be asked of payments: buttons on their threads, and one word. */
export function paymentsAt(parts: PaymentsAtDesk): {
  readonly explain: Word;
  readonly presses: Readonly<Record<string, Handler<Press>>>;
} {
  const { origin, scale, installations } = parts;
  return {
    explain: {
      usage: '<id>',
      says: 'how a payment stands, why it is told where it is, and what happens next',
      handle: ofTheCompany(origin, async ({ team, text }, { admin }) => {
        const [, id = '', account] = text.trim().split(/\s+/).map(withoutMarks);
        return { content: await explainSought({ team, id, account }, admin.id, parts) };
      }),
    },
    presses: {
      [buttonIds.explain]: onPayment(origin, async ({ team }, { account, thread }, { admin }) =>
        explain({ team, account }, thread, admin.id, parts),
      ),
      [buttonIds.takeOver]: onPayment(origin, async (press, pressed, person) => {
        const { team } = press;
        const [connection, { destination }] = await Promise.all([
          installations.connection(team, person.user),
          parts.log.read(threadRef({ team, account: pressed.account }, pressed.thread)),
        ]);
        const own = connection?.state === 'live' ? 'person' : { connectUrl: connectUrl(origin, team) };
        const posting = destination?.postAs === 'app' ? 'app' : own;
        return takeOver(pressOf(press, pressed, person), posting, parts);
      }),
      [buttonIds.snooze]: onPayment(origin, async (press, pressed, person) =>
        snooze(pressOf(press, pressed, person), scale, parts),
      ),
    },
  };
}

/** What people put around an id, or Slack does. */
function withoutMarks(word: string): string {
  return word.replace(/^[<`*_"'“]+|[>`*"'”.,]+$/g, '');
}

/** A button on a thread, pressed by somebody of the company. The team is that of Slack's envelope, whatever the value says. */
function onPayment(
  origin: string,
  answer: (press: Press, pressed: Pressed, person: Known) => ReturnType<typeof explain>,
): Handler<Press> {
  return ofTheCompany(origin, async (press, person) => {
    const pressed = readValue(press.action.value);
    return { content: pressed ? await answer(press, pressed, person) : stale() };
  });
}

function pressOf({ id, team }: Press, { account, thread, seen }: Pressed, { admin }: Known): ThreadPress {
  return { id, place: { team, account }, thread, seen, by: { id: admin.id, name: admin.name } };
}
