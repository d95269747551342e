// libpq takes several hosts in one connection string, and pg takes one: https://www.postgresql.org/docs/current/libpq-connect.html

const form = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?#@]+)(.*)$/;

/** The connection strings of the hosts that one of libpq's names, without what is libpq's alone; null when it is none. */
export function splitHosts(connectionString: string): [string, ...string[]] | null {
  const [, start, hosts = '', rest = ''] = form.exec(connectionString) ?? [];
  const [first, ...others] = hosts
    .split(',')
    .map((host) => withoutAttributes(`${start}${host}${rest}`));
  if (start === undefined || first == null) return null;
  const known = others.filter((other) => other !== null);
  return known.length === others.length ? [first, ...known] : null;
}

function withoutAttributes(connectionString: string): string | null {
  if (!URL.canParse(connectionString)) return null;
  const url = new URL(connectionString);
  if (!url.searchParams.has('target_session_attrs')) return connectionString;
  url.searchParams.delete('target_session_attrs');
  return url.href;
}
