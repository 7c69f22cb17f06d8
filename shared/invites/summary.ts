import type { TeamId } from '../base/names.ts';
import { shortName } from '../slack/person-name.ts';
import { body, brief, type Content, fine, type Inline, joined, message } from '../slack/text.ts';
import type { Step } from './day-store.ts';
import { needs, type ProviderName } from './provider.ts';

/** As many people are named; the rest is counted. */
const namedAtOnce = 20;

/** What the ops channel is told of a day: how many came how far, and who needs somebody. Never an address. */
export function summary(day: string, steps: readonly Step[]): Content {
  const invited = steps.filter(({ to, from }) => to === 'INVITED' && from !== 'INVITED');
  const joinedThem = steps.filter(({ to, from }) => to === 'ACCEPTED' && from !== 'ACCEPTED');
  const back = joinedThem.filter(({ from }) => from === 'DEACTIVATED');
  const gone = steps.filter(({ to, from }) => to === 'DEACTIVATED' && from !== 'DEACTIVATED');
  const enrolled = steps.filter(
    ({ to, from, cause }) => to === 'PENDING' && from !== 'PENDING' && cause === 'enrolled',
  );
  const turnedAway = steps.filter(({ cause }) => cause === 'refused' || cause === 'bounced');
  const unsure = invited.filter(({ code }) => code !== undefined && isUnsure(code));
  const left = steps.filter(({ cause }) => cause === 'left');
  const counts: [number, string][] = [
    [enrolled.length, 'enrolled'],
    [invited.length, 'invited'],
    [joinedThem.length - back.length, 'joined'],
    [back.length, 'came back'],
    [gone.length, 'deactivated'],
    [turnedAway.length, 'could not be invited'],
    [left.length, 'no longer enrolled'],
  ];
  const told = counts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []));
  return message(
    body('📨 ', { bold: `Workspace, ${dayInWords(day)}` }, `: ${told.join(' · ') || 'nothing changed'}`),
    body(...listed('Could not be invited: ', turnedAway, ({ code = '' }) => reasonInWords(code))),
    body(...listed('Perhaps invited, look into Slack: ', unsure, ({ code = '' }) => brief(code))),
    body(...listed('Enrolled in nothing any more, and still here: ', left)),
    fine('Who stands where: GET /v1/invites'),
  );
}

/** What keeps a team’s invitations from going out, or soon will, or did. */
export type Trouble = {
  readonly code: string;
  readonly provider: ProviderName | undefined;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly isOver: boolean;
};

/** What the ops channel is told of it. */
export function troubleNotice({ code, provider, since, isOver }: Trouble): Content {
  if (isOver) return message(body('📨 Invitations go out again.'), fine(`was: ${brief(code)}`));
  const { happened, remedy } = troubleInWords(code);
  const begin = code === 'link_expires_soon' || code === 'link_nearly_used_up' ? '⏳' : '⏸️';
  return message(
    body(`${begin} `, { bold: happened }, '. ', remedy),
    body(provider !== undefined && isOfPlan(code) ? needs[provider] : ''),
    fine('since ', { at: Math.floor(since / 1000) }, ` · ${brief(code)} · War Room looks again every hour`),
  );
}

/** The thread of a day. */
export function dayThread(team: TeamId, day: string) {
  return { team, key: `invites#${day}` };
}

export function troubleThread(team: TeamId, { since }: Pick<Trouble, 'since'>) {
  return { team, key: `invites-trouble#${since}` };
}

/** A day, `2026-11-22`, as people say it. */
function dayInWords(day: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(day));
}

function listed(begin: string, steps: readonly Step[], why: (step: Step) => string = () => ''): Inline[] {
  if (steps.length === 0) return [];
  const named = steps.slice(0, namedAtOnce).map((step) => {
    const reason = why(step);
    return `${shortName(step.name) || 'somebody'}${reason === '' ? '' : ` (${brief(reason, 90)})`}`;
  });
  const more = steps.length - named.length;
  return [begin, ...joined(', ', [...named, more > 0 ? `and ${more} more` : undefined]), '.'];
}

function isUnsure(code: string): boolean {
  return !code.startsWith('already') && code !== 'hook_409' && code !== '';
}

/** Why one person could not be invited, in the words of `GET /v1/invites` and of the ops channel. */
export function reasonInWords(code: string): string {
  switch (code) {
    case 'invalid_email':
    case 'hook_400':
    case 'hook_422':
      return 'the address is none that can be written to';
    case 'hook_410':
      return 'nobody has this address any more';
    case 'user_disabled':
      return 'their account is deactivated: an administrator has to activate it';
    case 'already_in_team':
    case 'already_in_channel':
      return 'somebody with this address is there already';
    case 'unconfirmed':
      return 'an account has this address, and never confirmed it';
    case 'failed_to_send_invite':
      return 'Slack could not send it';
    default:
      return code === '' ? 'no reason was given' : code;
  }
}

function isOfPlan(code: string): boolean {
  return !code.startsWith('link_') && !code.startsWith('hook_') && code !== 'settings';
}

function troubleInWords(code: string): { readonly happened: string; readonly remedy: string } {
  const waits = 'Nobody is invited meanwhile, and nobody is forgotten.';
  switch (code) {
    case 'link_expires_soon':
      return {
        happened: 'The join link ends within three days',
        remedy: 'Make a new one in Slack (Invite people, Copy invite link) and put it into the invites secret.',
      };
    case 'link_nearly_used_up':
      return {
        happened: 'The join link was sent to nearly as many as may use it',
        remedy: 'Make a new one in Slack (Invite people, Copy invite link) and put it into the invites secret.',
      };
    case 'link_expired':
    case 'link_used_up':
      return {
        happened:
          code === 'link_expired' ? 'The join link has ended' : 'The join link was sent as often as it may be used',
        remedy: `${waits} Make a new one in Slack (Invite people, Copy invite link) and put it into the invites secret.`,
      };
    case 'settings':
      return {
        happened: 'How this workspace invites is not written as it should be',
        remedy: `${waits} The log of InvitesSync says which field of the invites secret is wrong.`,
      };
    case 'feature_not_enabled':
    case 'not_paid':
    case 'not_allowed_for_grid_workspace':
      return { happened: 'The plan of this workspace does not let War Room invite', remedy: waits };
    case 'not_an_admin':
    case 'failed_to_validate_caller':
    case 'missing_scope':
    case 'not_allowed_token_type':
      return { happened: 'The token that invites may not', remedy: waits };
    case 'failed_to_validate_channels':
    case 'channel_not_found':
    case 'channel_archived':
    case 'not_in_channel':
      return { happened: 'The channel that people are invited into cannot be used', remedy: waits };
    default:
      return code.startsWith('hook_')
        ? {
            happened: 'The mail system does not take invitations',
            remedy: `${waits} Compare its address and key with the invites secret.`,
          }
        : { happened: 'Slack does not let War Room invite', remedy: waits };
  }
}
