import type { Annotation } from '../annotations.ts';
import type { FileLine, PolicyFiles } from '../policy-files.ts';
import type { Finding } from './lint.ts';

/** The findings with their lines in db/, for a review. */
export function annotationsOf(findings: readonly Finding[], files: PolicyFiles): Annotation[] {
  return findings.map(({ name, level, object, detail, fix }) => ({
    ...lineOf(object, files),
    rule: name,
    level,
    message: `${object}: ${detail}\n${fix}`,
  }));
}

const relation = '("?[\\w$]+"?\\."?[\\w$]+"?)';
const grantOn = new RegExp(`^(\\w+)(?: \\((.+)\\))? on ${relation} to (\\S+)$`);
const nameOn = new RegExp(`^(\\S+) on ${relation}$`);
const routine = new RegExp(`${relation}\\(.*\\)$`);

// the forms in which the rules of dba.lint name what they are about
function lineOf(object: string, files: PolicyFiles): FileLine {
  const [, privilege, column, granted, role] = grantOn.exec(object) ?? [];
  if (privilege !== undefined && granted !== undefined) {
    return files.grant(granted, { privilege, column: column ?? null, role: role ?? null });
  }
  const [, policy, table] = nameOn.exec(object) ?? [];
  if (policy !== undefined && table !== undefined) return files.policy(table, policy);
  const [, name] = routine.exec(object) ?? [];
  if (name !== undefined) return files.function(name);
  return files.table(new RegExp(relation).exec(object)?.[1] ?? object);
}
