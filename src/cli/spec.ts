// How a flag or an argument is written: `--total <amount>`, `-F, --var <name=value>`, `<id>`.

/** Whether it is typed without a name: `<id>`. */
export const isArgument = ({ spec }: { spec: string }) => !spec.startsWith('-');

/** The name of a flag: `--total`; undefined for an argument. */
export const flagName = ({ spec }: { spec: string }) => /--[\w-]+/.exec(spec)?.[0];
