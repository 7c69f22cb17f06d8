import * as z from 'zod/mini';

const moment = () => z.iso.datetime({ offset: true });

/** One learner, as `GET /v1/invites` shows them. */
const inviteView = z.strictObject({
  learner: z.strictObject({ id: z.string(), name: z.string() }),
  state: z.enum(['PENDING', 'INVITED', 'ACCEPTED', 'DEACTIVATED']),
  since: moment(),
  cause: z.string(),
  why: z.string().register(z.globalRegistry, { description: 'The cause, in words.' }),
  enrollment: z.enum(['active', 'ended', 'doNotInvite']),
  invitation: z.nullable(
    z.strictObject({
      by: z.string().register(z.globalRegistry, { description: '`enterprise`, `connect` or `link`.' }),
      at: moment(),
      fate: z.nullable(z.string()).register(z.globalRegistry, {
        description:
          '`sent`, `known`, `unsure`, `refused`, `bounced`, `lapsed`, `withdrawn`; null while it is under way.',
      }),
      reason: z.nullable(z.string()),
    }),
  ),
});

/** What the invites room answers. For the document of the API and for tests: functions import the types alone. */
export const invitesView = z.strictObject({
  invites: z.array(inviteView),
  cursor: z.optional(z.string()).register(z.globalRegistry, {
    description: 'Ask with it for those that follow; absent once there are no more.',
  }),
});
export const bouncedView = z.strictObject({ learnerId: z.string(), noted: z.boolean() });

export type InvitesView = z.output<typeof invitesView>;
export type BouncedView = z.output<typeof bouncedView>;
