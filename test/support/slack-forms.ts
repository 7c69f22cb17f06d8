/** Forms in the local Slack: opened, and filled in by the names of their fields (`blockOf` in routing-form.ts). */
import type { View } from '../../lib/local/slack-front/views.ts';
import type { SlackPerson } from './slack-people.ts';
import { until } from './until.ts';

/**
 * Opens the form that a command opens. What a worker that has just started is too slow for, three seconds, the button does
 * that it then shows.
 */
export async function openForm(person: SlackPerson, line: string): Promise<void> {
  const told = person.ephemerals().length;
  await person.command(line);
  const isTooLate = () => person.ephemerals().length > told;
  await until(`${line} opens a form`, () => (person.modal() || isTooLate() ? true : undefined));
  if (person.modal()) return;
  await person.press('Open');
  await until(`the button of ${line} opens a form`, () => person.modal());
}

/** The block of a field of the form that is shown. */
export function blockOf(view: View | undefined, field: string): string {
  return String(blockIn(view, field).block_id);
}

/** What is typed or chosen, as a person of the local Slack enters it. */
export function entered(view: View | undefined, values: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => {
      const { block_id: block, element } = blockIn(view, field);
      return [block, { [String((element as Readonly<Record<string, unknown>>)['action_id'])]: value }];
    }),
  );
}

function blockIn(view: View | undefined, field: string) {
  const blocks = view?.content.blocks ?? [];
  const block = blocks.find(({ block_id: id }) => String(id).startsWith(`${field}.`));
  if (!block) throw new Error(`There is no field ${field} in the form. There is ${blocks.map((one) => one.block_id)}.`);
  return block;
}
