import { readFile } from 'node:fs/promises';
import {
  buildSchema,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

// The schema as it is in the repository; `npm run test:drift` sees to it that it is the one that is served.

let schema: GraphQLSchema;
let database: TestDatabase;

beforeAll(async () => {
  const path = new URL('../../schema.graphql', import.meta.url);
  schema = buildSchema(await readFile(path, 'utf8'));
  database = await cloneDatabase();
});

afterAll(() => database.drop());

const types = (): GraphQLNamedType[] =>
  Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
  );

/** Everything that can be described, by its coordinate, with its description. */
function* describable(): Generator<[coordinate: string, description: string]> {
  for (const type of types()) {
    yield [type.name, type.description ?? ''];
    if (isEnumType(type)) {
      for (const { name, description } of type.getValues()) {
        yield [`${type.name}.${name}`, description ?? ''];
      }
    } else if (isInputObjectType(type)) {
      for (const { name, description } of Object.values(type.getFields())) {
        yield [`${type.name}.${name}`, description ?? ''];
      }
    } else if (isObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        yield [`${type.name}.${field.name}`, field.description ?? ''];
        for (const { name, description } of field.args) {
          yield [`${type.name}.${field.name}(${name}:)`, description ?? ''];
        }
      }
    }
  }
}

const boilerplate =
  /make sure to see|data universe|Reads (and enables|a single|a set)|Get a single|that is related to this|A connection to a list|edge in the connection|All input for|The output of our|Methods? to use when|condition to be used|Represents an update|Checks for equality|(was|be) (created|updated|deleted) by this mutation|being updated|mutations affecting|defined keys|using a unique key|Creates a single|Read all values|for use in pagination|The count of \*all\*|list of `/;

describe('what the schema says of itself', () => {
  test('is said of everything, in a sentence', () => {
    const unsaid = [...describable()].filter(([, description]) => !/\w.*[.:]$/s.test(description));
    expect(unsaid).toEqual([]);
  });

  test('was written for it', () => {
    expect([...describable()].filter(([, description]) => boilerplate.test(description))).toEqual(
      [],
    );
  });

  test('says of a relation what its column is', () => {
    const ofField = (type: string, field: string) => {
      const found = schema.getType(type);
      return isObjectType(found) ? found.getFields()[field]?.description : undefined;
    };
    expect(ofField('Contract', 'commercial')).toBe(
      'The sales employee who looks after the client; follows the client.',
    );
    expect(ofField('Employee', 'clients')).toBe(
      'The clients whose `commercialContactId` is this employee, page by page.',
    );
    expect(ofField('Client', 'contracts')).toBe('The contracts of this client, page by page.');
  });
});

describe('a closed set', () => {
  const valuesOf = (name: string) => {
    const type = schema.getType(name);
    return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
  };

  test.each([
    ['ContractStatus', 'crm.contract', 'status'],
    ['EventStatus', 'crm.event', 'status'],
    ['Department', 'crm.employee', 'department'],
    ['NotificationKind', 'crm.notification', 'kind'],
  ])('%s has the words that the constraint of %s.%s allows', async (name, table, column) => {
    const [constraint] = await database.query<{ definition: string }>(
      `select pg_get_constraintdef(oid) as definition from pg_constraint
       where conrelid = $1::regclass and contype = 'c' and pg_get_constraintdef(oid) like $2`,
      [table, `%(${column} = ANY%`],
    );
    const words = constraint?.definition.match(/(?<=')\w+(?='::text)/g) ?? [];
    expect(words.length).toBeGreaterThan(2);
    expect(valuesOf(name).sort()).toEqual([...words].sort());
  });

  test('HistoryAction has the words of audit.action, HistoryRecord the records of crm', async () => {
    const [rows] = await database.query<{ actions: string[]; records: string[] }>(
      `select
         array(select unnest(enum_range(null::audit.action))::text order by 1) as actions,
         array(select relname::text from pg_class
               where relnamespace = 'crm'::regnamespace and relkind in ('r', 'v') order by 1) as records`,
    );
    expect(valuesOf('HistoryAction').sort()).toEqual(rows?.actions);
    expect(valuesOf('HistoryRecord').sort()).toEqual(rows?.records);
  });
});

// What some department may do with the records, as PostgreSQL answers: "insert contract.client_id", "call erase_client".
const somebodyMay = `
  with department (name) as (values ('epic_sales'), ('epic_support'), ('epic_management')),
  relation as (select * from pg_class where relnamespace = 'crm'::regnamespace and relkind in ('r', 'v'))
  select verb || ' ' || relname || '.' || attname as deed
  from department, unnest(array['select', 'insert', 'update']) verb, relation
  join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
  where has_column_privilege(department.name, attrelid, attnum, verb)
  union
  select 'delete ' || relname from department, relation
  where has_table_privilege(department.name, relation.oid, 'delete')
  union
  select 'call ' || proname from department, pg_proc
  where pronamespace = 'crm'::regnamespace and has_function_privilege(department.name, pg_proc.oid, 'execute')`;

describe('nothing is in the schema that no department can use', () => {
  /** Made in TypeScript, of functions of schema auth, for whoever is logged in or about to be. */
  const ofIdentity = ['changePassword', 'login', 'logout', 'me', 'refresh'];
  const allowed = new Set<string>();

  beforeAll(async () => {
    for (const { deed } of await database.query<{ deed: string }>(somebodyMay)) allowed.add(deed);
  });

  const inSnakeCase = (name: string) =>
    name.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  const tableOf = (type: string) => inSnakeCase(type).replace(/_entry$/, '');
  const fieldsOf = (name: string) => {
    const type = schema.getType(name);
    return isInputObjectType(type) || isObjectType(type) ? Object.keys(type.getFields()) : [];
  };

  /** What one must be allowed in order to do all of a mutation. */
  function deedsOf(mutation: string): string[] {
    const [, verb, record = ''] = /^(create|update|delete)([A-Z]\w+)$/.exec(mutation) ?? [];
    const table = tableOf(record);
    if (verb === undefined) return [`call ${inSnakeCase(mutation)}`];
    if (verb === 'delete') return [`delete ${table}`];
    const input = {
      create: record === 'Employee' ? 'CreateEmployeeInput' : `${record}Input`,
      update: `${record}Patch`,
    }[verb];
    const privilege = verb === 'create' ? 'insert' : 'update';
    return fieldsOf(input ?? '').map((field) => `${privilege} ${table}.${inSnakeCase(field)}`);
  }

  test('no mutation, and no field that one writes', () => {
    const deeds = fieldsOf('Mutation')
      .filter((name) => !ofIdentity.includes(name))
      .flatMap(deedsOf);
    expect(deeds).toEqual(expect.arrayContaining(['insert contract.client_id', 'delete event']));
    expect(deeds.filter((deed) => !allowed.has(deed))).toEqual([]);
  });

  test('no query', () => {
    const deeds = Object.values(schema.getQueryType()?.getFields() ?? {})
      // A position belongs to no record: the department roles may ask for it, as tests/sql/roles.sql says.
      .filter(({ name }) => ![...ofIdentity, 'subscriptionPosition'].includes(name))
      .map(({ name, type }) => {
        const call = `call ${inSnakeCase(name)}`;
        if (allowed.has(call)) return call;
        return `select ${tableOf(type.toString().replace(/(Connection)?!?$/, ''))}.id`;
      });
    expect(deeds).toEqual(expect.arrayContaining(['call explain_access', 'select client.id']));
    expect(deeds.filter((deed) => !allowed.has(deed))).toEqual([]);
  });

  test('no column', async () => {
    const columns = await database.query<{ record: string; column: string }>(
      `select relname as record, attname as column from pg_class
       join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
       where relnamespace = 'crm'::regnamespace and relkind in ('r', 'v')`,
    );
    const useless = columns
      .map(({ record, column }) => `${record}.${column}`)
      .filter((column) => !allowed.has(`select ${column}`));
    const shown = types()
      .filter(isObjectType)
      .flatMap(({ name }) =>
        fieldsOf(name).map((field) => `${tableOf(name)}.${inSnakeCase(field)}`),
      );
    expect(shown).toContain('contract.total_amount');
    expect(shown.filter((column) => useless.includes(column))).toEqual([]);
  });
});
