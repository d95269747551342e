import type { Api } from '../../core/api/api.ts';
import { defineFields } from '../../core/command/fields.ts';
import { usageError } from '../../core/errors.ts';
import type { WhoAmIQuery } from '../../operations/index.ts';

/** Who is logged in, and where. */
export interface Person {
  id: number;
  fullName: string;
  email: string;
  department: string;
  server: string;
  mustChangePassword: boolean;
  readOnly: boolean;
}

/** What is printed of it. */
export const { columns: personColumns } = defineFields<Person>()({
  id: { kind: 'id' },
  name: { api: 'fullName', kind: 'text' },
  email: { kind: 'text' },
  department: { kind: 'text' },
  server: { kind: 'text' },
  mustChangePassword: { kind: 'flag' },
  readOnly: { kind: 'flag', label: 'Read-only' },
});

/** Whether the present session only reads. */
export const isReadOnly = ({ mySessions }: WhoAmIQuery) =>
  mySessions.nodes.some(({ current, readOnly }) => current && readOnly);

/** The session of EPIC_TOKEN is begun and ended where it comes from. */
export function refuseIfLent({ usesEnvToken }: Api): void {
  if (!usesEnvToken) return;
  throw usageError(
    'EPIC_TOKEN says who you are, and this would not change it.',
    'Take it away first: unset EPIC_TOKEN',
  );
}
