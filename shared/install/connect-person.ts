import type { UserId } from '../base/names.ts';
import type { Asked } from '../slack/asked.ts';
import { isProven } from '../slack/member.ts';
import type { Ended } from './callback.ts';
import { giveBack } from './give-back.ts';
import type { InstallParts } from './install-app.ts';
import { missing, userScopes } from './scopes.ts';
import type { Grant } from './slack-client.ts';

/**
 * Keeps a person's token, for somebody whom the directory of their own workspace knows by the e-mail address that Slack has
 * confirmed. Anybody else's goes back to Slack at once, and afterwards the app's own is tested, since Slack may end both.
 * `expected` is who began it, if somebody was signed in.
 */
export async function connectPerson(
  grant: Grant,
  expected: UserId | undefined,
  { directory, ...parts }: InstallParts,
): Promise<Ended> {
  const { slack, installations, clock } = parts;
  const { team, user, person, workspace } = grant;
  const spare = () => giveBack(grant, 'spare what is kept', parts);
  const purpose = 'me';

  if (expected !== undefined && expected !== user) return { kind: 'other-person', back: await spare() };
  const lacking = missing(userScopes, person?.scopes ?? '');
  if (!person || lacking.length > 0) return { kind: 'scope-missing', scopes: lacking, purpose, back: await spare() };
  const bot = await installations.bot(team);
  if (!bot) return { kind: 'not-installed', workspace, back: await spare() };

  const [own, member] = await Promise.all([
    slack.identity(person.token),
    bot.token().then((token) => slack.member(token, user)),
  ]);
  if (own.ok && (own.value.team !== team || own.value.user !== user)) {
    return { kind: 'refused', purpose, code: 'token_of_another', back: await spare() };
  }
  if (!member.ok && member.kind === 'refused' && member.dead) {
    await installations.markDead(team, bot, clock.now(), member.code);
    return { kind: 'not-installed', workspace, back: await spare() };
  }
  if (!own.ok) return { ...unanswered(own), back: await spare() };
  if (!member.ok) return { ...unanswered(member), back: await spare() };

  const unmatched = () => giveBack(grant, 'spare nothing of the person', parts);
  const { email } = member.value;
  if (email === undefined || !isProven(member.value, team)) {
    return { kind: 'email-unconfirmed', workspace, back: await unmatched(), installed: false };
  }
  const admin = await directory.byEmail(team, email);
  if (!admin) return { kind: 'email-unknown', workspace, back: await unmatched(), installed: false };

  await installations.saveAdmin(team, admin.id, { ...person, user, installedAt: clock.now() });
  // Slack mostly gives the same token again: a disconnect that was under way may have revoked it before it was kept here.
  const kept = await installations.user(team, user);
  const since = kept && (await slack.identity(person.token));
  if (kept && since?.ok === false && since.kind === 'refused' && since.dead) {
    await installations.markDead(team, kept, clock.now(), since.code);
  }
  return { kind: 'connected', what: 'me', team, user, admin, workspace };
}

function unanswered(asked: Exclude<Asked<unknown>, { readonly ok: true }>) {
  const purpose = 'me';
  return asked.kind === 'unreachable'
    ? ({ kind: 'unreachable', purpose } as const)
    : ({ kind: 'refused', purpose, code: asked.code } as const);
}
