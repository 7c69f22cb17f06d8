import { type Handler, ofTheCompany, type Word } from '../../shared/desk/desk.ts';
import { stranger } from '../../shared/desk/stranger.ts';
import { RoutingDesk, type RoutingDeskParts } from '../../shared/payments/routing-desk.ts';
import { presses, views } from '../../shared/payments/routing-modal.ts';
import type { Press, Submission } from '../../shared/slack/inbound.ts';

/** `origin` is where War Room's pages are. */
export type RoutingAtDesk = RoutingDeskParts & { readonly origin: string };

/** What can be asked of the decision table: one word, and what is pressed and sent in its form. */
export function routingAt({ origin, ...parts }: RoutingAtDesk): {
  readonly routing: Word;
  readonly presses: Readonly<Record<string, Handler<Press>>>;
  readonly submissions: Readonly<Record<string, Handler<Submission>>>;
} {
  const desk = new RoutingDesk(parts);
  const press: Handler<Press> = async (asked, person) => {
    if (person.kind === 'known') return desk.press(asked);
    const content = stranger(person.why, origin);
    return asked.view ? desk.turnAway(asked, content) : { content };
  };
  const submit: Handler<Submission> = async (asked, person) =>
    person.kind === 'known' ? desk.submit(asked, person) : desk.turnAway(asked, stranger(person.why, origin));
  return {
    routing: {
      usage: '',
      says: 'where payments go: see the table, try a payment against it, change it',
      handle: ofTheCompany(origin, (asked) => desk.open(asked)),
    },
    presses: Object.fromEntries(Object.values(presses).map((id) => [id, press])),
    submissions: { [views.table]: submit, [views.try]: submit },
  };
}
