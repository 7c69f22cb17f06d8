/** A call, told to a running stack as the telephone system would, and looked for in Slack. */
import type { LocalFacts } from './facts.ts';
import { nameOfAdmin, PlayFailed } from './play.ts';
import { channelShown, rootsShown } from './storm/slack-reader.ts';

/** Where what an agent is told is to be seen. */
export type CallShown = {
  readonly channel: string;
  readonly people: readonly string[];
  readonly text: string;
  readonly permalink: string;
};

const LOOK_EVERY_MS = 100;

/** The call of an agent, by the company's id for them; `id` is the call's own, `now` when it ended (ms). */
export function callOf(agentId: string, id: string, now: number) {
  return {
    callId: id,
    agentId,
    lead: { id: `lead_${id}`, name: 'Priya Sharma' },
    startedAt: new Date(now - 724_000).toISOString(),
    durationSeconds: 724,
    outcome: 'Interested',
    summary: [
      'Works in Pune and wants the evening batch.',
      'Compared us with two others; the projects convinced her.',
      'Asks whether three instalments are possible.',
    ],
    nextStep: 'Send the plan with three instalments, call again on Friday',
    sentiment: 'warm',
    recordingUrl: `https://calls.example.com/recordings/${id}`,
  };
}

/** Tells a call and waits until its message is in Slack. Throws `PlayFailed` where it is refused or does not come. */
export async function playCall(
  facts: Pick<LocalFacts, 'api' | 'apiKey' | 'razorpay' | 'timeScale' | 'slack'>,
  call: ReturnType<typeof callOf>,
  say: (line: string) => void,
  withinMs = 60_000,
): Promise<CallShown> {
  const agent = await nameOfAdmin(facts, call.agentId);
  const response = await fetch(`${facts.api}/v1/calls`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${facts.apiKey}` },
    body: JSON.stringify(call),
  });
  if (response.status >= 400) {
    throw new PlayFailed(`POST /v1/calls was refused with ${response.status}: ${await response.text()}`);
  }
  say(`${agent} has called ${call.lead.name} -> ${response.status}`);

  const root = `calls#${call.agentId}#${call.callId}/root`;
  return untilShown(facts, (marker) => marker === root, `The call ${call.callId}`, withinMs);
}

/** Waits until a message is in Slack whose marker `isIt`, and says where. Throws `PlayFailed` where it does not come. */
export async function untilShown(
  { slack }: Pick<LocalFacts, 'slack'>,
  isIt: (marker: string) => boolean,
  what: string,
  withinMs = 60_000,
): Promise<CallShown> {
  const end = Date.now() + withinMs;
  for (;;) {
    const root = (await rootsShown(slack)).find(({ marker }) => marker !== undefined && isIt(marker));
    if (root) {
      const { name, people } = await channelShown(slack, root.channel);
      const permalink = `${slack.url}/archives/${root.channel}/p${root.ts.replace('.', '')}`;
      return { channel: name, people, text: root.text, permalink };
    }
    if (Date.now() > end) {
      throw new PlayFailed(
        `${what} is not in Slack after ${Math.round(withinMs / 1000)} s. The ops channel may say why; the ` +
          "functions' own words are in .war-room/functions.log.",
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
