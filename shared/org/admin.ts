/** Somebody who works for the company, by the company's own id. `managerId` is null at the top. */
export type Admin = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly managerId: string | null;
  readonly active: boolean;
};

/** A person as messages to operators call them. */
export function called({ name, id }: Pick<Admin, 'id' | 'name'>): string {
  return `${name} (${id})`;
}

/** As many people as a sentence can hold. */
const namedAtMost = 10;

/** People one after another, the first ten of many. */
export function listed(people: readonly Pick<Admin, 'id' | 'name'>[]): string {
  const more = people.length - namedAtMost;
  return `${people.slice(0, namedAtMost).map(called).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** People who report to themselves, each to the next and the last to the first, as an objection to one of them. */
export function circle(members: readonly Pick<Admin, 'id' | 'name'>[]): string {
  const [first, ...others] = members;
  if (!first || others.length === 0) return 'is the person themself: name their manager, or null for nobody.';
  const shown = others.slice(0, namedAtMost);
  const left = others.length - shown.length;
  const between = [...shown.map(called), ...(left > 0 ? [`${left} more, the last of whom`] : [])];
  return `makes a circle: ${between.join(' reports to ')} reports to ${first.id}.`;
}

/** Whether the directory says the same of both. */
export function isSame(one: Admin, other: Admin): boolean {
  return (
    one.name === other.name &&
    one.email === other.email &&
    one.managerId === other.managerId &&
    one.active === other.active
  );
}
