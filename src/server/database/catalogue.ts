import pg from 'pg';
import type { PgClientQuery, PgClientResult } from 'postgraphile/@dataplan/pg';
import { makeIntrospectionQuery } from 'postgraphile/graphile-build-pg/pg-introspection';
import { Hosts } from './hosts.ts';

// PostgreSQL takes as long to describe its catalogue as this process to load what makes a schema of it, so it is asked
// first. Of PostGraphile this file loads the text of the question only.

/** A question that is on its way to the database. */
export type CatalogueQuery = {
  text: string;
  /** Undefined if there was none: asking again says why. */
  rows: Promise<object[] | undefined>;
};

/** Asks for what PostGraphile makes a schema of, as the login role and read-only. Resolves once it has been asked. */
export async function askForCatalogue(databaseUrl: string): Promise<CatalogueQuery> {
  const text = makeIntrospectionQuery();
  const client = new pg.Client({
    // of several hosts any: a standby has the same catalogue
    connectionString: new Hosts(databaseUrl).present,
    application_name: 'epic-server catalogue',
    connectionTimeoutMillis: 5_000,
  });
  // rejects the query too
  client.on('error', () => {});
  const end = () => client.end().catch(() => {});
  try {
    await client.connect();
    await client.query('begin transaction read only; set local jit = off');
  } catch {
    end();
    return { text, rows: Promise.resolve(undefined) };
  }
  const rows = client.query<object>(text).then(
    (result) => result.rows,
    () => undefined,
  );
  rows.then(end);
  return { text, rows };
}

type PgService = GraphileConfig.PgServiceConfiguration<'@dataplan/pg/adaptors/pg'>;

/** The service, with the answer to a question that was asked before. */
export function withCatalogue(service: PgService, { text, rows }: CatalogueQuery): PgService {
  return {
    ...service,
    adaptor: {
      ...service.adaptor,
      createWithPgClient: async (...settings) => {
        const withPgClient = await service.adaptor.createWithPgClient(...settings);
        return (pgSettings, callback) => {
          if (pgSettings !== service.pgSettingsForIntrospection) {
            return withPgClient(pgSettings, callback);
          }
          return withPgClient(pgSettings, (client) =>
            callback({
              ...client,
              async query<Row>(query: PgClientQuery): Promise<PgClientResult<Row>> {
                const known = query.text === text ? await rows : undefined;
                if (known === undefined) return client.query<Row>(query);
                return { rows: known as Row[], rowCount: known.length };
              },
            }),
          );
        };
      },
    },
  };
}
