import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { OPENAPI, openapi, openapiText, schemas } from '../../bin/openapi.ts';

const document = openapi('0.0.0');
const nameOf = (reference: string) => reference.replace('#/components/schemas/', '');

type Found = { at: string; value: Record<string, unknown> };

/** Every object of a document, with where it stands. */
function objects(value: unknown, at = '#'): Found[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([name, part]) => objects(part, `${at}/${name}`));
  return Array.isArray(value) ? inner : [{ at, value: value as Record<string, unknown> }, ...inner];
}

/** Every example, with the schema that it is of: a body that is one of two has an example of each, by its name. */
const shown = objects(document.paths).flatMap(({ at, value }) => {
  if ('example' in value) {
    return [{ at, name: nameOf((value['schema'] as { $ref: string }).$ref), example: value['example'] }];
  }
  const examples = 'examples' in value ? Object.entries(value['examples'] as Record<string, { value: unknown }>) : [];
  return examples.map(([name, { value: example }]) => ({ at: `${at}/${name}`, name, example }));
});
const referred = objects(document).flatMap(({ value }) => (typeof value['$ref'] === 'string' ? [value['$ref']] : []));

describe('docs/openapi.json', () => {
  it('is what the schemas say; else run `npm run openapi`', () => {
    expect(readFileSync(OPENAPI, 'utf8')).toBe(openapiText());
  });

  it('refers to nothing that it does not hold, and holds nothing that it does not refer to', () => {
    expect([...new Set(referred.map(nameOf))].sort()).toEqual(Object.keys(document.components.schemas).sort());
  });

  it.each(shown.map(({ at, name, example }) => [at, name, example] as const))(
    'has an example at %s that its schema takes',
    (_, name, example) => {
      const schema = schemas[name as keyof typeof schemas];

      expect(schema.safeParse(example).error).toBeUndefined();
    },
  );

  it('has an example of every schema', () => {
    const names = shown.map(({ name }) => name);

    expect([...new Set(names)].sort()).toEqual(Object.keys(schemas).sort());
  });

  it('refuses what it does not list, wherever an object is written out', () => {
    const open = objects(document.components.schemas)
      .filter(({ value }) => 'properties' in value && value['type'] === 'object')
      .filter(({ value }) => value['additionalProperties'] !== false);

    expect(open.map(({ at }) => at)).toEqual([]);
  });

  it('says for every operation of /v1 which key it wants and how it refuses', () => {
    const operations = Object.entries(document.paths).flatMap(([path, verbs]) =>
      path.startsWith('/v1/') ? Object.values(verbs) : [],
    );

    expect(operations.length).toBeGreaterThanOrEqual(5);
    for (const { security, responses } of operations) {
      expect(security).toEqual([{ apiKey: [expect.any(String)] }]);
      expect(Object.keys(responses)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^20[024]$/), '401', '403', '500']),
      );
    }
  });
});
