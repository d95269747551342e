import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Epic } from '../support/epic.ts';
import { programs } from '../support/paths.ts';
import { plainEnvironment } from '../support/program.ts';
import { type Office, openOffice, staff } from './office.ts';

let office: Office;
let sales: Epic;
let manager: Epic;

beforeAll(async () => {
  office = await openOffice();
  [sales, manager] = await Promise.all([office.at('sales'), office.at('manager')]);
});
afterAll(() => office.close());

/** Writes a file and gives its path. */
async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(sales.stateHome, name);
  await writeFile(path, content);
  return path;
}

const count = async (table: string, where = 'true') => {
  const rows = await office.database.query(
    `select count(*)::integer as found from ${table} where ${where}`,
  );
  return Number(rows[0]?.found);
};

/** A dry run consumes ids, so they cannot be predicted. */
const idOf = async (table: string, where: string) => {
  const rows = await office.database.query(`select min(id) as id from ${table} where ${where}`);
  return Number(rows[0]?.id);
};

describe('epic client import', () => {
  it('an import creates clients from the CSV of a spreadsheet', async () => {
    const path = await file(
      'spreadsheet.csv',
      '\ufeffName;E-Mail;PHONE;company_name;first contact\r\n' +
        'Ana Dupont;ana@dupont.example;+33 6 12 34 56 78;"Dupont; fils";2026-05-06\r\n' +
        '\r\n"Zoé ""Z"" Ünal";zoe@example.org;;;\r\n',
    );
    const { code, stdout, stderr } = await sales.run(['client', 'import', path]);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '✓ 2 clients imported: 2 created.\n',
      stderr: '',
    });
    const rows = await office.database.query(
      'select full_name, email, phone, company_name, first_contact::text, commercial_contact_id as who from crm.client order by id',
    );
    expect(rows).toEqual([
      {
        full_name: 'Ana Dupont',
        email: 'ana@dupont.example',
        phone: '+33 6 12 34 56 78',
        company_name: 'Dupont; fils',
        first_contact: '2026-05-06',
        who: staff.sales.id,
      },
      expect.objectContaining({ full_name: 'Zoé "Z" Ünal', phone: null, company_name: null }),
    ]);
  });

  it('an import of what --csv wrote changes nothing', async () => {
    const create = ['client', 'create', '--email', 'formula@example.org', '--name', '=cmd()'];
    await sales.run([...create, '--company', 'Dupont;"-Fils;=1']);
    const { stdout: exported } = await sales.run(['client', 'list', '--all', '--csv']);
    expect(exported).toContain("'=cmd()");
    expect(exported).toContain(`"Dupont;""'-Fils;'=1"`);
    expect(exported).toContain("'+33 6 12 34 56 78");
    const args = ['client', 'import', '-', '--match', 'email', '--json'];
    const { code, stdout, stderr } = await sales.run(args, { input: exported });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ created: 0, updated: 0, unchanged: 3, dryRun: false });
    expect(stderr).toMatch(/^Ignored, since they are not imported: id, salesContact,/);
  });

  it('an import with --match updates known clients in the columns of the file, and creates the others', async () => {
    const path = await file('match.csv', 'email,company,phone\nANA@dupont.example,Dupont & Co,\n');
    const { stdout } = await sales.run(['client', 'import', path, '--match', 'email']);
    expect(stdout).toBe('✓ 1 client imported: 1 updated.\n');
    expect(await count('crm.client', "company_name = 'Dupont & Co' and phone is not null")).toBe(1);
    const more = await file(
      'more.csv',
      'name,email\nAna Dupont,ana@dupont.example\nBo Li,bo@li.example\n',
    );
    const dry = await sales.run(['client', 'import', more, '--match', 'email', '--dry-run']);
    expect(dry.stdout).toBe(
      `✓ No problem in ${more}: 2 clients could be imported: 1 created, 1 unchanged.\n`,
    );
    expect(await count('crm.client', "email = 'bo@li.example'")).toBe(0);
  });

  it('an import refuses known clients, unless told otherwise', async () => {
    const before = await count('crm.client');
    const ana = await idOf('crm.client', "email = 'ana@dupont.example'");
    const path = await file(
      'again.csv',
      'name,email\nAna D,ANA@dupont.example\nNew,new@d.example\n',
    );
    const again = await sales.run(['client', 'import', path, '--json']);
    expect(again.code).toBe(6);
    expect(JSON.parse(again.stdout)).toEqual([
      {
        line: 2,
        column: 'email',
        problem: `Client ${ana} has this e-mail address: Ana Dupont.`,
      },
    ]);
    expect(JSON.parse(again.stderr).error).toMatchObject({
      message: `1 problem in ${path}. Nothing was imported.`,
      hint: 'Correct what is listed, then run it again. --match email updates known clients.',
    });
    expect(await count('crm.client')).toBe(before);

    const twins = await sales.run(['client', 'import', path, '--match', 'none']);
    expect(twins.stdout).toBe('✓ 2 clients imported: 2 created.\n');
    expect(await count('crm.client', "lower(email) = 'ana@dupont.example'")).toBe(2);
    await office.database.query("delete from crm.client where email = 'ANA@dupont.example'");
  });

  it('an import lists every problem by line and column, and writes nothing', async () => {
    await (await office.at('otherSales')).run([
      'client',
      'create',
      '--name',
      'Other',
      '--email',
      'other@example.org',
    ]);
    const other = await idOf('crm.client', "email = 'other@example.org'");
    const before = await count('crm.client');
    const path = await file(
      'wrong.csv',
      'name,email,phone,firstContact,company\n' +
        'Fine,fine@example.org,,,\n' +
        ',no-address,call me,some day,\n' +
        'Several lines,several@example.org,,,"one\r\ntwo"\n' +
        'Short,short@example.org\n' +
        'Other,other@example.org,,,Elsewhere\n' +
        'Twice,FINE@example.org,,,\n',
    );
    const problems = [
      [3, 'email', '“no-address” is not an e-mail address. Write it like ana@example.com.'],
      [3, 'phone', '“call me” is not a telephone number. Write it like “+33 6 12 34 56 78”.'],
      [3, 'firstContact', '“some day” is not a date. Write it like 2026-12-31, today or +7d.'],
      [3, 'name', 'This is missing.'],
      [4, 'company', 'It cannot contain control characters.'],
      [6, null, 'The line has 2 values, the header 5 columns.'],
      [7, 'email', expect.stringContaining(`You may not update client ${other}. `)],
      [8, 'email', 'Line 2 has the same e-mail address.'],
    ];
    const args = ['client', 'import', path, '--match', 'email'];
    for (const dry of [[], ['--dry-run']]) {
      const { code, stdout, stderr } = await sales.run([...args, ...dry, '--json']);
      expect(code).toBe(6);
      expect(JSON.parse(stdout)).toEqual(
        problems
          .filter(([, , message]) => message !== 'This is missing.')
          .map(([line, column, problem]) => ({ line, column, problem })),
      );
      expect(JSON.parse(stderr).error.message).toBe(`7 problems in ${path}. Nothing was imported.`);
    }
    const { code, stdout } = await sales.run(['client', 'import', path, '--csv', '--dry-run']);
    expect(code).toBe(6);
    expect(stdout.split('\r\n').slice(0, 3)).toEqual([
      'line,column,problem',
      '3,email,“no-address” is not an e-mail address. Write it like ana@example.com.',
      '3,phone,“call me” is not a telephone number. Write it like “+33 6 12 34 56 78”.',
    ]);
    expect(stdout).toContain('3,name,This is missing.');
    expect(await count('crm.client')).toBe(before);
    expect(await count('staging.import_line')).toBe(0);
  });

  it.each([
    [
      'name,emial\nA,a@b.example\n',
      /has a column “emial”, which is unknown\.\n.*Did you mean email\?/,
    ],
    ['name,email,zodiac\n', /“zodiac”, which is unknown\.\n.*The columns are name, email, phone,/],
    ['name,phone\n', /has no column email\./],
    ['full_name,name,email\n', /has the column name twice\./],
    ['name,,email\n', /Column 2 of .* has no name\./],
    ['', /is empty: it has no header\./],
    ['name,email\n"A,a@b.example\n', /is not valid CSV: a quotation mark is missing or misplaced/],
    [
      Buffer.from('name,email\nZo\xe9,z@b.example\n', 'latin1'),
      /odd\.csv is not UTF-8: line 2 has “Zoé” in another encoding, such as Windows-1252 or\n {2}Latin-1\.|odd\.csv is not UTF-8: line 2 has “Zoé” in another encoding, such as Windows-1252 or Latin-1\.\n.*add --encoding windows-1252/,
    ],
  ])('an import refuses an invalid file: %j', async (content, message) => {
    const { code, stderr } = await sales.run(['client', 'import', await file('odd.csv', content)]);
    expect(stderr).toMatch(message);
    expect(code).toBe(6);
  });

  it.each([
    ['a header that is none', 'nobody\nAna\nZoé\n', /“nobody”, which is unknown/],
    [
      'a record without an end',
      `name,email\n"${'x'.repeat(2_100_000)}`,
      /a quotation mark is missing or misplaced by line 2/,
    ],
  ])('an import refuses %s without waiting for the rest', async (_, beginning, message) => {
    const env = { ...plainEnvironment(), XDG_STATE_HOME: sales.stateHome };
    const epic = spawn(
      process.execPath,
      [programs.epic, '--server', office.server.url, 'client', 'import', '-'],
      { env },
    );
    let stderr = '';
    epic.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    epic.stdin.on('error', () => undefined);
    // It never ends.
    epic.stdin.write(beginning);
    const [code] = await once(epic, 'close');
    expect(stderr).toMatch(message);
    expect(code).toBe(6);
  });

  it.each([
    ['windows-1252', Buffer.from('name,email\nZo\xe9 \x80,zoe-win@b.example\n', 'latin1'), 'Zoé €'],
    ['latin1', Buffer.from('name,email\nZo\xe9,zoe-latin@b.example\n', 'latin1'), 'Zoé'],
    ['utf-16', Buffer.from('name,email\nZoé,zoe-16@b.example\n', 'utf16le'), 'Zoé'],
    [
      '',
      Buffer.from('\ufeffname\temail\nZoé 木,zoe\tzoe-bom@b.example\n', 'utf16le'),
      'Zoé 木,zoe',
    ],
    ['', Buffer.from('\ufeffname,email\nZoé,zoe-be@b.example\n', 'utf16le').swap16(), 'Zoé'],
  ])('an import reads a file in the encoding “%s”', async (encoding, content, name) => {
    const flags = encoding ? ['--encoding', encoding] : [];
    const path = await file('encoded.csv', content);
    const { code, stderr } = await sales.run(['client', 'import', path, ...flags]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [last] = await office.database.query(
      'select full_name from crm.client order by id desc limit 1',
    );
    expect(last).toEqual({ full_name: name });
  });

  it('an import names UTF-16 without a mark as what it is, and a line far down by its number', async () => {
    const utf16 = await file('utf16.csv', Buffer.from('name,email\nA,a@b.example\n', 'utf16le'));
    expect((await sales.run(['client', 'import', utf16])).stderr).toContain(
      'is not UTF-8, but perhaps UTF-16.\n  → Add --encoding utf-16, or save the file as “CSV UTF-8”.',
    );
    const lines = Array.from({ length: 9000 }, (_, nth) => `Client ${nth},far${nth}@x.example`);
    lines[8000] = 'Ren\xe9e,renee@x.example';
    const far = await file('far.csv', Buffer.from(`name,email\n${lines.join('\n')}\n`, 'latin1'));
    const { code, stderr } = await sales.run(['client', 'import', far]);
    expect(stderr).toContain('far.csv is not UTF-8: line 8002 has “Renée” in another encoding');
    expect(code).toBe(6);
    expect(await count('crm.client', "email like 'far%'")).toBe(0);
  });

  it('what --csv exports is imported as it was, phones and formulas too', async () => {
    const texts = ['+33 6 12 34 56 78', '(0)6.12.34.56.79', '06 12 34 56 80', '+1 (555) 010-9999'];
    for (const [nth, phone] of texts.entries()) {
      await office.database.query(
        `insert into crm.client (full_name, email, phone, company_name, commercial_contact_id)
         values ('=Trip ' || $1, 'trip' || $1 || '@x.example', $2, $3, 1)`,
        [String(nth), phone, nth === 0 ? "'+quoted" : '-5;+6'],
      );
    }
    const before = await office.database.query(
      "select full_name, email, phone, company_name from crm.client where email like 'trip%' order by id",
    );
    const { stdout: csv } = await sales.run(['client', 'list', '--search', 'trip', '--csv']);
    expect(csv).toContain("'+33 6 12 34 56 78");
    const path = await file('export.csv', csv);
    const again = await sales.run(['client', 'import', path, '--match', 'email']);
    expect(again.stdout).toBe('✓ 4 clients imported: 4 unchanged.\n');
    expect(
      await office.database.query(
        "select full_name, email, phone, company_name from crm.client where email like 'trip%' order by id",
      ),
    ).toEqual(before);
  });

  it('an import reports a missing file, and accepts one without lines', async () => {
    const missing = await sales.run(['client', 'import', 'nowhere.csv']);
    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no file nowhere.csv.'),
    });
    const folder = await sales.run(['client', 'import', sales.stateHome]);
    expect(folder).toMatchObject({ code: 2, stderr: expect.stringContaining('is a folder') });
    const none = await sales.run(['client', 'import', await file('none.csv', 'name,email\n')]);
    expect(none).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('there was nothing to import'),
    });
  });

  it('an import is refused with the reason to those who may not create clients', async () => {
    const input = 'name,email\nA,a@b.example\n';
    const { code, stderr } = await manager.run(['client', 'import', '-'], { input });
    expect(code).toBe(5);
    expect(stderr).toContain('You may not create this client.');
  });

  it('an import beyond the lines that an employee may have staged is refused', async () => {
    await office.database.query(
      `insert into staging.import_line (employee_id, import_id, line, input)
       select ${staff.sales.id}, gen_random_uuid(), line, '{}' from generate_series(1, 99999) line`,
    );
    const path = await file('two.csv', 'name,email\nA,a@two.example\nB,b@two.example\n');
    const { code, stdout, stderr } = await sales.run(['client', 'import', path]);
    expect({ code, stdout, stderr }).toEqual({
      code: 6,
      stdout: '',
      stderr:
        '✗ Your imports that have not been run would have more than 100,000 lines, or 64 MB.\n' +
        '  → Run one of them first, or wait: lines are removed a day after they came in.\n',
    });
    await office.database.query('delete from staging.import_line');
  });

  it('an import creates thousands of clients', async () => {
    const lines = Array.from({ length: 4000 }, (_, nth) => `Client ${nth},many${nth}@example.org`);
    const path = await file('many.csv', `name,email\n${lines.join('\n')}\n`);
    const { code, stdout } = await sales.run(['client', 'import', path]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: '✓ 4,000 clients imported: 4,000 created.\n',
    });
    expect(await count('crm.client', "email like 'many%'")).toBe(4000);
  });
});

test('an import of more than a second shows its progress on a terminal', async () => {
  const desk = sales.terminal(['client', 'import', '-', '--dry-run']);
  desk.type('name,email\r');
  for (let line = 0; !/lines? of Standard input read/.test(desk.shown()) && line < 200; line += 1) {
    desk.type(`Client ${line},slow${line}@example.org\r`);
    await sleep(200);
  }
  desk.type('\x04');
  await desk.waitFor(/\d+ lines? of Standard input read/);
  await desk.waitFor(/No problem in Standard input: \d+ clients could be imported/);
  expect(await desk.ended).toBe(0);
});

describe('epic contract import and epic event import', () => {
  it('an import of contracts creates drafts, for clients by id or by e-mail', async () => {
    const other = await idOf('crm.client', "email = 'other@example.org'");
    const path = await file(
      'contracts.csv',
      `client,total\nana@dupont.example,"1 250,50 €"\n1,900\nbo@nowhere.example,1\n${other},1\nAna,1\n`,
    );
    const refused = await sales.run(['contract', 'import', path, '--json']);
    expect(refused.code).toBe(6);
    expect(JSON.parse(refused.stdout)).toEqual([
      {
        line: 4,
        column: 'client',
        problem: 'There is no client with the e-mail address bo@nowhere.example.',
      },
      {
        line: 5,
        column: null,
        problem: expect.stringContaining('their own clients'),
      },
      { line: 6, column: 'client', problem: '“Ana” is neither an id nor an e-mail address.' },
    ]);
    const input = 'clientEmail,clientId,totalAmount\nana@dupont.example,,"1250,5"\n,1,900\n';
    const { stdout } = await sales.run(['contract', 'import', '-'], { input });
    expect(stdout).toBe('✓ 2 contracts imported: 2 created.\n');
    const exported = (await sales.run(['contract', 'list', '--csv'])).stdout;
    const again = await sales.run(['contract', 'import', '-', '--dry-run'], { input: exported });
    expect(again.stdout).toBe(
      '✓ No problem in Standard input: 2 contracts could be imported: 2 created.\n',
    );
  });

  it('an import of events notifies each employee concerned once', async () => {
    const id = await idOf('crm.contract', 'true');
    await sales.run(['contract', 'sign', String(id)]);
    const input =
      'contract,title,start,end,attendees,support,location\n' +
      `${id},Gala,2030-06-01 18:00,2030-06-02 01:00,120,${staff.support.email},Lyon\n` +
      `${id},Ball,2030-07-01T18:00Z,2030-07-02T01:00Z,,${staff.support.id},\n` +
      `${id},Fair,2030-08-01 18:00,2030-08-02 01:00,,,\n`;
    const refused = await sales.run(['event', 'import', '-', '--json'], { input });
    expect(JSON.parse(refused.stdout)).toHaveLength(2);
    const { code, stdout } = await manager.run(['event', 'import', '-'], { input });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '✓ 3 events imported: 3 created.\n' });
    const gala = await idOf('crm.event', "title = 'Gala'");
    const { stdout: told } = await (await office.at('support')).run([
      'notification',
      'list',
      '--unread',
      '--fields',
      'message',
    ]);
    expect(told).toBe(`“Gala” (event ${gala}) and 1 more are now yours.\n`);
    const { stdout: heard } = await sales.run(['notification', 'list', '--fields', 'message']);
    expect(heard).toBe(
      `“Gala” (event ${gala}) and 2 more events were planned; 1 of them needs a support contact.\n`,
    );
  });
});

describe('--all', () => {
  it('--all lists every row in every format', async () => {
    const total = await count('crm.client');
    const ids = (await sales.run(['client', 'list', '--all', '--fields', 'id'])).stdout.split('\n');
    expect(ids.slice(0, -1)).toEqual(Array.from({ length: total }, (_, nth) => ids[nth]));
    expect(new Set(ids).size).toBe(total + 1);
    const rows = JSON.parse((await sales.run(['client', 'list', '--all', '--json'])).stdout);
    expect(rows).toHaveLength(total);
    const csv = (await sales.run(['client', 'list', '--all', '--csv'])).stdout;
    expect(csv.split('\r\n')).toHaveLength(total + 2);
    const few = ['client', 'list', '--search', 'dupont'];
    for (const format of [[], ['--json'], ['--csv'], ['--fields', 'id,name']]) {
      const part = (await sales.run([...few, ...format])).stdout;
      expect((await sales.run([...few, ...format, '--all'])).stdout).toBe(part);
    }
  });

  it('--all writes an empty list like any other list', async () => {
    for (const format of [[], ['--json'], ['--csv']]) {
      const args = ['client', 'list', '--search', 'nobody at all', ...format];
      const { code, stdout } = await sales.run([...args, '--all']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: (await sales.run(args)).stdout });
    }
  });

  it('--all draws all rows on a terminal, and ends quietly when the pipe is closed', async () => {
    const drawn = await sales.run(['client', 'list', '--all'], { env: { EPIC_FORCE_TTY: '80' } });
    expect(drawn.stdout.split('\n')).toHaveLength((await count('crm.client')) + 2);
    const env = {
      ...plainEnvironment(),
      XDG_STATE_HOME: sales.stateHome,
      EPIC_SERVER: office.server.url,
    };
    const command = `"${process.execPath}" "${programs.epic}" client list --all --json | head -n 3`;
    const [stdout, stderr] = await new Promise<[string, string]>((resolve, reject) => {
      execFile('sh', ['-c', command], { env }, (error, out, err) =>
        error ? reject(error) : resolve([out, err]),
      );
    });
    expect({ stdout, stderr }).toEqual({ stdout: '[\n  {\n    "id": 1,\n', stderr: '' });
  });

  it('--all is refused together with --limit', async () => {
    const { code, stderr } = await sales.run(['client', 'list', '--all', '--limit', '5']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: '✗ --all is every row: give it without --limit and --page.\n',
    });
  });
});
