import type { Api } from '../../core/api/api.ts';
import type { Names } from '../../core/history/formatter.ts';
import { Names as NamesOf } from '../../operations/index.ts';

/** The names that `tell` asks for, in at most one request. */
export async function namesFor(api: Api, tell: (names: Names) => unknown): Promise<Names> {
  const employees = new Set<number>();
  const clients = new Set<number>();
  const noted = (ids: Set<number>) => (id: unknown) => {
    if (typeof id === 'number') ids.add(id);
    return '';
  };
  tell({ employee: noted(employees), client: noted(clients) });

  const found = { employees: new Map<number, string>(), clients: new Map<number, string>() };
  if (employees.size + clients.size > 0) {
    const answer = await api.send(NamesOf, { employees: [...employees], clients: [...clients] });
    for (const { id, fullName } of answer.employees?.nodes ?? []) found.employees.set(id, fullName);
    for (const { id, fullName, companyName } of answer.clients?.nodes ?? []) {
      found.clients.set(id, companyName ?? fullName);
    }
  }
  return {
    employee: (id) => found.employees.get(Number(id)) ?? `employee ${id}`,
    client: (id) => found.clients.get(Number(id)) ?? `client ${id}`,
  };
}
