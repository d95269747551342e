import type { Problem } from '../errors.ts';

/** One entry of `errors` in a GraphQL answer, as far as it can be trusted. */
export interface GraphQLFailure {
  message: string;
  extensions: Record<string, unknown>;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

const hints: Partial<Record<Problem['code'], string>> = {
  UNAUTHENTICATED: 'Log in: epic login',
  RATE_LIMITED: 'Wait a moment, then try again.',
  UNAVAILABLE: 'Try again in a moment.',
};

/** What a refusal of the API means to a person, by its `extensions.code`. */
export function problemOf({ message, extensions }: GraphQLFailure): Problem {
  const code = text(extensions.code);
  const kind = text(extensions.kind);
  const reason = text(extensions.reason);
  switch (code) {
    case 'FORBIDDEN':
      return {
        code,
        kind,
        message,
        reason,
        policy: text(extensions.policy),
        contact: text(extensions.contact),
        hint: text(extensions.hint),
      };
    case 'UNAUTHENTICATED':
    case 'NOT_FOUND':
    case 'INVALID':
    case 'CONFLICT':
    case 'RATE_LIMITED':
    case 'UNAVAILABLE':
      return { code, kind, message, reason, hint: text(extensions.hint) ?? hints[code] };
    case 'INTERNAL':
      return {
        code,
        message,
        id: text(extensions.errorId),
        hint: 'Tell whoever looks after the server.',
      };
    default:
      return {
        code: 'INTERNAL',
        message: `The server did not understand this epic: ${message}`,
        hint: 'Install the epic that belongs to this server.',
      };
  }
}
