import pg from 'pg';
import type { Operation } from '../operations.ts';
import {
  changePassword,
  confirmSecondFactor,
  disableSecondFactor,
  enableSecondFactor,
  logIn,
  logInThroughProgram,
  setOneTimePassword,
} from './credentials.ts';
import { type Caller, type Driver, done, type Result } from './driver.ts';
import { statementFor } from './statements.ts';
import { type RunInSession, type Statement, transactionsOf } from './transactions.ts';

// As the API does: a connection as its login role, and transactions that enter a session, run a statement and commit.

export interface SqlDriver extends Driver {
  close(): Promise<void>;
}

export async function sqlDriver(authenticatorUrl: string): Promise<SqlDriver> {
  // Pipelined, so that begin, entering the session and the statement travel together.
  const client = new pg.Client({ connectionString: authenticatorUrl, pipeline: true });
  await client.connect();
  const runInSession = transactionsOf(client);
  return {
    async perform(operation, caller) {
      try {
        return await perform(runInSession, operation, caller);
      } catch (error) {
        if (!(error instanceof pg.DatabaseError)) throw error;
        return { code: codeOf(error, operation, caller), detail: error.message };
      }
    },
    close: () => client.end(),
  };
}

async function perform(
  runInSession: RunInSession,
  operation: Operation,
  caller: Caller,
): Promise<Result> {
  if (operation.verb === 'log in') return logIn(runInSession, caller, operation.readOnly);
  if (operation.verb === 'log in through a program') {
    return logInThroughProgram(runInSession, caller);
  }
  if (operation.verb === 'change password') return changePassword(runInSession, caller);
  if (operation.verb === 'enable second factor') return enableSecondFactor(runInSession, caller);
  if (operation.verb === 'confirm second factor') return confirmSecondFactor(runInSession, caller);
  if (operation.verb === 'disable second factor') return disableSecondFactor(runInSession, caller);

  const who = { key: caller.key, forOwnCredential: operation.verb === 'log out' };
  return runInSession<{ id: number }, Result>(
    who,
    statementFor(operation),
    async ({ rows }, send) => {
      switch (operation.verb) {
        case 'read':
        case 'read history':
          return done({ seen: rows.map(({ id }) => Number(id)) });
        case 'create': {
          const id = rows[0]?.id ?? 0;
          return done({
            id,
            ...(operation.record === 'employee' && (await setOneTimePassword(send, id))),
          });
        }
        case 'update':
        case 'delete': {
          if (rows.length > 0 || operation.id === 'all') return done();
          // As the API does: no row was changed; whether it is visible decides the code.
          const { rows: found } = await send(present(operation.record, operation.id));
          return found.length > 0
            ? { code: 'FORBIDDEN', detail: 'no row was changed' }
            : { code: 'NOT_FOUND', detail: 'the row is not visible' };
        }
        default:
          return done();
      }
    },
  );
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
    // An id is always generated: the parser refuses it before privileges are checked.
    case '428C9':
    case '25006':
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
