import type { TeamId } from '../base/names.ts';
import type { KeptSecret } from '../base/secret.ts';
import { MalformedSecret } from '../base/secret.ts';
import type { SlackClient } from '../slack/client.ts';
import type { Author, Installations, Team } from '../slack/installation.ts';
import { type HookParts, linkProvider } from './hook-client.ts';
import { watched } from './link.ts';
import type { LinkStore } from './link-store.ts';
import type { Manner } from './look.ts';
import type { Provider } from './provider.ts';
import { usualRules } from './rules.ts';
import type { AllInviteSettings, InviteSettings } from './settings.ts';
import { connectProvider, enterpriseProvider } from './slack-invite-client.ts';

export type CompanyParts = {
  readonly installations: Pick<Installations, 'team' | 'bot'>;
  readonly settings: Pick<KeptSecret<AllInviteSettings>, 'value'>;
  readonly links: LinkStore;
  readonly slack: SlackClient;
  readonly hook: HookParts;
};

/** A team as one run of the room sees it: read once, and the same until the run ends. */
export class Companies {
  readonly #parts: CompanyParts;
  readonly #seen = new Map<TeamId, Promise<Company>>();

  constructor(parts: CompanyParts) {
    this.#parts = parts;
  }

  of(team: TeamId): Promise<Company> {
    const seen = this.#seen.get(team) ?? read(team, this.#parts);
    this.#seen.set(team, seen);
    seen.catch(() => this.#seen.delete(team));
    return seen;
  }

  /** The teams that were asked for. */
  known(): readonly TeamId[] {
    return [...this.#seen.keys()];
  }

  /** What was read is read anew: a run begins. */
  forget(): void {
    this.#seen.clear();
  }

  manner = async (team: TeamId): Promise<Manner> => {
    const { record, settings } = await this.of(team);
    return {
      rules: settings?.rules ?? usualRules,
      zone: record?.timeZone ?? 'Asia/Kolkata',
      invites: settings !== undefined,
    };
  };
}

export type Company = {
  readonly record: Team | undefined;
  readonly bot: Author | undefined;
  /** How it invites; undefined where it invites nobody. */
  readonly settings: InviteSettings | undefined;
  /** Undefined too where the app has no token to invite with. */
  readonly provider: Provider | undefined;
  /** What is wrong with the settings, if anything. */
  readonly malformed: MalformedSecret | undefined;
};

async function read(team: TeamId, { installations, settings: secret, ...parts }: CompanyParts): Promise<Company> {
  const [record, bot] = [await installations.team(team), await installations.bot(team)];
  try {
    const settings = (await secret.value()).of(team);
    return { record, bot, settings, provider: providerOf(team, settings, bot, parts), malformed: undefined };
  } catch (error) {
    if (!(error instanceof MalformedSecret)) throw error;
    return { record, bot, settings: undefined, provider: undefined, malformed: error };
  }
}

function providerOf(
  team: TeamId,
  settings: InviteSettings | undefined,
  bot: Author | undefined,
  { links, slack, hook }: Omit<CompanyParts, 'installations' | 'settings'>,
): Provider | undefined {
  switch (settings?.way.kind) {
    case 'enterprise':
      return enterpriseProvider(slack, team, settings.way);
    case 'connect':
      return bot && connectProvider(slack, bot, settings.way);
    case 'link': {
      const { link } = settings.way;
      return watched(linkProvider(team, link, settings.way.hook, hook), team, link, links, hook.now);
    }
    case undefined:
      return undefined;
  }
}
