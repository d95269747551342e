import { access, context, lambda, object, sideEffect } from 'postgraphile/grafast';
import { extendSchema, gql } from 'postgraphile/utils';
import type { Claims } from '../../database/claims.ts';
import { createEmployee, type InTransaction, resetPassword } from '../../identity/employees.ts';
import type { Sessions } from '../../identity/sessions.ts';
import { unauthenticated } from '../errors/explain.ts';
import { claimForSecret, onceForSecret } from '../idempotency/idempotency.ts';

const typeDefs = gql`
  extend type Query {
    """The employee whose session this is."""
    me: Employee
  }

  extend type Mutation {
    """Opens a session with an e-mail address, a password, and a code of the second factor, for those who have one."""
    login(input: LoginInput!): Session
    """
    Opens a session of a service account with an assertion that the program has signed (RFC 7523). It acts as the owner
    of the account.
    """
    authenticateService(input: AuthenticateServiceInput!): ServiceSession
    """Exchanges a refresh token for a new access token and the next refresh token."""
    refresh(input: RefreshInput!): Session
    """
    Makes an access token of this session that only reads, for another program. It expires when the token of this request
    does, and ends with the session.
    """
    createReadOnlyToken: ReadOnlyToken
    """Ends this session."""
    logout: LogoutPayload
    """Ends all of one's own sessions but this one."""
    revokeOtherSessions: RevokeOtherSessionsPayload
    """Replaces one's own password and ends one's other sessions."""
    changePassword(input: ChangePasswordInput!): ChangePasswordPayload
    """Creates an employee, who logs in once with the password returned and then chooses their own."""
    createEmployee(input: CreateEmployeeInput!): CreateEmployeePayload
    """
    Gives an employee who has forgotten theirs a new password for one login. It ends their sessions, and unlocks the
    account.
    """
    resetPassword(input: ResetPasswordInput!): ResetPasswordPayload
  }

  input LoginInput {
    """The employee's e-mail address, in upper or lower case."""
    email: String!
    """Their password."""
    password: String!
    """
    The present code of their authenticator app, or a recovery code. Without one, those who have a second factor are told
    second_factor_required, once the password is right.
    """
    code: String
    """Whether the session is only to read: it changes nothing but to end itself."""
    readOnly: Boolean = false
  }

  input AuthenticateServiceInput {
    """
    A JWT of the algorithm RS256: its iss and sub are the name of the service account, its aud this server, exp is at most
    five minutes ahead, and jti was never used before. It is good for one session.
    """
    assertion: String!
  }

  input RefreshInput {
    """The latest refresh token of the session. Each is good for one refresh."""
    refreshToken: String!
  }

  input ChangePasswordInput {
    """The password so far."""
    currentPassword: String!
    """At least 12 characters, without one's name or e-mail address, and not easily guessed."""
    newPassword: String!
  }

  input CreateEmployeeInput {
    """First and last name."""
    fullName: String!
    """The address to log in with; unique without regard to case."""
    email: String!
    """Where colleagues reach them."""
    phone: String
    """What they do, which decides what they may do."""
    department: Department!
  }

  input ResetPasswordInput {
    """Who has forgotten their password."""
    employeeId: Int!
  }

  """What a client keeps of a session."""
  type Session {
    """Goes into the header "Authorization: Bearer …" of every request."""
    accessToken: String!
    """When the access token expires: refresh before."""
    accessTokenExpiresAt: Datetime!
    """
    Good for one refresh. Null when another refresh of the same moment got the next one: go on with that.
    """
    refreshToken: String
    """True while the password is a one-time password: until it is changed, the session can do nothing else."""
    mustChangePassword: Boolean!
    """Whose session it is."""
    employee: SessionEmployee!
  }

  """The session of a service account. It is not refreshed: a new assertion opens the next one."""
  type ServiceSession {
    """Goes into the header "Authorization: Bearer …" of every request."""
    accessToken: String!
    """When the access token and the session end, a quarter of an hour later at most."""
    accessTokenExpiresAt: Datetime!
    """As whom the program acts: the owner of the service account."""
    employee: SessionEmployee!
  }

  """An employee, as far as they may be known before anything can be read."""
  type SessionEmployee {
    """Identifies the employee."""
    id: Int!
    """First and last name."""
    fullName: String!
    """The address to log in with."""
    email: String!
    """What they do, which decides what they may do."""
    department: Department!
  }

  """An access token that only reads."""
  type ReadOnlyToken {
    """Goes into the header "Authorization: Bearer …" of every request."""
    accessToken: String!
    """When the access token expires: nothing can refresh it."""
    accessTokenExpiresAt: Datetime!
  }

  type LogoutPayload {
    """Always true: what cannot be done is an error."""
    ok: Boolean!
  }

  type RevokeOtherSessionsPayload {
    """How many have ended."""
    count: Int!
  }

  type ChangePasswordPayload {
    """Always true: what cannot be done is an error."""
    ok: Boolean!
  }

  type CreateEmployeePayload {
    """The new employee."""
    employee: Employee
    """Shown this once and stored nowhere. Good for seven days."""
    oneTimePassword: String!
  }

  type ResetPasswordPayload {
    """The employee as they are now."""
    employee: Employee
    """Shown this once and stored nowhere. Good for seven days."""
    oneTimePassword: String!
  }
`;

/** Sessions, passwords and new employees. */
export function createIdentityPlugin(sessions: Sessions): GraphileConfig.Plugin {
  return extendSchema((build) => {
    const employees = build.pgResources.employee;
    if (employees === undefined) throw new Error('The schema has no employees.');

    return {
      typeDefs,
      objects: {
        Query: {
          plans: {
            me() {
              const $id = lambda(
                context().get('request'),
                ({ claims }) => sessionOf(claims).employeeId,
                true,
              );
              return employees.get({ id: $id });
            },
          },
        },

        Mutation: {
          plans: {
            login(_$root, args) {
              return sideEffect([context(), args.getRaw('input')], ([{ request }, input]) =>
                sessions.logIn({
                  ...input,
                  userAgent: request.userAgent,
                  address: request.address,
                }),
              );
            },

            authenticateService(_$root, args) {
              return sideEffect([context(), args.getRaw('input')], ([{ request }, { assertion }]) =>
                sessions.authenticateService({
                  assertion,
                  userAgent: request.userAgent,
                  address: request.address,
                }),
              );
            },

            refresh(_$root, args) {
              return sideEffect(args.getRaw('input'), ({ refreshToken }) =>
                sessions.refresh(refreshToken),
              );
            },

            createReadOnlyToken() {
              return sideEffect(context(), ({ request }) =>
                sessions.createReadOnlyToken(sessionOf(request.claims)),
              );
            },

            logout() {
              return sideEffect(context(), async ({ request }) => {
                await sessions.logOut(sessionOf(request.claims));
                return { ok: true };
              });
            },

            revokeOtherSessions() {
              return sideEffect(context(), (callers) =>
                transactionOf(callers)(async (run) => {
                  const [row] = await run<{ count: number }>(
                    'select crm.revoke_other_sessions() as count',
                    [],
                  );
                  return row;
                }),
              );
            },

            changePassword(_$root, args) {
              return sideEffect([context(), args.getRaw('input')], async ([caller, input]) => {
                const { claims, address } = caller.request;
                await onceForSecret(caller, 'changePassword', () =>
                  sessions.changePassword(sessionOf(claims), { ...input, address }),
                );
                return { ok: true };
              });
            },

            createEmployee(_$root, args) {
              const $created = sideEffect([context(), args.getRaw('input')], ([callers, input]) =>
                createEmployee(transactionOf(callers, 'createEmployee'), input),
              );
              return object({
                employee: employees.get({ id: access($created, 'id') }),
                oneTimePassword: access($created, 'oneTimePassword'),
              });
            },

            resetPassword(_$root, args) {
              const $reset = sideEffect(
                [context(), args.getRaw('input')],
                ([callers, { employeeId }]) =>
                  resetPassword(transactionOf(callers, 'resetPassword'), employeeId),
              );
              return object({
                employee: employees.get({ id: access($reset, 'id') }),
                oneTimePassword: access($reset, 'oneTimePassword'),
              });
            },
          },
        },
      },
    };
  }, 'EpicIdentityPlugin');
}

/** Runs statements as the caller; those of a mutation that answers with a secret are named after it. */
function transactionOf(
  { request, withPgClient, pgSettings }: Grafast.Context,
  withSecret?: string,
): InTransaction {
  sessionOf(request.claims);
  return (work) =>
    withPgClient(pgSettings, (client) =>
      client.withTransaction(async (transaction) => {
        if (withSecret !== undefined) await claimForSecret(pgSettings, transaction, withSecret);
        return work(
          async <Row>(text: string, values: unknown[]) =>
            (await transaction.query<Row>({ text, values })).rows,
        );
      }),
    );
}

/** The session of a caller. Throws an ApiError (UNAUTHENTICATED) when there is none. */
export function sessionOf(claims: Claims | null): Claims {
  if (claims === null) throw unauthenticated();
  return claims;
}
