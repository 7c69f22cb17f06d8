/** The fields of a form by what they are called, whichever form of its draft it is (`blockOf` in routing-form.ts). */
import type { View } from '../../lib/local/slack-front/views.ts';

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
