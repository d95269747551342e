import { withPgClientFromPgService } from 'postgraphile/@dataplan/pg';

/** The rows of a query of the catalogue, while the schema is built; as the login role. */
export async function queryCatalogue<Row>(
  { pgServices }: GraphileConfig.ResolvedPreset,
  serviceName: string,
  text: string,
): Promise<readonly Row[]> {
  const service = pgServices?.find(({ name }) => name === serviceName);
  if (service === undefined) throw new Error(`There is no service ${serviceName}.`);
  const settings = service.pgSettingsForIntrospection ?? null;
  const { rows } = await withPgClientFromPgService(service, settings, (client) =>
    client.query<Row>({ text }),
  );
  return rows;
}
