import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import jwt from 'jsonwebtoken';
import { Secret } from 'otpauth';
import { type ApiAnswer, ask, askToLogIn, askToRefresh } from '../../server/support/api.ts';
import { mutationFor } from '../mutations.ts';
import type { Operation } from '../operations.ts';
import type { Values } from '../truth-table.ts';
import {
  type Caller,
  codeOf,
  type Driver,
  done,
  type Result,
  type SessionTokens,
} from './driver.ts';

// Over HTTP, with an access token, like any client. An operation that the API does not offer is requested by the name that
// it would have.

export interface GraphqlDriver extends Driver {
  /** Gets an access token for a session that was opened through SQL. */
  issueAccessToken(key: SessionTokens): Promise<SessionTokens>;
}

/** The driver for the server at that address. */
export function graphqlDriver(url: string): GraphqlDriver {
  return {
    async perform(operation, caller) {
      if (operation.verb === 'log in') return logIn(url, caller, operation.readOnly);
      if (operation.verb === 'log in through a program') return logInThroughProgram(url, caller);
      const token = caller.key?.accessToken ?? undefined;
      if (operation.verb === 'enable second factor') {
        return enableSecondFactor(url, token, caller);
      }
      const { query, variables } = requestFor(operation, caller);
      const send = () =>
        ask<Record<string, Payload>>(url, query, {
          ...{ token, variables, headers },
        });
      const headers = { 'idempotency-key': randomUUID() };
      const answer = await send();
      const refusal = refusalIn(answer);
      if (refusal !== null) return refusal;
      if (query.startsWith('mutation')) {
        const repeated = await send();
        if (!isRepetition(answer, repeated)) {
          return { code: 'REPEATED', detail: JSON.stringify([answer, repeated]) };
        }
      }
      return resultIn(answer, operation);
    },
    async issueAccessToken(key) {
      const { data, errors } = await askToRefresh(url, key.refreshToken);
      if (!data?.refresh) throw new Error(`A new session was refused: ${JSON.stringify(errors)}`);
      const { accessToken, refreshToken } = data.refresh;
      return { ...key, accessToken, refreshToken: refreshToken ?? '' };
    },
  };
}

/** The value of the requested field. */
interface Payload {
  nodes?: { id: number | string }[];
  oneTimePassword?: string;
  [record: string]: unknown;
}

interface Request {
  query: string;
  variables: Record<string, unknown>;
}

function requestFor(
  operation: Exclude<
    Operation,
    { verb: 'log in' | 'log in through a program' | 'enable second factor' }
  >,
  { password, nextPassword, factor }: Caller,
): Request {
  switch (operation.verb) {
    case 'read':
      return { query: `{ ${operation.record}s(first: 1000) { nodes { id } } }`, variables: {} };
    case 'read history':
      return {
        query: `query ($record: HistoryRecord!, $id: Int!) {
          historyEntries(condition: { record: $record, rowId: $id }, orderBy: ID_DESC, first: 20) { nodes { id } }
        }`,
        variables: { record: operation.record, id: operation.id },
      };
    case 'create': {
      const { record } = operation;
      const values = inCamelCase(operation.values);
      if (record === 'payment') return mutation('record payment', 'payment', values);
      return mutation(
        `create ${record}`,
        record,
        record === 'employee' ? values : { [record]: values },
      );
    }
    case 'update': {
      const call = mutationFor(operation);
      if (call !== 'patch' && call !== null) {
        return mutation(call.name, operation.record, call.input);
      }
      return mutation(`update ${operation.record}`, operation.record, {
        id: operation.id,
        patch: inCamelCase(operation.values),
      });
    }
    case 'delete':
      return mutation(`delete ${operation.record}`, operation.record, { id: operation.id });
    case 'erase':
      return mutation('erase client', 'erasure', {
        clientId: operation.id,
        confirm: operation.confirm,
      });
    case 'merge':
      return mutation('merge clients', 'clientMerge', {
        clientId: operation.id,
        mergedClientId: operation.merged,
      });
    case 'deactivate':
      return mutation('deactivate employee', 'employee', {
        employeeId: operation.id,
        handOverTo: operation.handOverTo,
      });
    case 'rewrite history':
      return mutation(`${operation.with} history entry`, 'historyEntry', { id: operation.id });
    case 'overwrite password':
      return mutation('update credential', 'credential', { employeeId: operation.id });
    case 'change password':
      return mutation('change password', null, {
        currentPassword: password,
        newPassword: nextPassword,
      });
    case 'confirm second factor':
      return mutation('confirm second factor', null, { code: factor ? codeOf(factor) : '000000' });
    case 'disable second factor':
      return mutation('disable second factor', null, {
        currentPassword: password,
        code: factor ? codeOf(factor) : '000000',
      });
    case 'log out':
      return { query: 'mutation { logout { ok } }', variables: {} };
  }
}

/** A mutation with one input that selects the id of a record, or `ok`. */
function mutation(name: string, record: string | null, input: Record<string, unknown>): Request {
  const type = name.replace(/(?:^| )(\w)/g, (_, letter: string) => letter.toUpperCase());
  const field = type.charAt(0).toLowerCase() + type.slice(1);
  const password = field === 'createEmployee' ? 'oneTimePassword' : '';
  const id = record === 'erasure' || record === 'clientMerge' ? 'clientId' : 'id';
  const wanted = record === null ? 'ok' : `${record} { ${id} } ${password}`;
  return {
    query: `mutation ($input: ${type}Input!) { ${field}(input: $input) { ${wanted} } }`,
    variables: { input },
  };
}

/**
 * Whether a mutation that was sent again with its key was answered as before, or told that its answer is not kept, or that
 * the session has ended by it. That it changed nothing more, the next comparison with the model shows.
 */
function isRepetition(answer: ApiAnswer<unknown>, repeated: ApiAnswer<unknown>): boolean {
  const [error] = repeated.errors;
  return error === undefined
    ? isDeepStrictEqual(answer, repeated)
    : error.extensions.kind === 'answer_not_kept' || error.extensions.code === 'UNAUTHENTICATED';
}

function inCamelCase(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => [
      column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

function refusalIn({ errors }: ApiAnswer<unknown>): Result | null {
  const [error] = errors;
  if (error === undefined) return null;
  const isUnknown = /^(Cannot query field|Unknown type)|is not defined by type/.test(error.message);
  const { code, reason } = error.extensions;
  const detail = [error.message, reason].filter(Boolean).join(' ');
  return { code: isUnknown ? 'NOT_OFFERED' : code, detail };
}

function resultIn({ data }: ApiAnswer<Record<string, Payload>>, operation: Operation): Result {
  const [payload] = Object.values(data ?? {});
  if (operation.verb === 'read' || operation.verb === 'read history') {
    return done({ seen: (payload?.nodes ?? []).map(({ id }) => Number(id)) });
  }
  if (operation.verb !== 'create') return done();
  const created = payload?.[operation.record] as { id: number } | undefined;
  return done({
    id: created?.id ?? 0,
    ...(payload?.oneTimePassword && { password: payload.oneTimePassword }),
  });
}

/** Begins and enables it, with the first code of the secret that was drawn. */
async function enableSecondFactor(
  url: string,
  token: string | undefined,
  { password }: Caller,
): Promise<Result> {
  const begun = await ask<{ beginSecondFactor: { secret: string } | null }>(
    url,
    'mutation ($input: BeginSecondFactorInput!) { beginSecondFactor(input: $input) { secret } }',
    { token, variables: { input: { currentPassword: password } } },
  );
  const secret = begun.data?.beginSecondFactor?.secret;
  if (secret === undefined) return refusalIn(begun) ?? { code: 'NOTHING', detail: '' };
  const factor = Secret.fromBase32(secret);
  const enabled = await ask<unknown>(
    url,
    'mutation ($input: EnableSecondFactorInput!) { enableSecondFactor(input: $input) { recoveryCodes } }',
    { token, variables: { input: { code: codeOf(factor) } } },
  );
  return refusalIn(enabled) ?? done({ factor });
}

async function logInThroughProgram(url: string, { program }: Caller): Promise<Result> {
  const answer = await ask<{ authenticateService: { accessToken: string } | null }>(
    url,
    'mutation ($assertion: String!) { authenticateService(input: { assertion: $assertion }) { accessToken } }',
    { variables: { assertion: program?.assertion() ?? '' } },
  );
  const accessToken = answer.data?.authenticateService?.accessToken;
  if (accessToken === undefined) return refusalIn(answer) ?? { code: 'NOTHING', detail: '' };
  return done({ key: { ...claimsOf(accessToken), refreshToken: '', accessToken } });
}

function claimsOf(accessToken: string) {
  const { sub, sid, department, secret } = jwt.decode(accessToken) as jwt.JwtPayload;
  return { employeeId: Number(sub), sessionId: sid, department, secret };
}

async function logIn(
  url: string,
  { email, password, factor }: Caller,
  readOnly: boolean,
): Promise<Result> {
  const answer = await askToLogIn(
    url,
    email,
    password,
    {},
    { readOnly, ...(factor && { code: codeOf(factor) }) },
  );
  const refusal = refusalIn(answer);
  if (refusal !== null || !answer.data?.login) return refusal ?? { code: 'NOTHING', detail: '' };
  const { accessToken, refreshToken } = answer.data.login;
  return done({
    key: { ...claimsOf(accessToken), refreshToken: refreshToken ?? '', accessToken },
  });
}
