/**
 * What of a storm is sent when: every life's steps, cut where one has to wait for another, doubled, lost and out of order as
 * chance will have it. Pure: the same lives and the same chance, the same deliveries.
 */
import { razorpayId } from '../razorpay-bodies.ts';
import type { Ending, Step } from '../telling.ts';
import type { Life } from './lives.ts';

export type BadWeather = {
  /** Share of the webhooks that come twice, 0 to 1. */
  readonly duplicates: number;
  /** Share of the webhooks that may be lost and are, 0 to 1. */
  readonly lose: number;
  /** Whether they come out of order, within a life and between lives, and some of them much later. */
  readonly reorder: boolean;
  readonly random: () => number;
};

/** One request, or none: a webhook that is lost only leaves its trace at Razorpay. */
export type Delivery = {
  readonly life: Life;
  /** Which step of its life. */
  readonly position: number;
  readonly step: Step;
  readonly isAgain: boolean;
  readonly isLost: boolean;
  /** In steps of a life: smaller is sent earlier. */
  readonly at: number;
};

/** Deliveries that may be sent once the thread that they await is told, and those of the phase before are acknowledged. */
export type Phase = {
  readonly awaits: Ending | undefined;
  readonly deliveries: readonly Delivery[];
};

/** Of so many steps, a delivery that is out of order comes later or earlier. */
const JITTER = 12;
/** A few are held up for much longer. */
const HELD_UP = { share: 0.03, steps: 400 };
/** A few of the doubled ones come under another event id, over the same bytes. */
const OTHER_ID = 0.1;

/** The phases of a life, in their order; its `slot` says before and after which others it is sent. */
export function phasesOf(life: Life, weather: BadWeather, slot = life.index): readonly Phase[] {
  const phases: { awaits: Ending | undefined; deliveries: Delivery[] }[] = [];
  let startsNext = true;
  life.steps.forEach((step, position) => {
    if (startsNext || step.awaits !== undefined) phases.push({ awaits: step.awaits, deliveries: [] });
    phases.at(-1)?.deliveries.push(...deliveriesOf(life, step, position, slot, weather));
    startsNext = decidesTheChannel(life, step);
  });
  return phases;
}

/** Where a learner's later payments go is decided by what the checkout says of them; so nothing may come before that. */
function decidesTheChannel({ endings }: Life, { sent }: Step): boolean {
  return sent.kind === 'initiated' && endings.some(({ channel }) => channel === 'partPayments');
}

function deliveriesOf(life: Life, step: Step, position: number, slot: number, weather: BadWeather): Delivery[] {
  const { duplicates, lose, reorder, random } = weather;
  const isHeldUp = random() < HELD_UP.share;
  const jitter = random() * JITTER;
  const at = slot + position + (reorder ? jitter + (isHeldUp ? HELD_UP.steps : 0) : 0);
  const mayBeLost = step.sent.kind === 'webhook' && life.losable.includes(String(step.sent.body['event']));
  const isLost = random() < lose && mayBeLost;
  const first: Delivery = { life, position, step, isAgain: false, isLost, at };
  if (!(random() < duplicates) || step.sent.kind !== 'webhook' || isLost) return [first];
  const { sent } = step;
  const eventId = random() < OTHER_ID ? razorpayId('', random) : sent.eventId;
  return [
    first,
    { ...first, step: { ...step, sent: { ...sent, eventId } }, isAgain: true, at: at + random() * JITTER },
  ];
}
