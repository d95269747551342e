/** The conditions of dba.policy_condition. */
export type Condition = { condition: string; dependsOn: 'row' | 'new row' | 'nothing' };

/** The conditions that a role meets at a table, for a verb. */
export type ConditionsOf = (relation: string, verb: string) => readonly Condition[];

const MARK = /\{(where )?(\w+\.(\w+))(?: (\w+))?\}/g;

/** The tables and verbs at the marks of a statement. */
export function marksOf(text: string): { relation: string; verb: string }[] {
  return [...text.matchAll(MARK)].map(([, isWhere, relation = '']) => ({
    relation,
    verb: isWhere === undefined ? 'select' : verbOf(text),
  }));
}

/** The statement as row-level security finds it. */
export function underPolicies(text: string): string {
  return text.replace(MARK, (_, isWhere, relation, _name, alias) =>
    isWhere === undefined ? [relation, alias].filter(Boolean).join(' ') : 'true',
  );
}

/**
 * The statement by hand, with the conditions of the policies in its WHERE. What depends on no row is asked once; what a
 * policy checks of a new row is not asked, as there is no WHERE for it.
 */
export function byHand(text: string, conditionsOf: ConditionsOf): string {
  const asked = new Set<string>();
  return text.replace(MARK, (_, isWhere, relation: string, name: string, alias) => {
    const verb = isWhere === undefined ? 'select' : verbOf(text);
    const conditions = conditionsOf(relation, verb).filter(({ condition, dependsOn }) => {
      if (dependsOn !== 'nothing') return dependsOn === 'row';
      const isNew = !asked.has(condition);
      asked.add(condition);
      return isNew;
    });
    const where = conditions.map(({ condition }) => `(${condition})`).join(' and ') || 'true';
    if (isWhere !== undefined) return where;
    // a sub-select, which the planner pulls up: the condition may name the columns without the table
    const as = alias ?? name;
    return where === 'true'
      ? `${relation} as ${as}`
      : `(select * from ${relation} where ${where}) as ${as}`;
  });
}

function verbOf(text: string): string {
  return /^\s*(\w+)/.exec(text)?.[1]?.toLowerCase() ?? '';
}
