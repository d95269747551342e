import pg, { escapeIdentifier } from 'pg';
import { OperatorError } from '../../errors/errors.ts';

/**
 * Connects to a database as its DBA, with the address that `variable` gave.
 * @throws OperatorError that says why the database cannot be reached, or refuses the connection, and what to do.
 */
export async function connectAsAdmin(
  url: string,
  applicationName: string,
  variable = 'DATABASE_ADMIN_URL',
): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: applicationName });
  // a broken connection also rejects its query
  client.on('error', () => undefined);
  await client.connect().catch(async (cause) => {
    await client.end().catch(() => undefined);
    throw cause instanceof pg.DatabaseError
      ? new OperatorError(
          `The database refuses the connection: ${cause.message}.`,
          hintFor(cause.code, client, variable),
          cause,
        )
      : new OperatorError(
          `The database cannot be reached: ${cause.message}.`,
          `Check ${variable}, and that PostgreSQL is running.`,
          cause,
        );
  });
  return client;
}

function hintFor(
  sqlstate: string | undefined,
  { user = '', database = '' }: pg.Client,
  variable: string,
): string {
  switch (sqlstate) {
    case '42501': {
      const [name, login] = [database, user].map(escapeIdentifier);
      return `Let this login connect: grant connect on database ${name} to ${login}. Or name another in ${variable}.`;
    }
    case '28000': // no such role, or no line of pg_hba.conf
    case '28P01':
      return `Check the login and its password in ${variable}.`;
    case '3D000':
      return `Check the name of the database in ${variable}.`;
    default:
      return `Check ${variable}, and whether PostgreSQL takes connections.`;
  }
}
