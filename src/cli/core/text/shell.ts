/** The arguments as one line that a shell reads back: quoted only where needed. */
export function commandLine(args: readonly string[]): string {
  return args
    .map((arg) =>
      /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`,
    )
    .join(' ');
}

/** The arguments without a flag that takes a value: `--after x` and `--after=x`. */
export function withoutFlag(args: readonly string[], flag: string): string[] {
  return args.filter(
    (arg, index) => arg !== flag && !arg.startsWith(`${flag}=`) && args[index - 1] !== flag,
  );
}

/** The arguments without a flag that takes none. */
export const withoutSwitch = (args: readonly string[], flag: string) =>
  args.filter((arg) => arg !== flag);
