/**
 * Which route of an HTTP API a request takes: one that matches in full before one with a greedy variable, before
 * `$default`; a method before `ANY`. Pure.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
import { decoded } from './http-event.ts';
import type { RoutePlan } from './plan.ts';

export type RouteMatch = {
  readonly key: string;
  readonly target: RoutePlan['target'];
  /** Path variables, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
};

type Candidate = RouteMatch & { readonly rank: readonly number[] };

/** The route for `method` and `path` (as sent, without a query), or undefined: the API answers 404. */
export function matchRoute(routes: readonly RoutePlan[], method: string, path: string): RouteMatch | undefined {
  const segments = path.split('/').slice(1);
  const candidates = routes.flatMap((route) => {
    const candidate = match(route, method, segments);
    return candidate === undefined ? [] : [candidate];
  });
  const [best] = candidates.sort((a, b) => compare(a.rank, b.rank));
  return best && { key: best.key, target: best.target, parameters: best.parameters };
}

function match({ key, target }: RoutePlan, method: string, segments: readonly string[]): Candidate | undefined {
  if (key === '$default') return { key, target, parameters: {}, rank: [2, 0, 0] };
  const [wantedMethod = '', pattern = ''] = key.split(' ');
  if (wantedMethod !== 'ANY' && wantedMethod !== method) return undefined;

  const parameters: Record<string, string> = {};
  const wanted = pattern.split('/').slice(1);
  let variables = 0;
  let greedy = false;
  for (const [index, part] of wanted.entries()) {
    const variable = /^\{([^}+]+)(\+?)\}$/.exec(part);
    const given = segments[index];
    if (given === undefined) return undefined;
    if (variable === null) {
      if (decoded(given) !== part) return undefined;
    } else if (variable[2] === '+') {
      const rest = segments.slice(index).join('/');
      if (rest === '') return undefined;
      parameters[variable[1] ?? ''] = decoded(rest);
      greedy = true;
    } else {
      if (given === '') return undefined;
      parameters[variable[1] ?? ''] = decoded(given);
      variables += 1;
    }
  }
  if (!greedy && wanted.length !== segments.length) return undefined;
  return { key, target, parameters, rank: [greedy ? 1 : 0, variables, wantedMethod === 'ANY' ? 1 : 0] };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, at) => value !== b[at]);
  return index === -1 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
