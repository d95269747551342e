import { type DataModel, readDataModel } from '../../src/server/dba/data-model/catalogue.ts';
import { dataModelDocument } from '../../src/server/dba/data-model/document.ts';
import { withConnection } from '../../src/server/dba/test/server.ts';
import { markdownOf } from '../../src/server/document/markdown.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
});

afterAll(async () => {
  await database.drop();
});

const read = (): Promise<DataModel> => withConnection(database.adminUrl, readDataModel);

const page = async () => markdownOf(dataModelDocument(await read()));

/** The part of the page below a heading. */
async function section(heading: string): Promise<string> {
  const [, text = ''] = (await page()).split(`\n### ${heading}\n\n`);
  return text.split('\n## ', 1)[0]?.split('\n### ', 1)[0] ?? '';
}

describe('the data model', () => {
  test('the data model begins with the API, and leaves out tools and extensions', async () => {
    const { schemas } = await read();

    const names = schemas.map(({ name }) => name);
    expect(names[0]).toBe('crm');
    expect(names).toEqual(expect.arrayContaining(['audit', 'identity', 'staging']));
    expect(names.filter((name) => /^(dba|public|tap|graphile_|extensions)/.test(name))).toEqual([]);
    const records = await database.query<{ name: string }>(
      `select relname as name from pg_class
       where relnamespace = 'crm'::regnamespace and relkind in ('r', 'v') order by relkind, relname`,
    );
    expect(records.length).toBeGreaterThan(6);
    expect(schemas[0]?.relations.map(({ name }) => name)).toEqual(records.map(({ name }) => name));
  });

  test('the data model has a comment for every table, view and trigger', async () => {
    const relations = (await read()).schemas.flatMap((schema) => schema.relations);

    expect(relations.filter(({ comment }) => comment === null)).toEqual([]);
    expect(
      relations.flatMap(({ triggers }) => triggers.filter(({ comment }) => comment === null)),
    ).toEqual([]);
  });

  test('the data model describes columns, constraints, indexes and triggers, each with its comment', async () => {
    await database.query(`
      create table crm.trial_venue (
        id integer generated always as identity,
        name text not null,
        label text generated always as (upper(name)) stored,
        open_from date default current_date,
        kind text not null default 'hall',
        constraint trial_venue_pkey primary key (id),
        constraint trial_venue_kind_is_known check (kind in ('hall', 'garden'))
      );
      create unique index trial_venue_name_key on crm.trial_venue (lower(name));
      create index trial_venue_open_idx on crm.trial_venue (open_from) where kind = 'hall';
      comment on table crm.trial_venue is 'Where events may be | are held.';
      comment on column crm.trial_venue.kind is E'What it is.\\n- \`hall\`: With a roof.\\n- \`garden\`: Without.';
      comment on constraint trial_venue_kind_is_known on crm.trial_venue is 'A venue is a hall or a garden.';
      comment on index crm.trial_venue_name_key is 'There is a venue of that name.';
      comment on index crm.trial_venue_open_idx is 'Halls by the day they open.';
      create trigger trial_venue_05_check_version before update of name on crm.trial_venue
        for each row when (old.name <> new.name) execute function crm_private.check_version();
      comment on trigger trial_venue_05_check_version on crm.trial_venue is 'The version is kept.';
    `);

    expect(await section('`trial_venue`')).toBe(`\
Where events may be | are held.

| column | type | not null | default | meaning |
| --- | --- | --- | --- | --- |
| \`id\` | \`integer\` | not null | identity |  |
| \`name\` | \`text\` | not null |  |  |
| \`label\` | \`text\` |  | \`generated: upper(name)\` |  |
| \`open_from\` | \`date\` |  | \`current_date\` |  |
| \`kind\` | \`text\` | not null | \`'hall'\` | What it is.<br>\`hall\`: With a roof.<br>\`garden\`: Without. |

| constraint | definition | sentence |
| --- | --- | --- |
| \`trial_venue_pkey\` | \`primary key (id)\` |  |
| \`trial_venue_kind_is_known\` | \`check (kind in ('hall', 'garden'))\` | A venue is a hall or a garden. |

| index | of | serves |
| --- | --- | --- |
| \`trial_venue_pkey\` | \`(id)\` | The primary key. |
| \`trial_venue_name_key\` | unique \`(lower(name))\` | Refuses a second one: “There is a venue of that name.” |
| \`trial_venue_open_idx\` | \`(open_from) where kind = 'hall'\` | Halls by the day they open. |

| trigger | fires | calls | what it does |
| --- | --- | --- | --- |
| \`trial_venue_05_check_version\` | before update of name | \`crm_private.check_version()\` | The version is kept. |
`);
  });

  test('the data model draws the foreign keys between the records', async () => {
    await database.query(`
      create table crm.room (
        event_id integer constraint room_pkey primary key
          constraint room_event_id_fkey references crm.event,
        owner_id integer constraint room_owner_id_fkey references crm.employee
      );
      comment on table crm.room is 'A room.';
    `);
    const [, diagram = ''] = (await page()).split('```mermaid\n');
    const lines = diagram.split('\n```', 1)[0]?.split('\n') ?? [];

    expect(lines[0]).toBe('erDiagram');
    expect(lines).toEqual(
      expect.arrayContaining([
        '  employee ||--o{ client : commercial_contact_id',
        '  employee |o--o{ event : support_contact_id',
        '  event ||--o| room : event_id',
        '  employee |o--o{ room : owner_id',
        '    integer event_id PK, FK',
      ]),
    );
    expect(lines.filter((line) => /full_name|history/.test(line))).toEqual([]);
  });

  test('the data model does not depend on the order of creation', async () => {
    const before = await page();
    await database.query(`
      alter table crm.event drop constraint event_ends_after_it_starts;
      alter table crm.event add constraint event_ends_after_it_starts check (end_date > start_date);
      comment on constraint event_ends_after_it_starts on crm.event is 'An event ends after it starts.';
      drop index crm.event_start_date_idx;
      create index event_start_date_idx on crm.event (start_date);
    `);

    expect((await page()).replace(/.*event_start_date_idx.*/, '')).toBe(
      before.replace(/.*event_start_date_idx.*/, ''),
    );
  });
});
