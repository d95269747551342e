import type { TestDatabase } from '../../support/database.ts';
import { addClient, addEmployee } from '../../support/people.ts';

/** A company of one contract, for counting notifications. */
export interface Office {
  contractId: number;
  /** Assigns a new event, which notifies that employee and no other. Returns the id of the notification. */
  assign(employeeId: number): Promise<number>;
}

/** Inserts Alice of sales, with a signed contract. */
export async function openOffice(database: TestDatabase): Promise<Office> {
  const alice = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  const clientId = await addClient(database, alice);
  // as Alice, who is not notified of her own changes
  const asAlice = `with alice as (select identity.set_claims(current_setting('role'), ${alice}, null, null))`;
  const [contract] = await database.query<{ id: number }>(
    `${asAlice} insert into crm.contract (client_id, total_amount, status)
     select $1, 100, 'signed' from alice returning id`,
    [clientId],
  );
  const contractId = contract?.id ?? 0;
  await database.query('delete from graphile_worker._private_jobs');
  return {
    contractId,
    async assign(employeeId) {
      await database.query(
        `${asAlice} insert into crm.event (contract_id, title, start_date, end_date, support_contact_id)
         select $1, 'Gala', day, day + 1, $2
         from alice, (select '2030-01-01'::date + count(*)::integer as day from crm.event) free`,
        [contractId, employeeId],
      );
      const [row] = await database.query<{ id: number }>(
        'select max(id) as id from crm.notification where recipient_id = $1',
        [employeeId],
      );
      return row?.id ?? 0;
    },
  };
}
