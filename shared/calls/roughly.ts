/** What is more than one of these is told as that. */
const steps = [5_000, 2_000, 1_000, 500, 200, 100, 50, 20] as const;

/**
 * A count that is told in a message which is edited as it grows: exact up to twenty, then `more than 50`. Each of thousands
 * would be an edit, and all of a workspace's edits share one pace, those of payments among them.
 */
export function roughly(count: number): string {
  const step = steps.find((each) => count > each);
  return step === undefined ? String(count) : `more than ${step}`;
}
