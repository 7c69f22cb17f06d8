import type { Step } from '../../shared/base/erasing.ts';
import type { TeamId } from '../../shared/base/names.ts';
import { givingUpAll } from '../../shared/install/giving-up.ts';
import { takingBack } from '../../shared/slack/taking-back.ts';
import { type Erasure, type Parts, tableOf } from './parts.ts';
import { dayAfter } from './receipt.ts';
import { survey } from './run.ts';

/** What the steps before the last need: without it nothing could be taken back from Slack, and no token be revoked. */
const last = ['AdminSlackMessageLog', 'SlackInstallations'] as const;

/**
 * Erases a team: every item of every table that is theirs. First its record goes, from which moment on nothing is posted for
 * it; then what is known of payments and people; then, where asked, what stands in Slack; then its tokens; then the rest.
 */
export function erasingTeam(team: TeamId, wish: { readonly posts: boolean }, parts: Parts): Erasure {
  const { tables, installations } = parts;
  const record: Step = {
    what: 'record of the workspace',
    find: async function* () {
      if (!(await installations.team(team))) return;
      yield async () => {
        await installations.forgetTeam(team);
        return 'erased';
      };
    },
  };
  const before = [...tables].filter(([id]) => !last.some((one) => one === id));
  const posts = takingBack(team, {}, parts.takingBack);
  let stayed: number | undefined;
  return {
    look: async () => {
      if (!wish.posts) stayed ??= (await survey([posts]))[0]?.count;
      return [
        record,
        ...before.map(([id, table]) => table.erasing(team, id)),
        ...(wish.posts ? [posts] : []),
        givingUpAll(team, parts.givingUp),
        ...last.map((id) => tableOf(tables, id).erasing(team, id)),
      ];
    },
    remains: async (ended) => [
      ...(await parts.inSecrets(team)),
      ...(stayed
        ? [
            `${stayed} messages of War Room in the workspace: they are the workspace's, and War Room no longer knows where they are.`,
          ]
        : []),
      `Earlier states of the tables, which nobody can change: they can be restored until ${dayAfter(ended, 35)}, then they are gone. Who restores one runs this again.`,
      `Logs, with ids and no names, tokens or bodies: until ${dayAfter(ended, 90)}.`,
      `What may wait in queues and dead letters, ids, and the words of commands: until ${dayAfter(ended, 14)}.`,
      `That Slack says the app was removed, ids: until ${dayAfter(ended, 7)}.`,
      'What Razorpay, Slack and the company keep themselves.',
    ],
  };
}
