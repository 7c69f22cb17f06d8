import type { ModalView } from '@slack/types';
import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { Park, Retry } from '../base/errors.ts';
import { channelId, type TeamId, type UserId } from '../base/names.ts';
import type { Admin, Directory } from '../org/directory.ts';
import type { Asked } from '../slack/asked.ts';
import type { ChannelState } from '../slack/channel-state.ts';
import type { Command, Press, Submission } from '../slack/inbound.ts';
import type { Response } from '../slack/respond-client.ts';
import { actions, body, type Content, fine, type Inline, message, type Paragraph } from '../slack/text.ts';
import type { Shown, Views } from '../slack/views.ts';
import { everyAccount, opsPrefix } from './event.ts';
import type { Row } from './route.ts';
import { changesBetween, changesInLines, type RowChange } from './routing-changes.ts';
import { begin, type Draft, fits, moved, placeForNew, unpack } from './routing-draft.ts';
import {
  caseIn,
  emptyForm,
  emptyPayment,
  formOf,
  otherChannel,
  type RowForm,
  readPaymentForm,
  readRowForm,
} from './routing-form.ts';
import {
  doneView,
  type Notice,
  presses,
  type Remark,
  rowView,
  tableView,
  tried,
  tryView,
  views,
} from './routing-modal.ts';
import { rowsAtMost } from './routing-request.ts';
import type { RoutingStore, TableInForce } from './routing-store.ts';
import { lostView } from './routing-submit.ts';
import { problemsInWords } from './routing-words.ts';
import type { PaymentStore } from './store.ts';
import { message as wakeMessage } from './wake.ts';

export type RoutingDeskParts = {
  readonly routing: RoutingStore;
  readonly store: Pick<PaymentStore, 'recordNote'>;
  /** The queue of payments, whose worker tells the ops channel. */
  readonly queue: Pick<Queue, 'send'>;
  readonly directory: Pick<Directory, 'admin'>;
  readonly views: Views;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
};

/** Who asks: somebody of the directory, and their Slack user. */
type Person = { readonly admin: Pick<Admin, 'id' | 'name'>; readonly user: UserId };

/** What came of saving. */
type Outcome =
  | { readonly kind: 'saved' | 'unchanged'; readonly version: number; readonly changes: readonly RowChange[] }
  /** Somebody else put another table in force meanwhile. */
  | { readonly kind: 'overtaken'; readonly table: TableInForce };

/** Others may put tables in force at the very same time; who meets so many asks again. */
const attempts = 5;

/** How long it is taken to be known whether the app is in a channel (ms): somebody invites it meanwhile. */
const channelKeptMs = 15_000;
const keptAtMost = 200;

/**
 * The decision table at the desk: opened, changed row by row, tried and saved in a form of Slack's. What is changed is in the
 * form alone until it is saved; saving puts it in the place of the version that it was begun from, and of no other.
 */
export class RoutingDesk {
  readonly #parts: RoutingDeskParts;
  /** By form and hash: the hash that it got when we changed it. */
  readonly #hashes = new Map<string, string>();
  readonly #channels = new Map<string, { readonly state: ChannelState; readonly at: number }>();

  constructor(parts: RoutingDeskParts) {
    this.#parts = parts;
  }

  /** Shows the table in force. What opens a form lives for three seconds; who comes too late gets a button with a fresh one. */
  async open({ team, triggerId }: Command | Press): Promise<Response | undefined> {
    const table = await this.#parts.routing.active(team);
    const draft = begin(table.version, table.rows);
    const view = tableView(draft, { rows: table.rows, by: await this.#putThereBy(team, table) });
    const opened = await this.#parts.views.open(team, triggerId, view);
    if (opened.ok) return undefined;
    // It was opened before: this comes a second time.
    if (opened.kind === 'refused' && /^(exchanged_trigger_id|trigger_exchanged)$/.test(opened.code)) return undefined;
    if (opened.kind === 'unreachable' || /^(expired_trigger_id|trigger_expired)$/.test(opened.code)) {
      return { content: tooLate() };
    }
    throw new Error(`Slack did not open the form: ${opened.code}.`);
  }

  /** Does what was pressed in the form, and shows what comes of it in its place. */
  async press(press: Press): Promise<Response | undefined> {
    const { team, view, action } = press;
    if (!view) return action.id === presses.open ? this.open(press) : undefined;
    const draft = unpack(view.metadata);
    const next = draft ? await this.#after(press, draft, readRowForm(view.values, draft.form)) : lostView();
    const updated = await this.#update(team, view, next, action.id === presses.typed);
    // It was closed, or changed since: what was pressed there is of the past. So it is soon where Slack does not answer:
    // nothing was to be kept, and whoever still waits presses again.
    if (updated.ok || updated.kind === 'unreachable' || isLeftBehind(updated.code)) return undefined;
    throw new Park('view-refused', `Slack refused the form for the decision table: ${updated.code}.`);
  }

  /** Does what a form asks that is accepted: saves the table, or tries a payment against one that does not fit into a form. */
  async submit({ team, view }: Submission, person: Person): Promise<undefined> {
    const draft = unpack(view.metadata);
    if (!draft) return undefined;
    const shown = view.callbackId === views.try ? await this.#tried(team, draft, view.values) : undefined;
    const told = shown ?? (await this.#saved(team, draft, person));
    const updated = await this.#parts.views.update(team, { id: view.id }, told.view);
    if (updated.ok) return undefined;
    if (updated.kind === 'unreachable') throw Retry.failed('Slack did not show what came of a form.');
    // They have closed it.
    if (told.otherwise) await this.#whisper(team, person.user, told.otherwise);
    return undefined;
  }

  /** Somebody who is not (any more) of those who may: what they are told stands in the place of the form. */
  async turnAway({ team, view }: Press | Submission, content: Content): Promise<undefined> {
    if (view) await this.#parts.views.update(team, { id: view.id }, doneView(content.blocks));
  }

  /** The form after a press. */
  async #after({ team, action }: Press, draft: Draft, form: RowForm): Promise<ModalView> {
    const { routing } = this.#parts;
    const rows = draft.rows ?? (await this.#rowsFrom(team, draft));
    const table = (next: Draft, notice?: Notice) => tableView(next, { rows: next.rows ?? rows, notice });
    switch (action.id) {
      case presses.typed:
        return rowView(draft, form, await this.#remark(team, form));
      case presses.try:
        return tryView({ ...draft, row: undefined, form: draft.form + 1 }, emptyPayment);
      case presses.before:
        return table({ ...draft, page: Math.max(0, draft.page - 1) });
      case presses.after:
        return table({ ...draft, page: draft.page + 1 });
      case presses.again: {
        const { version, rows: inForce } = await routing.active(team);
        return tableView(begin(version, inForce), { rows: inForce });
      }
      case presses.add:
      case presses.menu:
        return draft.rows ? this.#edited(team, draft, draft.rows, action.value ?? '') : table(draft);
      default:
        return table({ ...draft, row: undefined });
    }
  }

  /** What the menu of a row asks for, `edit#2`, or a row that is added. */
  async #edited(team: TeamId, draft: Draft, rows: readonly Row[], asked: string): Promise<ModalView> {
    const [what, place] = asked.split('#');
    const at = what === 'add' ? placeForNew(rows) : Number(place);
    const row = rows[at];
    if (what === 'add') {
      if (rows.length >= rowsAtMost) return tableView(draft, { rows, notice: full });
      return rowView({ ...draft, form: draft.form + 1, row: { at, isNew: true } }, emptyForm);
    }
    if (!row) return tableView(draft);
    if (what === 'edit') {
      const form = formOf(row);
      const opened: Draft = { ...draft, form: draft.form + 1, row: { at, isNew: false } };
      return rowView(opened, form, await this.#remark(team, form));
    }
    const left = what === 'remove' ? rows.toSpliced(at, 1) : moved(rows, at, what === 'up' ? -1 : 1);
    const next: Draft = { ...draft, rows: left, changed: true };
    // The same rows in another order may take some letters more.
    return fits(left) ? tableView(next) : tableView(draft, { rows, notice: full });
  }

  /** The rows of a table that is too large for a form. */
  async #rowsFrom(team: TeamId, { from }: Draft): Promise<readonly Row[]> {
    const { routing } = this.#parts;
    return (await routing.version(team, from))?.rows ?? (await routing.active(team)).rows;
  }

  async #tried(team: TeamId, draft: Draft, values: Submission['view']['values']): Promise<Told> {
    const form = readPaymentForm(values, draft.form);
    const payment = caseIn(form);
    const rows = draft.rows ?? (await this.#rowsFrom(team, draft));
    return { view: tryView(draft, form, payment.ok ? tried(rows, payment.value) : []) };
  }

  async #saved(team: TeamId, draft: Draft, person: Person): Promise<Told> {
    const { rows } = draft;
    // Looked at when it was sent; what comes back from a browser is looked at here as well.
    if (!rows || problemsInWords(rows).length > 0) return { view: tableView(draft, { rows: rows ?? [] }) };
    const outcome = await this.#save(team, draft.from, rows, person);
    if (outcome.kind === 'overtaken') return this.#overtaken(team, draft, rows, outcome.table);
    const { version, changes } = outcome;
    const said: readonly Paragraph[] =
      outcome.kind === 'unchanged'
        ? [body(`Nothing to save: ${named(version)} has these rows already, and is in force.`)]
        : [
            body('✅ ', { bold: `${capitalized(named(version))} is in force.` }, ' The next payment goes by it.'),
            body(...changesInLines(changes)),
            fine('The ops channel is told. Threads that are posted stay where they are.'),
          ];
    const content = message(...said);
    return { view: doneView(content.blocks), otherwise: content };
  }

  /** Puts the rows in force, once, and sees to it that the ops channel is told. */
  async #save(team: TeamId, from: number, rows: readonly Row[], { admin }: Person): Promise<Outcome> {
    const { routing, clock } = this.#parts;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const active = await routing.active(team);
      // Also of what somebody else has changed: they may never come to it.
      const changes = active.untold ? await this.#announce(team, active) : [];
      if (changesBetween(active.rows, rows).length === 0) {
        const isOurs = active.succession?.by === admin.id && active.succession.from === from;
        return isOurs
          ? { kind: 'saved', version: active.version, changes: await this.#changes(team, active) }
          : { kind: 'unchanged', version: active.version, changes };
      }
      if (active.version !== from) return { kind: 'overtaken', table: active };
      const at = clock.now();
      const table = await routing.save(team, rows, { by: admin.id, at, person: true });
      await routing.succeed(team, table, { from, by: admin.id, at });
      // Whether that held is read: an answer may be lost.
    }
    throw Retry.failed('Others keep putting decision tables in force.');
  }

  /** Has the ops channel told how this table came to be in force; as often as it takes, and once. */
  async #announce(team: TeamId, table: TableInForce): Promise<readonly RowChange[]> {
    const { store, queue, directory, routing, newId } = this.#parts;
    const { version, succession } = table;
    if (!succession) return [];
    const { from, by, at } = succession;
    const changes = await this.#changes(team, table);
    const name = (await directory.admin(team, by))?.name ?? '';
    const place = { team, account: everyAccount, home: `${opsPrefix}routing#${version}#${at}` };
    await store.recordNote(
      place,
      'routed',
      { kind: 'routed', by: { id: by, name }, version, before: from, changes },
      at,
    );
    await queue.send(wakeMessage({ ...place, cause: 'api' }, { unique: newId() }));
    await routing.told(team, table);
    return changes;
  }

  async #changes(team: TeamId, { rows, succession }: TableInForce): Promise<readonly RowChange[]> {
    const before = succession && (await this.#parts.routing.version(team, succession.from));
    return before ? changesBetween(before.rows, rows) : [];
  }

  /** Somebody was quicker: both tables, and what to do. What was edited stays in the form, on top of theirs. */
  async #overtaken(team: TeamId, draft: Draft, rows: readonly Row[], table: TableInForce): Promise<Told> {
    const by = await this.#whoChanged(team, table);
    const what: readonly Inline[] = [
      '✋ ',
      { bold: 'Not saved, and nothing was overwritten.' },
      ` Meanwhile ${by} put ${named(table.version)} in force. `,
    ];
    const mine: Draft = { from: table.version, rows, changed: true, page: draft.page, form: draft.form };
    const differences = changesInLines(changesBetween(table.rows, rows));
    const notice = [...what, 'What yours would change of it:\n', ...differences, '\nSave puts yours in its place.'];
    return {
      view: tableView(mine, { rows, notice, isOvertaken: true }),
      otherwise: message(
        body(...what),
        body('What you wanted to change of it:\n', ...differences),
        fine('Ask for the table as it is now: /warroom routing'),
      ),
    };
  }

  /** Who put this table in force, as it follows that; nothing of the built-in one. */
  async #putThereBy(team: TeamId, table: TableInForce): Promise<readonly Inline[]> {
    const at = table.succession?.at ?? table.saved?.at;
    return at === undefined ? [] : [` (${await this.#whoChanged(team, table)}, `, { at: Math.floor(at / 1_000) }, ')'];
  }

  async #whoChanged(team: TeamId, { succession, saved }: TableInForce): Promise<string> {
    const { directory } = this.#parts;
    const id = succession?.by ?? (saved?.person ? saved.by : undefined);
    if (id !== undefined) return (await directory.admin(team, id))?.name ?? 'somebody who has left the directory';
    return saved ? `somebody with the API key “${saved.by}”` : 'somebody';
  }

  /** What to know of the channel that a row names. Nothing where Slack does not say. */
  async #remark(team: TeamId, { channel, other }: RowForm): Promise<Remark | undefined> {
    if (channel !== otherChannel || other === '') return undefined;
    const { views: slack, clock } = this.#parts;
    const key = `${team}#${other}`;
    const kept = this.#channels.get(key);
    if (kept && clock.now() < kept.at + channelKeptMs) return remarkOn(kept.state);
    const asked = await slack.channel(team, channelId(other));
    if (!asked.ok) return undefined;
    remember(this.#channels, key, { state: asked.value, at: clock.now() });
    return remarkOn(asked.value);
  }

  /**
   * Shows another view in the place of one. Somebody who types sends letters faster than views change: each press names the
   * hash of the view as it was when they typed. A change that is our own alone does not keep the newest from being shown.
   */
  async #update(team: TeamId, { id, hash }: Shown, view: ModalView, isTyping: boolean): Promise<Asked<Shown>> {
    let newest = hash;
    for (
      let next: string | undefined = hash;
      isTyping && next !== undefined;
      next = this.#hashes.get(`${id} ${next}`)
    ) {
      newest = next;
    }
    const updated = await this.#parts.views.update(team, { id, hash: newest }, view);
    if (updated.ok && isTyping && updated.value.hash !== newest) {
      remember(this.#hashes, `${id} ${newest}`, updated.value.hash);
    }
    return updated;
  }

  async #whisper(team: TeamId, user: UserId, content: Content): Promise<void> {
    const told = await this.#parts.views.whisper(team, user, content);
    if (!told.ok && told.kind === 'unreachable') throw Retry.failed('Slack did not take what came of a form.');
  }
}

/** What a form shows of an outcome, and what is told instead to somebody who has closed it. */
type Told = { readonly view: ModalView; readonly otherwise?: Content };

const full: Notice = [
  '⚠️ ',
  { bold: 'The table does not fit into this form any more' },
  ': it is changed by PUT /v1/routing.',
];

const remarks: Readonly<Record<ChannelState, Notice | undefined>> = {
  member: undefined,
  open: ['War Room joins this channel by itself with the first thread.'],
  archived: ['⚠️ This channel is archived: threads for it wait until it is restored.'],
  closed: ['⚠️ War Room is not in this channel: threads for it wait until somebody there types /invite @War Room.'],
};

function remarkOn(state: ChannelState): Remark | undefined {
  const says = remarks[state];
  return says && { says, isHidden: state === 'closed' };
}

/** https://docs.slack.dev/reference/methods/views.update#errors */
function isLeftBehind(code: string): boolean {
  return /^(hash_conflict|not_found|view_not_found)$/.test(code);
}

function tooLate(): Content {
  return message(
    body('The table of where payments go is ready.'),
    actions({ id: presses.open, label: 'Open', value: 'open', style: 'primary' }),
  );
}

function named(version: number): string {
  return version === 0 ? 'the built-in table' : `version ${version}`;
}

function capitalized(words: string): string {
  return `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`;
}

/** Keeps what was learned, of the newest some. */
function remember<T>(kept: Map<string, T>, key: string, value: T): void {
  if (kept.size >= keptAtMost) kept.clear();
  kept.set(key, value);
}
