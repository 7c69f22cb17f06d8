import * as z from 'zod/mini';
import { text } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import type { ChannelId } from '../base/names.ts';

/** A course, by the company's own id. Its sessions are reported in the announcement channel, if it has one. */
export type Course = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly announcementChannel: ChannelId | null;
};

/** The body of `PUT /v1/courses/{id}`. Unknown fields are refused: one that is misspelt would otherwise be lost. */
export const courseRequest = once(() =>
  z.strictObject({
    name: text(200),
    type: text(64).register(z.globalRegistry, { description: 'In your own words, as with a payment: `bootcamp`.' }),
    announcementChannel: z
      .nullable(z.string().check(z.regex(/^[CG][A-Z0-9]{6,20}$/, 'must be the id of a channel, such as C0123456789.')))
      .register(z.globalRegistry, {
        description: 'The id of the Slack channel in which its sessions are reported, or null for none.',
      }),
  }),
);
