/** Which of jose's errors this is, if it is one. https://github.com/panva/jose/blob/main/docs/util/errors/README.md */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('ERR_J') ? code : undefined;
}
