/** Identifies a change of one record, by a value that no other change has: see verify.ts. */
export type WriteId = string;

/** Whether the server acknowledged a write, refused it, or gave no reliable answer. */
export type WriteStatus = 'acknowledged' | 'refused' | 'unknown';

type Write = {
  writeId: WriteId;
  actor: number;
  status: WriteStatus;
  /** The name and value of a register that a later write may overwrite: `event 7 notes`, `Notes 12`. */
  register: { name: string; value: string } | null;
};

/** A change in history. */
export type RecordedWrite = { writeId: WriteId; actor: number | null };

export type Findings = {
  /** Acknowledged writes that are missing, or there more than once. */
  lost: Map<WriteId, string>;
  /** Changes that should not be there, or have the wrong author. */
  wrong: Map<WriteId, string>;
};

/** Records the status of every write, and compares it with the database. */
export class AcknowledgedWrites {
  readonly #writes: Write[] = [];

  get acknowledged(): number {
    return this.#count('acknowledged');
  }

  get unknown(): number {
    return this.#count('unknown');
  }

  /** Records a write before it is sent. Its status is unknown until it is set. */
  begin(
    writeId: WriteId,
    actor: number,
    register: Write['register'] = null,
  ): { setStatus(status: WriteStatus): void } {
    const write: Write = { writeId, actor, status: 'unknown', register };
    this.#writes.push(write);
    return {
      setStatus(status) {
        write.status = status;
      },
    };
  }

  /** The statuses so far. Later writes are not expected in a history that is read now. */
  get statuses(): ReadonlyMap<WriteId, WriteStatus> {
    const all = new Map<WriteId, WriteStatus>();
    for (const { writeId, status } of this.#writes) {
      // Of several attempts at the same write, an acknowledged one counts, then an unknown one.
      const rank = (one: WriteStatus | undefined) =>
        ['refused', 'unknown', 'acknowledged'].indexOf(one ?? '');
      if (rank(status) > rank(all.get(writeId))) all.set(writeId, status);
    }
    return all;
  }

  /** Compares a history with the statuses that were taken before it was read. */
  compare(
    statuses: ReadonlyMap<WriteId, WriteStatus>,
    history: readonly RecordedWrite[],
  ): Findings {
    const lost = new Map<WriteId, string>();
    const wrong = new Map<WriteId, string>();
    const actors = this.#possibleActors();
    const recorded = new Map<WriteId, RecordedWrite[]>();
    for (const one of history) {
      recorded.set(one.writeId, [...(recorded.get(one.writeId) ?? []), one]);
      const asked = actors.get(one.writeId);
      if (asked === undefined) wrong.set(one.writeId, `${one.writeId}: it was not requested.`);
      else if (one.actor === null || !asked.includes(one.actor)) {
        wrong.set(
          one.writeId,
          `${one.writeId}: requested by ${asked.join(' and ')}, recorded as done by ${one.actor}.`,
        );
      }
    }
    for (const [writeId, status] of statuses) {
      const times = recorded.get(writeId)?.length ?? 0;
      if (status === 'acknowledged' && times !== 1) {
        lost.set(writeId, `${writeId}: acknowledged, and there ${times} times.`);
      }
      if (status === 'refused' && times > 0) wrong.set(writeId, `${writeId}: refused, and there.`);
      if (status === 'unknown' && times > 1) {
        wrong.set(writeId, `${writeId}: not acknowledged, and there ${times} times.`);
      }
    }
    return { lost, wrong };
  }

  /** The values that each register may hold: the last acknowledged one, or a later unacknowledged one. */
  registers(): Map<string, Set<string>> {
    const registers = new Map<string, Set<string>>();
    for (const { register, status } of this.#writes) {
      if (register === null || status === 'refused') continue;
      const values = status === 'acknowledged' ? new Set<string>() : registers.get(register.name);
      // The value before the first acknowledged write is not known here.
      values?.add(register.value);
      if (values !== undefined) registers.set(register.name, values);
    }
    return registers;
  }

  /** The possible authors of each write: those who were not refused, or all if every attempt was. */
  #possibleActors(): Map<WriteId, number[]> {
    const asked = Map.groupBy(this.#writes, ({ writeId }) => writeId);
    return new Map(
      [...asked].map(([writeId, writes]) => {
        const possible = writes.filter(({ status }) => status !== 'refused');
        return [writeId, (possible.length > 0 ? possible : writes).map(({ actor }) => actor)];
      }),
    );
  }

  #count(status: WriteStatus): number {
    return [...this.statuses.values()].filter((one) => one === status).length;
  }
}
