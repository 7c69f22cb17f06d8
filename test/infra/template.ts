/** The synthesized templates as the tests ask them: every resource of both stacks, and what its policies allow. */
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** One resource of one stack. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly stack: string;
  /** The whole entry: `Properties`, `Metadata`, `DeletionPolicy`. */
  readonly entry: Json;
}

/** One statement of one policy that allows something. */
export interface Allowed {
  /** The resource of the template that holds the policy. */
  readonly holder: Resource;
  readonly actions: readonly string[];
  /** As written in the template, one string each: `Payments.Arn`, `Payments.Arn/index/due`, `*`. */
  readonly on: readonly string[];
  readonly statement: Json;
}

/** Every resource of every stack. */
export function resourcesOf(assembly: CloudAssembly): Resource[] {
  return assembly.stacks.flatMap((stack) => {
    const { Resources } = stack.template as { readonly Resources: Readonly<Record<string, Json>> };
    return Object.entries(Resources).map(([id, entry]) => ({
      id,
      type: String(at(entry, 'Type')),
      stack: stack.id,
      entry,
    }));
  });
}

/** What lies at `path`, or null where the way ends. */
export function at(value: Json, ...path: readonly (string | number)[]): Json {
  return path.reduce<Json>((here, step) => {
    if (here === null || typeof here !== 'object') return null;
    return (here as { readonly [name: string]: Json })[step] ?? null;
  }, value);
}

/** `value` as a list; a single one is a list of one, as in policies. */
export function list(value: Json): readonly Json[] {
  if (value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The fields of `value`; none if it is not an object. */
export function fields(value: Json): readonly (readonly [string, Json])[] {
  return value === null || typeof value !== 'object' || Array.isArray(value) ? [] : Object.entries(value);
}

/**
 * A reference as people say it: `Payments` for a Ref, `Payments.Arn` for an attribute, joined text as one string; an
 * export of the other stack as what it exports.
 */
export function said(value: Json, exports: ReadonlyMap<string, Json>): string {
  if (typeof value === 'string') return value;
  const [[name, inner] = ['', null]] = fields(value);
  switch (name) {
    case 'Ref':
      return String(inner);
    case 'Fn::GetAtt':
      return list(inner).join('.');
    case 'Fn::Join':
      return list(at(inner, 1))
        .map((part) => said(part, exports))
        .join(String(at(inner, 0)));
    case 'Fn::ImportValue':
      return said(exports.get(String(inner)) ?? `nothing exports ${String(inner)}`, exports);
    default:
      return JSON.stringify(value);
  }
}

/** Export name -> value, of every stack. */
export function exportsOf(assembly: CloudAssembly): Map<string, Json> {
  return new Map(
    assembly.stacks.flatMap((stack) => {
      const { Outputs = {} } = stack.template as { readonly Outputs?: Readonly<Record<string, Json>> };
      return Object.values(Outputs).map((output): [string, Json] => [
        String(at(output, 'Export', 'Name')),
        at(output, 'Value'),
      ]);
    }),
  );
}

/** Every statement that allows something, whatever kind of policy it is in. */
export function allowedBy(resources: readonly Resource[], exports: ReadonlyMap<string, Json>): Allowed[] {
  return resources.flatMap((holder) =>
    ['PolicyDocument', 'KeyPolicy', 'AssumeRolePolicyDocument'].flatMap((name) =>
      list(at(holder.entry, 'Properties', name, 'Statement'))
        .filter((statement) => at(statement, 'Effect') === 'Allow')
        .map((statement) => ({
          holder,
          statement,
          actions: list(at(statement, 'Action')).map(String),
          on: list(at(statement, 'Resource')).map((resource) => said(resource, exports)),
        })),
    ),
  );
}
