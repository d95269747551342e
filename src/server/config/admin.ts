import { resolve } from 'node:path';
import { type Environment, reading } from './read.ts';
import { postgresUrl } from './values.ts';

/** What the commands that prepare the database need to know. */
export type AdminConfig = {
  /** Null for the embedded PostgreSQL in `dataFolder`. */
  adminUrl: string | null;
  /** Absolute. */
  dataFolder: string;
};

/** Reads the configuration of `migrate` and `employee create`. Throws one OperatorError. */
export function readAdminConfig(environment: Environment): AdminConfig {
  return reading(environment, ({ read, complain }) => {
    const config: AdminConfig = {
      adminUrl: read('DATABASE_ADMIN_URL', null, postgresUrl),
      dataFolder: read('EPIC_DATA', resolve('.epic'), (text) => resolve(text)),
    };
    if (environment.DATABASE_URL && !environment.DATABASE_ADMIN_URL) {
      complain(
        'DATABASE_ADMIN_URL',
        'is not set, though DATABASE_URL is.',
        'Set it to a login that may become epic_owner: the login of the API may not change the database.',
      );
    }
    return config;
  });
}
