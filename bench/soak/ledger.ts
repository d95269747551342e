/** A change of one record, told by something that no other change has: see audit.ts. */
export type Mark = string;

/** What the server said of a write: it was done, it was refused, or nothing that can be relied on. */
export type Settlement = 'acknowledged' | 'refused' | 'unknown';

type Write = {
  mark: Mark;
  actor: number;
  settlement: Settlement;
  /** A value that a later write may replace, and the value: `event 7 notes`, `Notes 12`. */
  cell: { name: string; value: string } | null;
};

/** A change as history has it. */
export type Recorded = { mark: Mark; actor: number | null };

export type Findings = {
  /** Acknowledged writes that are not there, or not as they should be. */
  lost: Map<Mark, string>;
  /** What is there and should not be, or by whom it should not be. */
  wrong: Map<Mark, string>;
};

/** Keeps what the servers acknowledged, and compares it with what the database has. */
export class Ledger {
  readonly #writes: Write[] = [];

  get acknowledged(): number {
    return this.#count('acknowledged');
  }

  get unknown(): number {
    return this.#count('unknown');
  }

  /** Enters a write before it is sent: until it is settled, nobody knows. */
  begin(
    mark: Mark,
    actor: number,
    cell: Write['cell'] = null,
  ): { settle(settlement: Settlement): void } {
    const write: Write = { mark, actor, settlement: 'unknown', cell };
    this.#writes.push(write);
    return {
      settle(settlement) {
        write.settlement = settlement;
      },
    };
  }

  /** How far the ledger is: what is entered later is not asked of a history that is read now. */
  get position(): ReadonlyMap<Mark, Settlement> {
    const all = new Map<Mark, Settlement>();
    for (const { mark, settlement } of this.#writes) {
      // Of several attempts at the same, one that was acknowledged counts, then one that may have been done.
      const rank = (one: Settlement | undefined) =>
        ['refused', 'unknown', 'acknowledged'].indexOf(one ?? '');
      if (rank(settlement) > rank(all.get(mark))) all.set(mark, settlement);
    }
    return all;
  }

  /** Compares a history with the ledger at a position that was taken before the history was read. */
  compare(position: ReadonlyMap<Mark, Settlement>, history: readonly Recorded[]): Findings {
    const lost = new Map<Mark, string>();
    const wrong = new Map<Mark, string>();
    const actors = this.#possibleActors();
    const recorded = new Map<Mark, Recorded[]>();
    for (const one of history) {
      recorded.set(one.mark, [...(recorded.get(one.mark) ?? []), one]);
      const asked = actors.get(one.mark);
      if (asked === undefined) wrong.set(one.mark, `${one.mark}: nobody asked for it.`);
      else if (one.actor === null || !asked.includes(one.actor)) {
        wrong.set(
          one.mark,
          `${one.mark}: asked for by ${asked.join(' and ')}, done in the name of ${one.actor}.`,
        );
      }
    }
    for (const [mark, settlement] of position) {
      const times = recorded.get(mark)?.length ?? 0;
      if (settlement === 'acknowledged' && times !== 1) {
        lost.set(mark, `${mark}: acknowledged, and there ${times} times.`);
      }
      if (settlement === 'refused' && times > 0) wrong.set(mark, `${mark}: refused, and there.`);
      if (settlement === 'unknown' && times > 1) {
        wrong.set(mark, `${mark}: not acknowledged, and there ${times} times.`);
      }
    }
    return { lost, wrong };
  }

  /** What each cell may hold: what was acknowledged last, or an attempt at something else after that. */
  cells(): Map<string, Set<string>> {
    const cells = new Map<string, Set<string>>();
    for (const { cell, settlement } of this.#writes) {
      if (cell === null || settlement === 'refused') continue;
      const values = settlement === 'acknowledged' ? new Set<string>() : cells.get(cell.name);
      // Before the first acknowledged write there was something else, which is not known here.
      values?.add(cell.value);
      if (values !== undefined) cells.set(cell.name, values);
    }
    return cells;
  }

  /** Who may have done each: those who asked for it and were not refused, or if all were, those who asked. */
  #possibleActors(): Map<Mark, number[]> {
    const asked = Map.groupBy(this.#writes, ({ mark }) => mark);
    return new Map(
      [...asked].map(([mark, writes]) => {
        const possible = writes.filter(({ settlement }) => settlement !== 'refused');
        return [mark, (possible.length > 0 ? possible : writes).map(({ actor }) => actor)];
      }),
    );
  }

  #count(settlement: Settlement): number {
    return [...this.position.values()].filter((one) => one === settlement).length;
  }
}
