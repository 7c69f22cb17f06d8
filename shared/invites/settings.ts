import * as z from 'zod/mini';
import { hold } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import type { TeamId } from '../base/names.ts';
import { MalformedSecret, secretJson } from '../base/secret.ts';
import { minutesOf } from './hours.ts';
import { type Rules, usualRules } from './rules.ts';

/** By what way a team invites. */
export type Way =
  | {
      readonly kind: 'enterprise';
      readonly token: string;
      /** Where everybody is who was invited; at least one. */
      readonly channels: readonly string[];
      readonly guest?: 'single-channel' | 'multi-channel' | undefined;
    }
  | { readonly kind: 'connect'; readonly channel: string }
  | { readonly kind: 'link'; readonly link: JoinLink; readonly hook: Hook };

/** A link that somebody made in Slack. */
export type JoinLink = {
  readonly url: string;
  /** When it was made (ms). */
  readonly madeAt: number;
  /** How long it works, in days; null: for ever. */
  readonly validDays: number | null;
  /** How many may come by it; null: as many as like. */
  readonly uses: number | null;
};

/** Where the company's own mail system takes what it is to send. */
export type Hook = { readonly url: string; readonly secret: string };

/** What a team has settled about inviting. */
export type InviteSettings = { readonly way: Way; readonly rules: Rules };

const time = () => z.string().check(z.refine((text) => minutesOf(text) !== undefined, 'must be a time such as 21:00.'));
const days = () => z.int().check(z.gte(1), z.lte(365));
const slackId = () =>
  z.string().check(z.regex(/^[A-Z][A-Z0-9]{1,30}$/, 'must be an id of Slack’s, such as C0123456789.'));
const address = () =>
  z.string().check(z.regex(/^https?:\/\/[^\s]+$/, 'must be an address, such as https://mail.example.com/hook.'));
const filled = () => z.string().check(z.minLength(1));

const entry = once(() =>
  z.strictObject({
    way: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('enterprise'),
        token: filled(),
        channels: z.array(slackId()).check(z.minLength(1)),
        guest: z.optional(z.enum(['single-channel', 'multi-channel'])),
      }),
      z.strictObject({ kind: z.literal('connect'), channel: slackId() }),
      z.strictObject({
        kind: z.literal('link'),
        link: z.strictObject({
          url: address(),
          madeOn: z.iso.date(),
          validDays: z._default(z.nullable(days()), 30),
          // Slack lets four hundred people come by one link; a list of more of them would not fit into one item.
          uses: z._default(z.nullable(z.int().check(z.gte(1), z.lte(2_000))), 400),
        }),
        hook: z.strictObject({ url: address(), secret: z.string().check(z.minLength(16)) }),
      }),
    ]),
    rules: z._default(
      z.strictObject({
        perRun: z.optional(z.int().check(z.gte(1), z.lte(1_000))),
        quietHours: z.optional(z.nullable(z.strictObject({ from: time(), to: time() }))),
        againAfterDays: z.optional(days()),
        reminders: z.optional(z.int().check(z.gte(0), z.lte(5))),
        syncAt: z.optional(time()),
        noLongerEnrolled: z.optional(z.enum(['report', 'keep'])),
      }),
      {},
    ),
  }),
);

/** The settings of all teams, as the invites secret holds them: it holds tokens and keys as well, and is never logged. */
export class AllInviteSettings {
  readonly #teams: ReadonlyMap<string, InviteSettings | string>;

  private constructor(teams: ReadonlyMap<string, InviteSettings | string>) {
    this.#teams = teams;
  }

  /** Reads the secret's text. Throws `MalformedSecret` when it is no JSON object at all. */
  static parse(text: string): AllInviteSettings {
    const entries = hold(z.record(z.string(), z.unknown()), secretJson('invites', text));
    if (!entries.ok)
      throw new MalformedSecret('The invites secret must be an object: each Slack team id with its entry.');
    return new AllInviteSettings(
      new Map(Object.entries(entries.value).map(([team, value]) => [team, settingsOf(team, value)])),
    );
  }

  /** A team's settings; undefined where it invites nobody. Throws `MalformedSecret` when its entry is wrong: that is wrong alone. */
  of(team: TeamId): InviteSettings | undefined {
    const found = this.#teams.get(team);
    if (typeof found === 'string') throw new MalformedSecret(found);
    return found;
  }
}

function settingsOf(team: string, value: unknown): InviteSettings | string {
  const held = hold(entry(), value);
  if (!held.ok) {
    const wrong = held.wrong.map(({ pointer, message }) => `${pointer} ${message}`).join(' ');
    return `The invites secret, team ${JSON.stringify(team)}: ${wrong}`;
  }
  const { way, rules } = held.value;
  return { way: way.kind === 'link' ? { ...way, link: linkOf(way.link) } : way, rules: rulesOf(rules) };
}

function linkOf({ madeOn, ...link }: { readonly madeOn: string } & Omit<JoinLink, 'madeAt'>): JoinLink {
  return { ...link, madeAt: Date.parse(`${madeOn}T00:00:00Z`) };
}

function rulesOf({ quietHours, syncAt, ...given }: z.output<ReturnType<typeof entry>>['rules']): Rules {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const quiet =
    quietHours === undefined
      ? usualRules.quiet
      : quietHours === null
        ? undefined
        : { from: minutesOf(quietHours.from) ?? 0, to: minutesOf(quietHours.to) ?? 0 };
  return { ...usualRules, ...set, quiet, syncAt: minutesOf(syncAt ?? '') ?? usualRules.syncAt };
}
