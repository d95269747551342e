import type { Access, Routine } from './access.ts';
import { functionsUnder } from './condition.ts';
import type { Word } from './word.ts';

/** A function that differs, and that policies call or that goes around them. */
export interface FunctionEffect {
  word: Word;
  name: string;
  /**
   * volatility: what it reads counts as constant or no longer does. definition: policies call it, and may now decide
   * otherwise. callers: other roles may call it.
   */
  kind: 'volatility' | 'definition' | 'callers';
  before: string | null;
  after: string | null;
  /** It acts with the rights of its owner. */
  isSecurityDefiner: boolean;
  /** The policies that call it, themselves or through another function: `sales_update_own on crm.contract`. */
  policies: string[];
  roles: { gained: string[]; lost: string[] };
}

/** The functions that differ, as far as that may open or close anything. */
export function compareFunctions(before: Access, after: Access): FunctionEffect[] {
  const callers = policiesCalling([before, after]);
  const names = [...new Set([...before.functions.keys(), ...after.functions.keys()])].sort();
  return names.flatMap((name) => {
    const [old, changed] = [before.functions.get(name), after.functions.get(name)];
    const policies = [...(callers.get(name) ?? [])].sort();
    return [
      ...changeOfVolatility(name, old, changed, policies),
      ...changeOfDefinition(name, old, changed, policies),
      ...changeOfCallers(name, old, changed, policies),
    ];
  });
}

const NO_ROLES = { gained: [], lost: [] };

// PostgreSQL evaluates an immutable function once, when it plans: a plan that is kept answers with the claims of the
// person for whom it was made.
function changeOfVolatility(
  name: string,
  before: Routine | undefined,
  after: Routine | undefined,
  policies: string[],
): FunctionEffect[] {
  if (before === undefined || after === undefined || policies.length === 0) return [];
  if (before.volatility === after.volatility) return [];
  const word =
    after.volatility === 'immutable'
      ? 'GAINED'
      : before.volatility === 'immutable'
        ? 'LOST'
        : 'NONE';
  return [
    {
      word,
      name,
      kind: 'volatility',
      before: before.volatility,
      after: after.volatility,
      isSecurityDefiner: after.isSecurityDefiner,
      policies,
      roles: NO_ROLES,
    },
  ];
}

function changeOfDefinition(
  name: string,
  before: Routine | undefined,
  after: Routine | undefined,
  policies: string[],
): FunctionEffect[] {
  if (before === undefined || after === undefined || policies.length === 0) return [];
  if (before.body === after.body && before.options === after.options) return [];
  return [
    {
      word: 'UNKNOWN',
      name,
      kind: 'definition',
      before: null,
      after: null,
      isSecurityDefiner: after.isSecurityDefiner,
      policies,
      roles: NO_ROLES,
    },
  ];
}

// a function with the rights of its caller opens nothing that policies do not
function changeOfCallers(
  name: string,
  before: Routine | undefined,
  after: Routine | undefined,
  policies: string[],
): FunctionEffect[] {
  const [old, changed] = [before?.callers ?? [], after?.callers ?? []];
  const gained = changed.filter((role) => !old.includes(role));
  const lost = old.filter((role) => !changed.includes(role));
  if (gained.length === 0 && lost.length === 0) return [];
  const isSecurityDefiner = (after ?? before)?.isSecurityDefiner === true;
  const word = !isSecurityDefiner ? 'NONE' : gained.length > 0 ? 'GAINED' : 'LOST';
  return [
    {
      word,
      name,
      kind: 'callers',
      before: null,
      after: null,
      isSecurityDefiner,
      policies,
      roles: { gained, lost },
    },
  ];
}

/** For each function, the policies that call it, themselves or through another function. */
function policiesCalling(both: readonly Access[]): Map<string, Set<string>> {
  const callers = new Map<string, Set<string>>();
  for (const access of both) {
    for (const table of access.tables.values()) {
      for (const policy of table.policies) {
        for (const name of functionsUnder(access, policy.functions)) {
          const known = callers.get(name) ?? new Set();
          callers.set(name, known.add(`${policy.name} on ${table.name}`));
        }
      }
    }
  }
  return callers;
}
