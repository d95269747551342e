/** The arguments as one line for a POSIX shell, quoted where needed. */
export function shellQuote(args: readonly string[]): string {
  return args
    .map((arg) =>
      /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`,
    )
    .join(' ');
}
