import { idInWords, isId } from '../../shared/courses/id.ts';

/** What can be loaded, by how a row names it. */
export const KINDS = ['course', 'enrollment', 'session', 'attendance', 'feedback'] as const;

export type Kind = (typeof KINDS)[number];

/** A row as the API takes it. Of those with one `order`, the later one has to arrive later. */
export type Entry = {
  readonly method: 'PUT' | 'POST';
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly order: string;
};

type Said = Readonly<Record<string, unknown>>;

/** A row that was refused bears why, when it is loaded again. */
export const refusedField = 'refused';

/** The kind that a name means: of one, or of several. */
export function kindOf(name: unknown): Kind | undefined {
  if (typeof name !== 'string') return undefined;
  const given = name.trim();
  return KINDS.find((kind) => kind === given || `${kind}s` === given);
}

/** What is sent for a row: of `kind`, unless it names one itself. `columns`: of CSV. A sentence says why nothing can be. */
export function entryOf(said: Said, wanted: Kind | undefined, columns?: readonly string[]): Entry | string {
  const { kind: own, [refusedField]: _, ...rest } = said;
  const kind = own === undefined ? wanted : kindOf(own);
  if (kind === undefined) return `/kind must be one of ${KINDS.join(', ')}, here or by --kind.`;

  const idField = kind === 'attendance' || kind === 'feedback' ? 'sessionId' : 'id';
  const { [idField]: given, ...fields } = rest;
  if (given === undefined) return `/${idField} is missing.`;
  if (typeof given !== 'string' || given.trim() === '') return `/${idField} must be a text.`;
  // Nothing else could be part of an address.
  if (!isId(given.trim())) return `/${idField} ${idInWords}`;
  const id = encodeURIComponent(given.trim());
  const body = columns ? fromCells(kind, fields, columns) : fields;
  switch (kind) {
    case 'course':
      return { method: 'PUT', path: `/v1/courses/${id}`, body, order: `course ${id}` };
    case 'enrollment':
      return { method: 'PUT', path: `/v1/enrollments/${id}`, body, order: `enrollment ${id}` };
    case 'session':
      return { method: 'PUT', path: `/v1/sessions/${id}`, body, order: `session ${id}` };
    case 'attendance':
      return { method: 'PUT', path: `/v1/sessions/${id}/attendance`, body, order: `attendance ${id}` };
    case 'feedback': {
      const learner = JSON.stringify(body['learnerId']);
      return { method: 'POST', path: `/v1/sessions/${id}/feedback`, body, order: `feedback ${id} ${learner}` };
    }
  }
}

/**
 * What cells of CSV mean: lists have a space or a semicolon between ids, a rating is a number; what is empty is nothing or null. A
 * column that is not there says nothing at all: a file that only names courses takes no channel away from them.
 */
function fromCells(kind: Kind, cells: Said, columns: readonly string[]): Said {
  const has = (column: string) => columns.includes(column);
  const { text, ...others } = cells;
  const said: Said = { ...trimmed(others), ...(text !== undefined && { text }) };
  switch (kind) {
    case 'course':
      return { ...(has('announcementChannel') && { announcementChannel: null }), ...said };
    case 'attendance':
      return {
        ...said,
        ...(has('present') && { present: list(said['present']) }),
        ...(has('absent') && { absent: list(said['absent']) }),
      };
    case 'feedback': {
      const { rating, ...rest } = said;
      return {
        ...rest,
        ...(rating !== undefined && { rating: /^\d+$/.test(String(rating)) ? Number(rating) : rating }),
      };
    }
    default:
      return said;
  }
}

function trimmed(cells: Said): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(cells).map(([name, cell]) => [name, typeof cell === 'string' ? cell.trim() : trimmed(cell as Said)]),
  );
}

function list(cell: unknown): string[] {
  return typeof cell === 'string' ? cell.split(/[\s;]+/).filter((id) => id !== '') : [];
}
