import type { HomeView, KnownBlock } from '@slack/types';
import type { ChannelId, TeamId } from '../base/names.ts';
import type { Connection } from '../slack/installation.ts';
import { actions, type Button, body, type Content, fine, type Inline, joined, message } from '../slack/text.ts';
import type { Unknown } from './asking.ts';
import { connectUrl } from './connect.ts';
import { stranger } from './stranger.ts';

/** Something on a home: a line, the fine print below it, and what can be done. */
type Entry = {
  readonly line: readonly Inline[];
  readonly fine: readonly Inline[];
  readonly buttons?: readonly Button[];
};

/** The first of several entries, and how many there are besides. */
export type Some = { readonly shown: readonly Entry[]; readonly more: number };

/** What a home shows, put together from the rooms that know. */
export type Home = {
  /** What came of a press, told where it was pressed. */
  readonly note: Content | undefined;
  readonly team: TeamId;
  readonly workspace: string;
  readonly channels: { readonly payments: ChannelId; readonly partPayments: ChannelId; readonly ops: ChannelId };
  /** How the person who looks is connected; undefined where they never were. */
  readonly connection: Pick<Connection, 'state'> | undefined;
  /** The Razorpay accounts, and since when (Unix seconds) their webhook is off; undefined where they cannot be read. */
  readonly accounts:
    | readonly { readonly name: string; readonly mode: string; readonly webhookOff: number | undefined }[]
    | undefined;
  readonly attention: Some;
  readonly today: Some & {
    readonly total: number;
    /** There are more than these: no more were counted. */
    readonly isCut: boolean;
    readonly groups: readonly { readonly mark: string; readonly name: string; readonly payments: number }[];
    readonly received: readonly string[];
  };
  /** Unix seconds. */
  readonly now: number;
};

/**
 * The home as Slack shows it: what is broken, what needs somebody, the payments of the day, and how all is connected. Pure;
 * `origin` is where War Room's pages are. Its largest is far from Slack's hundred blocks, if `Some` shows a dozen each.
 */
export function renderHome(home: Home, origin: string): HomeView {
  const { note, attention, today } = home;
  const broken = troubles(home, origin);
  return view([
    ...(note ? [...note.blocks, divider] : []),
    ...broken.flatMap(entry),
    ...(broken.length > 0 ? [divider] : []),
    header('Needs attention'),
    ...(attention.shown.length > 0
      ? [...attention.shown.flatMap(entry), ...remaining(attention)]
      : message(body('✅ Nothing needs attention now.')).blocks),
    header('Payments today'),
    ...counts(today),
    ...today.shown.flatMap(entry),
    ...remaining(today),
    divider,
    ...message(fine(...connected(home, origin)), fine(...footer(home, origin))).blocks,
  ]);
}

/** What somebody sees whom the company's directory does not know: why, what to do, and nothing of the company. */
export function strangersHome(why: Unknown['why'], origin: string): HomeView {
  return view([header('War Room'), ...stranger(why, origin).blocks]);
}

function view(blocks: readonly KnownBlock[]): HomeView {
  return { type: 'home', callback_id: 'home', blocks: [...blocks] };
}

const divider: KnownBlock = { type: 'divider' };

function header(text: string): KnownBlock {
  return { type: 'header', text: { type: 'plain_text', text, emoji: false } };
}

function entry({ line, fine: print, buttons = [] }: Entry): readonly KnownBlock[] {
  return message(body(...line), fine(...print), actions(...buttons)).blocks;
}

function remaining({ more }: Some): readonly KnownBlock[] {
  return more > 0 ? message(fine(`And ${more.toLocaleString('en-IN')} more.`)).blocks : [];
}

function counts({ total, isCut, groups, received }: Home['today']): readonly KnownBlock[] {
  if (total === 0) return message(body('None yet.')).blocks;
  const standing = groups.map(({ mark, name, payments }) => `${mark} ${payments.toLocaleString('en-IN')} ${name}`);
  const cut = isCut ? `Of more than ${total.toLocaleString('en-IN')} payments: ` : '';
  return message(
    body(cut, ...joined(' · ', standing)),
    body(received.length > 0 ? `Received: ${received.join(' and ')}` : ''),
  ).blocks;
}

/** As many accounts are named whose webhook is off; who mends one looks at the others. */
const troublesNamed = 4;

/** What keeps War Room from its work, or somebody from theirs, each with what to do. */
function troubles({ team, connection, accounts }: Home, origin: string): Entry[] {
  const connect: Inline = { link: connectUrl(origin, team), label: 'Connect once more' };
  const refused: Entry = {
    line: ['🔑 ', { bold: 'Messages no longer come from you' }],
    fine: ['Slack does not accept your consent any more; War Room posts them and names you. ', connect],
  };
  const none: Entry = {
    line: ['🔌 ', { bold: 'No Razorpay account' }, ' belongs to this workspace yet'],
    fine: ['Payments are told once whoever runs War Room has added one.'],
  };
  const unreadable: Entry = {
    line: ['🔌 ', { bold: 'Razorpay accounts cannot be read' }, ' just now'],
    fine: ['Payments are told all the same. Whoever runs War Room finds the reason under /health.'],
  };
  const off = (accounts ?? []).flatMap(({ name, webhookOff }): Entry[] => {
    if (webhookOff === undefined) return [];
    return [
      {
        line: ['⚠️ ', { bold: 'Webhook off' }, ` · account ${name}, since `, { at: webhookOff }],
        fine: ["Razorpay reports no payments. Switch it on again in Razorpay's dashboard, under Webhooks."],
      },
    ];
  });
  return [
    ...(connection?.state === 'refused' ? [refused] : []),
    ...(accounts === undefined ? [unreadable] : accounts.length === 0 ? [none] : []),
    ...off.slice(0, troublesNamed),
  ];
}

/** How the person who looks is connected. */
function connected({ team, connection }: Home, origin: string): Inline[] {
  const mine: Inline = { link: `${origin}/connections`, label: 'My connections' };
  switch (connection?.state) {
    case 'live':
      return ['🟢 Messages about your learners come from you. ', mine];
    case 'refused':
      return ['🔑 Messages about your learners come from War Room, with your name in them. ', mine];
    case 'leaving':
      return ['You are being disconnected. ', mine];
    case undefined:
      return [
        'Messages about your learners come from War Room, with your name in them. ',
        { link: connectUrl(origin, team), label: 'Post as yourself' },
        ' · ',
        mine,
      ];
  }
}

/** How the workspace is connected, and as of when. */
function footer({ workspace, channels, accounts, now }: Home, origin: string): Inline[] {
  const razorpay = (accounts ?? []).map(({ name, mode }) => `${name} (${mode})`).join(', ');
  return [
    ...joined(' · ', [workspace, razorpay === '' ? undefined : `Razorpay ${razorpay}`]),
    ' · payments in ',
    { channel: channels.payments },
    ' and ',
    { channel: channels.partPayments },
    ', notices in ',
    { channel: channels.ops },
    ' · ',
    { link: `${origin}/support`, label: 'Support' },
    ' · as of ',
    { at: now, dateless: true },
  ];
}
