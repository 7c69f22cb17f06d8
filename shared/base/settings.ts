/**
 * Reads a function's settings from its environment, all at once, and names every missing one in one sentence.
 * Optional settings are read from the same environment with `?? default` by whoever needs them.
 */
export function settings<Name extends string>(
  environment: NodeJS.ProcessEnv,
  ...names: readonly Name[]
): Readonly<Record<Name, string>> {
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0) {
    throw new Error(
      `This function lacks the settings ${missing.join(', ')}. The template gives them: deploy it again.`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, environment[name]])) as Record<Name, string>;
}
