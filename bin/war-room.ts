// The CDK app: `npx cdk synth -c stage=NAME` (default dev) needs no account. cdk.json starts it. Further context:
// version, sentryDsn, alarmEmail. A breach of cdk-nag's AWS Solutions rules fails it.
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { hubApp } from '../lib/app.ts';

const app = hubApp({ bundle: true });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
