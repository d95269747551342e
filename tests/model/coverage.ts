import type { Expectation } from './expectation.ts';
import type { DriverName, Step } from './operations.ts';
import { entriesFor, isWriting, writeSpecOf } from './permission.ts';
import type { State } from './state.ts';
import { type TableEntry, truthTable } from './truth-table.ts';

/** Counts the steps, to show that every entry of the table was both allowed and refused. */
export class Coverage {
  readonly byDriver: Record<DriverName, number> = { SQL: 0, GraphQL: 0 };
  readonly byOutcome = new Map<string, number>();
  readonly byEntry = new Map(truthTable.map(({ name }) => [name, { allowed: 0, refused: 0 }]));

  get total(): number {
    return this.byDriver.SQL + this.byDriver.GraphQL;
  }

  count({ operation, via, by }: Step, expectation: Expectation, state: State): void {
    this.byDriver[via] += 1;
    const answer = expectation.allowed ? 'done' : expectation.codes.join(' or ');
    this.byOutcome.set(answer, (this.byOutcome.get(answer) ?? 0) + 1);
    if (!isWriting(operation)) return;

    const spec = writeSpecOf(operation);
    const me = state.employee.get(by ?? 0);
    const isUsed = ({ cells }: TableEntry) => {
      if (me === undefined) return false;
      const cell = cells[me.department];
      return cell?.values(spec.values, me, state) ?? false;
    };
    for (const entry of entriesFor(spec)) {
      const counted = this.byEntry.get(entry.name);
      if (counted === undefined) continue;
      if (!expectation.allowed) counted.refused += 1;
      else if (expectation.rows.length > 0 || spec.id === null)
        counted.allowed += isUsed(entry) ? 1 : 0;
    }
  }

  toString(): string {
    const lines = [...this.byEntry].map(
      ([name, { allowed, refused }]) =>
        `  ${name.padEnd(26)}${String(allowed).padStart(7)} done${String(refused).padStart(8)} refused`,
    );
    const answers = [...this.byOutcome]
      .sort(([, one], [, other]) => other - one)
      .map(([answer, times]) => `  ${answer.padEnd(26)}${String(times).padStart(7)}`);
    const { SQL, GraphQL } = this.byDriver;
    return [`${SQL} via SQL, ${GraphQL} via GraphQL:`, ...answers, '', ...lines].join('\n');
  }
}
