/** The code of a Node or PostgreSQL error (ENOENT, 42P01, …), if it has one. */
export function codeOf(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}
