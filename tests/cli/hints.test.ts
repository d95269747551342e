import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Problem } from '../../src/cli/core/errors.ts';
import { hintFor } from '../../src/cli/core/hints.ts';

const root = resolve(import.meta.dirname, '../..');

const hints: [kind: string, facts: Record<string, unknown> | undefined, hint: string][] = [
  ['no_session', undefined, 'Log in: epic login'],
  ['token_expired', undefined, 'Log in: epic login'],
  ['token_invalid', undefined, 'Log in again: epic login'],
  ['session_ended', undefined, 'Log in again: epic login'],
  ['department_changed', { department: 'sales' }, 'Log in again: epic login'],
  ['account_deactivated', undefined, 'Ask management.'],
  ['must_change_password', undefined, 'Type: epic password'],
  [
    'second_factor_required',
    undefined,
    'Give a code on the line after the password: epic login --password-stdin --code-stdin',
  ],
  [
    'second_factor_wrong',
    undefined,
    'Type what the app shows now, or a recovery code that is left.',
  ],
  ['second_factor_is_enabled', undefined, 'Enable one: epic second-factor enable'],
  ['second_factor_is_begun', undefined, 'Begin with: epic second-factor enable'],
  [
    'second_factor_is_not_enabled',
    { since: '2026-12-01T17:30:00Z' },
    'To change the app, first: epic second-factor disable',
  ],
  ['management_reset_others', undefined, 'Change your own with: epic password'],
  ['session_is_open', undefined, 'Look at those that are open first: epic session list'],
  ['client_pkey', undefined, 'See which there are: epic client list'],
  ['contract_client_id_fkey', undefined, 'See which there are: epic client list'],
  ['contract_pkey', undefined, 'See which there are: epic contract list'],
  ['event_contract_id_fkey', undefined, 'See which there are: epic contract list'],
  ['payment_contract_id_fkey', undefined, 'See which there are: epic contract list'],
  ['event_pkey', undefined, 'See which there are: epic event list'],
  ['employee_pkey', undefined, 'See which there are: epic employee list'],
  ['client_commercial_contact_id_fkey', undefined, 'See which there are: epic employee list'],
  ['event_support_contact_id_fkey', undefined, 'See which there are: epic employee list'],
  [
    'client_has_an_active_sales_contact',
    undefined,
    'List those who can: epic employee list --department sales',
  ],
  [
    'event_has_an_active_support_contact',
    undefined,
    'List those who can: epic employee list --department support',
  ],
  [
    'event_needs_a_signed_contract',
    { contractId: 7, status: 'draft' },
    'Sign it first: epic contract sign 7',
  ],
  [
    'event_needs_a_signed_contract',
    { contractId: 7, status: 'cancelled' },
    'Create another contract: epic contract create',
  ],
  ['event_is_planned_once', { eventId: 31, contractId: 7 }, 'Look at it: epic event view 31'],
  [
    'payment_needs_a_signed_contract',
    { contractId: 7, status: 'draft' },
    'Sign it first: epic contract sign 7',
  ],
  [
    'employee_hands_over_first',
    { employeeId: 9, clients: 1, events: 0, department: 'support' },
    'Hand them over to a colleague: epic employee update 9 --department support --handover-to ID',
  ],
  [
    'employee_hands_over_first',
    { employeeId: 9, clients: 1, events: 0 },
    'Hand them over to a colleague: epic employee deactivate 9 --handover-to ID',
  ],
  [
    'employee_keeps_an_active_manager',
    undefined,
    'Create another manager first: epic employee create --department management',
  ],
  ['client_erasure_is_confirmed', { mentionedIn: [] }, 'Confirm it: set confirm to true.'],
  [
    'version_is_current',
    { version: 2 },
    'Read it again, then send the change with the version it has now.',
  ],
  [
    'explained_record_and_verb_are_known',
    { records: ['client', 'event'] },
    'Verbs: read, create, update, delete. Records: client, event.',
  ],
];

test.each(hints)('the hint for %s with %j is: %s', (kind, facts, hint) => {
  const problem: Problem = { code: 'INVALID', message: '', kind, ...(facts && { facts }) };
  expect(hintFor(problem)).toBe(hint);
});

test('every kind with a hint is a kind of the database or the server', () => {
  const filesIn = (folder: string, ending: string) =>
    readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(ending))
      .map((name) => readFileSync(resolve(root, folder, name), 'utf8'));
  const given = [...filesIn('db', '.sql'), ...filesIn('src/server', '.ts')].join('\n');
  for (const [kind] of hints) expect([kind, given.includes(kind)]).toEqual([kind, true]);
});

test.each([
  ['management_erase_with_second_factor', 'Log in again, with a code: epic login'],
  ['management_create_with_second_factor', 'Log in again, with a code: epic login'],
  ['management_erase_once_enrolled', 'Enable one: epic second-factor enable'],
  ['management_reset_password_once_enrolled', 'Enable one: epic second-factor enable'],
])('the hint for a refusal by %s is: %s', (kind, hint) => {
  expect(hintFor({ code: 'FORBIDDEN', message: '', kind })).toBe(hint);
});

test('a refusal that names no person says where to find one', () => {
  const refusal = { code: 'FORBIDDEN', message: '', kind: 'sales_update_own' } as const;
  expect(hintFor(refusal)).toBeUndefined();
  const reached = { email: 'farid.benali@epic.example', phone: null };
  const person = { id: 9, fullName: 'Farid Benali', department: 'sales', ...reached };
  expect(hintFor({ ...refusal, contact: person })).toBeUndefined();
  const nowhere = { id: null, fullName: null, email: null, phone: null };
  expect(hintFor({ ...refusal, contact: { department: 'management', ...nowhere } })).toBe(
    'How to reach them: epic employee list --department management',
  );
});
