/** The control API for the app: its registration, what it is sent, and how this Slack behaves towards it. */
import { z } from 'zod/mini';
import { BEHAVIOUR_IN_WORDS, behaviourSchema } from './behaviour.ts';
import { act, type ControlRoute, ID, ok } from './control-route.ts';
import { MISBEHAVIOUR_IN_WORDS, misbehaviourSchema } from './misbehaviour.ts';

const text = z.string().check(z.minLength(1));
const registering = z.strictObject({ redirectUri: z.url() });
const resigning = z.strictObject({ signingSecret: text });
const regenerating = z.strictObject({ clientSecret: text });
/** Requests never leave this machine. */
const here = z
  .url()
  .check(
    z.refine((url) => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname), 'must be on this machine'),
  );
const addressing = z.strictObject({
  events: z.optional(here),
  commands: z.optional(here),
  interactivity: z.optional(here),
  install: z.optional(here),
  timeScale: z.optional(z.number().check(z.positive())),
});
const subscribing = z.strictObject({
  events: z.optional(z.array(text)),
  metadataEvents: z.optional(z.array(z.strictObject({ app_id: text, event_type: text }))),
});

export const appRoutes: readonly ControlRoute[] = [
  [
    'POST',
    `/workspaces/${ID}/uninstall`,
    'takes the app out',
    (control, [team = '']) => act(() => control.uninstallApp(team)),
  ],
  [
    'PUT',
    '/app/request-urls',
    'where the app is told of things: {events?, commands?, interactivity?, install?, timeScale?}',
    (control, _, body) => act(() => control.sendTo(addressing.parse(body))),
  ],
  [
    'PUT',
    '/app/subscriptions',
    'what the app hears of; what is left out stays: {events?, metadataEvents?}',
    (control, _, body) => act(() => control.subscribe(subscribing.parse(body))),
  ],
  [
    'POST',
    '/app/probe',
    'a challenge to the address for events, and an ssl_check to that for commands',
    async (control) => ok(await control.probe()),
  ],
  [
    'PUT',
    '/app/signing-secret',
    'requests are signed with this secret from now on: {signingSecret}',
    (control, _, body) => act(() => control.regenerateSigningSecret(resigning.parse(body).signingSecret)),
  ],
  ['GET', '/deliveries', 'the events sent to the app', (control) => ok({ deliveries: control.deliveries() })],
  [
    'POST',
    '/misbehaviours',
    `order something to be wrong with requests to the app: ${MISBEHAVIOUR_IN_WORDS}`,
    (control, _, body) => ({ status: 201, body: control.misbehave(misbehaviourSchema.parse(body)) }),
  ],
  [
    'GET',
    '/misbehaviours',
    'what was ordered, and how often each has struck',
    (control) => ok({ misbehaviours: control.misbehaviours() }),
  ],
  ['DELETE', '/misbehaviours', 'behave again', (control) => act(() => control.resetMisbehaviours())],
  [
    'POST',
    '/app/redirect-uris',
    'consents may lead back here, and to what lies under it: {redirectUri}',
    (control, _, body) => act(() => control.registerRedirectUri(registering.parse(body).redirectUri)),
  ],
  [
    'PUT',
    '/app/client-secret',
    'the one client secret from now on: {clientSecret}',
    (control, _, body) => act(() => control.regenerateClientSecret(regenerating.parse(body).clientSecret)),
  ],
  [
    'POST',
    '/app/signing-key',
    'a fresh key signs id tokens from now on',
    (control) => act(() => control.renewSigningKey()),
  ],
  ['GET', '/behaviour', 'how the switches stand', (control) => ok(control.behaviour())],
  [
    'PUT',
    '/behaviour',
    `turn switches, the others back: ${BEHAVIOUR_IN_WORDS}`,
    (control, _, body) => {
      control.behave(behaviourSchema.parse(body));
      return ok(control.behaviour());
    },
  ],
];
