import type { ModalView } from '@slack/types';
import type { UserId } from '../base/names.ts';
import type { Team } from '../slack/installation.ts';
import { shortName } from '../slack/person-name.ts';
import { body, type Content, fine, type Inline, joined, message } from '../slack/text.ts';
import type { CallThread } from './message.ts';

/** So many people may be protected: who reads everything should be few. */
const protectedAtMost = 20;

export const protectedForm = { view: 'calls.protected', block: 'people', field: 'chosen' } as const;

/** The form in which those who belong into every channel are chosen. `protectedBy.times` says later from which list it was begun. */
export function protectedView({
  protectedPeople = [],
  protectedBy,
}: Pick<Team, 'protectedPeople' | 'protectedBy'>): ModalView {
  return {
    type: 'modal',
    callback_id: protectedForm.view,
    private_metadata: String(protectedBy?.times ?? 0),
    title: { type: 'plain_text', text: 'Channels of calls' },
    submit: { type: 'plain_text', text: 'Save' },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: [
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text:
            'Each agent has a private channel, which the agent and everybody above read. Whoever you choose here is in *all* of ' +
            'them as well, reads every call, and is never removed: those who review calls, for example.',
        },
      },
      {
        type: 'input',
        block_id: protectedForm.block,
        optional: true,
        label: { type: 'plain_text', text: 'Who else reads every channel' },
        hint: { type: 'plain_text', text: `At most ${protectedAtMost}. The ops channel is told who changed it.` },
        element: {
          type: 'multi_users_select',
          action_id: protectedForm.field,
          max_selected_items: protectedAtMost,
          ...(protectedPeople.length > 0 && { initial_users: [...protectedPeople] }),
        },
      },
    ],
  };
}

/** What the ops channel is told of a change; of each there is one message. */
export function protectedNotice({
  protectedPeople = [],
  protectedBy,
}: Pick<Team, 'protectedPeople' | 'protectedBy'>): CallThread {
  const who = (protectedBy && shortName(protectedBy.by.name)) || 'Somebody';
  const people: Inline[] = joined(
    ', ',
    protectedPeople.map((person): Inline => ({ person })),
  );
  const content = message(
    body(
      '🛡️ ',
      { bold: `${who} changed who is in every channel of calls` },
      ...(people.length > 0
        ? [': beside the agent and those above, now ', ...people, '.']
        : [': nobody beside the agent and those above.']),
    ),
    body('They come into a channel, and others leave it, with its next call, or tonight.'),
    fine(...(protectedBy ? [{ at: Math.floor(protectedBy.at / 1000) }] : []), ' · /warroom protect changes it'),
  );
  return { root: { key: 'root', content }, replies: [] };
}

/** Why somebody may not say who is protected. */
export function notTheirs(): Content {
  return message(
    body(
      'Only somebody who stands at the top of the directory, or who installed War Room, can say who reads every call.',
    ),
    body('Nothing was changed. Ask one of them.'),
  );
}

/** Somebody else has changed it while the form was open. */
export function overtaken(): Content {
  return message(
    body(
      'Somebody else changed who is in every channel of calls meanwhile, and your choice was not saved. Open it again.',
    ),
  );
}

/** Whether it is the same people. */
export function areSame(some: readonly UserId[], others: readonly UserId[]): boolean {
  return [...some].sort().join(' ') === [...others].sort().join(' ');
}
