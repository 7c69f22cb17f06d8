import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StageFile, UnusableSettings } from './settings.ts';

/** Where the stage files are, relative to the repository. */
export const STAGES = 'stages';

/**
 * What `<folder>/<stage>.json` says, unchecked; undefined where there is no such file. Throws `UnusableSettings` where it is
 * not a JSON object, or names another stage or a version: both are said elsewhere.
 */
export function readStageFile(folder: string, stage: string): StageFile | undefined {
  // A stage that is no name of a stage is none of a file either, and is refused with the settings.
  const file = join(folder, `${stage}.json`);
  if (!/^[a-z0-9-]+$/.test(stage) || !existsSync(file)) return undefined;
  const value = parsed(file, `${STAGES}/${stage}.json`);
  const strangers = ['stage', 'version'].filter((name) => name in value);
  if (strangers.length > 0) {
    throw new UnusableSettings(
      strangers.map((name) => `${name}: is not said in ${STAGES}/${stage}.json. Leave it out there.`),
    );
  }
  return { ...value, stage };
}

/** The stages that have a file, sorted. */
export function stagesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

function parsed(file: string, name: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UnusableSettings([`${name} is not JSON: ${error.message}.`]);
  }
  throw new UnusableSettings([`${name} must be a JSON object of settings.`]);
}
