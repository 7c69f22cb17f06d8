/** What stands in something that came from outside, looked at one field at a time: nothing here throws. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object; none of anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function fieldsIn(fields: Fields, name: string): Fields {
  return fieldsOf(fields[name]);
}

/** The fields of a JSON object; none where the text is something else. */
export function fieldsOfJson(json: string): Fields {
  try {
    return fieldsOf(JSON.parse(json));
  } catch {
    return {};
  }
}

export function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}

/** The id of a team, a user or a channel, by its shape. https://docs.slack.dev/reference/objects */
export function idIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && /^[A-Z][A-Z0-9]{1,30}$/.test(value) ? value : undefined;
}

/** The timestamp of a message, by its shape. */
export function tsIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && /^\d{1,12}\.\d{1,9}$/.test(value) ? value : undefined;
}
