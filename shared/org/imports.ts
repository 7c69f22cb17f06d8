import type { Queue } from '../aws/queue.ts';
import type { Answer } from '../base/answer.ts';
import type { ApiKey } from '../base/api-key.ts';
import type { Clock } from '../base/clock.ts';
import { Refuse } from '../base/errors.ts';
import { named } from '../base/fields.ts';
import type { Admin } from './admin.ts';
import type { DifferenceView, ImportBegunView, ImportView } from './answers.ts';
import { differenceBetween } from './difference.ts';
import type { DirectoryEditor } from './editor.ts';
import type { Imports } from './import-store.ts';
import { type Roots, readCsv, readJson, type Snapshot } from './snapshot.ts';
import { message } from './turn.ts';

/** A snapshot as it was sent. */
export type Sent = { readonly csv: string } | { readonly json: unknown };

export type ImportParts = {
  readonly imports: Pick<Imports, 'keep'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
};

/** Whoever puts a file right wants to hear of all of it. */
const namedAtMost = 1_000;

/**
 * `PUT /v1/admins`: 202 once the snapshot is kept and handed over; where it is told how it goes is in `Location`. Throws
 * `Refuse` (400), naming all that is wrong at once: nothing was changed then.
 */
export async function putAdmins(sent: Sent, roots: Roots, key: ApiKey, parts: ImportParts): Promise<Answer> {
  const people = peopleIn(sent, roots);
  const id = parts.newId();
  await parts.imports.keep(key.team, id, people, parts.clock.now());
  await parts.queue.send(message(key.team, { import: id }, id));
  return {
    status: 202,
    headers: { location: `/v1/admins/imports/${id}` },
    body: { import: id } satisfies ImportBegunView,
    ids: { team: key.team, import: id, people: people.length, key: key.name },
  };
}

/** `POST /v1/admins/check`: what the same as a `PUT` would change. Throws the same `Refuse`. */
export async function checkAdmins(
  sent: Sent,
  roots: Roots,
  key: ApiKey,
  directory: Pick<DirectoryEditor, 'everyone'>,
): Promise<Answer> {
  const people = peopleIn(sent, roots);
  const difference = differenceBetween(await directory.everyone(key.team), people);
  return {
    status: 200,
    body: difference satisfies DifferenceView,
    ids: { team: key.team, people: people.length, key: key.name },
  };
}

/** `GET /v1/admins/imports/{import}`: how far it is, in rows written of those to write. */
export async function showImport(
  id: string | undefined,
  key: ApiKey,
  {
    imports,
    directory,
  }: { readonly imports: Pick<Imports, 'find'>; readonly directory: Pick<DirectoryEditor, 'underWay'> },
): Promise<Answer> {
  // In this order: what is not under way any more has been done before.
  const underWay = await directory.underWay(key.team);
  const found = id === undefined || id === '' ? undefined : await imports.find(key.team, id);
  if (!found) throw new Refuse(404, 'No snapshot was taken in under this id, or it was more than 30 days ago.');
  const own = underWay?.about === id ? underWay : undefined;
  const problems = found.stopped === undefined ? [] : [{ pointer: '', message: found.stopped }];
  const body: ImportView =
    found.state !== 'waiting'
      ? { state: found.state, done: found.size, of: found.size, problems }
      : { state: own ? 'running' : 'waiting', done: own?.written ?? 0, of: own?.size ?? 0, problems };
  return { status: 200, body, ids: { team: key.team, import: id ?? '', state: body.state, key: key.name } };
}

function peopleIn(sent: Sent, roots: Roots): readonly Admin[] {
  const read: Snapshot = 'csv' in sent ? readCsv(sent.csv, roots) : readJson(sent.json, roots);
  if (read.ok) return read.people;
  throw new Refuse(
    400,
    'Nothing was changed: put right what is named in `errors` and send everybody again.',
    named(read.wrong, namedAtMost),
  );
}

/** How many may stand at the top, by `?roots=`. Throws `Refuse` (400). */
export function readRoots(roots: string | undefined): Roots {
  if (roots === undefined || roots === 'one') return 'one';
  if (roots === 'several') return 'several';
  throw new Refuse(400, 'Of the address, `roots` must be `one` or `several`.');
}
