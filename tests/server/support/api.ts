import { password } from '../../support/people.ts';

/** An error as the API returns it. */
export interface ApiError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string } & Record<string, unknown>;
}

/** A response of the API. */
export interface ApiAnswer<Data> {
  status: number;
  data: Data | null;
  errors: ApiError[];
}

export interface Session {
  accessToken: string;
  refreshToken: string | null;
  mustChangePassword: boolean;
  employee: { id: number; fullName: string; email: string; department: string };
}

const session =
  'accessToken refreshToken mustChangePassword employee { id fullName email department }';

/** Asks the API over HTTP, with a token or without. */
export async function ask<Data = Record<string, unknown>>(
  url: string,
  query: string,
  options: {
    token?: string | undefined;
    variables?: Record<string, unknown>;
    headers?: Record<string, string>;
  } = {},
): Promise<ApiAnswer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    body: JSON.stringify({ query, variables: options.variables ?? {} }),
  });
  const answer = (await response.json()) as { data?: Data; errors?: ApiError[] };
  return { status: response.status, data: answer.data ?? null, errors: answer.errors ?? [] };
}

export function askToLogIn(
  url: string,
  email: string,
  secret: string = password,
  headers: Record<string, string> = {},
  more: { readOnly?: boolean; code?: string } = {},
) {
  return ask<{ login: Session | null }>(
    url,
    `mutation Login($input: LoginInput!) { login(input: $input) { ${session} } }`,
    { variables: { input: { email, password: secret, ...more } }, headers },
  );
}

/** Logs in and gives the session. Fails the test when that is refused. */
export async function logIn(url: string, email: string, secret?: string): Promise<Session> {
  const { data, errors } = await askToLogIn(url, email, secret);
  if (!data?.login) throw new Error(`${email} could not log in: ${JSON.stringify(errors)}`);
  return data.login;
}

export function askToRefresh(url: string, refreshToken: string) {
  return ask<{ refresh: Session | null }>(
    url,
    `mutation Refresh($token: String!) { refresh(input: { refreshToken: $token }) { ${session} } }`,
    { variables: { token: refreshToken } },
  );
}

/** The codes of an answer's errors. */
export function codesOf(answer: { errors: ApiError[] }): string[] {
  return answer.errors.map((error) => error.extensions.code);
}
