import type { Stack } from '../template.ts';

/** The templates without their resources of some types: what would run by itself must not run while something is measured. */
export function without(stacks: readonly Stack[], ...types: readonly string[]): readonly Stack[] {
  return stacks.map(({ name, template }) => {
    const kept = Object.entries(template.Resources ?? {}).filter(([, { Type }]) => !types.includes(Type));
    return { name, template: { ...template, Resources: Object.fromEntries(kept) } };
  });
}
