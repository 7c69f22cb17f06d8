/** A call as the company's own systems told it, checked. */
export type Call = {
  /** Who made it, by the company's id. */
  readonly agentId: string;
  readonly lead: { readonly id: string; readonly name: string };
  /** Unix seconds. */
  readonly startedAt: number;
  readonly durationSeconds: number;
  readonly outcome: string;
  /** Words of people and of machines: of several lines, each. */
  readonly summary: { readonly text: string } | { readonly points: readonly string[] };
  readonly nextStep?: string | undefined;
  readonly sentiment?: string | undefined;
  readonly recordingUrl?: string | undefined;
};
