import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '../config/version.ts';
import type { Scale } from '../demo/scale.ts';
import { OperatorError } from '../errors/errors.ts';
import { addBackup } from './backup.ts';
import type { CreateOptions as CreateEmployeeOptions } from './employee.ts';
import { addPolicies } from './policies.ts';
import type { CreateOptions } from './service-account.ts';

type DemoFlags = { exit: boolean; fresh: boolean; scale?: Scale; seed: number };
type NewEmployeeOptions = CreateEmployeeOptions & {
  name: string;
  email: string;
  phone?: string;
  department: string;
};

export interface ProgramOptions {
  /** The tour of the demo runs `epic`, and waits for this. */
  epicIsBuilt: Promise<unknown>;
}

/**
 * Runs `epic-server`. Sets the exit code: 0, 1 after an error, 2 after a usage error. Of the tools for DBAs, 1 means
 * findings, so that an error is 2 too.
 */
export async function runServerProgram(
  argv: readonly string[],
  options: ProgramOptions = { epicIsBuilt: Promise.resolve() },
): Promise<void> {
  try {
    await createProgram(options).parseAsync([...argv]);
  } catch (error) {
    process.exitCode = report(error, ['policies', 'backup'].includes(argv[2] ?? '') ? 2 : 1);
  }
}

// Each command imports what it needs when it runs.
function createProgram({ epicIsBuilt }: ProgramOptions): Command {
  const program = new Command('epic-server')
    .description('Run and administer the server of Epic Events CRM.')
    .version(version())
    .showHelpAfterError('(see epic-server --help)')
    .exitOverride();

  program
    .command('start')
    .description('serve the API until stopped; without DATABASE_URL, from an embedded PostgreSQL')
    .action(async () => (await import('./start.ts')).start());

  program
    .command('migrate')
    .description('apply pending migrations, and functions and policies that have changed')
    .option('--roles', 'apply db/roles.sql first; requires a superuser', false)
    .option('--repair', 'apply all functions and policies, to undo manual changes', false)
    .action(async (options: { roles: boolean; repair: boolean }) =>
      (await import('./migrate.ts')).migrate(options),
    );

  program
    .command('demo')
    .description('serve a demo company from an embedded PostgreSQL, and show a tour of it')
    .option('--exit', 'exit after the tour, or when the company is loaded', false)
    .option('--fresh', 'start over with a new demo company', false)
    .addOption(
      new Option(
        '--scale <contracts>',
        'instead, a company of that many contracts, in a data folder of its own',
      ).choices(['10k', '1m', '10m'] satisfies Scale[]),
    )
    .option('--seed <number>', 'of the company made by --scale: the same makes the same', seed, 1)
    .action(async (options: DemoFlags) => {
      const { scale } = options;
      if (scale === undefined) await (await import('./demo.ts')).demo({ ...options, epicIsBuilt });
      else await (await import('./demo-scale.ts')).demoScale({ ...options, scale });
    });

  const employee = program
    .command('employee')
    .description('create the first employee, or reset what a manager cannot');
  employee
    .command('create')
    .description('create an employee and print a one-time password')
    .requiredOption('--name <name>', 'first and last name')
    .requiredOption('--email <address>', 'the e-mail address to log in with')
    .option('--phone <number>', 'telephone number')
    .requiredOption('--department <department>', 'sales, support or management')
    .option('--if-none', 'do nothing if there is an employee already', false)
    .option(
      '--password-file <file>',
      'a file with the one-time password, which is not printed then',
    )
    .action(async (options: NewEmployeeOptions) => {
      const { createEmployeeAsOperator } = await import('./employee.ts');
      await createEmployeeAsOperator(
        {
          fullName: options.name,
          email: options.email,
          phone: options.phone,
          department: options.department,
        },
        options,
      );
    });

  employee
    .command('reset-password')
    .description('end the sessions of an employee and print a new one-time password')
    .requiredOption('--email <address>', 'the e-mail address of the employee')
    .action(async ({ email }: { email: string }) =>
      (await import('./employee.ts')).resetPasswordAsOperator(email),
    );
  employee
    .command('reset-second-factor')
    .description('remove the second factor of an employee who has lost it, and end their sessions')
    .requiredOption('--email <address>', 'the e-mail address of the employee')
    .action(async ({ email }: { email: string }) =>
      (await import('./employee.ts')).resetSecondFactorAsOperator(email),
    );

  const service = program
    .command('service')
    .description('manage service accounts: programs that act for an employee');
  service
    .command('create')
    .description('create a service account, and print the claims of its assertions')
    .argument('<name>', 'what the program is called, such as backup-job')
    .requiredOption('--owner <address>', 'the e-mail address of the employee as whom it acts')
    .requiredOption('--public-key <file>', 'its RSA public key, in PEM or as a JWK')
    .option('--read-only', 'it changes nothing', false)
    .option('--expires <day>', 'the last day that it is good for, in UTC: 2027-01-31')
    .action(async (name: string, options: CreateOptions) =>
      (await import('./service-account.ts')).createService(name, options),
    );
  service
    .command('list')
    .description('list service accounts that are neither revoked nor expired')
    .action(async () => (await import('./service-account.ts')).listServices());
  service
    .command('revoke')
    .description('end a service account and its sessions')
    .argument('<name>', 'what the program is called')
    .action(async (name: string) => (await import('./service-account.ts')).revokeService(name));

  const keys = program.command('keys').description('manage the keys that sign tokens');
  keys
    .command('create')
    .description('write a new key to a file for EPIC_JWT_KEYS')
    .argument('<file>', 'a file that does not exist yet')
    .action(async (file: string) => (await import('./keys.ts')).createKeys(file));
  keys
    .command('rotate')
    .description('add a key that signs from now on; running servers read it, and sessions continue')
    .argument('[file]', 'the file (default: EPIC_JWT_KEYS, or the keys of the data folder)')
    .action(async (file?: string) => (await import('./keys.ts')).rotateKeysOf(file));

  addBackup(program);
  addPolicies(program);

  return program;
}

function seed(typed: string): number {
  if (!/^[0-9]{1,9}$/.test(typed)) {
    throw new InvalidArgumentError('A seed is a whole number of at most nine digits.');
  }
  return Number(typed);
}

/** Prints an error, and returns the exit code: `failure`, unless it is one of usage. */
function report(error: unknown, failure: number): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof OperatorError) {
    process.stderr.write(`epic-server: ${error.message}\n`);
    if (error.hint !== undefined) process.stderr.write(`  ${error.hint}\n`);
    return failure;
  }
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`epic-server failed unexpectedly:\n${details}\n`);
  return failure;
}
