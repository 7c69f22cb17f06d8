import type { ChannelId } from '../base/names.ts';
import { shortName } from '../slack/person-name.ts';
import {
  actions,
  body,
  brief,
  type Content,
  fine,
  type Inline,
  joined,
  message,
  withoutContacts,
} from '../slack/text.ts';
import { type Fused, fusedParagraphs } from './fused.ts';
import type { CallThread } from './message.ts';
import { isPassedId } from './passed.ts';
import { roughly } from './roughly.ts';
import type { LostChannel, Waiting } from './store.ts';
import { type Failure, isOpen, type Stayed, type Trouble } from './trouble.ts';

/** As many people are named in one message; the rest is counted. */
const namedAtOnce = 20;

/**
 * What the ops channel is told of what an agent cannot be told, calls and leads that were passed to them: what happened, since when,
 * how many, what to do. `last`: what it was that waited last, where nothing waits any more.
 */
export function waitingNotice(
  agent: string,
  name: string | undefined,
  waiting: readonly Waiting[],
  {
    fused,
    channel,
    last = '',
  }: {
    readonly fused?: Fused | undefined;
    readonly channel?: ChannelId | undefined;
    readonly last?: string;
  } = {},
): CallThread {
  const first = waiting.toSorted((a, b) => a.since - b.since || (a.call < b.call ? -1 : 1))[0];
  const who = (name && shortName(name)) || agent;
  if (!first) {
    const over = isPassedId(last) ? `No lead waits for ${who} any more.` : `The calls of ${who} are posted again.`;
    return { root: { key: 'root', content: message(body(`▶️ ${over}`)) }, replies: [] };
  }
  const leads = waiting.filter(({ call }) => isPassedId(call)).length;
  const calls = waiting.length - leads;
  const { happened, remedy } = causeInWords(first.code, { calls, leads });
  const many = [...counted(calls, 'call'), ...counted(leads, 'passed lead')].join(' and ');
  const content = message(
    body('⏸️ ', { bold: calls > 0 ? `Calls of ${who} wait` : `Leads passed to ${who} wait` }, `: ${happened}.`),
    body(
      `${many} ${waiting.length === 1 ? 'waits' : 'wait'}, nothing is lost. ${remedy} War Room looks again every ten minutes.`,
    ),
    fine('since ', { at: Math.floor(first.since / 1000) }, ` · ${agent} · ${brief(first.code)}`),
    ...(first.code === 'fused' && fused ? fusedParagraphs(agent, fused) : []),
    ...(first.code === 'lost' && channel ? [actions(deletedButton(agent, channel))] : []),
  );
  return { root: { key: 'root', content }, replies: [] };
}

export const deletedId = 'calls.deleted';

function deletedButton(agent: string, channel: ChannelId) {
  return {
    id: deletedId,
    label: 'It was deleted',
    value: `${agent}#${channel}`,
    confirm: {
      title: 'Make a new channel?',
      text: 'If the old one is still there, people go on reading in it what was posted so far, and nothing new.',
      yes: 'Make one',
    },
  };
}

/** What the ops channel is asked about a removal of many for which no call waits, and that it is settled. */
export function fusedNotice(agent: string, fused: Fused, isOver: boolean): CallThread {
  const { channel } = fused;
  const content = isOver
    ? message(body('▶️ Nobody is in ', { channel }, ' any more who should not be.'))
    : message(
        body('✋ ', { bold: `Should ${fused.people.length} people be removed` }, ' from ', { channel }, '?'),
        body(
          'They are neither the agent nor above. It is more than usual, which may be a mistake in the directory: until somebody above the agent ' +
            'approves it, they go on reading. If it is a mistake, put the directory right.',
        ),
        ...fusedParagraphs(agent, fused),
        fine(agent),
      );
  return { root: { key: 'root', content }, replies: [] };
}

/** What the ops channel is told of the channel of an agent whom the directory does not know any more. */
export function goneNotice(agent: string, channel: ChannelId): CallThread {
  const content = message(
    body('👤 ', { bold: 'An agent is not in the directory any more' }, ', and has a channel: ', { channel }, '.'),
    body(
      'Whoever was above them last goes on reading it, as long as they work here, and nobody else. Archive it if nobody needs it; ' +
        'if they should be there, put them back into the directory.',
    ),
    fine(agent),
  );
  return { root: { key: 'root', content }, replies: [] };
}

/** What the ops channel is told of a channel that was deleted: by whom it is known, and which one took its place. */
export function lostNotice(
  agent: string,
  { at }: LostChannel,
  by: string | undefined,
  instead: ChannelId | undefined,
): CallThread {
  const says = by === undefined ? '' : `, as ${shortName(by) || 'somebody above'} says`;
  const content = message(
    body('🗑️ ', { bold: `The channel for the calls of ${shortName(agent) || agent} was deleted` }, `${says}.`),
    body(
      ...(instead === undefined
        ? ['A new one is made with the next call. ']
        : ['Calls are posted in ', { channel: instead }, ' from now on. ']),
      'What stood in the old one is gone with it, and is not posted again.',
    ),
    fine({ at: Math.floor(at / 1000) }),
  );
  return { root: { key: 'root', content }, replies: [] };
}

/** What the ops channel is told of a channel that somebody renamed. Nobody has to do anything. */
export function renamedNotice(agent: string, channel: ChannelId): CallThread {
  const whose = `The channel for the calls of ${shortName(agent) || agent} was renamed`;
  const content = message(body('✏️ ', whose, ': it is ', { channel }, ' now, and calls go on there.'));
  return { root: { key: 'root', content }, replies: [] };
}

function counted(many: number, what: string): string[] {
  return many === 0 ? [] : [`${roughly(many)} ${what}${many === 1 ? '' : 's'}`];
}

/** What the ops channel is told of the members of an agent's channel: who is not there, and who is and should not be. */
export function troubleNotice(channel: ChannelId, trouble: Trouble): CallThread {
  const stay = trouble.stayed.filter(({ until }) => until === undefined);
  const content = isOpen(trouble)
    ? message(
        body(
          '👥 ',
          { bold: 'Not everybody is where they should be' },
          ' in ',
          { channel },
          '. Its calls are posted all the same.',
        ),
        body(...listed('Should be there and cannot be: ', trouble.missing)),
        body(
          ...listed('Should be out and could not be removed: ', stay),
          stay.length > 0 ? ' Remove them by hand.' : '',
        ),
        body(
          trouble.unread === undefined
            ? ''
            : `Slack does not say who is there (${brief(trouble.unread)}), so nobody was removed. Look at the members yourself.`,
        ),
        fine('since ', { at: Math.floor(trouble.since / 1000) }, ' · War Room tries again with the next call'),
      )
    : message(body('👥 Everybody who should be in ', { channel }, ' is there again, and nobody else.'));
  return {
    root: { key: 'root', content },
    replies: trouble.stayed.map((each) => ({
      key: `stays#${each.user}#${each.since}`,
      content: stayedInWords(channel, each),
      broadcast: true,
    })),
  };
}

function stayedInWords(channel: ChannelId, { user, name, code, until }: Stayed): Content {
  const who: Inline = shortName(name) || { person: user };
  if (until !== undefined) return message(body('✅ ', who, ' is no longer in ', { channel }, '.'));
  return message(
    body('🚪 ', { bold: 'Remove somebody by hand: ' }, who, ' reads ', { channel }, ' and should not.'),
    body(`They are neither the agent nor above, and Slack did not let War Room remove them (${brief(code)}).`),
  );
}

function listed(begin: string, people: readonly Failure[]): Inline[] {
  if (people.length === 0) return [];
  const named = people
    .slice(0, namedAtOnce)
    .map(({ name, code }) => `${shortName(name) || 'somebody'} (${brief(codeInWords(code), 90)})`);
  const more = people.length - named.length;
  return [begin, ...joined(', ', [...named, more > 0 ? `and ${more} more` : undefined]), '.'];
}

/** Slack's codes as people say them; what is in words already stays as it is. */
function codeInWords(code: string): string {
  switch (code) {
    case 'user_is_restricted':
    case 'ura_max_channels':
      return 'they are a guest who may not be in another channel';
    case 'user_disabled':
    case 'user_not_found':
      return 'their Slack account is deactivated';
    case 'org_user_not_in_team':
    case 'user_team_not_in_channel':
    case 'invitee_cant_see_channel':
      return 'they are not in this workspace';
    default:
      return withoutContacts(code);
  }
}

function causeInWords(
  code: string,
  { calls, leads }: { readonly calls: number; readonly leads: number },
): { readonly happened: string; readonly remedy: string } {
  switch (code) {
    case 'unknown':
      return {
        happened: 'the directory knows nobody with this id',
        remedy: [
          'Put the person into the directory (PUT /v1/admins)',
          ...(calls > 0 ? [', or send the call again with another id of its own'] : []),
          ...(leads > 0 ? [', or give the lead to somebody else (PUT /v1/leads)'] : []),
          '.',
        ].join(''),
      };
    case 'left':
      return {
        happened: 'the agent no longer works here, as the directory has it',
        remedy: 'If that is wrong, set them active in the directory.',
      };
    case 'absent':
      return {
        happened: 'nobody in Slack has the e-mail address of the agent',
        remedy: 'Invite them into the workspace, or put their address right in the directory.',
      };
    case 'deactivated':
      return {
        happened: "the agent's Slack account is deactivated",
        remedy: 'Activate it in the settings of the workspace.',
      };
    case 'invited':
      return {
        happened: 'the agent has not accepted the invitation to Slack yet',
        remedy: 'Ask them to accept it, or invite them again.',
      };
    case 'unconfirmed':
      return {
        happened: "the agent's e-mail address is not confirmed in Slack",
        remedy: 'Ask them to confirm it: Slack has sent them a link.',
      };
    case 'foreign':
      return {
        happened: "the agent's e-mail address belongs to somebody of another workspace",
        remedy: 'Invite the agent into this workspace.',
      };
    case 'lost':
      return {
        happened:
          'Slack does not show War Room their channel any more: it was put out of it, or the channel was deleted',
        remedy:
          'If it is there, add War Room to it again (/invite in the channel), and they follow. If it was deleted, somebody above the agent says so here, and a new one is made.',
      };
    case 'fused':
      return {
        happened:
          'more people than usual would have to be removed from their channel, which may be a mistake in the directory',
        remedy: 'If they should go, somebody above the agent approves it here; else put the directory right.',
      };
    default:
      return {
        happened: 'Slack does not let War Room make a private channel for them',
        remedy: 'Let apps make private channels in the settings of the workspace.',
      };
  }
}
