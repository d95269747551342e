import type { Company } from './company.ts';
import { type Line, truthTable } from './model.ts';
import type { DoorName, Step } from './operations.ts';
import { deedOf, isWriting, linesAbout } from './permission.ts';
import type { Verdict } from './verdict.ts';

/** Counts what was agreed on, so that a search can show that it tried every line of the table, both ways. */
export class Tally {
  readonly byDoor: Record<DoorName, number> = { SQL: 0, GraphQL: 0 };
  readonly byAnswer = new Map<string, number>();
  readonly byLine = new Map(truthTable.map(({ name }) => [name, { allowed: 0, refused: 0 }]));

  get total(): number {
    return this.byDoor.SQL + this.byDoor.GraphQL;
  }

  count({ operation, through, by }: Step, verdict: Verdict, company: Company): void {
    this.byDoor[through] += 1;
    const answer = verdict.allowed ? 'done' : verdict.codes.join(' or ');
    this.byAnswer.set(answer, (this.byAnswer.get(answer) ?? 0) + 1);
    if (!isWriting(operation)) return;

    const deed = deedOf(operation);
    const me = company.employee.get(by ?? 0);
    const isUsed = ({ cells }: Line) => {
      if (me === undefined) return false;
      const cell = cells[me.department];
      return cell?.values(deed.values, me, company) ?? false;
    };
    for (const line of linesAbout(deed)) {
      const counted = this.byLine.get(line.name);
      if (counted === undefined) continue;
      if (!verdict.allowed) counted.refused += 1;
      else if (verdict.rows.length > 0 || deed.id === null) counted.allowed += isUsed(line) ? 1 : 0;
    }
  }

  /** For a person to read. */
  toString(): string {
    const lines = [...this.byLine].map(
      ([name, { allowed, refused }]) =>
        `  ${name.padEnd(26)}${String(allowed).padStart(7)} done${String(refused).padStart(8)} refused`,
    );
    const answers = [...this.byAnswer]
      .sort(([, one], [, other]) => other - one)
      .map(([answer, times]) => `  ${answer.padEnd(26)}${String(times).padStart(7)}`);
    const { SQL, GraphQL } = this.byDoor;
    return [`${SQL} through SQL, ${GraphQL} through GraphQL:`, ...answers, '', ...lines].join('\n');
  }
}
