import { type TeamId, teamId, type UserId } from '../base/names.ts';
import { type Asked, type AskOptions, ask } from './asked.ts';

/** A member of a workspace, as far as it matters who that is. */
export type Member = {
  readonly team: TeamId;
  readonly name: string;
  readonly email: string | undefined;
  readonly emailConfirmed: boolean;
  /** A person who is in the workspace now: no app, nobody of another workspace, nobody who left. */
  readonly isMember: boolean;
  readonly timeZone: string | undefined;
};

/** https://docs.slack.dev/reference/methods/users.info, https://docs.slack.dev/reference/objects/user-object */
export async function lookUp(token: string, user: UserId, options: AskOptions): Promise<Asked<Member>> {
  return ask(token, options, async (client) => {
    const { user: it } = await client.users.info({ user });
    return {
      team: teamId(it?.team_id ?? ''),
      name: it?.profile?.real_name || it?.real_name || it?.name || user,
      email: it?.profile?.email,
      emailConfirmed: it?.is_email_confirmed === true,
      isMember: it !== undefined && !it.deleted && !it.is_bot && !it.is_stranger,
      timeZone: it?.tz,
    };
  });
}

/** Whether the address of a member is theirs, and they are of this workspace. */
export function isProven({ isMember, emailConfirmed, team: own }: Member, team: TeamId): boolean {
  return isMember && emailConfirmed && own === team;
}
