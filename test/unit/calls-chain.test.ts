import { describe, expect, it } from '@jest/globals';
import { Retry } from '../../shared/base/errors.ts';
import { teamId } from '../../shared/base/names.ts';
import { chainsOf } from '../../shared/calls/chain.ts';
import { person } from '../support/calling.ts';

const team = teamId('T1');
const kavya = person('adm_kavya', 'Kavya Rao', null);
const rohan = person('adm_rohan', 'Rohan Desai', 'adm_kavya');
const arjun = person('adm_arjun', 'Arjun Mehta', 'adm_rohan');
const people = new Map([kavya, rohan, arjun].map((each) => [each.id, each]));
const relative = ({ id, name }: typeof kavya, depth: number) => ({ id, name, depth });

/** A directory of these versions, a look each; the last one stays. `above` says who is above Arjun in a version. */
function reading(versions: readonly number[], above: (version: number) => ReturnType<typeof relative>[] | undefined) {
  let looks = 0;
  let version = 0;
  return chainsOf(
    {
      version: async () => {
        version = versions[Math.min(looks, versions.length - 1)] ?? 0;
        looks += 1;
        return version;
      },
      chain: async () => above(version),
    },
    { admin: async (_, id) => people.get(id) },
  );
}

describe('the chain of an agent', () => {
  it('is the agent and everybody above, as the directory knows them, in one version', async () => {
    const { chainOf } = reading([7], () => [relative(rohan, 1), relative(kavya, 2)]);

    expect(await chainOf(team, 'adm_arjun')).toEqual({ version: '7', people: [arjun, rohan, kavya] });
  });

  it('is read again where the directory changed meanwhile: nobody is in it of two versions', async () => {
    const { chainOf } = reading([7, 8], (version) => (version === 7 ? [relative(rohan, 1)] : [relative(kavya, 1)]));

    expect(await chainOf(team, 'adm_arjun')).toEqual({ version: '8', people: [arjun, kavya] });
  });

  it('is none where nobody has this id', async () => {
    const { chainOf } = reading([7], () => undefined);

    expect(await chainOf(team, 'adm_arjun')).toBeUndefined();
  });

  it('waits for a directory that does not stand still, and for one that names somebody who is not there yet', async () => {
    const restless = reading([1, 2, 3, 4, 5, 6, 7, 8, 9], () => []);
    const half = reading([7], () => [relative(person('adm_gone', 'Gone Away', null), 1)]);

    await expect(restless.chainOf(team, 'adm_arjun')).rejects.toThrow(Retry);
    await expect(half.chainOf(team, 'adm_arjun')).rejects.toMatchObject({ waiting: true });
  });
});
