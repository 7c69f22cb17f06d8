/** What Slack says of tokens, late, twice and in any order: what is marked dead in the end depends on what happened alone. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { Table } from '../../shared/aws/table.ts';
import { teamId, type UserId, userId } from '../../shared/base/names.ts';
import { Installations } from '../../shared/slack/installation.ts';
import { Revocations } from '../../shared/slack/revocation.ts';
import { Vault } from '../../shared/slack/vault.ts';
import { openKeys } from '../support/open-keys.ts';

const team = teamId('T0ACME');
const bot = userId('U0APP');
const people = ['U0ASHA', 'U0RAVI'].map(userId);

/** What happens in a workspace, one thing after another. */
type Act = { readonly kind: 'install' | 'uninstall' } | { readonly kind: 'consent' | 'revoke'; readonly who: UserId };
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constantFrom('install' as const, 'uninstall' as const) }),
  fc.record({ kind: fc.constantFrom('consent' as const, 'revoke' as const), who: fc.constantFrom(...people) }),
);

/** A thing that Slack says, `seconds` after it happened or later, in whatever order that makes. */
type Saying = { readonly what: 'uninstalled' | 'revoked'; readonly at: number; readonly who: readonly UserId[] };

/** What Slack says of an act: of a removal both, in no promised order. */
function sayings(deed: Act, at: number): Saying[] {
  if (deed.kind === 'uninstall') {
    return [
      { what: 'uninstalled', at, who: [] },
      { what: 'revoked', at, who: [...people, bot] },
    ];
  }
  return deed.kind === 'revoke' ? [{ what: 'revoked', at, who: [deed.who] }] : [];
}

/** Each thing happens in a second of its own, well before the next. */
const second = (index: number) => 1_795_150_000 + index * 10;

describe('tokens', () => {
  it('are dead in the end exactly where the last that happened to them took them back, in whatever order it is heard', async () => {
    const histories = fc.array(act, { maxLength: 12 });
    const delays = fc.infiniteStream(fc.nat(12));

    await fc.assert(
      fc.asyncProperty(histories, delays, fc.boolean(), async (history, late, twice) => {
        const table = new Table(memoryDatabase(), 'installations');
        const installations = new Installations(table, new Vault(openKeys(), 'key', () => 0));
        const revocations = new Revocations(table);
        const toHear: (Saying & { readonly after: number })[] = [];
        const hear = async ({ what, at, who }: Saying) => {
          if (what === 'uninstalled') await revocations.uninstalled(team, at);
          else {
            const bots = who.filter((user) => user === bot);
            await revocations.revoked(team, at, { bots, people: who.filter((user) => user !== bot) });
          }
        };

        const [alive, untold] = [new Map<UserId, boolean>(), new Set<UserId>()];
        for (const [index, deed] of history.entries()) {
          const at = second(index);
          const token = { token: `token ${index}`, installedAt: at * 1000 };
          if (deed.kind === 'install') {
            await installations.saveBot(team, { ...token, user: bot });
            alive.set(bot, true);
          } else if (deed.kind === 'consent') {
            await installations.saveAdmin(team, `adm ${deed.who}`, { ...token, user: deed.who });
            alive.set(deed.who, true);
            untold.delete(deed.who);
          } else if (deed.kind === 'revoke') {
            if (alive.get(deed.who)) untold.add(deed.who);
            alive.set(deed.who, false);
          } else {
            for (const user of people) if (alive.get(user)) untold.add(user);
            for (const user of alive.keys()) alive.set(user, false);
          }
          for (const saying of sayings(deed, at)) toHear.push({ ...saying, after: index + (late.next().value ?? 0) });
          for (const saying of toHear.filter(({ after }) => after === index)) await hear(saying);
        }
        const rest = toHear.filter(({ after }) => after >= history.length || twice).sort((a, b) => b.after - a.after);
        for (const saying of rest) await hear(saying);

        const kept = [bot, ...people].filter((user) => alive.get(user));
        const usable = [
          ...((await installations.bot(team)) ? [bot] : []),
          ...(
            await Promise.all(people.map(async (user) => ((await installations.user(team, user)) ? [user] : [])))
          ).flat(),
        ];
        expect(usable).toEqual(kept);
        expect((await installations.untold(team)).map(({ user }) => user)).toEqual([...untold].sort());
      }),
      { numRuns: 300 },
    );
  });
});
