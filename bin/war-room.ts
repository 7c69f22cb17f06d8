// The CDK app: `npx cdk synth -c stage=NAME` (default dev) needs no account. cdk.json starts it. What differs from one stage to
// the next is in stages/NAME.json; without one it is synthesized as it is. A breach of cdk-nag's AWS Solutions rules fails it.
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { hubApp } from '../lib/app.ts';
import { REPOSITORY } from '../lib/parts/hub-function.ts';
import { UnusableSettings } from '../lib/parts/settings.ts';
import { STAGES } from '../lib/parts/stage-file.ts';

try {
  const app = hubApp({ bundle: true, stageFiles: join(REPOSITORY, STAGES) });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  // Sentences for who wrote the stage file; where they were found helps nobody.
  if (!(error instanceof UnusableSettings)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
