import pg from 'pg';
import type { Operation } from '../operations.ts';
import { changePassword, introduce, logIn } from './credentials.ts';
import { type Answer, type Caller, type Door, done } from './door.ts';
import { statementFor } from './statements.ts';
import { type InSession, type Statement, transactionsOf } from './transactions.ts';

// Through SQL, as the API does it: a connection as its login role, and transactions that enter a session, do a
// statement in it and commit.

export interface SqlDoor extends Door {
  close(): Promise<void>;
}

export async function sqlDoor(authenticatorUrl: string): Promise<SqlDoor> {
  // Pipelined, so that begin, entering the session and the statement travel together.
  const client = new pg.Client({ connectionString: authenticatorUrl, pipeline: true });
  await client.connect();
  const inSession = transactionsOf(client);
  return {
    async perform(operation, caller) {
      try {
        return await perform(inSession, operation, caller);
      } catch (error) {
        if (!(error instanceof pg.DatabaseError)) throw error;
        return { code: codeOf(error, operation, caller), detail: error.message };
      }
    },
    close: () => client.end(),
  };
}

async function perform(
  inSession: InSession,
  operation: Operation,
  caller: Caller,
): Promise<Answer> {
  if (operation.verb === 'log in') return logIn(inSession, caller);
  if (operation.verb === 'change password') return changePassword(inSession, caller);

  const who = { key: caller.key, forOwnCredential: operation.verb === 'log out' };
  return inSession<{ id: number }, Answer>(who, statementFor(operation), async ({ rows }, send) => {
    switch (operation.verb) {
      case 'read':
      case 'read history':
        return done({ seen: rows.map(({ id }) => Number(id)) });
      case 'create': {
        const id = rows[0]?.id ?? 0;
        return done({ id, ...(operation.record === 'employee' && (await introduce(send, id))) });
      }
      case 'update':
      case 'delete': {
        if (rows.length > 0 || operation.id === 'all') return done();
        // As the API does: nothing happened, and the question is whether they see why.
        const { rows: found } = await send(present(operation.record, operation.id));
        return found.length > 0
          ? { code: 'FORBIDDEN', detail: 'no row was touched' }
          : { code: 'NOT_FOUND', detail: 'no such row is seen' };
      }
      default:
        return done();
    }
  });
}

function present(record: string, id: number): Statement {
  return { text: `select id from crm.${record} where id = $1`, values: [id] };
}

function codeOf({ code = '' }: pg.DatabaseError, operation: Operation, { key }: Caller): string {
  switch (code) {
    case 'EP401':
      return 'UNAUTHENTICATED';
    case 'EP403':
      return 'FORBIDDEN';
    case '42501':
    // An id is generated always: the parser refuses it before anybody asks for a privilege.
    case '428C9':
      return key === null ? 'UNAUTHENTICATED' : 'FORBIDDEN';
    case '23503':
      return operation.verb === 'delete' ? 'CONFLICT' : 'NOT_FOUND';
    case '23505':
    case '55000':
      return 'CONFLICT';
    case 'P0002':
      return 'NOT_FOUND';
  }
  return /^2[23]/.test(code) ? 'INVALID' : code;
}
