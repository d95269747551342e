import { readFile } from 'node:fs/promises';
import {
  buildSchema,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { schemaOf } from '../../scripts/generate/schema.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

// The schema as it is in the repository; `npm run check` compares it with the one that is served.

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

const enumValues = (name: string): Record<string, string> => {
  const type = schema.getType(name);
  if (!isEnumType(type)) return {};
  return Object.fromEntries(type.getValues().map((value) => [value.name, value.description ?? '']));
};

const camelCase = (name: string) =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

const boilerplate =
  /make sure to see|data universe|Reads (and enables|a single|a set)|Get a single|that is related to this|A connection to a list|edge in the connection|All input for|The output of our|Methods? to use when|condition to be used|Represents an update|Checks for equality|(was|be) (created|updated|deleted) by this mutation|being updated|mutations affecting|defined keys|using a unique key|Creates a single|Read all values|for use in pagination|The count of \*all\*|list of `/;

describe('the descriptions of the schema', () => {
  test('every type, field and argument has a sentence as its description', () => {
    const unsaid = [...describable()].filter(([, description]) => !/\w.*[.:]$/s.test(description));
    expect(unsaid).toEqual([]);
  });

  test('every description was written for this schema', () => {
    expect([...describable()].filter(([, description]) => boilerplate.test(description))).toEqual(
      [],
    );
  });

  test('the description of a relation is that of its column', () => {
    const ofField = (type: string, field: string) => {
      const found = schema.getType(type);
      return isObjectType(found) ? found.getFields()[field]?.description : undefined;
    };
    expect(ofField('Contract', 'commercial')).toBe(
      'The sales employee who looks after the client; follows the client.',
    );
    expect(ofField('Employee', 'clients')).toBe(
      'The clients whose `commercialId` is this employee, page by page.',
    );
    expect(ofField('Client', 'contracts')).toBe('The contracts of this client, page by page.');
  });
});

test('every scalar says where its form is specified', () => {
  const urls = Object.fromEntries(
    types()
      .filter(isScalarType)
      .map(({ name, specifiedByURL }) => [name, specifiedByURL]),
  );
  expect(urls).toMatchObject({
    Datetime: 'https://datatracker.ietf.org/doc/html/rfc3339#section-5.6',
    UUID: 'https://datatracker.ietf.org/doc/html/rfc9562#section-4',
  });
  expect(Object.keys(urls).filter((name) => !urls[name]?.startsWith('https://'))).toEqual([]);
});

describe('an enum', () => {
  const valuesOf = (name: string) => {
    const type = schema.getType(name);
    return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
  };

  test.each([
    ['ContractStatus', 'crm.contract', 'status'],
    ['EventStatus', 'crm.event', 'status'],
    ['Department', 'crm.employee', 'department'],
    ['NotificationKind', 'crm.notification', 'kind'],
  ])(
    'the enum %s has the values that the constraint of %s.%s allows',
    async (name, table, column) => {
      const [constraint] = await database.query<{ definition: string }>(
        `select pg_get_constraintdef(oid) as definition from pg_constraint
       where conrelid = $1::regclass and contype = 'c' and pg_get_constraintdef(oid) like $2`,
        [table, `%(${column} = ANY%`],
      );
      const words = constraint?.definition.match(/(?<=')\w+(?='::text)/g) ?? [];
      expect(words.length).toBeGreaterThan(2);
      expect(valuesOf(name).sort()).toEqual([...words].sort());
    },
  );

  test('HistoryAction has the values of audit.action, RecordKind the records of crm', async () => {
    const [rows] = await database.query<{ actions: string[]; records: string[] }>(
      `select
         array(select unnest(enum_range(null::audit.action))::text order by 1) as actions,
         array(select relname::text from pg_class
               where relnamespace = 'crm'::regnamespace and relkind in ('r', 'v')
                 and has_any_column_privilege('epic_employee', oid, 'select') order by 1) as records`,
    );
    expect(valuesOf('HistoryAction').sort()).toEqual(rows?.actions);
    expect(valuesOf('RecordKind').sort()).toEqual(rows?.records);
  });
});

describe('AccessVerb', () => {
  test('AccessVerb has the verbs that the database explains, and no other', async () => {
    const verbs = Object.keys(enumValues('AccessVerb'));
    const rows = await database.query<{ verb: string }>(
      'select distinct verb from access.business_verbs()',
    );
    const business = rows.map(({ verb }) => verb);
    expect(business).toEqual(expect.arrayContaining(['sign', 'hand_over']));
    expect(verbs.filter((verb) => !business.includes(verb)).sort()).toEqual([
      'create',
      'delete',
      'read',
      'update',
    ]);
    expect(business.filter((verb) => !verbs.includes(verb))).toEqual([]);
  });

  test('AccessVerb describes each verb', () => {
    expect(enumValues('AccessVerb')).toMatchObject({
      erase: 'Erase the personal data of a client.',
      hand_over: 'Hand a client over to another sales contact.',
    });
  });
});

const inputOf = (name: string): Record<string, string> => {
  const type = schema.getType(name);
  if (!isInputObjectType(type)) return {};
  return Object.fromEntries(
    Object.values(type.getFields()).map((field) => [field.name, String(field.type)]),
  );
};

test.each([
  ['ContractPatch', ['totalAmount', 'version']],
  ['EmployeePatch', ['email', 'fullName', 'phone', 'version']],
  ['ClientPatch', ['companyName', 'email', 'fullName', 'phone', 'version']],
  [
    'EventPatch',
    ['attendees', 'endDate', 'location', 'notes', 'startDate', 'status', 'title', 'version'],
  ],
])('the patch of %s has no column that has a mutation of its own', (patch, fields) => {
  expect(Object.keys(inputOf(patch)).sort()).toEqual(fields);
});

test('a payment is created by recordPayment alone', () => {
  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});
  expect(mutations.filter((name) => /Payment$/.test(name))).toEqual([
    'correctPayment',
    'recordPayment',
  ]);
});

test('required columns and arguments are non-null in inputs', () => {
  expect(inputOf('ClientInput')).toMatchObject({ email: 'String!', fullName: 'String!' });
  expect(inputOf('CreateEmployeeInput')).toMatchObject({ phone: 'String', email: 'String!' });
  expect(inputOf('EraseClientInput')).toEqual({ clientId: 'Int!', confirm: 'Boolean!' });
  expect(inputOf('MoveEmployeeInput')).toEqual({
    department: 'Department!',
    employeeId: 'Int!',
    handOverTo: 'Int',
  });
});

test('an argument of a function is required unless it has a default', async () => {
  const rows = await database.query<{ name: string; required: string[] }>(
    `select proname as name, coalesce(proargnames[1:pronargs - pronargdefaults], '{}') as required
     from pg_proc where pronamespace = 'crm'::regnamespace and provolatile = 'v'`,
  );
  const missing = rows.flatMap(({ name, required }) => {
    const fields = inputOf(`${camelCase(`_${name}`)}Input`);
    return required
      .map((argument) => camelCase(argument))
      .filter((argument) => argument in fields && !fields[argument]?.endsWith('!'))
      .map((argument) => `${name}.${argument}`);
  });
  expect(missing).toEqual([]);
});

test.each([
  ['explainAccess', { record: 'RecordKind!', verb: 'AccessVerb!', columns: '[String!]' }],
  ['explainRefusal', { record: 'RecordKind!', verb: 'AccessVerb!' }],
  ['search', { text: 'String!', kinds: '[SearchResultKind!]', department: 'Department' }],
])('the arguments of %s have the narrowest type', (name, types) => {
  const field = schema.getQueryType()?.getFields()[name];
  const args = Object.fromEntries(field?.args.map((arg) => [arg.name, String(arg.type)]) ?? []);
  expect(args).toMatchObject(types);
});

test('a relation is named after the record it leads to', () => {
  const fieldsOf = (name: string) => {
    const type = schema.getType(name);
    return isObjectType(type) ? Object.keys(type.getFields()) : [];
  };
  expect(fieldsOf('Client')).toEqual(
    expect.arrayContaining(['commercial', 'commercialId', 'commercialName']),
  );
  expect(fieldsOf('Payment')).toEqual(
    expect.arrayContaining(['recordedBy', 'recordedById', 'recordedByName']),
  );
  const names = [...describable()].map(([coordinate]) => coordinate);
  expect(names.filter((name) => /creationDate|CREATION_DATE|commercialContact/.test(name))).toEqual(
    [],
  );
});

test('every smart tag is for an existing object', async () => {
  const warnings: unknown[] = [];
  const { warn } = console;
  console.warn = (...words: unknown[]) => warnings.push(words);
  await schemaOf(database.authenticatorUrl).finally(() => {
    console.warn = warn;
  });
  expect(warnings).toEqual([]);
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

describe('the schema without unused parts', () => {
  /** Defined in TypeScript, from functions of schema identity. */
  const ofIdentity = [
    ...[
      'authenticateService',
      'changePassword',
      'login',
      'logout',
      'me',
      'refresh',
      'replaceRecoveryCodes',
    ],
    ...['begin', 'confirm', 'disable', 'enable'].map((verb) => `${verb}SecondFactor`),
  ];
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

  test('every mutation and every input field is granted to a department', () => {
    const deeds = fieldsOf('Mutation')
      .filter((name) => !ofIdentity.includes(name))
      .flatMap(deedsOf);
    expect(deeds).toEqual(expect.arrayContaining(['insert contract.client_id', 'delete event']));
    expect(deeds.filter((deed) => !allowed.has(deed))).toEqual([]);
  });

  test('every query is granted to a department', () => {
    const deeds = Object.values(schema.getQueryType()?.getFields() ?? {})
      // A position belongs to no record: the department roles may ask for it, as tests/sql/function_privileges.sql says.
      .filter(({ name }) => ![...ofIdentity, 'subscriptionPosition'].includes(name))
      .map(({ name, type }) => {
        const call = `call ${inSnakeCase(name)}`;
        if (allowed.has(call)) return call;
        const table = tableOf(type.toString().replace(/(Connection)?!?$/, ''));
        return `select ${table}.${allowed.has(`select ${table}.id`) ? 'id' : 'name'}`;
      });
    expect(deeds).toEqual(expect.arrayContaining(['call explain_access', 'select client.id']));
    expect(deeds.filter((deed) => !allowed.has(deed))).toEqual([]);
  });

  test('every column is granted to a department', async () => {
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
