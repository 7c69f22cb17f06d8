import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { awsTrouble } from '../stage/aws-trouble.ts';
import { Mistaken } from '../stage/mistaken.ts';
import type { SecretName } from './form.ts';
import { standingOf } from './standing.ts';

/** The text of a secret, and which of its versions that is. */
export type Kept = { readonly text: string; readonly version: string | undefined };

/** The secrets of one stage, in Secrets Manager. What goes wrong is thrown as `Mistaken`, never with what a secret holds. */
export class KeptSecrets {
  readonly #client: Pick<SecretsManagerClient, 'send'>;
  readonly #stage: string;

  constructor(client: Pick<SecretsManagerClient, 'send'>, stage: string) {
    this.#client = client;
    this.#stage = stage;
  }

  async read(name: SecretName): Promise<Kept> {
    const id = this.idOf(name);
    const { SecretString, VersionId } = await this.#client
      .send(new GetSecretValueCommand({ SecretId: id }))
      .catch((error: unknown) => this.#refuse(`${id} could not be read`, error));
    if (SecretString === undefined) {
      throw new Mistaken(`${id} holds bytes and no text. Give it its JSON in Secrets Manager.`);
    }
    return { text: SecretString, version: VersionId };
  }

  /**
   * Puts a value in the place of the version that was read. Throws `Mistaken` where somebody else was faster, and where the
   * functions could not work with it: nothing is written then.
   */
  async write(name: SecretName, value: unknown, over: Kept): Promise<void> {
    const id = this.idOf(name);
    const text = JSON.stringify(value, null, 2);
    const standing = standingOf(name, text);
    if (standing.state === 'wrong') throw new Mistaken([...standing.problems, `${id} was not changed.`].join('\n'));
    const now = await this.read(name);
    if (now.version !== over.version || now.text !== over.text) {
      throw new Mistaken(`Somebody else has changed ${id} meanwhile. Nothing was written: start again.`);
    }
    await this.#client
      .send(new PutSecretValueCommand({ SecretId: id, SecretString: text }))
      .catch((error: unknown) => this.#refuse(`${id} could not be written`, error));
  }

  idOf(name: SecretName): string {
    return `war-room/${this.#stage}/${name}`;
  }

  #refuse(what: string, error: unknown): never {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') {
      throw new Mistaken(
        `${what}: it is not there yet. \`npm run deploy -- --stage ${this.#stage}\` makes the secrets, empty.`,
      );
    }
    const { says, remedy } = awsTrouble(error);
    throw new Mistaken(`${what}: ${says}. ${remedy}`);
  }
}
