import type { Answer } from '../base/answer.ts';
import type { ApiKey } from '../base/api-key.ts';
import { Refuse } from '../base/errors.ts';
import { named } from '../base/fields.ts';
import { called, listed } from './admin.ts';
import type { AdminView, RelativesView } from './answers.ts';
import type { DirectoryEditor } from './editor.ts';
import type { Hierarchy, Relative } from './hierarchy.ts';
import { readAdmin, readAdminId } from './request.ts';

/**
 * `PUT /v1/admins/{id}`: 201 for somebody new, 200 for a change and for the same again; 202 where so many stand below them
 * that the rest is written after the answer, `until` (ms) having come. Throws `Refuse`, naming every
 * wrong field at once: 400 where the body is at fault, 409 where only the directory stands against it.
 */
export async function putAdmin(
  id: string | undefined,
  body: unknown,
  key: ApiKey,
  directory: Pick<DirectoryEditor, 'put' | 'objections'>,
  until?: number,
): Promise<Answer> {
  const admin = readAdminId(id);
  const read = readAdmin(body);
  if (!read.ok) {
    const wrong = named([...read.wrong, ...(await directory.objections(key.team, admin, read.said))]);
    throw new Refuse(400, 'Nothing was changed: put right what is named in `errors` and send it again.', wrong);
  }
  const person = { id: admin, ...read.said };
  const put = await directory.put(key.team, person, until);
  if (put.outcome === 'refused') {
    throw new Refuse(409, 'Nothing was changed: the directory stands against it, see `errors`.', put.wrong);
  }
  return {
    status: put.underWay ? 202 : put.outcome === 'created' ? 201 : 200,
    body: person satisfies AdminView,
    ids: { team: key.team, admin, outcome: put.outcome, key: key.name },
  };
}

/** `GET /v1/admins/{id}`. 404 for somebody of another team just the same. */
export async function showAdmin(
  id: string | undefined,
  key: ApiKey,
  directory: Pick<DirectoryEditor, 'admin'>,
): Promise<Answer> {
  const asked = readAdminId(id);
  const person = await directory.admin(key.team, asked);
  if (!person) throw new Refuse(404, 'Nobody in the directory has this id.');
  return { status: 200, body: person satisfies AdminView, ids: { team: key.team, admin: asked, key: key.name } };
}

/**
 * `DELETE /v1/admins/{id}`: 204, also where nobody has this id (any more). Throws `Refuse` (409) that names the people who
 * report to them: each of these would be left with a manager who is not there.
 */
export async function removeAdmin(
  id: string | undefined,
  key: ApiKey,
  directory: Pick<DirectoryEditor, 'remove'>,
  until?: number,
): Promise<Answer> {
  const admin = readAdminId(id);
  const removed = await directory.remove(key.team, admin, until);
  if (removed.outcome === 'refused') {
    throw new Refuse(
      409,
      `${called(removed.person)} stays in the directory: ${listed(removed.reports)} would be left ` +
        'without a manager. Give them another one first, or null.',
    );
  }
  return { status: 204, body: undefined, ids: { team: key.team, admin, outcome: removed.outcome, key: key.name } };
}

/** `GET /v1/admins/{id}/chain`: everybody above a person, their manager first. */
export async function showChain(
  id: string | undefined,
  key: ApiKey,
  hierarchy: Pick<Hierarchy, 'chain'>,
): Promise<Answer> {
  const admin = readAdminId(id);
  return relatives(admin, key, await hierarchy.chain(key.team, admin));
}

/** `GET /v1/admins/{id}/team`: everybody below a person, the nearest first. */
export async function showTeam(
  id: string | undefined,
  key: ApiKey,
  hierarchy: Pick<Hierarchy, 'team'>,
): Promise<Answer> {
  const admin = readAdminId(id);
  return relatives(admin, key, await hierarchy.team(key.team, admin));
}

function relatives(admin: string, key: ApiKey, found: readonly Relative[] | undefined): Answer {
  if (!found) throw new Refuse(404, 'Nobody in the directory has this id.');
  return {
    status: 200,
    body: { admins: found } satisfies RelativesView,
    ids: { team: key.team, admin, people: found.length, key: key.name },
  };
}
