import { withClient } from '../support.ts';

/** Drafts of one client of a salesperson, made before they are asked for and taken one by one. */
export class Drafts {
  readonly #adminUrl: string;
  readonly #salesperson: string;
  #ids: number[] = [];

  constructor(adminUrl: string, salesperson: string) {
    this.#adminUrl = adminUrl;
    this.#salesperson = salesperson;
  }

  /** Makes drafts until there are so many. */
  async provide(count: number): Promise<void> {
    const { rows } = await withClient(this.#adminUrl, (client) =>
      client.query<{ id: number }>(
        `with owner as (
           select client.id from crm.client join crm.employee on employee.id = client.commercial_contact_id
           where employee.email = $1 order by client.id limit 1)
         insert into crm.contract (client_id, total_amount)
         select owner.id, 1000 from owner, generate_series(1, $2)
         returning id`,
        [this.#salesperson, count - this.#ids.length],
      ),
    );
    this.#ids = [...this.#ids, ...rows.map(({ id }) => id)];
  }

  take(): number {
    const id = this.#ids.pop();
    if (id === undefined) throw new RangeError('There are too few drafts.');
    return id;
  }
}
