import type { SnapshotObject } from './snapshot.ts';

/** What puts a difference right: a deployment, one with --roles, or only a person. */
export type Remedy = 'migrate' | 'migrate --roles' | 'by hand';

type State = 'missing' | 'extra' | 'changed';

const OUR_ROLE = 'epic_(owner|authenticator|anonymous|employee|sales|support|management|courier)';
const CLOSED_TABLE = /^(table|view)( column)? (crm|auth|audit|graphile_worker)\./;

/** What would put this difference right; `changed` names the properties that differ. */
export function remedyOf(object: SnapshotObject, state: State, changed: readonly string[]): Remedy {
  if (isDeployedAnew(object, state, changed)) return 'migrate';
  if (isSetByRolesFile(object, state, changed)) return 'migrate --roles';
  return 'by hand';
}

// What every deployment makes again: pending migrations, schema dba, and what db/policies begins by taking back.
function isDeployedAnew(
  { kind, name, partOf }: SnapshotObject,
  state: State,
  changed: readonly string[],
): boolean {
  if (kind === 'migration') return state === 'missing';
  if (isOfSchemaDba(kind, name, partOf)) return true;
  if (kind === 'policy') return CLOSED_TABLE.test(partOf ?? '');
  if (kind === 'grant') return isGrantOfPolicyFiles(name, partOf ?? '');
  return (
    state === 'changed' &&
    CLOSED_TABLE.test(`${kind} ${name}`) &&
    changed.every((property) => /^(row-level security|forced on the owner)$/.test(property))
  );
}

function isOfSchemaDba(kind: string, name: string, partOf: string | null): boolean {
  return (
    / dba\./.test(` ${name}`) ||
    / dba(\.|$)/.test(partOf ?? '') ||
    `${kind} ${name}` === 'schema dba'
  );
}

// An owner's own privileges are not touched, save on history, nor on functions and schemas those of roles that are not
// ours.
function isGrantOfPolicyFiles(name: string, target: string): boolean {
  if (name.endsWith(' to its owner')) return / audit\.change(\.|$)/.test(target);
  if (CLOSED_TABLE.test(target)) return true;
  const isOurs = new RegExp(` to (public|${OUR_ROLE})$`).test(name);
  if (/^(function|procedure) (crm|auth|audit|graphile_worker)\./.test(target)) return isOurs;
  if (/^schema (crm|auth|audit|extensions|graphile_worker)$/.test(target)) return isOurs;
  if (target === 'schema public') return name.endsWith(' to public');
  return (
    target === 'database itself' &&
    isOurs &&
    name !== 'create on database itself to epic_authenticator'
  );
}

// db/roles.sql makes and sets; it never takes away what somebody added.
function isSetByRolesFile(
  { kind, name }: SnapshotObject,
  state: State,
  changed: readonly string[],
): boolean {
  if (kind === 'role')
    return (
      state === 'missing' ||
      changed.every((property) => /^(canlogin|inherit|comment)$/.test(property))
    );
  if (kind === 'membership') return state === 'missing';
  return kind === 'setting' && state !== 'extra' && / of epic_\w+$/.test(name);
}
