/**
 * One synthesis of both stacks for a test file to ask. The assembly is in a temporary folder, which goes with the process.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hubApp } from '../../lib/app.ts';
import {
  type Allowed,
  allowedBy,
  at,
  exportsOf,
  fields,
  type Json,
  list,
  type Resource,
  resourcesOf,
  said,
} from './template.ts';

/** Where a test file may write further assemblies. */
export const folder = mkdtempSync(join(tmpdir(), 'war-room-infra-'));

/** To be called when the file's tests are over. */
export function tidy(): void {
  rmSync(folder, { recursive: true, force: true });
}

export const app = hubApp({ stage: 'trial', outdir: join(folder, 'first'), bundle: false });
export const assembly = app.synth();
const resources = resourcesOf(assembly);
export const exported = exportsOf(assembly);
export const allowed = allowedBy(resources, exported);

/** Every resource of a type, state before hub. */
export function ofType(type: string): readonly Resource[] {
  return resources.filter((resource) => resource.type === type);
}

/** One property, or null. */
export function property(resource: Resource | undefined, ...path: readonly (string | number)[]): Json {
  return resource === undefined ? null : at(resource.entry, 'Properties', ...path);
}

/** One property as people say it: `PaymentsQueue.Arn`. */
export function saidOf(resource: Resource | undefined, ...path: readonly (string | number)[]): string {
  return said(property(resource, ...path), exported);
}

export const functions = ofType('AWS::Lambda::Function');

/** What a function is told by a reference: name -> what it names. */
export function toldTo(resource: Resource): ReadonlyMap<string, string> {
  return new Map(
    fields(property(resource, 'Environment', 'Variables'))
      .filter(([, value]) => typeof value !== 'string')
      .map(([name, value]) => [name, said(value, exported)]),
  );
}

/** What the role of a function allows. */
export function statementsOf(id: string): readonly Allowed[] {
  const resource = functions.find((candidate) => candidate.id === id);
  const role = saidOf(resource, 'Role').split('.')[0];
  return allowed.filter(({ holder }) =>
    list(property(holder, 'Roles')).some((given) => said(given, exported) === role),
  );
}
