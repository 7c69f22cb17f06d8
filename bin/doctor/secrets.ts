import { type SecretName, secretNames } from '../secrets/form.ts';
import { standingOf } from '../secrets/standing.ts';
import { awsTrouble } from '../stage/aws-trouble.ts';
import { type Finding, fine, wrong } from '../stage/finding.ts';
import { Mistaken } from '../stage/mistaken.ts';

/** Whether the functions can work with what each secret holds. `option` is how the stage is named to `npm run secrets`. */
export async function checkSecrets(
  read: (name: SecretName) => Promise<string>,
  option: string,
): Promise<{ readonly findings: Finding[]; readonly texts: Partial<Record<SecretName, string>> }> {
  const texts: Partial<Record<SecretName, string>> = {};
  const findings: Finding[] = [];
  for (const name of secretNames) {
    const link = `secret ${name}`;
    const command = `npm run secrets --${option} ${name}`;
    const text = await read(name).catch((error: unknown) => troubleOf(error));
    if (typeof text !== 'string') {
      findings.push(wrong(link, text.says, text.remedy));
      continue;
    }
    const standing = standingOf(name, text);
    if (standing.state === 'empty') findings.push(wrong(link, 'is empty', `Fill it: ${command}`));
    else if (standing.state === 'wrong') {
      findings.push(wrong(link, standing.problems.join(' '), `Put it right: ${command}`));
    } else findings.push(fine(link, standing.holds));
    texts[name] = text;
  }
  return { findings, texts };
}

function troubleOf(error: unknown) {
  if (!(error instanceof Mistaken)) return awsTrouble(error);
  const [says = '', ...remedy] = error.message.split('. ');
  return { says, remedy: remedy.join('. ') };
}
