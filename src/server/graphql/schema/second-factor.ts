import { context, type FieldPlanResolver, sideEffect } from 'postgraphile/grafast';
import { extendSchema, gql } from 'postgraphile/utils';
import type { SecondFactor } from '../../identity/second-factor.ts';
import { onceForSecret } from '../idempotency/idempotency.ts';
import { sessionOf } from './identity.ts';

const typeDefs = gql`
  extend type Mutation {
    """
    Draws a secret for one's authenticator app. It is asked for once enableSecondFactor was sent a code of the app; until
    then, another one may be drawn.
    """
    beginSecondFactor(input: BeginSecondFactorInput!): BeginSecondFactorPayload
    """
    Enables one's second factor, with a first code of the authenticator app, and confirms it in this session. Other sessions
    go on without it.
    """
    enableSecondFactor(input: EnableSecondFactorInput!): EnableSecondFactorPayload
    """Confirms one's second factor in this session, which was opened before one had it."""
    confirmSecondFactor(input: ConfirmSecondFactorInput!): ConfirmSecondFactorPayload
    """Removes one's second factor and recovery codes. No session of one's own is confirmed any more."""
    disableSecondFactor(input: DisableSecondFactorInput!): DisableSecondFactorPayload
    """Draws ten new recovery codes; the former ones are no longer good."""
    replaceRecoveryCodes(input: ReplaceRecoveryCodesInput!): ReplaceRecoveryCodesPayload
  }

  input BeginSecondFactorInput {
    """One's password."""
    currentPassword: String!
  }

  input EnableSecondFactorInput {
    """The present code of the authenticator app: six digits. Each is good once."""
    code: String!
  }

  input ConfirmSecondFactorInput {
    """The present code of the authenticator app, or a recovery code. Each is good once."""
    code: String!
  }

  input DisableSecondFactorInput {
    """One's password."""
    currentPassword: String!
    """The present code of the authenticator app, or a recovery code. Each is good once."""
    code: String!
  }

  input ReplaceRecoveryCodesInput {
    """The present code of the authenticator app, or a recovery code. Each is good once."""
    code: String!
  }

  type BeginSecondFactorPayload {
    """What the authenticator app is given by hand: base32. Shown this once."""
    secret: String!
    """The same as an otpauth: URI, to be shown as a QR code."""
    uri: String!
  }

  type EnableSecondFactorPayload {
    """Ten codes, each good once in place of a code of the app. Shown this once; only digests are kept."""
    recoveryCodes: [String!]!
  }

  type ConfirmSecondFactorPayload {
    """Always true: what cannot be done is an error."""
    ok: Boolean!
  }

  type DisableSecondFactorPayload {
    """Always true: what cannot be done is an error."""
    ok: Boolean!
  }

  type ReplaceRecoveryCodesPayload {
    """Ten codes, each good once in place of a code of the app. Shown this once; only digests are kept."""
    recoveryCodes: [String!]!
  }
`;

/** The mutations of one's own second factor. */
export function createSecondFactorPlugin(secondFactor: SecondFactor): GraphileConfig.Plugin {
  return extendSchema(() => {
    const plan =
      (method: keyof SecondFactor): FieldPlanResolver =>
      (_$root, args) =>
        sideEffect([context(), args.getRaw('input')], async ([caller, input]) => {
          const { claims, address } = caller.request;
          const result = await onceForSecret(caller, method, async () =>
            secondFactor[method](sessionOf(claims), {
              ...(input as { currentPassword: string; code: string }),
              address,
            }),
          );
          return result ?? { ok: true };
        });
    return {
      typeDefs,
      objects: {
        Mutation: {
          plans: {
            beginSecondFactor: plan('begin'),
            enableSecondFactor: plan('enable'),
            confirmSecondFactor: plan('confirm'),
            disableSecondFactor: plan('disable'),
            replaceRecoveryCodes: plan('replaceRecoveryCodes'),
          },
        },
      },
    };
  }, 'EpicSecondFactorPlugin');
}
