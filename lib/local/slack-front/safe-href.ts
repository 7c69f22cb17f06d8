/** An address that a message may link to, or undefined: only http, https and mailto, and whole ones only. */
export function safeHref(address: string): string | undefined {
  try {
    const { protocol, href } = new URL(address);
    return ['http:', 'https:', 'mailto:'].includes(protocol) ? href : undefined;
  } catch {
    return undefined;
  }
}
