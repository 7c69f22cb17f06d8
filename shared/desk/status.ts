import type { ChannelId } from '../base/names.ts';
import type { ChannelState } from '../slack/channel-state.ts';
import { body, brief, type Content, fine, type Inline, joined, message } from '../slack/text.ts';

/** How War Room is in a workspace, as the rooms say it. Times in milliseconds. */
export type Status = {
  /** `gone`: the app was removed, or its token refused. `unsettled`: it is there, and has no channels yet. */
  readonly app: 'live' | 'gone' | 'unsettled';
  /** Undefined where Slack did not say. */
  readonly channels: readonly {
    readonly channel: ChannelId;
    readonly use: string;
    readonly state: ChannelState | undefined;
  }[];
  /** Threads that wait for a person to do something about a channel, or about the app (`all`). */
  readonly holds: readonly { readonly channel: ChannelId | 'all'; readonly since: number; readonly threads: number }[];
  /** What cannot be told until a person decides: `2 payments`, `1 call`. */
  readonly parked: readonly string[];
  /** Undefined where the settings of one of them cannot be read. */
  readonly accounts: readonly { readonly name: string; readonly webhookOffSince: number | undefined }[] | undefined;
  /** Who posts as themselves, and whose consent Slack does not take any more. Names as the directory has them. */
  readonly authors: { readonly live: readonly string[]; readonly refused: readonly string[] };
};

/** Something that is not as it should be, and what to do about it. */
type Trouble = { readonly what: readonly Inline[]; readonly remedy: readonly Inline[] };

/** What is not as it should be, the worst first. `origin` is where War Room's pages are. */
function troublesOf({ app, channels, holds, parked, accounts, authors }: Status, origin: string): Trouble[] {
  const install: Inline = { link: `${origin}/slack/install`, label: 'Add to Slack' };
  const holding = (channel: ChannelId | 'all') => holds.find((hold) => hold.channel === channel);
  const waiting = (channel: ChannelId | 'all') => threadsWaiting(holding(channel)?.threads);
  const missing: readonly Trouble[] = {
    live: [],
    gone: [
      {
        what: [`War Room has no access to this workspace. Payments are stored${waiting('all')}.`],
        remedy: ['An admin gives it back: ', install, '. What waited is told then.'],
      },
    ],
    unsettled: [
      { what: ['War Room has no channels in this workspace yet.'], remedy: ['An admin settles them: ', install, '.'] },
    ],
  }[app];
  const unusable = channels.filter(({ state }) => state === 'archived' || state === 'closed');
  const closed = unusable.map(({ channel, use, state }): Trouble => {
    const [why, remedy] =
      state === 'archived'
        ? ['is archived', 'Restore it, or send its payments elsewhere: /warroom routing.']
        : [
            'is not open to War Room',
            'If it is private, add War Room to it there; or send its payments elsewhere: /warroom routing.',
          ];
    return { what: [{ channel }, ` (${use}) ${why}${waiting(channel)}.`], remedy: [remedy] };
  });
  const others = holds.flatMap(({ channel, since, threads }): Trouble[] => {
    if (channel === 'all' || unusable.some((one) => one.channel === channel)) return [];
    const many = `${threads} ${threads === 1 ? 'thread waits' : 'threads wait'}`;
    const remedy = 'The operations channel says why. They are tried again every hour by themselves.';
    return [{ what: [`${many} for `, { channel }, ' since ', at(since), '.'], remedy: [remedy] }];
  });
  return [
    ...missing,
    ...closed,
    ...others,
    ...(parked.length === 0
      ? []
      : [
          {
            what: [`${parked.join(' and ')} cannot be told until somebody decides.`],
            remedy: ['The operations channel has a message for each reason, with Retry and Ignore.'],
          },
        ]),
    ...(accounts
      ? []
      : [
          {
            what: ['The settings of a Razorpay account cannot be read: nothing is heard of its payments.'],
            remedy: ['Whoever runs War Room puts the razorpay secret right; the log of DeskWorker says where.'],
          },
        ]),
    ...(accounts ?? []).flatMap(({ name, webhookOffSince }): Trouble[] =>
      webhookOffSince === undefined
        ? []
        : [
            {
              what: [`Razorpay’s webhook of the account ${brief(name)} is off since `, at(webhookOffSince), '.'],
              remedy: [
                'Switch it on in Razorpay’s dashboard, under Webhooks. Payments that War Room knows are asked about.',
              ],
            },
          ],
    ),
    ...(authors.refused.length === 0
      ? []
      : [
          {
            what: [`Slack does not let War Room post as ${listed(authors.refused)} any more.`],
            remedy: ['Each of them can allow it again: /warroom connect.'],
          },
        ]),
  ];
}

/** The answer to `/warroom status`: what needs somebody, then what is as it should be. */
export function statusAnswer(status: Status, origin: string): Content {
  const troubles = troublesOf(status, origin).slice(0, troublesShown);
  const { channels, accounts, authors, holds, parked } = status;
  const first: Inline[] =
    troubles.length === 0
      ? ['✅ ', { bold: 'All is well' }, '. Payments are told as they come in.']
      : [
          '⚠️ ',
          { bold: troubles.length === 1 ? 'One thing needs somebody' : `${troubles.length} things need somebody` },
          '.',
        ];
  const usable = channels.filter(({ state }) => state === 'member' || state === 'open').slice(0, channelsShown);
  const unasked = channels.filter(({ state }) => state === undefined);
  const delivering = (accounts ?? []).filter(({ webhookOffSince }) => webhookOffSince === undefined);
  return message(
    body(...first),
    ...troubles.map(({ what, remedy }) => body('• ', ...what, ' ', ...remedy)),
    body(
      ...named(
        'Told in',
        usable.map(({ channel, use }) => [{ channel }, ` (${use})`]),
      ),
    ),
    body(...(unasked.length > 0 ? ['Slack does not say now how the other channels are.'] : [])),
    body(
      authors.live.length === 0
        ? 'Nobody posts as themselves yet: all messages come from War Room.'
        : `Post as themselves: ${listed(authors.live)}.`,
    ),
    fine(
      ...joined(' · ', [
        holds.length === 0 ? 'nothing waits for a channel' : undefined,
        parked.length === 0 ? 'nothing is parked' : undefined,
        delivering.length === 0
          ? undefined
          : `Razorpay’s webhook is on for ${listed(delivering.map(({ name }) => name))}`,
      ]),
    ),
  );
}

const troublesShown = 12;
const channelsShown = 10;
const namesShown = 12;

function threadsWaiting(threads: number | undefined): string {
  return threads === undefined ? '' : `, and ${threads} ${threads === 1 ? 'thread waits' : 'threads wait'}`;
}

function named(what: string, things: readonly (readonly Inline[])[]): Inline[] {
  if (things.length === 0) return [];
  return [`${what} `, ...things.flatMap((thing, index) => (index === 0 ? thing : [', ', ...thing])), '.'];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, namesShown).map((name) => brief(name, 40));
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function at(ms: number): Inline {
  return { at: Math.floor(ms / 1_000) };
}
