import type { SnapshotObject } from './reference.ts';

/** What fixes a difference: a deployment, one with --roles, or only a person. */
export type Fix = 'migrate --repair' | 'migrate --roles' | 'manual';

type State = 'missing' | 'extra' | 'changed';

const OUR_SCHEMA = '(crm|crm_private|access|staging|identity|audit|deployment|graphile_worker)';
const CLOSED_TABLE = new RegExp(`^(table|view)( column)? ${OUR_SCHEMA}\\.`);

/**
 * What would fix this difference. `changed` names the properties that differ, `replaceable` the objects of db/functions:
 * `function crm.sign_contract`.
 */
export function fixOf(
  object: SnapshotObject,
  state: State,
  changed: readonly string[],
  replaceable: ReadonlySet<string>,
): Fix {
  if (isReplaceable(object, state, changed, replaceable)) return 'migrate --repair';
  if (isDeployedAnew(object, state, changed)) return 'migrate --repair';
  if (isSetByRolesFile(object, state, changed)) return 'migrate --roles';
  return 'manual';
}

// made by db/functions in a loop over tables
const TRIGGER_OF_EVERY_TABLE =
  /_(05_check_version|90_record_(insert|update|delete)|91_refuse_truncate) on crm\.\w+$/;

// `create or replace` changes no owner, and nothing that db/functions does not define
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

// a repair applies pending migrations and db/superuser.sql, recreates schema dba, and db/policies first revokes and drops
// everything
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

const LARGE_OBJECT_MAKER = /^function pg_catalog\.(lo_creat|lo_create|lo_from_bytea)\(/;

// the files change no privileges of an owner, except on history
function isGrantOfPolicyFiles(name: string, target: string): boolean {
  if (name.endsWith(' to its owner')) return / audit\.change(\.|$)/.test(target);
  if (CLOSED_TABLE.test(target)) return true;
  if (new RegExp(`^(function|procedure|schema) (${OUR_SCHEMA}(\\.|$)|extensions$)`).test(target))
    return true;
  if (target === 'schema public' || LARGE_OBJECT_MAKER.test(target))
    return name.endsWith(' to public');
  return (
    target === 'database itself' &&
    / to (public|epic_\w+)$/.test(name) &&
    !name.endsWith(' to epic_owner') &&
    name !== 'create on database itself to epic_authenticator'
  );
}

// db/roles.sql creates and alters, and removes one membership only
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
  if (kind === 'membership')
    return state === 'missing' || name === 'epic_authenticator in epic_worker';
  return kind === 'setting' && state !== 'extra' && / of epic_\w+$/.test(name);
}
