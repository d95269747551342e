import type { SnapshotObject } from './snapshot.ts';

/** What puts a difference right: a deployment, one with --roles, or only a person. */
export type Remedy = 'migrate --repair' | 'migrate --roles' | 'by hand';

type State = 'missing' | 'extra' | 'changed';

const OUR_SCHEMA = '(crm|crm_private|access|staging|auth|audit|deployment|graphile_worker)';
const CLOSED_TABLE = new RegExp(`^(table|view)( column)? ${OUR_SCHEMA}\\.`);

/**
 * What would put this difference right; `changed` names the properties that differ, `replaceable` the objects of
 * db/functions: `function crm.sign_contract`.
 */
export function remedyOf(
  object: SnapshotObject,
  state: State,
  changed: readonly string[],
  replaceable: ReadonlySet<string>,
): Remedy {
  if (isReplaceable(object, state, changed, replaceable)) return 'migrate --repair';
  if (isDeployedAnew(object, state, changed)) return 'migrate --repair';
  if (isSetByRolesFile(object, state, changed)) return 'migrate --roles';
  return 'by hand';
}

// These triggers db/functions gives to every table that they concern.
const TRIGGER_OF_EVERY_TABLE =
  /_(05_check_version|90_record_change|91_refuse_truncate) on crm\.\w+$/;

// `create or replace` does not change an owner, nor what db/functions does not define.
function isReplaceable(
  { kind, name }: SnapshotObject,
  state: State,
  changed: readonly string[],
  replaceable: ReadonlySet<string>,
): boolean {
  if (state === 'extra' || changed.includes('owner')) return false;
  if (kind === 'trigger' && TRIGGER_OF_EVERY_TABLE.test(name)) {
    return state === 'missing' || changed.every((property) => property === 'enabled');
  }
  return replaceable.has(`${kind} ${name.replace(/\(.*\)$/, '')}`);
}

// What a repair makes again: pending migrations, schema dba, and what db/policies begins by taking back.
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

// An owner's own privileges are not touched, save on history.
function isGrantOfPolicyFiles(name: string, target: string): boolean {
  if (name.endsWith(' to its owner')) return / audit\.change(\.|$)/.test(target);
  if (CLOSED_TABLE.test(target)) return true;
  if (new RegExp(`^(function|procedure|schema) (${OUR_SCHEMA}(\\.|$)|extensions$)`).test(target))
    return true;
  if (target === 'schema public') return name.endsWith(' to public');
  return (
    target === 'database itself' &&
    / to (public|epic_\w+)$/.test(name) &&
    !name.endsWith(' to epic_owner') &&
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
