import type { Item, Key } from '../aws/table.ts';
import type { WholeTable } from '../aws/whole-table.ts';
import type { Clock } from '../base/clock.ts';
import type { Step as ErasingStep } from '../base/erasing.ts';
import type { TeamId } from '../base/names.ts';
import { type DayStore, type Step, stepsUntil } from './day-store.ts';
import { addressOf } from './standing.ts';
import type { Details } from './store.ts';

/** What is kept of a learner on their way into the workspace, by the company's id. */
export type LearnerInvited = {
  readonly team: TeamId;
  readonly details: Item | undefined;
  /** That they are enrolled under an address, and that they came with an account. */
  readonly pointers: readonly Key[];
  /** Invitations to their addresses, where nobody else has the same. */
  readonly invitations: readonly Key[];
  /** What happened to them, as the message of its day tells it. */
  readonly steps: readonly Item[];
  /** The days of these, as far as all that happened then is still there. */
  readonly days: readonly string[];
};

/** The ids of the learners who are known under an address. */
export async function learnersAt(team: TeamId, email: string, learners: WholeTable): Promise<string[]> {
  const ids: string[] = [];
  const address = addressOf(email);
  for await (const item of learners.itemsOf(team)) {
    if (detailsIn(team, item)?.address === address) ids.push(item.sk);
  }
  return ids;
}

export async function learnerInvited(
  team: TeamId,
  id: string,
  learners: WholeTable,
  now: number,
): Promise<LearnerInvited> {
  const pointers: Key[] = [];
  const steps: Item[] = [];
  const invited: Key[] = [];
  const others = new Set<string>();
  let details: Item | undefined;
  for await (const item of learners.itemsOf(team)) {
    const { pk, sk } = item;
    if (sk === id && detailsIn(team, item)) details = item;
    else if (sk === `learner#${id}`) pointers.push({ pk, sk });
    else if (sk.startsWith('learner#')) others.add(pk);
    else if (sk === 'invitation') invited.push({ pk, sk });
    else if (stepIn(item)?.learner === id) steps.push(item);
  }
  const own = details && detailsIn(team, details);
  const addresses = new Set(pointers.map(({ pk }) => pk));
  if (own) addresses.add(`${team}#address#${own.address}`);
  const whole = steps.filter((item) => stepsUntil(dayIn(team, item)) > now);
  return {
    team,
    details,
    pointers,
    invitations: invited.filter(({ pk }) => addresses.has(pk) && !others.has(pk)),
    steps,
    days: [...new Set(whole.map((item) => dayIn(team, item)))],
  };
}

/** Takes a learner's name out of what the messages of days tell, and has the messages edited. */
export function erasingSteps(
  { team, steps, days }: LearnerInvited,
  {
    learners,
    store,
    clock,
  }: { readonly learners: WholeTable; readonly store: DayStore; readonly clock: Pick<Clock, 'now'> },
): ErasingStep[] {
  return [
    {
      what: 'steps towards the workspace',
      find: async function* () {
        for (const item of steps) {
          const step = stepIn(item);
          if (!step || step.name === nobody) continue;
          yield async () => {
            await learners.table.update(item, {
              update: 'SET step = :step',
              when: 'attribute_exists(pk)',
              values: { ':step': nameless(step) },
            });
            return 'erased';
          };
        }
      },
    },
    {
      what: 'days told in the ops channel, edited in Slack within minutes',
      once: true,
      find: async function* () {
        for (const day of days) {
          yield async () => {
            await store.retell(team, day, clock.now());
            return 'erased';
          };
        }
      },
    },
  ];
}

/**
 * Erases who a learner is and by what they were invited; their address goes last, since they may have been asked for by it. Whoever was about to look at them finds no
 * enrolment by which they could be written to.
 */
export function erasingInvited({ details, pointers, invitations }: LearnerInvited, { table }: WholeTable): ErasingStep {
  return {
    what: 'records of their way into the workspace',
    find: async function* () {
      for (const key of [...invitations, ...pointers]) {
        yield async () => {
          await table.delete(key);
          return 'erased';
        };
      }
      if (!details) return;
      yield async () => {
        // What was marked meanwhile stays marked.
        await table.update(details, {
          update: 'SET version = version + :one REMOVE details',
          when: 'attribute_exists(details)',
          values: { ':one': 1 },
        });
        return 'erased';
      };
    },
  };
}

const nobody = '';

/** A mail system says in words of its own why something came back: these may hold the address. */
function nameless(step: Step): Step {
  return { ...step, name: nobody, ...(step.cause === 'bounced' && { code: 'came back' }) };
}

function detailsIn(team: TeamId, { pk, ...item }: Item): Details | undefined {
  return pk.startsWith(`${team}#learners#`) ? (item['details'] as Details | undefined) : undefined;
}

function stepIn(item: Item): Step | undefined {
  return item['step'] as Step | undefined;
}

function dayIn(team: TeamId, { pk }: Item): string {
  return pk.slice(`${team}#day#`.length);
}
