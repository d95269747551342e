/**
 * The text of a GraphQL operation, typed by its result and its variables: a string that was given the type, or what
 * graphql-codegen generates with `documentMode: 'string'`.
 */
export interface Operation<Result, Variables> {
  toString(): string;
  /** Only a type: the property by which graphql-codegen carries the types. */
  readonly __apiType?: (variables: Variables) => Result;
  /** Excludes parsed documents. */
  readonly kind?: never;
}

/** The arguments after an operation: variables, optional if it has none, and options. */
export type Given<Variables, Options> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: Options]
    : [variables: Variables, options?: Options];

/**
 * Nothing has this type. It stands beside `string` where a scalar is expected, for errors of the compiler to say what to do when
 * graphql-codegen has left the scalar `unknown`.
 */
export interface UnmappedScalar<
  Name extends string,
  Instruction extends
    string = `If it is unknown, add ${Name}: 'string' to the scalars of your codegen.js`,
> {
  readonly unmapped: [Name, Instruction] & never;
}

export type Department = 'management' | 'sales' | 'support';

/** The result of a login or a refresh. */
export interface IssuedTokens {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string | null;
  mustChangePassword: boolean;
  employee: { id: number; fullName: string; email: string; department: Department };
}

const issuedTokens =
  'accessToken accessTokenExpiresAt refreshToken mustChangePassword employee{id fullName email department}';

/** With what one logs in. */
export interface Credentials {
  email: string;
  password: string;
  /** Of the second factor, for those who have one: a code of the app, or a recovery code. */
  code?: string | undefined;
  /** The session changes nothing. */
  readOnly?: boolean;
}

export const Login: Operation<{ login: IssuedTokens | null }, { input: Credentials }> =
  `mutation Login($input:LoginInput!){login(input:$input){${issuedTokens}}}`;

/** The result of an assertion. */
export interface ServiceTokens {
  accessToken: string;
  accessTokenExpiresAt: string;
  employee: IssuedTokens['employee'];
}

export const AuthenticateService: Operation<
  { authenticateService: ServiceTokens | null },
  { input: { assertion: string } }
> =
  'mutation AuthenticateService($input:AuthenticateServiceInput!){authenticateService(input:$input){accessToken accessTokenExpiresAt employee{id fullName email department}}}';

export const Refresh: Operation<
  { refresh: IssuedTokens | null },
  { input: { refreshToken: string } }
> = `mutation Refresh($input:RefreshInput!){refresh(input:$input){${issuedTokens}}}`;

export const Logout: Operation<
  { logout: { ok: boolean } | null },
  Record<string, never>
> = 'mutation Logout{logout{ok}}';

export const SubscriptionPosition: Operation<
  { subscriptionPosition: string },
  Record<string, never>
> = 'query SubscriptionPosition{subscriptionPosition}';

export const ChangesPosition: Operation<
  { changes: { position: string } | null },
  Record<string, never>
> = 'query ChangesPosition{changes{position}}';
