import { type LocalStack, type StackOptions, startStack } from '../start.ts';
import type { Stack } from '../template.ts';

/** Serves the stack at production's scale of time, in memory and on free ports, as `options` would have it. */
export function serveToMeasure(
  options: Pick<StackOptions, 'root' | 'stacks' | 'environment'> & Partial<StackOptions>,
): Promise<LocalStack> {
  return startStack({
    folder: '.war-room',
    port: 0,
    slackPort: 0,
    keep: false,
    timeScale: 1,
    others: {},
    lookForRunningSlack: false,
    say: () => {},
    log: () => {},
    lost: stop,
    ...options,
  });
}

/** A part of the stack ended by itself: nothing that would be measured after that is worth anything. */
export function stop(sentence: string): never {
  throw new Error(sentence);
}

/** The templates without their resources of some types: what would run by itself must not run while something is measured. */
export function without(stacks: readonly Stack[], ...types: readonly string[]): readonly Stack[] {
  return stacks.map(({ name, template }) => {
    const kept = Object.entries(template.Resources ?? {}).filter(([, { Type }]) => !types.includes(Type));
    return { name, template: { ...template, Resources: Object.fromEntries(kept) } };
  });
}
