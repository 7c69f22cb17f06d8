/** How often evidence is looked for. */
const EVERY_MS = 10;

/**
 * Waits for evidence: asks `look` until it answers something other than undefined or false, and answers that. Throws with
 * `what` was waited for after `withinMs`.
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 25_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`Waited ${withinMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}
