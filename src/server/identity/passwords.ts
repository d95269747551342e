import { randomBytes } from 'node:crypto';
import argon2 from 'argon2';
import pLimit from 'p-limit';
import { ApiError, readableCode } from '../errors/errors.ts';
import { weaknessOf } from './guessable.ts';

const hashLength = 32;
const minimumCharacters = 12;
const maximumBytes = 1024;

/** A hash takes 19 MiB and one of the four threads of libuv, of which one stays free for other work. */
const throttled = createThrottle({ concurrency: 3, maxQueued: 60 });

/** The PHC prefix of an argon2id hash: its cost and its salt, but not the hash. */
const prefixPattern = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)$/;

/** Hashes a new password with a new salt. Returns a PHC string. Throws an ApiError (UNAVAILABLE) when too many wait. */
export function hashNewPassword(password: string): Promise<string> {
  return hashWith(password, newPrefix());
}

/**
 * Hashes a presented password with the cost and salt of the stored one. With `parameters` null, for an unknown e-mail,
 * it takes as long, and the result matches nothing.
 * Throws an ApiError (UNAVAILABLE) when too many wait.
 */
export function hashPresentedPassword(
  password: string,
  parameters: string | null,
): Promise<string> {
  return hashWith(password, parameters ?? newPrefix());
}

function newPrefix(): string {
  return `$argon2id$v=19$m=19456,t=2,p=1$${unpaddedBase64(randomBytes(16))}`;
}

async function hashWith(password: string, prefix: string): Promise<string> {
  const [, memoryCost, timeCost, parallelism, salt] = prefixPattern.exec(prefix) ?? [];
  if (salt === undefined) throw new Error('A stored password is not hashed as this server hashes.');
  const hash = await throttled(() =>
    argon2.hash(password, {
      type: argon2.argon2id,
      memoryCost: Number(memoryCost),
      timeCost: Number(timeCost),
      parallelism: Number(parallelism),
      salt: Buffer.from(salt, 'base64'),
      hashLength,
      raw: true,
    }),
  );
  return `${prefix}$${unpaddedBase64(hash)}`;
}

function unpaddedBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/**
 * Refuses (INVALID, field `newPassword`) a password that is too short, too long, a name or e-mail, common, or easily
 * guessed.
 */
export async function checkNewPassword(
  password: string,
  person: { fullName: string; email: string },
): Promise<void> {
  const refuse = (sentence: string, kind: string) => {
    throw new ApiError('INVALID', sentence, { field: 'newPassword', kind });
  };
  if ([...password].length < minimumCharacters) {
    refuse(
      `The new password needs at least ${minimumCharacters} characters.`,
      'password_too_short',
    );
  }
  if (Buffer.byteLength(password) > maximumBytes) {
    refuse(`The new password may not be longer than ${maximumBytes} bytes.`, 'password_too_long');
  }
  if (password.includes('\0')) {
    refuse('The new password may not contain a NUL character.', 'password_characters');
  }
  const folded = fold(password);
  const personal = [person.fullName, person.email, person.email.split('@')[0] ?? '']
    .map(fold)
    .filter((word) => word.length >= 3);
  if (personal.some((word) => folded.includes(word))) {
    refuse('The new password may not contain your name or your e-mail.', 'password_personal');
  }
  const why = await weaknessOf(password, [person.fullName, person.email]);
  if (why !== null) {
    throw new ApiError('INVALID', `The new password would soon be guessed: ${why}.`, {
      field: 'newPassword',
      kind: 'password_guessable',
      hint: 'Use several unrelated words.',
    });
  }
}

/** Refuses (INVALID) a presented password that is too long to hash. */
export function checkPresentedPassword(password: string, field: string): void {
  if (Buffer.byteLength(password) > maximumBytes) {
    throw new ApiError('INVALID', `A password is at most ${maximumBytes} bytes long.`, { field });
  }
}

/** A password for the first login: easy to read out, 79 bits, such as `K7QM-X2PD-9RTA-HW4C`. */
export function oneTimePassword(): string {
  return Array.from({ length: 4 }, () => readableCode(4)).join('-');
}

function fold(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{M}\s]/gu, '');
}

/** Runs work as soon as there is room for it. */
export type Throttle = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * Runs `concurrency` pieces of work at a time and queues `maxQueued` more, first come, first served.
 * Rejects any further one with an ApiError (UNAVAILABLE).
 */
export function createThrottle({
  concurrency,
  maxQueued,
}: {
  concurrency: number;
  maxQueued: number;
}): Throttle {
  const limit = pLimit(concurrency);
  return async (work) => {
    if (limit.pendingCount >= maxQueued) throw busy();
    return limit(work);
  };
}

function busy(): ApiError {
  return new ApiError('UNAVAILABLE', 'Too many people are logging in at this moment.', {
    kind: 'busy',
    hint: 'Try again in a few seconds.',
    retryAfter: 5,
  });
}
