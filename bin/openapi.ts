// `npm run openapi`: writes docs/openapi.json from the schemas to which the API holds what it is sent and what it answers.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { healthSchema, problemSchema } from '../shared/base/answers.ts';
import { recordedCallSchema } from '../shared/calls/answers.ts';
import { callRequest } from '../shared/calls/request.ts';
import { adminView, differenceView, importBegunView, importView, relativesView } from '../shared/org/answers.ts';
import { adminRequest, snapshotRequest } from '../shared/org/request.ts';
import { leadView, paymentView, recordedSchema } from '../shared/payments/answers.ts';
import { keyDays } from '../shared/payments/creation-store.ts';
import { assignment, creation, initiation } from '../shared/payments/request.ts';
import { defaultTable } from '../shared/payments/route.ts';
import { explanationView, routingView, savedView } from '../shared/payments/routing-answers.ts';
import { explainRequest, routingRequest } from '../shared/payments/routing-request.ts';
import { courseExamples, coursePaths, courseSchemas } from './openapi/courses.ts';
import { inviteExamples, invitePaths, inviteSchemas } from './openapi/invites.ts';

/** Where the document is kept. */
export const OPENAPI = join(import.meta.dirname, '..', 'docs', 'openapi.json');

/** Every schema of the document, by its name there. */
export const schemas = {
  Initiation: initiation(),
  Creation: creation(),
  Recorded: recordedSchema,
  Payment: paymentView,
  Routing: routingView,
  RoutingRequest: routingRequest(),
  RoutingSaved: savedView,
  ExplainRequest: explainRequest(),
  Explanation: explanationView,
  Assignment: assignment(),
  Lead: leadView,
  AdminRequest: adminRequest(),
  Admin: adminView,
  Snapshot: snapshotRequest(),
  ImportBegun: importBegunView,
  Import: importView,
  Difference: differenceView,
  Relatives: relativesView,
  CallRequest: callRequest(),
  RecordedCall: recordedCallSchema,
  ...courseSchemas,
  ...inviteSchemas,
  Health: healthSchema,
  Problem: problemSchema,
} as const;

type SchemaName = keyof typeof schemas;

const large = {
  name: 'large amounts',
  when: { amount: { min: 10000000 } },
  then: { channel: 'C0123456789', postAs: 'admin', broadcast: ['paid', 'dispute'] },
};

const wrongFields = [
  { pointer: '/amount', message: 'must be more than 0.' },
  { pointer: '/lead/name', message: 'is missing.' },
];

/** An example of each schema, held to it by a test. */
const examples: Readonly<Record<SchemaName, unknown>> = {
  Initiation: {
    account: 'live',
    orderId: 'order_Hd7Rt0pLmQ2w3e',
    lead: { id: 'lead-4711', name: 'Priya Sharma' },
    amount: 1500000,
    currency: 'INR',
    course: { id: 'data-science-7', name: 'Data Science, batch 7', type: 'cohort' },
    payment: { kind: 'part', number: 1, of: 3, planTotal: 4500000 },
    assignedAdmin: { id: 'adm-12', name: 'Ravi Kumar' },
    initiatedAt: '2026-11-20T12:00:00+05:30',
  },
  Creation: {
    create: true,
    lead: { id: 'lead-4711', name: 'Priya Sharma' },
    amount: 4500000,
    currency: 'INR',
    course: { id: 'data-science-7', name: 'Data Science, batch 7', type: 'cohort' },
    payment: { kind: 'full' },
  },
  CallRequest: {
    callId: 'call-20261120-0042',
    agentId: 'adm-12',
    lead: { id: 'lead-4711', name: 'Priya Sharma' },
    startedAt: '2026-11-20T12:00:00+05:30',
    durationSeconds: 724,
    outcome: 'Interested',
    summary: ['Wants the evening batch.', 'Asks whether instalments are possible.'],
    nextStep: 'Send the plan by Friday',
    sentiment: 'warm',
    recordingUrl: 'https://calls.example.com/r/42',
  },
  RecordedCall: { callId: 'call-20261120-0042', agentId: 'adm-12' },
  Recorded: { id: 'order_Hd7Rt0pLmQ2w3e', orderId: 'order_Hd7Rt0pLmQ2w3e', account: 'live' },
  Payment: {
    id: 'order_Hd7Rt0pLmQ2w3e',
    state: 'Part 1 of 3 paid',
    amount: 1500000,
    paid: 1500000,
    refunded: 0,
    due: 0,
    currency: 'INR',
    facts: [
      { id: 'initiated', kind: 'initiated', source: 'api', at: '2026-11-20T06:30:01.210Z' },
      { id: 'RB3kP9xQmZ1aLw', kind: 'payment.captured', source: 'razorpay', at: '2026-11-20T06:31:12.004Z' },
    ],
    destination: {
      channel: 'C0123456789',
      row: 'first instalment',
      why: "It is a part payment, and none of the learner's instalments is completed yet.",
    },
    messages: [
      {
        key: 'root',
        state: 'posted',
        ts: '1795156202.000100',
        author: 'U0123456789',
        permalink: 'https://acme.slack.com/archives/C0123456789/p1795156202000100',
      },
    ],
  },
  Routing: { version: 0, active: true, newest: 0, saved: null, rows: defaultTable.rows },
  RoutingRequest: { rows: [large, ...defaultTable.rows], dryRunDays: 7 },
  RoutingSaved: {
    version: 1,
    active: false,
    dryRun: {
      from: '2026-11-14',
      to: '2026-11-20',
      payments: 212,
      cut: false,
      rows: [
        { row: 'large amounts', payments: 1 },
        { row: 'learner with an open plan', payments: 40 },
        { row: 'first instalment', payments: 21 },
        { row: 'full payment', payments: 150 },
      ],
      elsewhere: 1,
      moved: [
        { id: 'order_Hd7Rt0pLmQ2w3e', account: 'live', from: 'C0987654321', to: 'C0123456789', row: 'large amounts' },
      ],
      more: 0,
    },
  },
  ExplainRequest: { paymentId: 'order_Hd7Rt0pLmQ2w3e' },
  Explanation: {
    id: 'order_Hd7Rt0pLmQ2w3e',
    payment: { courseType: 'cohort', kind: 'full', completedInstalments: 0, assigned: true, amount: 12500000 },
    fixed: {
      channel: 'C0987654321',
      row: 'full payment',
      why: 'This is a full payment and the learner has completed no instalment of a plan that is not fully paid.',
      version: 0,
      postAs: 'admin',
      broadcast: ['dispute'],
    },
    now: {
      channel: 'C0123456789',
      row: 'large amounts',
      why: 'The amount is 12500000 (smallest unit).',
      postAs: 'admin',
      broadcast: ['paid', 'dispute'],
      version: 1,
    },
    others: [
      {
        row: 'first instalment',
        why: 'It asks for a part payment, but this is a full payment.',
      },
    ],
  },
  Assignment: { name: 'Priya Sharma', assignedAdmin: { id: 'adm-12', name: 'Ravi Kumar' } },
  Lead: {
    id: 'lead-4711',
    name: 'Priya Sharma',
    assignedAdmin: { id: 'adm-12', name: 'Ravi Kumar' },
    since: '2026-11-21T04:12:40.118Z',
    isPassedOn: false,
  },
  Snapshot: {
    admins: [
      { id: 'adm_rohan', name: 'Rohan Desai', email: 'rohan.desai@acme.example', managerId: null, active: true },
      { id: 'adm_arjun', name: 'Arjun Mehta', email: 'arjun.mehta@acme.example', managerId: 'adm_rohan', active: true },
    ],
  },
  ImportBegun: { import: '6f1b3c52-5f0c-4a0e-9f0b-0d6b5b2d8c11' },
  Import: { state: 'running', done: 4_000, of: 26_112, problems: [] },
  Difference: {
    added: [{ id: 'adm_arjun', name: 'Arjun Mehta' }],
    changed: [{ id: 'adm_sana', name: 'Sana Iqbal', fields: ['email'] }],
    moved: [{ id: 'adm_dev', name: 'Dev Patel', from: 'adm_rohan', to: 'adm_sana', below: 12 }],
    removed: [{ id: 'adm_meera', name: 'Meera Thomas' }],
    unchanged: 2_310,
  },
  Relatives: { admins: [{ id: 'adm_rohan', name: 'Rohan Desai', depth: 1 }] },
  AdminRequest: { name: 'Arjun Mehta', email: 'arjun.mehta@acme.example', managerId: 'adm_rohan', active: true },
  Admin: {
    id: 'adm_arjun',
    name: 'Arjun Mehta',
    email: 'arjun.mehta@acme.example',
    managerId: 'adm_rohan',
    active: true,
  },
  ...courseExamples,
  ...inviteExamples,
  Health: {
    ok: true,
    version: '0.1.0',
    configured: { team: 'T0123456789', accounts: [{ name: 'live', mode: 'live' }] },
    reachable: { dynamodb: 'ok', sqs: 'ok', secrets: 'ok' },
    waiting: {
      payments: 4,
      paymentsInFlight: 2,
      paymentsDeadLetters: 0,
      calls: 0,
      callsInFlight: 1,
      callsDeadLetters: 0,
      parked: 1,
    },
  },
  Problem: {
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: 'Put right what is named in `errors` and send it again.',
    errors: wrongFields,
  },
};

/** The document, as it should be in `docs/openapi.json`. */
export function openapi(version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'War Room',
      version,
      description:
        'Slack as a real-time operations centre. JSON in camelCase, times in RFC 3339 with an offset, amounts as integers in ' +
        "the currency's smallest unit. Fields that are not listed are refused, and every wrong field is named at once. " +
        'Every write may be repeated.',
    },
    servers: [{ url: 'http://127.0.0.1:3000', description: 'npm start' }],
    paths: {
      '/v1/payments': { post: initiatePayment },
      '/v1/payments/{id}': { get: lookUpPayment },
      '/v1/routing': { get: showRouting, put: putRouting },
      '/v1/routing/explain': { post: explainRouting },
      '/v1/leads/{id}': { put: assignLead },
      '/v1/calls': { post: recordCall },
      '/v1/admins': { put: putAdmins },
      '/v1/admins/check': { post: checkAdmins },
      '/v1/admins/imports/{import}': { get: showImport },
      '/v1/admins/{id}': { put: putAdmin, get: showAdmin, delete: removeAdmin },
      '/v1/admins/{id}/chain': { get: showChain },
      '/v1/admins/{id}/team': { get: showTeam },
      ...coursePaths({ json, problems }),
      ...invitePaths({ json, problems }),
      '/health': { get: readHealth },
      '/webhooks/razorpay/{account}': { post: receiveWebhook },
    },
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'A key works for one team, within its scopes.' },
      },
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, jsonSchema(schema)])),
    },
  };
}

const initiatePayment = {
  operationId: 'initiatePayment',
  summary: 'A payment started',
  description:
    'The checkout says so as soon as it has the Razorpay order. The payment appears in Slack at once, with the learner, ' +
    'the course and who looks after the lead. Repeating it is safe. With `create: true` War Room makes the order first and ' +
    'answers its id.',
  security: [{ apiKey: ['payments'] }],
  parameters: [
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description:
        'Required with `create: true`. What you choose once for a payment, such as a UUID, and send again with each ' +
        `repetition: each is answered the same order. It is remembered for ${keyDays} days at least, once an order was made.`,
      schema: { type: 'string', pattern: '^[!-~]{1,200}$' },
    },
  ],
  requestBody: { required: true, content: either('Initiation', 'Creation') },
  responses: {
    201: {
      description: 'It was recorded.',
      headers: { Location: { description: 'Where it can be looked up.', schema: { type: 'string' } } },
      content: json('Recorded'),
    },
    200: { description: 'It was recorded before, the same.', content: json('Recorded') },
    ...problems({
      400: 'The body is not JSON, fields of it are wrong, or `create` came without an Idempotency-Key.',
      409: 'The order, or what was sent with this Idempotency-Key, was recorded otherwise. `errors` names what differs; what was recorded first stands.',
      413: 'The body has more than 256 KB.',
      415: 'The content type is not application/json.',
      422: 'Razorpay made no order; `detail` holds its reason. The key may be used again.',
      502: 'Razorpay did not answer, and no order is known. Send it again with the same Idempotency-Key.',
      503: 'Razorpay takes no calls, or not with the key it was given; or a setting of War Room is wrong. Send it again.',
    }),
  },
};

const lookUpPayment = {
  operationId: 'lookUpPayment',
  summary: 'What became of a payment',
  security: [{ apiKey: ['read'] }],
  parameters: [
    {
      name: 'id',
      in: 'path',
      required: true,
      description:
        'Any id of Razorpay that the payment was met by: of the order, payment, link, invoice, refund or dispute.',
      schema: { type: 'string', pattern: '^\\w{3,64}$' },
    },
    {
      name: 'account',
      in: 'query',
      required: false,
      description: 'The Razorpay account. Required when your team has several.',
      schema: { type: 'string' },
    },
  ],
  responses: {
    200: { description: 'What is known of it.', content: json('Payment') },
    ...problems({
      400: 'The account is missing, or none of your team.',
      404: 'Nobody has told War Room of this payment.',
    }),
  },
};

const showRouting = {
  operationId: 'showRouting',
  summary: 'Which channel tells which payment',
  description: 'The decision table in force, or another version of it.',
  security: [{ apiKey: ['routing'] }],
  parameters: [
    {
      name: 'version',
      in: 'query',
      required: false,
      description: 'Left out: the one in force. 0 is the built-in one.',
      schema: { type: 'integer' },
    },
  ],
  responses: {
    200: { description: 'The table.', content: json('Routing') },
    ...problems({ 404: 'There is no such version.' }),
  },
};

const putRouting = {
  operationId: 'putRouting',
  summary: 'Change which channel tells which payment',
  description:
    'Keeps the rows as a new version of the table, unless they are the newest one, and puts it in force for threads that ' +
    'begin from now on; a thread that is posted stays where it is. With `dryRunDays` it first shows what of these days ' +
    'would have gone elsewhere, and waits to be sent again with `activate: true`. A table that leaves a payment without a ' +
    'row, or has a row that can never match, is refused, and everything that is wrong with it named.',
  security: [{ apiKey: ['routing'] }],
  requestBody: { required: true, content: json('RoutingRequest') },
  responses: {
    200: { description: 'The table is kept; `active` says whether it is in force.', content: json('RoutingSaved') },
    ...problems({
      400: 'The body is not JSON, or the table is wrong.',
      413: 'The body has more than 256 KB.',
      415: 'The content type is not application/json.',
    }),
  },
};

const explainRouting = {
  operationId: 'explainRouting',
  summary: 'Why a payment goes where',
  description:
    'Of a payment that War Room knows: where its thread is and why, and where it would go by the table in force. Of a ' +
    'made-up one: where it would go. Nothing is changed.',
  security: [{ apiKey: ['routing'] }],
  requestBody: { required: true, content: json('ExplainRequest') },
  responses: {
    200: { description: 'The row that takes it, and why no other does.', content: json('Explanation') },
    ...problems({
      400: 'The body is not JSON, fields of it are wrong, or the account is not clear.',
      404: 'Nobody has told War Room of this payment.',
      413: 'The body has more than 256 KB.',
      415: 'The content type is not application/json.',
    }),
  },
};

const assignLead = {
  operationId: 'assignLead',
  summary: 'Who looks after a lead',
  description:
    'The CRM says so whenever a lead is passed on. From then on new messages about the lead are posted in the name of that ' +
    'admin, in its open threads and in those of later payments, whomever the checkout names; messages that are there stay ' +
    'with who posted them. The admin is told in their private channel what is open for the lead, once for each change; they and ' +
    'everybody above them read that. What is sent last counts. 202 and 200 promise that all of this happens; after anything ' +
    'else, send it again.',
  security: [{ apiKey: ['payments'] }],
  parameters: [
    {
      name: 'id',
      in: 'path',
      required: true,
      description: "The lead's id, as the checkout gives it in `lead`.",
      schema: { type: 'string', minLength: 1, maxLength: 128 },
    },
  ],
  requestBody: { required: true, content: json('Assignment') },
  responses: {
    202: { description: 'It is kept, and the lead is being passed on.', content: json('Lead') },
    200: { description: 'It was said before, the same, and the lead is passed on.', content: json('Lead') },
    ...problems({
      400: 'The body is not JSON, or fields of it are wrong.',
      413: 'The body has more than 256 KB.',
      415: 'The content type is not application/json.',
    }),
  },
};

const recordCall = {
  operationId: 'recordCall',
  summary: 'Somebody called a lead',
  description:
    'Telephony or the CRM says what came of a call. It is told in the private channel of the agent, which War Room makes at ' +
    'the first call, to the agent and everybody above them in the directory, and to nobody else. The same `callId` again ' +
    'corrects the message. A call whose agent is unknown, has left, or has no account in Slack is kept, and posted once that ' +
    'is mended.',
  security: [{ apiKey: ['calls'] }],
  requestBody: { required: true, content: json('CallRequest') },
  responses: {
    201: { description: 'It was recorded, and will be told.', content: json('RecordedCall') },
    200: { description: 'It was corrected, or recorded before, the same.', content: json('RecordedCall') },
    ...problems({
      400: 'The body is not JSON, or fields of it are wrong.',
      409: "It was recorded as another agent's, and that stands.",
      413: 'The body has more than 256 KB.',
      415: 'The content type is not application/json.',
    }),
  },
};

const adminId = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'Your own id of the person, as in `assignedAdmin`. Percent-encode what needs it.',
  schema: { type: 'string', pattern: '^\\w[\\w.:@+~-]{0,127}$' },
};

const putAdmin = {
  operationId: 'putAdmin',
  summary: 'Somebody works for the company',
  description:
    'Says who somebody is, in the place of what was said before. People are found in Slack by their address, and only ' +
    'those in the directory can connect their account. Managers come first: one who is not in the directory, somebody who ' +
    "would come to report to themself, and another person's address are refused by name.",
  security: [{ apiKey: ['org'] }],
  parameters: [adminId],
  requestBody: { required: true, content: json('AdminRequest') },
  responses: {
    201: { description: 'Somebody new.', content: json('Admin') },
    200: { description: 'Changed, or the same again.', content: json('Admin') },
    202: {
      description: 'Decided; so many people stand below that it is in force some seconds later.',
      content: json('Admin'),
    },
    ...problems({
      400: 'The id is none, the body is not JSON, or fields of it are wrong.',
      409: "The address is another person's, or the manager cannot be; `errors` says whose and why.",
      413: 'The body has more than 256 KB.',
      415: 'The content type is not application/json.',
      503: 'Too many change the directory at once, or a setting of War Room is wrong. Nothing was changed; send it again.',
    }),
  },
};

const roots = {
  name: 'roots',
  in: 'query',
  required: false,
  description:
    'How many may have no manager. A second one is mostly a manager who was forgotten, so `one` is expected unless `several` ' +
    'is said. Somebody who is not active and manages nobody is not counted.',
  schema: { type: 'string', enum: ['one', 'several'], default: 'one' },
};

/** Everybody, as JSON or as CSV. */
const everybody = {
  required: true,
  content: {
    ...json('Snapshot'),
    'text/csv': {
      schema: { type: 'string', description: 'The first line names the columns; an empty `managerId` is nobody.' },
    },
  },
};

const snapshotProblems = {
  400: 'Something is wrong; `errors` names all of it, up to a thousand, in CSV by line. Nothing was changed.',
  413: 'The body has more than 4 MB.',
  415: 'The content type is neither application/json nor text/csv.',
};

const putAdmins = {
  operationId: 'putAdmins',
  summary: 'Everybody who works for the company',
  description:
    'A whole snapshot, in the place of everybody: who is not in it, goes. It is judged at once (two with one id or one ' +
    'address, managers who are not in it, circles, two at the top) and refused whole, or taken in and carried out within ' +
    'seconds or minutes. Until then everybody reads the hierarchy as it was, from then on as it is, and never a mixture. ' +
    'The same snapshot again changes nothing.',
  security: [{ apiKey: ['org'] }],
  parameters: [roots],
  requestBody: everybody,
  responses: {
    202: {
      description: 'Taken in. `Location` is where it is told how it goes.',
      headers: { Location: { schema: { type: 'string' } } },
      content: json('ImportBegun'),
    },
    ...problems(snapshotProblems),
  },
};

const checkAdmins = {
  operationId: 'checkAdmins',
  summary: 'What a snapshot would change',
  description: 'Judges it as `PUT /v1/admins` does, says what would become of whom, and changes nothing.',
  security: [{ apiKey: ['org'] }],
  parameters: [roots],
  requestBody: everybody,
  responses: {
    200: { description: 'What it would change.', content: json('Difference') },
    ...problems(snapshotProblems),
  },
};

const showImport = {
  operationId: 'showImport',
  summary: 'How a snapshot goes',
  security: [{ apiKey: ['org'] }],
  parameters: [
    {
      name: 'import',
      in: 'path',
      required: true,
      description: 'As `PUT /v1/admins` answered it.',
      schema: { type: 'string' },
    },
  ],
  responses: {
    200: { description: 'How far it is.', content: json('Import') },
    ...problems({ 404: 'No snapshot was taken in under this id, or it was more than 30 days ago.' }),
  },
};

const relatives = {
  security: [{ apiKey: ['org'] }],
  parameters: [adminId],
  responses: {
    200: { description: 'All of one version of the directory.', content: json('Relatives') },
    ...problems({ 400: 'The id is none.', 404: 'Nobody in the directory has this id.' }),
  },
};

const showChain = { operationId: 'showChain', summary: 'Everybody above a person, their manager first', ...relatives };

const showTeam = { operationId: 'showTeam', summary: 'Everybody below a person, the nearest first', ...relatives };

const showAdmin = {
  operationId: 'showAdmin',
  summary: 'Who somebody is',
  security: [{ apiKey: ['org'] }],
  parameters: [adminId],
  responses: {
    200: { description: 'What the directory says.', content: json('Admin') },
    ...problems({ 400: 'The id is none.', 404: 'Nobody in the directory has this id.' }),
  },
};

const removeAdmin = {
  operationId: 'removeAdmin',
  summary: 'Somebody leaves the directory',
  description: 'To keep somebody who left as the manager of others for now, put them with `active: false` instead.',
  security: [{ apiKey: ['org'] }],
  parameters: [adminId],
  responses: {
    204: { description: 'Nobody has this id any more.' },
    ...problems({
      400: 'The id is none.',
      409: 'Others report to this person; `detail` names them. Give them another manager first.',
      503: 'Too many change the directory at once, or a setting of War Room is wrong. Nothing was changed; send it again.',
    }),
  },
};

const readHealth = {
  operationId: 'readHealth',
  summary: 'How War Room is',
  description: 'Anyone may ask whether it runs. A key with the scope `read` also learns what is reachable and behind.',
  security: [{}, { apiKey: ['read'] }],
  responses: {
    200: { description: 'It runs; `ok` says whether all is well.', content: json('Health') },
    ...problems({}),
  },
};

const receiveWebhook = {
  operationId: 'receiveWebhook',
  summary: 'Razorpay delivers an event',
  description:
    'Give this address to Razorpay, one for each account and mode. 200 promises that the event is stored and will be ' +
    'looked at; after anything else Razorpay delivers it again for 24 hours. A duplicate, and an event of a kind that is ' +
    'not handled, are answered 200 too. See https://razorpay.com/docs/webhooks/',
  security: [],
  parameters: [
    { name: 'account', in: 'path', required: true, schema: { type: 'string' } },
    {
      name: 'X-Razorpay-Signature',
      in: 'header',
      required: true,
      description: "The HMAC-SHA256 of the body's bytes under the webhook's secret.",
      schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    },
    { name: 'X-Razorpay-Event-Id', in: 'header', required: false, schema: { type: 'string' } },
  ],
  requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
  responses: {
    200: { description: 'Stored and handed over.' },
    401: { description: 'Not signed with a secret of this account. Nothing was stored.' },
    404: { description: 'No account of this name.' },
    413: { description: 'The body has more than 256 KB.' },
    503: { description: 'It could not be stored or handed over now. Deliver it again.' },
  },
};

function json(name: SchemaName) {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${name}` }, example: examples[name] } };
}

/** A body that is one of two. */
function either(...names: readonly [SchemaName, SchemaName]) {
  const oneOf = names.map((name) => ({ $ref: `#/components/schemas/${name}` }));
  const shown = Object.fromEntries(names.map((name) => [name, { value: examples[name] }]));
  return { 'application/json': { schema: { oneOf }, examples: shown } };
}

/** Problems that a verb may answer, and those that any verb may. */
function problems(own: Readonly<Record<number, string>>) {
  const all: Readonly<Record<number, string>> = {
    401: 'No API key was sent, or an unknown one.',
    403: 'The API key lacks the scope.',
    500: 'Something failed in War Room. Send the request again.',
    503: 'A setting of War Room is wrong. Its operators see which.',
    ...own,
  };
  const content = (status: string) => ({
    'application/problem+json': {
      schema: { $ref: '#/components/schemas/Problem' },
      ...(status === '400' && { example: examples.Problem }),
    },
  });
  return Object.fromEntries(
    Object.entries(all).map(([status, description]) => [status, { description, content: content(status) }]),
  );
}

function jsonSchema(schema: z.ZodMiniType) {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // The format says it; zod's pattern for it is a screen wide.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return rest;
}

/** The text of the file, for the version that package.json names. */
export function openapiText(): string {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'));
  return `${JSON.stringify(openapi(version), null, 2)}\n`;
}

if (import.meta.main) writeFileSync(OPENAPI, openapiText());
