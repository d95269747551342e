import { objects } from './changes-by-hand/objects.ts';
import { policiesAndGrants } from './changes-by-hand/policies-and-grants.ts';
import { roles } from './changes-by-hand/roles.ts';

/** What somebody does to a database by hand, and what `epic-server policies diff` says to it. */
export interface ChangeByHand {
  what: string;
  sql: string;
  /** State, kind, name and, of what has changed, the properties that differ. */
  finds: string[];
}

/** The changes of a round do not touch one another, so that they can be made together. */
export const byHand = { 'policies and grants': policiesAndGrants, objects, roles };
