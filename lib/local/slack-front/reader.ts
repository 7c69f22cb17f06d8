/** Who is in front of the page: the person it is drawn for, and whom buttons, commands and messages come from. */
import type { Tenant } from './tenants.ts';
import type { Member, Workspace } from './workspace.ts';

/** Kept by the browser until it is closed, for each workspace apart. */
const cookieOf = (team: string) => `local_slack_person_${team}`;

/** Somebody who could sign in. */
function mayRead(member: Member): boolean {
  return !member.isBot && !member.deactivated && !member.invited && member.id !== 'USLACKBOT';
}

/** Those the page can be drawn for, in the order of the company. */
export function readersOf(workspace: Workspace): readonly Member[] {
  return [...workspace.members.values()].filter(mayRead);
}

/** The person of this workspace that the address names (`?as=`), else the browser's cookie, else the first there is. */
export function readerOf({ workspace }: Tenant, asked: string | null, cookies: string | undefined): Member | undefined {
  const kept = new RegExp(`(?:^|;\\s*)${cookieOf(workspace.team.id)}=([A-Z0-9]+)`).exec(cookies ?? '')?.[1];
  const readers = readersOf(workspace);
  return readers.find(({ id }) => id === asked) ?? readers.find(({ id }) => id === kept) ?? readers[0];
}

/** The header that makes the browser remember somebody. No other page can send it along. */
export function remembering({ team }: Workspace, { id }: Member): string {
  return `${cookieOf(team.id)}=${id}; Path=/; HttpOnly; SameSite=Strict`;
}
