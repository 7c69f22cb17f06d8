import * as z from 'zod/mini';
import { Refuse } from '../base/errors.ts';
import { hold, named, text } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import type { Call } from './call.ts';

/** An id is part of keys and of a marker in Slack: characters that mean themselves in all of them, and not too many. */
const id = (length: number) =>
  z
    .string()
    .check(
      z.regex(
        new RegExp(`^\\w[\\w.:@+~-]{0,${length - 1}}$`),
        `must be an id of 1 to ${length} letters, digits and . : @ + ~ - _, the first a letter, a digit or _.`,
      ),
    );

/** A summary is read in Slack: what is longer than this belongs behind the recording. */
const summaryCharacters = 20_000;
const pointsAtMost = 60;

/** A call of more than a day is a clock that went wrong. */
const daySeconds = 86_400;

/** A text of several lines. Other control characters are refused, and half a character is. */
const prose = (length: number) =>
  z.string().check(
    z.trim(),
    z.minLength(1),
    z.maxLength(length),
    z.regex(/^(\P{Cc}|[\n\r\t])*$/u, 'must not hold control characters other than line breaks and tabs.'),
    z.refine((value) => value.isWellFormed(), 'holds half of a character; a text may be cut between characters only.'),
  );

/** The body of `POST /v1/calls`. Unknown fields are refused: a field that is misspelt would otherwise be lost. */
export const callRequest = once(() =>
  z.strictObject({
    callId: id(64).register(z.globalRegistry, {
      description: "The caller's own id of the call. The same id again corrects what was said of it.",
    }),
    agentId: id(128).register(z.globalRegistry, {
      description: 'Who made the call: the id of a person in the directory (`/v1/admins`). It cannot be corrected.',
    }),
    lead: z
      .strictObject({ id: text(128), name: text(200) })
      .register(z.globalRegistry, { description: 'Who was called.' }),
    startedAt: z.iso.datetime({
      offset: true,
      error: 'must be a time with its offset, such as 2026-11-20T12:00:00+05:30 (RFC 3339).',
    }),
    durationSeconds: z.int().check(z.nonnegative(), z.maximum(daySeconds)),
    outcome: text(60).register(z.globalRegistry, { description: 'What came of it, in a word or two: `Interested`.' }),
    summary: z
      .union([prose(summaryCharacters), z.array(prose(2_000)).check(z.minLength(1), z.maxLength(pointsAtMost))], {
        error: summaryInWords,
      })
      .register(z.globalRegistry, {
        description: `A text of up to ${summaryCharacters} characters, or up to ${pointsAtMost} points of up to 2000 each. What does not fit into one message of Slack's goes on in its thread.`,
      }),
    nextStep: z
      .optional(text(300))
      .register(z.globalRegistry, { description: 'What is to be done, by whom, by when.' }),
    sentiment: z
      .optional(text(30))
      .register(z.globalRegistry, { description: 'How the lead felt about it, in a word.' }),
    recordingUrl: z
      .optional(z.string().check(z.refine((given) => webAddress(given) !== undefined, webAddressInWords)))
      .register(z.globalRegistry, { description: 'Where the recording is; Slack shows a link, never the recording.' }),
  }),
);

/** The caller's clock may run ahead of ours by this much. */
const aheadMs = 5 * 60_000;

/** Reads the body of `POST /v1/calls`, at `now` (ms). Throws `Refuse` (400) that names every wrong field at once. */
export function readCall(body: unknown, now: number): { readonly callId: string; readonly call: Call } {
  const held = hold(callRequest(), body);
  const { startedAt: starts }: Record<string, unknown> = Object(body);
  const ahead = typeof starts === 'string' && Date.parse(starts) > now + aheadMs;
  if (!held.ok || ahead) {
    const message = 'lies in the future: look at the clock of the system that sends it.';
    const wrong = named([...(held.ok ? [] : held.wrong), ...(ahead ? [{ pointer: '/startedAt', message }] : [])]);
    throw new Refuse(400, 'The call was not recorded: put right what is named in `errors` and send it again.', wrong);
  }
  const { callId, startedAt, summary, recordingUrl, ...said } = held.value;
  return {
    callId,
    call: {
      ...said,
      startedAt: Math.floor(Date.parse(startedAt) / 1000),
      summary: typeof summary === 'string' ? { text: summary } : { points: summary },
      ...(recordingUrl !== undefined && { recordingUrl: webAddress(recordingUrl) }),
    },
  };
}

function summaryInWords(issue: z.core.$ZodRawIssue): string {
  return issue.input === undefined
    ? 'is missing.'
    : `must be a text of 1 to ${summaryCharacters} characters, or a list of 1 to ${pointsAtMost} texts of 1 to 2000; without control characters other than line breaks and tabs.`;
}

const webAddressInWords =
  'must be an https address of at most 1000 characters (each & counts as five), without a user name or password in it.';

/** An address as it stands in a message: `|` and `>` would end it there. */
function webAddress(given: string): string | undefined {
  const url = URL.parse(given);
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined;
  const href = url.href.replaceAll('|', '%7C').replaceAll('>', '%3E').replaceAll('<', '%3C');
  return href.replaceAll('&', '&amp;').length <= 1_000 ? href : undefined;
}
