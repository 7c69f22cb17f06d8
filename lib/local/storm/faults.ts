/** The bad luck that Slack and Razorpay's API are told to have while a storm goes on. */
import type { FaultInput } from '../slack-front/faults.ts';
import type { Step } from '../telling.ts';

/** Of a hundred calls, so many go wrong in each way. What is said to fail after the effect was done all the same. */
const PER_HUNDRED: readonly (readonly [number, FaultInput])[] = [
  [3, { kind: 'rateLimited', retryAfterSeconds: 1 }],
  [2, { kind: 'status', status: 503, when: 'before' }],
  [2, { kind: 'status', status: 502, when: 'after' }],
  [2, { kind: 'reset', when: 'before' }],
  [2, { kind: 'reset', when: 'after' }],
  [0.5, { kind: 'timeout', when: 'before' }],
  [0.5, { kind: 'timeout', when: 'after' }],
];

/** The methods by which War Room writes, and looks up what became of a call that got no answer. */
const METHODS = ['chat.postMessage', 'chat.update', 'conversations.history', 'conversations.replies'];

/** What goes wrong when Razorpay is asked, by path under `/control/` of its stand-in. */
export const razorpayFaults: Step['world'] = {
  'faults/limited': { how: 429, times: 5 },
  'faults/failing': { how: 503, times: 5 },
  'faults/broken': { how: 'reset', times: 5 },
  'faults/silent': { how: 'hang', times: 2 },
};

/** Orders Slack's faults of a storm; `seed` decides which calls they strike. */
export async function orderFaults(slackUrl: string, seed: number): Promise<void> {
  const faults = METHODS.flatMap((method) =>
    PER_HUNDRED.map(([share, fault], index) => ({ ...fault, method, probability: share / 100, seed: seed + index })),
  );
  for (const fault of faults) {
    const response = await fetch(`${slackUrl}/control/faults`, { method: 'POST', body: JSON.stringify(fault) });
    if (response.status !== 201) throw new Error(`${slackUrl} does not take the fault: ${await response.text()}`);
  }
}

/** Ends Slack's faults; answers how many calls they have struck. */
export async function endFaults(slackUrl: string): Promise<number> {
  const response = await fetch(`${slackUrl}/control/faults`);
  const { faults } = (await response.json()) as { readonly faults: readonly { readonly struck: number }[] };
  await fetch(`${slackUrl}/control/faults`, { method: 'DELETE' });
  return faults.reduce((sum, { struck }) => sum + struck, 0);
}
