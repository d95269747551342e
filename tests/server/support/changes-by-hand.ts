import { objects } from './changes-by-hand/objects.ts';
import { policiesAndGrants } from './changes-by-hand/policies-and-grants.ts';
import { roles } from './changes-by-hand/roles.ts';

/** A manual change of a database, and what `epic-server policies diff` reports. */
export interface ChangeByHand {
  what: string;
  sql: string;
  /** State, kind, name and, of what has changed, the properties that differ. */
  finds: string[];
}

/** The changes of a round do not touch one another, so that they can be made together. */
export const byHand = { 'policies and grants': policiesAndGrants, objects, roles };
