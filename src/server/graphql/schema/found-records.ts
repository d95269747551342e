import type { PgSelectSingleStep } from 'postgraphile/@dataplan/pg';
import { access, lambda, type Step } from 'postgraphile/grafast';
import { extendSchema, gql } from 'postgraphile/utils';

const typeDefs = gql`
  extend type SearchResult {
    """The id of the record, among those of its kind."""
    rowId: Int!

    """The record itself, with all that can be asked of it; null when it is gone already."""
    record: FoundRecord
  }

  """A record that a search can find."""
  union FoundRecord = Client | Contract | Employee | Event | Note
`;

/** Adds the record to what a search finds, read with one statement for each kind, and only where it is asked for. */
export const foundRecordsPlugin = extendSchema(
  ({ inflection, pgResources: { client, contract, employee, event, note } }) => {
    if (!client || !contract || !employee || !event || !note) {
      throw new Error('The schema lacks records that a search finds.');
    }
    const resources = Object.fromEntries(
      [client, contract, employee, event, note].map((resource) => [
        inflection.tableType(resource.codec),
        resource,
      ]),
    );
    const typeNames = Object.fromEntries(
      Object.entries(resources).map(([typeName, { codec }]) => [codec.name, typeName]),
    );
    return {
      typeDefs,
      objects: {
        SearchResult: {
          plans: {
            rowId: ($result: PgSelectSingleStep) => $result.get('id'),
            record: ($result: Step) => $result,
          },
        },
      },
      unions: {
        FoundRecord: {
          planType($result) {
            return {
              $__typename: lambda(access($result, 'kind'), (kind) => typeNames[kind] ?? null, true),
              planForType: ({ name }) =>
                resources[name]?.get({ id: access($result, 'id') }) ?? null,
            };
          },
        },
      },
    };
  },
  'EpicFoundRecordsPlugin',
);
