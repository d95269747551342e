import { Client } from 'pg';
import { AcknowledgedWrites, type WriteStatus } from '../../bench/soak/acknowledged.ts';
import {
  compareWithHistory,
  compareWithTables,
  lastChange,
  writeIds,
} from '../../bench/soak/verify.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';

// The soak would find lost and wrong writes.

const alice = 1;

function writesOf(...entries: [writeId: string, status: WriteStatus][]): AcknowledgedWrites {
  const writes = new AcknowledgedWrites();
  for (const [writeId, status] of entries) writes.begin(writeId, alice).setStatus(status);
  return writes;
}

function findings(writes: AcknowledgedWrites, history: [writeId: string, actor: number | null][]) {
  const { lost, wrong } = writes.compare(
    writes.statuses,
    history.map(([writeId, actor]) => ({ writeId, actor })),
  );
  return { lost: [...lost.values()], wrong: [...wrong.values()] };
}

describe('the acknowledged writes of the soak', () => {
  test('have no findings when acknowledged writes are there once, and unknown ones once or not at all', () => {
    const writes = writesOf(
      ['a', 'acknowledged'],
      ['b', 'unknown'],
      ['c', 'unknown'],
      ['d', 'refused'],
    );
    expect(
      findings(writes, [
        ['a', alice],
        ['b', alice],
      ]),
    ).toEqual({ lost: [], wrong: [] });
  });

  test.each<[string, WriteStatus, [string, number | null][], 'lost' | 'wrong', string]>([
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
      'w: requested by 1, recorded as done by 2.',
    ],
  ])('finds what %s', (_what, status, history, kind, sentence) => {
    expect(findings(writesOf(['w', status]), history)[kind]).toEqual([sentence]);
  });

  test('accept either of two employees as the author of the same write, unless it was refused to one', () => {
    const writes = new AcknowledgedWrites();
    writes.begin('w', alice).setStatus('unknown');
    writes.begin('w', 2).setStatus('acknowledged');
    writes.begin('w', 3).setStatus('refused');
    const by = (actor: number) => findings(writes, [['w', actor]]).wrong;
    expect(by(alice)).toEqual([]);
    expect(by(2)).toEqual([]);
    expect(by(3)).toEqual(['w: requested by 1 and 2, recorded as done by 3.']);
  });

  test('find a change that was not requested', () => {
    expect(findings(new AcknowledgedWrites(), [['w', alice]]).wrong).toEqual([
      'w: it was not requested.',
    ]);
  });

  test('accept one success of several attempts at the same write', () => {
    const writes = writesOf(['w', 'unknown'], ['w', 'acknowledged'], ['w', 'refused']);
    expect(writes.acknowledged).toBe(1);
    expect(findings(writes, []).lost).toHaveLength(1);
    expect(findings(writes, [['w', alice]])).toEqual({ lost: [], wrong: [] });
  });

  test('do not expect later writes in a history that was read before', () => {
    const writes = writesOf(['a', 'acknowledged']);
    const { statuses } = writes;
    writes.begin('b', alice).setStatus('acknowledged');
    expect(writes.compare(statuses, [{ writeId: 'a', actor: alice }]).lost.size).toBe(0);
  });

  test('accept the last acknowledged value of a register, or a later attempt', () => {
    const writes = new AcknowledgedWrites();
    for (const [value, status] of [
      ['one', 'acknowledged'],
      ['two', 'unknown'],
      ['three', 'acknowledged'],
      ['four', 'unknown'],
      ['five', 'refused'],
    ] as const) {
      writes.begin(value, alice, { name: 'cell', value }).setStatus(status);
    }
    expect(writes.registers()).toEqual(new Map([['cell', new Set(['three', 'four'])]]));
  });
});

describe('the comparison with a database', () => {
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
    await client.query('begin');
    await client.query(`select identity.set_claims(current_setting('role'), $1, null, null)`, [
      employeeId,
    ]);
    await client.query(sql);
    await client.query('commit');
  };

  test('reads each kind of write and its author from history, and checks the amounts', async () => {
    const writes = new AcknowledgedWrites();
    const enter = (writeId: string, register: { name: string; value: string } | null = null) =>
      writes.begin(writeId, ids.sales, register).setStatus('acknowledged');
    const company = { name: `client ${clientId} company`, value: 'Soak 1' };
    await as(ids.sales, `update crm.client set company_name = 'Soak 1' where id = ${clientId}`);
    enter(writeIds.clientCompany('Soak 1'), company);
    await as(
      ids.sales,
      `insert into crm.contract (client_id, total_amount) values (${clientId}, 5000.10)`,
    );
    enter(writeIds.contractTotal('5000.10'));
    const [contract] = await database.query<{ id: number }>('select id from crm.contract');
    const contractId = contract?.id ?? 0;
    await as(ids.sales, `update crm.contract set status = 'signed'`);
    enter(writeIds.contractSigned(contractId));
    await as(
      ids.sales,
      `insert into crm.payment (contract_id, amount) values (${contractId}, 0.10)`,
    );
    enter(writeIds.payment(contractId, '0.10'));
    await as(
      ids.sales,
      `insert into crm.event (contract_id, title, start_date, end_date) values (${contractId}, 'Soak 2', now(), now() + interval '1 hour')`,
    );
    enter(writeIds.eventTitle('Soak 2'));
    await as(ids.sales, `update crm.event set notes = 'Soak 3'`);
    enter(writeIds.eventNotes('Soak 3'));
    expect(await compareWithHistory(client, writes, since)).toEqual({
      lost: new Map(),
      wrong: new Map(),
    });
    expect(await compareWithTables(client, writes)).toEqual(new Map());

    // A change in another employee's session, and a wrong amount.
    await as(ids.other, `update crm.client set company_name = 'Soak 4' where id = ${clientId}`);
    await client.query(`set session_replication_role = replica`);
    await client.query(`update crm.contract set amount_to_be_paid = 1`);
    await client.query(`set session_replication_role = origin`);
    enter(writeIds.clientCompany('Soak 4'), { ...company, value: 'Soak 4' });
    enter(writeIds.clientCompany('Soak 5'), { ...company, value: 'Soak 5' });
    const { lost, wrong } = await compareWithHistory(client, writes, since);
    expect([...lost.values()]).toEqual(['client company Soak 5: acknowledged, and there 0 times.']);
    expect([...wrong.values()]).toEqual([
      `client company Soak 4: requested by ${ids.sales}, recorded as done by ${ids.other}.`,
      `contract ${contractId}: 1.00 of 5000.10 to be paid, after payments of 0.10.`,
    ]);
    expect([...(await compareWithTables(client, writes)).values()]).toEqual([
      `client ${clientId} company: is Soak 4, and was written as Soak 5.`,
    ]);
  });
});
