/** The time zone that this machine's clock shows, as the API takes it: `Europe/Paris`. */
export function timeZone(): string {
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // What Node says when the machine does not know.
  return name === undefined || name === 'Etc/Unknown' ? 'UTC' : name;
}
