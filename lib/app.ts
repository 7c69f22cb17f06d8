import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { HubStack } from './hub-stack.ts';
import { REPOSITORY } from './parts/hub-function.ts';
import { checkedSettings, type StageFile } from './parts/settings.ts';
import { readStageFile } from './parts/stage-file.ts';
import { StateStack } from './state-stack.ts';

/** What to synthesize, and how thoroughly. */
export interface SynthesizeOptions extends StageFile {
  /** Where the assembly is written. Default: where the CDK command says, else a new folder under the system's temporary one. */
  readonly outdir?: string;
  /**
   * Whether to bundle the functions and check the template against CloudFormation's schemas, as for a deployment (seconds).
   * Without, as tests and the local runner want it, it takes a tenth of one: the functions' code is then only named, in
   * their metadata.
   */
  readonly bundle: boolean;
  /** The folder of the stage files, where the stage's own is to be read; what is given besides goes before it. */
  readonly stageFiles?: string;
}

/** Synthesizes both stacks of a stage (default `dev`). Needs no account. */
export function synthesize(options: SynthesizeOptions): CloudAssembly {
  return hubApp(options).synth();
}

/** The app of a stage, before synthesis: what checks of the tree, such as cdk-nag's, are run on. */
export function hubApp({ outdir, bundle, stageFiles, ...given }: SynthesizeOptions): App {
  const app = new App({
    ...(outdir === undefined ? {} : { outdir }),
    // cdk.json is read by the CDK command only; in one process its context is given by hand, so that the template is the same.
    context: { ...contextOfCdkJson(), ...(bundle ? {} : { 'aws:cdk:bundling-stacks': [] }) },
    builtinCloudFormationValidation: bundle,
    analyticsReporting: false,
  });
  const stage = given.stage ?? fromContext(app, 'stage') ?? 'dev';
  const settings = checkedSettings({
    ...(stageFiles === undefined ? {} : readStageFile(stageFiles, stage)),
    ...given,
    stage,
    version: given.version ?? fromContext(app, 'version') ?? versionOfPackage(),
  });
  const state = new StateStack(app, 'State', settings);
  new HubStack(app, 'Hub', settings, state);
  return app;
}

function fromContext(app: App, name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function contextOfCdkJson(): Record<string, unknown> {
  const { context } = JSON.parse(readFileSync(join(REPOSITORY, 'cdk.json'), 'utf8')) as {
    context: Record<string, unknown>;
  };
  return context;
}

function versionOfPackage(): string {
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string };
  return version;
}
