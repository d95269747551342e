import { Client } from 'pg';
import {
  compareWithHistory,
  compareWithTables,
  lastChange,
  marks,
} from '../../bench/soak/audit.ts';
import { Ledger, type Settlement } from '../../bench/soak/ledger.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';

// That a soak finds nothing means something only if it would find what is wrong.

const alice = 1;

function ledgerOf(...writes: [mark: string, settlement: Settlement][]): Ledger {
  const ledger = new Ledger();
  for (const [mark, settlement] of writes) ledger.begin(mark, alice).settle(settlement);
  return ledger;
}

function findings(ledger: Ledger, history: [mark: string, actor: number | null][]) {
  const { lost, wrong } = ledger.compare(
    ledger.position,
    history.map(([mark, actor]) => ({ mark, actor })),
  );
  return { lost: [...lost.values()], wrong: [...wrong.values()] };
}

describe('the ledger of the soak', () => {
  test('finds nothing when what was acknowledged is there once, and the rest once or not at all', () => {
    const ledger = ledgerOf(
      ['a', 'acknowledged'],
      ['b', 'unknown'],
      ['c', 'unknown'],
      ['d', 'refused'],
    );
    expect(
      findings(ledger, [
        ['a', alice],
        ['b', alice],
      ]),
    ).toEqual({ lost: [], wrong: [] });
  });

  test.each<[string, Settlement, [string, number | null][], 'lost' | 'wrong', string]>([
    ['is missing', 'acknowledged', [], 'lost', 'w: acknowledged, and there 0 times.'],
    [
      'was done twice',
      'acknowledged',
      [
        ['w', alice],
        ['w', alice],
      ],
      'lost',
      'w: acknowledged, and there 2 times.',
    ],
    ['was refused and done', 'refused', [['w', alice]], 'wrong', 'w: refused, and there.'],
    [
      'was done twice without an answer',
      'unknown',
      [
        ['w', alice],
        ['w', alice],
      ],
      'wrong',
      'w: not acknowledged, and there 2 times.',
    ],
    [
      'was done in another’s name',
      'acknowledged',
      [['w', 2]],
      'wrong',
      'w: asked for by 1, done in the name of 2.',
    ],
  ])('finds what %s', (_what, settlement, history, kind, sentence) => {
    expect(findings(ledgerOf(['w', settlement]), history)[kind]).toEqual([sentence]);
  });

  test('knows that of two who asked for the same either may have done it, unless it was refused to them', () => {
    const ledger = new Ledger();
    ledger.begin('w', alice).settle('unknown');
    ledger.begin('w', 2).settle('acknowledged');
    ledger.begin('w', 3).settle('refused');
    const by = (actor: number) => findings(ledger, [['w', actor]]).wrong;
    expect(by(alice)).toEqual([]);
    expect(by(2)).toEqual([]);
    expect(by(3)).toEqual(['w: asked for by 1 and 2, done in the name of 3.']);
  });

  test('finds what nobody asked for', () => {
    expect(findings(new Ledger(), [['w', alice]]).wrong).toEqual(['w: nobody asked for it.']);
  });

  test('knows of several attempts at the same that one is enough', () => {
    const ledger = ledgerOf(['w', 'unknown'], ['w', 'acknowledged'], ['w', 'refused']);
    expect(ledger.acknowledged).toBe(1);
    expect(findings(ledger, []).lost).toHaveLength(1);
    expect(findings(ledger, [['w', alice]])).toEqual({ lost: [], wrong: [] });
  });

  test('does not ask a history for what was entered after it was read', () => {
    const ledger = ledgerOf(['a', 'acknowledged']);
    const { position } = ledger;
    ledger.begin('b', alice).settle('acknowledged');
    expect(ledger.compare(position, [{ mark: 'a', actor: alice }]).lost.size).toBe(0);
  });

  test('knows what a value may be: what was acknowledged last, or an attempt after it', () => {
    const ledger = new Ledger();
    for (const [value, settlement] of [
      ['one', 'acknowledged'],
      ['two', 'unknown'],
      ['three', 'acknowledged'],
      ['four', 'unknown'],
      ['five', 'refused'],
    ] as const) {
      ledger.begin(value, alice, { name: 'cell', value }).settle(settlement);
    }
    expect(ledger.cells()).toEqual(new Map([['cell', new Set(['three', 'four'])]]));
  });
});

describe('its comparison with a database', () => {
  let database: TestDatabase;
  let client: Client;
  let since: string;
  let clientId: number;
  let ids: { sales: number; other: number };

  beforeAll(async () => {
    database = await cloneDatabase();
    const sales = await addEmployee(database, { email: 'a@epic.example', department: 'sales' });
    const other = await addEmployee(database, { email: 'b@epic.example', department: 'sales' });
    ids = { sales, other };
    clientId = await addClient(database, sales);
    client = new Client({ connectionString: database.adminUrl });
    await client.connect();
    since = await lastChange(client);
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const as = async (employeeId: number, sql: string) => {
    await client.query(`select set_config('jwt.claims.employee_id', $1, false)`, [employeeId]);
    await client.query(sql);
  };

  test('reads each kind of write from history, whom it was done by, and whether the books add up', async () => {
    const ledger = new Ledger();
    const enter = (mark: string, cell: { name: string; value: string } | null = null) =>
      ledger.begin(mark, ids.sales, cell).settle('acknowledged');
    const company = { name: `client ${clientId} company`, value: 'Soak 1' };
    await as(ids.sales, `update crm.client set company_name = 'Soak 1' where id = ${clientId}`);
    enter(marks.clientCompany('Soak 1'), company);
    await as(
      ids.sales,
      `insert into crm.contract (client_id, total_amount) values (${clientId}, 5000.10)`,
    );
    enter(marks.contractTotal('5000.10'));
    const [contract] = await database.query<{ id: number }>('select id from crm.contract');
    const contractId = contract?.id ?? 0;
    await as(ids.sales, `update crm.contract set status = 'signed'`);
    enter(marks.contractSigned(contractId));
    await as(
      ids.sales,
      `insert into crm.payment (contract_id, amount) values (${contractId}, 0.10)`,
    );
    enter(marks.payment(contractId, '0.10'));
    await as(
      ids.sales,
      `insert into crm.event (contract_id, title, start_date, end_date) values (${contractId}, 'Soak 2', now(), now() + interval '1 hour')`,
    );
    enter(marks.eventTitle('Soak 2'));
    await as(ids.sales, `update crm.event set notes = 'Soak 3'`);
    enter(marks.eventNotes('Soak 3'));
    expect(await compareWithHistory(client, ledger, since)).toEqual({
      lost: new Map(),
      wrong: new Map(),
    });
    expect(await compareWithTables(client, ledger)).toEqual(new Map());

    // Somebody else's change, and money that vanishes.
    await as(ids.other, `update crm.client set company_name = 'Soak 4' where id = ${clientId}`);
    await client.query(`set session_replication_role = replica`);
    await client.query(`update crm.contract set amount_to_be_paid = 1`);
    await client.query(`set session_replication_role = origin`);
    enter(marks.clientCompany('Soak 4'), { ...company, value: 'Soak 4' });
    enter(marks.clientCompany('Soak 5'), { ...company, value: 'Soak 5' });
    const { lost, wrong } = await compareWithHistory(client, ledger, since);
    expect([...lost.values()]).toEqual(['client company Soak 5: acknowledged, and there 0 times.']);
    expect([...wrong.values()]).toEqual([
      `client company Soak 4: asked for by ${ids.sales}, done in the name of ${ids.other}.`,
      `contract ${contractId}: 1.00 of 5000.10 to be paid, after payments of 0.10.`,
    ]);
    expect([...(await compareWithTables(client, ledger)).values()]).toEqual([
      `client ${clientId} company: is Soak 4, and was written as Soak 5.`,
    ]);
  });
});
