import { Command, CommanderError } from 'commander';
import { version } from '../config/version.ts';
import { OperatorError } from '../errors/errors.ts';
import { addPolicies } from './policies.ts';

type NewEmployeeOptions = { name: string; email: string; phone?: string; department: string };

/** What a caller may have under way while the program runs. */
export interface Surroundings {
  /** The demo's tour runs `epic`, and waits for this. */
  epicIsBuilt: Promise<unknown>;
}

/** Runs `epic-server` with these arguments. Sets the exit code: 0, 1 when it failed, 2 for a wrong call. */
export async function runServerProgram(
  argv: readonly string[],
  surroundings: Surroundings = { epicIsBuilt: Promise.resolve() },
): Promise<void> {
  try {
    await createProgram(surroundings).parseAsync([...argv]);
  } catch (error) {
    process.exitCode = report(error);
  }
}

// Each command loads what it needs when it is called.
function createProgram({ epicIsBuilt }: Surroundings): Command {
  const program = new Command('epic-server')
    .description('The server of Epic Events CRM, for those who run it.')
    .version(version())
    .showHelpAfterError('(epic-server --help shows what there is)')
    .exitOverride();

  program
    .command('start')
    .description('serve the API until stopped; without DATABASE_URL, on a PostgreSQL of its own')
    .action(async () => (await import('./start.ts')).start());

  program
    .command('migrate')
    .description(
      'bring the database up to date: pending migrations, and what has changed of functions and policies',
    )
    .option('--roles', 'apply db/roles.sql first; needs a superuser', false)
    .option('--repair', 'apply all functions and policies, for what was changed by hand', false)
    .action(async (options: { roles: boolean; repair: boolean }) =>
      (await import('./migrate.ts')).migrate(options),
    );

  program
    .command('demo')
    .description('serve a demo company on a PostgreSQL of its own, and show a day of its work')
    .option('--exit', 'end after the tour', false)
    .option('--fresh', 'start over with a new demo company', false)
    .action(async (options: { exit: boolean; fresh: boolean }) =>
      (await import('./demo.ts')).demo({ ...options, epicIsBuilt }),
    );

  const employee = program
    .command('employee')
    .description('the first employee, and one whom no manager can help');
  employee
    .command('create')
    .description('create an employee, and print their one-time password')
    .requiredOption('--name <name>', 'first and last name')
    .requiredOption('--email <address>', 'the address to log in with')
    .option('--phone <number>', 'their telephone number, for colleagues')
    .requiredOption('--department <department>', 'what they do, such as management')
    .action(async (options: NewEmployeeOptions) => {
      const { createEmployeeAsOperator } = await import('./employee.ts');
      await createEmployeeAsOperator({
        fullName: options.name,
        email: options.email,
        phone: options.phone,
        department: options.department,
      });
    });

  employee
    .command('reset-password')
    .description('end the sessions of an employee, and print a new one-time password')
    .requiredOption('--email <address>', 'the address that they log in with')
    .action(async ({ email }: { email: string }) =>
      (await import('./employee.ts')).resetPasswordAsOperator(email),
    );

  const keys = program.command('keys').description('the keys that sign tokens');
  keys
    .command('create')
    .description('write a new key to a file for EPIC_JWT_KEYS')
    .argument('<file>', 'a file that does not exist yet')
    .action(async (file: string) => (await import('./keys.ts')).createKeys(file));
  keys
    .command('rotate')
    .description(
      'have a new key sign from now on; running servers take it, and nobody is logged out',
    )
    .argument('[file]', 'default: EPIC_JWT_KEYS, or the keys of the data folder')
    .action(async (file?: string) => (await import('./keys.ts')).rotateKeysOf(file));

  addPolicies(program);

  return program;
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof OperatorError) {
    process.stderr.write(`epic-server: ${error.message}\n`);
    if (error.remedy !== undefined) process.stderr.write(`  ${error.remedy}\n`);
    return 1;
  }
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`epic-server failed unexpectedly. This should not happen:\n${said}\n`);
  return 1;
}
