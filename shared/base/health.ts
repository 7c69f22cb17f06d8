import type { Answer } from './answer.ts';
import type { Health } from './answers.ts';
import { type ApiKey, type ApiKeys, identify } from './api-key.ts';
import type { Report } from './report.ts';
import { type KeptSecret, MalformedSecret } from './secret.ts';

export type HealthDependencies = {
  readonly version: string;
  readonly keys: Pick<KeptSecret<ApiKeys>, 'find'>;
  /** What is configured for the team of the key, by name, without secrets. */
  readonly configured: (key: ApiKey) => Promise<Readonly<Record<string, unknown>>>;
  /** Asks each thing that War Room needs, by name; what is thrown is why it is not well. */
  readonly needed: Readonly<Record<string, () => Promise<unknown>>>;
  /** Numbers of what is behind, by name: of the pipeline, and of the team of the key. */
  readonly waiting: (key: ApiKey) => Promise<Readonly<Record<string, number>>>;
  readonly report: Report;
};

/**
 * `GET /health`. Anyone learns that it runs, and which version; nothing is asked for that. Who has a key with the scope
 * `read` learns what is configured, what can be reached, and what waits. Always 200 when it can answer: `ok` says
 * whether all is well, and a 5xx stays what it is everywhere, a fault of the API.
 */
export async function health(authorization: string | undefined, dependencies: HealthDependencies): Promise<Answer> {
  const { version, keys, configured, needed, waiting, report } = dependencies;
  if (authorization === undefined) return { status: 200, body: { ok: true, version } satisfies Health };

  const key = await identify(authorization, 'read', keys);
  const ask = async <T>(name: string, probe: () => Promise<T>): Promise<{ answer: T } | { sentence: string }> => {
    try {
      return { answer: await probe() };
    } catch (error) {
      report(error, { where: `health: ${name}` });
      return { sentence: sentence(error) };
    }
  };
  const [settings, depth, ...reached] = await Promise.all([
    ask('configured', () => configured(key)),
    ask('waiting', () => waiting(key)),
    ...Object.entries(needed).map(async ([name, probe]) => [name, await ask(name, probe)] as const),
  ]);

  const reachable = reached.map(([name, result]) => [name, 'answer' in result ? 'ok' : result.sentence] as const);
  const ok = 'answer' in settings && 'answer' in depth && reachable.every(([, state]) => state === 'ok');
  return {
    status: 200,
    body: {
      ok,
      version,
      configured: 'answer' in settings ? settings.answer : settings.sentence,
      reachable: Object.fromEntries(reachable),
      waiting: 'answer' in depth ? depth.answer : depth.sentence,
    } satisfies Health,
    ids: { key: key.name, team: key.team, ok },
  };
}

function sentence(error: unknown): string {
  // Written for operators, and free of what the secret holds.
  if (error instanceof MalformedSecret) return error.message;
  const name = error instanceof Error && /^\w{1,60}$/.test(error.name) ? error.name : 'Error';
  return `It did not answer as it should (${name}). The log of this function says more.`;
}
