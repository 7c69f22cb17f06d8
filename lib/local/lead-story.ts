/** A lead with payments under way that is given to somebody else, as the CRM tells a running stack, and looked for in Slack. */
import { type CallShown, untilShown } from './call-story.ts';
import type { LocalFacts } from './facts.ts';
import { nameOfAdmin, PlayFailed, send, threadOf } from './play.ts';
import { ownedBy, STORIES } from './stories.ts';
import type { Scene, Step } from './telling.ts';

type Facts = Pick<LocalFacts, 'api' | 'apiKey' | 'razorpay' | 'timeScale' | 'slack'>;

/** Each story is played so far, its payment still under way: one has failed, one has only begun. */
const underWay: readonly (readonly [story: string, steps: number])[] = [
  ['failed-then-captured', 2],
  ['payment', 1],
];

const POSTED_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;

/** What the checkout and Razorpay tell of a lead's payments, for whoever `owner` is. */
function stepsOf(lead: { readonly id: string; readonly name: string }, owner: Person, scene: Scene): Step[] {
  return underWay.flatMap(([name, steps]) => {
    const story = STORIES[name]?.story(scene);
    if (story === undefined) throw new Error(`There is no story "${name}".`);
    const theirs = ownedBy(story, owner).steps.slice(0, steps);
    return theirs.map((step): Step => {
      const { sent, tells } = step;
      if (sent.kind !== 'initiated') return step;
      const { name: other } = sent.body['lead'] as { readonly name: string };
      return { ...step, tells: tells.replace(other, lead.name), sent: { ...sent, body: { ...sent.body, lead } } };
    });
  });
}

type Person = { readonly id: string; readonly name: string };

/**
 * Has payments of a lead begin, gives the lead from one person to another, and waits until the new owner is told in their channel.
 * Throws `PlayFailed` where something is refused or does not come.
 */
export async function passLead(
  facts: Facts,
  { from, to, lead }: { readonly from: string; readonly to: string; readonly lead: Person },
  scene: Scene,
  say: (line: string) => void,
): Promise<CallShown> {
  const former = { id: from, name: await nameOfAdmin(facts, from) };
  const assignedAdmin = { id: to, name: await nameOfAdmin(facts, to) };
  const steps = stepsOf(lead, former, scene);
  for (const step of steps) {
    say(`${step.tells} -> ${await send(facts, step)}`);
    if (step.sent.kind === 'initiated') await posted(facts, String(step.sent.body['orderId']));
  }
  const response = await fetch(`${facts.api}/v1/leads/${encodeURIComponent(lead.id)}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${facts.apiKey}` },
    body: JSON.stringify({ name: lead.name, assignedAdmin }),
  });
  if (response.status >= 400) {
    throw new PlayFailed(`PUT /v1/leads was refused with ${response.status}: ${await response.text()}`);
  }
  const { since } = (await response.json()) as { readonly since: string };
  say(`${assignedAdmin.name} looks after ${lead.name} now -> ${response.status}`);
  // What is told of a lead is named by when its owner was: no other change has that time.
  const suffix = `~${Date.parse(since).toString(36)}/root`;
  return untilShown(
    facts,
    (marker) => marker.startsWith(`calls#${to}#~`) && marker.endsWith(suffix),
    `What ${assignedAdmin.name} is told`,
  );
}

/** A payment that is in Slack can be led to. */
async function posted(facts: Facts, orderId: string): Promise<void> {
  const end = Date.now() + POSTED_WITHIN_MS;
  while (!(await threadOf(facts, orderId))?.messages.some(({ state }) => state === 'posted')) {
    if (Date.now() > end) throw new PlayFailed(`The payment ${orderId} is not in Slack after a minute.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
