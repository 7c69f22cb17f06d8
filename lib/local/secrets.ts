import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { AwsError, type Operation } from './aws-json.ts';
import type { SecretPlan } from './plan.ts';

/** Secrets by name, as Secrets Manager serves them. */
export class Secrets {
  readonly #plans: readonly SecretPlan[];
  readonly #file: string | undefined;
  readonly #values: Map<string, string>;

  /** `file`: where values are kept from one run to the next, readable by its owner only; undefined: in memory. */
  constructor(plans: readonly SecretPlan[], file: string | undefined) {
    this.#plans = plans;
    this.#file = file;
    const kept: Record<string, string> =
      file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    this.#values = new Map(plans.map(({ name, initial }) => [name, kept[name] ?? initial]));
  }

  put(name: string, value: string): void {
    this.#values.set(name, value);
    if (this.#file !== undefined) {
      writeFileSync(this.#file, `${JSON.stringify(Object.fromEntries(this.#values), null, 2)}\n`, { mode: 0o600 });
    }
  }

  operations(): Readonly<Record<string, Operation>> {
    return {
      'secretsmanager.GetSecretValue': (input) => {
        const plan = this.#named(input['SecretId']);
        const value = this.#values.get(plan.name) ?? plan.initial;
        return {
          ARN: plan.arn,
          Name: plan.name,
          VersionId: versionOf(value),
          SecretString: value,
          VersionStages: ['AWSCURRENT'],
          CreatedDate: Date.now() / 1000,
        };
      },
      'secretsmanager.PutSecretValue': (input) => {
        const plan = this.#named(input['SecretId']);
        if (typeof input['SecretString'] !== 'string') {
          throw new AwsError('InvalidParameterException', 'The local runner keeps secrets as text: give SecretString');
        }
        this.put(plan.name, input['SecretString']);
        return {
          ARN: plan.arn,
          Name: plan.name,
          VersionId: versionOf(input['SecretString']),
          VersionStages: ['AWSCURRENT'],
        };
      },
    };
  }

  #named(id: unknown): SecretPlan {
    const plan = this.#plans.find(({ name, arn }) => name === id || arn === id);
    if (plan === undefined) {
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    return plan;
  }
}

const versionOf = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 32);
