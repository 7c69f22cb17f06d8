// `npm run invites:doc`: draws the life cycle of a learner on the way into the workspace into docs/invites.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cause, causes, explain, lifecycle, type State, states, unknown } from '../shared/invites/lifecycle.ts';

/** Where the life cycle is drawn. */
export const INVITES_DOC = join(import.meta.dirname, '..', 'docs', 'invites.md');

const BEGIN = '<!-- The life cycle: `npm run invites:doc` draws it. -->';
const END = '<!-- The end of what is drawn. -->';

/** The page with the life cycle as it is now. Throws where the page has no place for it. */
export function invitesDoc(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`docs/invites.md must have the lines ${BEGIN} and ${END}; the life cycle is drawn between them.`);
  }
  const drawn = ['```mermaid', drawing(), '```', '', meanings(), '', inWords()].join('\n');
  return `${before}${BEGIN}\n\n${drawn}\n\n${END}${after}`;
}

const from = [unknown, ...states] as const;
const every = Object.keys(causes) as Cause[];

/** Each state, and an arrow for each way from one to another, with all that leads that way. */
function drawing(): string {
  const arrows = from.flatMap((begin) => {
    const ways = Map.groupBy(every, (cause) => moveOf(begin, cause));
    return [...ways].flatMap(([to, why]) =>
      to === undefined ? [] : [`  ${begin === unknown ? '[*]' : begin} --> ${to}: ${why.join(', ')}`],
    );
  });
  return ['stateDiagram-v2', '  direction LR', ...arrows].join('\n');
}

function moveOf(begin: (typeof from)[number], cause: Cause): State | undefined {
  const move = lifecycle[begin][cause];
  return move.kind === 'moves' ? move.to : undefined;
}

function meanings(): string {
  const lines = every.map((cause) => `| \`${cause}\` | ${causes[cause]} |`);
  return ['| cause | what is the case |', '|---|---|', ...lines].join('\n');
}

/** Every pair of a state and a cause, and what comes of it. */
function inWords(): string {
  const lines = from.flatMap((begin) =>
    every.map((cause) => {
      const { outcome, to, why } = explain(begin === unknown ? undefined : begin, cause);
      const then = outcome === 'moves' ? `**${to}**` : outcome === 'stays' ? 'stays' : 'nothing';
      return `| ${begin === unknown ? '–' : begin} | \`${cause}\` | ${then} | ${why} |`;
    }),
  );
  return ['| stands at | cause | then | why |', '|---|---|---|---|', ...lines].join('\n');
}

if (import.meta.main) writeFileSync(INVITES_DOC, invitesDoc(readFileSync(INVITES_DOC, 'utf8')));
