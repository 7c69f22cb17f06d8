// The CDK app: `npx cdk synth -c stage=NAME` (default dev). cdk.json starts it.
import { synthesize } from '../lib/app.ts';

synthesize({ bundle: true });
