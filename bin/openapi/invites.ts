import { bouncedView, invitesView } from '../../shared/invites/answers.ts';
import { states } from '../../shared/invites/lifecycle.ts';
import { bounceRequest } from '../../shared/invites/request.ts';

/** The schemas of invitations, by their names in the document. */
export const inviteSchemas = { Invites: invitesView, BounceRequest: bounceRequest(), Bounced: bouncedView } as const;

type SchemaName = keyof typeof inviteSchemas;

/** An example of each. */
export const inviteExamples: Readonly<Record<SchemaName, unknown>> = {
  Invites: {
    invites: [
      {
        learner: { id: 'learner-4711', name: 'Priya Sharma' },
        state: 'INVITED',
        since: '2026-11-22T04:31:00.000Z',
        cause: 'invited',
        why: 'an invitation went out, or had gone out before',
        enrollment: 'active',
        invitation: { by: 'link', at: '2026-11-22T04:31:00.000Z', fate: 'sent', reason: null },
      },
    ],
    cursor: 'MDdsZWFybmVyLTQ3MTE',
  },
  BounceRequest: {
    learnerId: 'learner-4711',
    key: '6f0d1c5e-1f0a-4d0e-9a2a-3a2f5f0f7c11',
    reason: 'the mailbox is full',
  },
  Bounced: { learnerId: 'learner-4711', noted: true },
};

/** What the document says everywhere alike. */
type Shared = {
  readonly json: (name: SchemaName) => object;
  readonly problems: (own: Readonly<Record<number, string>>) => object;
};

/** What can be asked about invitations, by address. */
export function invitePaths({ json, problems }: Shared) {
  const security = [{ apiKey: ['invites'] }];
  const query = (name: string, description: string, schema: object) => ({
    name,
    in: 'query',
    required: false,
    description,
    schema,
  });
  return {
    '/v1/invites': {
      get: {
        operationId: 'showInvites',
        summary: 'Who is in the workspace, who is not, and why',
        description:
          'Every learner who was ever enrolled, a hundred at most at once, in an order that does not change. Asked for one ' +
          'state, a page may hold few or none and still have a cursor.',
        security,
        parameters: [
          query('state', 'Only those who stand there.', { type: 'string', enum: [...states] }),
          query('cursor', 'As the answer before gave it.', { type: 'string' }),
        ],
        responses: {
          200: { description: 'A page of them.', content: json('Invites') },
          ...problems({ 400: 'The state is none, or the cursor no answer of this API.' }),
        },
      },
    },
    '/v1/invites/bounces': {
      post: {
        operationId: 'noteBounce',
        summary: 'An invitation came back',
        description:
          'The mail system says that an invitation it was given could not be delivered. The learner is PENDING again, with the ' +
          'reason, and is not written to until they are enrolled anew or under another address.',
        security,
        parameters: [],
        requestBody: { required: true, content: json('BounceRequest') },
        responses: {
          200: {
            description: '`noted` is false where it is not the last invitation to this learner.',
            content: json('Bounced'),
          },
          ...problems({
            400: 'The body is not JSON, or fields of it are wrong. Nothing was noted.',
            404: 'No learner is known under this id.',
            413: 'The body has more than 256 KB.',
            415: 'The content type is not application/json.',
          }),
        },
      },
    },
  };
}
