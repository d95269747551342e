import { join } from 'node:path';
import { styleText } from 'node:util';
import { OperatorError } from '../errors/errors.ts';
import { demoPassword } from './company.ts';
import { openTerminal, type Terminal } from './terminal.ts';

export interface TourOptions {
  /** The address of the API. */
  server: string;
  write(text: string): void;
  /** Where sessions are kept during the tour. */
  folder: string;
  colour: boolean;
  /** Ends the tour. */
  interrupted: AbortSignal;
}

/** What an employee does in the tour: each command is shown as typed, with what it really printed. */
interface Script {
  comment(line: string): void;
  /** Runs a command that has to succeed. */
  run(...args: string[]): Promise<void>;
  /** Runs a command that a policy has to refuse. */
  runRefused(...args: string[]): Promise<void>;
  /** Runs a command without showing it, for the JSON that it prints. */
  query<Row>(...args: string[]): Promise<Row[]>;
}

interface Identified {
  id: number;
}

const staff = {
  sales: { name: 'Alice Martin', email: 'alice.martin@epicevents.example' },
  management: { name: 'Camille Laurent', email: 'camille.laurent@epicevents.example' },
  support: { name: 'Inès Dubois', email: 'ines.dubois@epicevents.example' },
};

type Employee = (typeof staff)[keyof typeof staff];

/** The address of an employee to log in as after the tour. */
export const sampleEmail = staff.sales.email;

/**
 * Shows a working day of each department of a new demo company, with the real `epic`, and what each is refused.
 * @throws TourError if a command does not end as the tour expects.
 */
export async function runTour(options: TourOptions): Promise<void> {
  const eventId = await withTerminal(staff.sales, options, salesDay);
  await withTerminal(staff.management, options, (script) => managementDay(script, eventId));
  await withTerminal(staff.support, options, (script) => supportDay(script, eventId));
}

/** Returns the id of the event that it plans. */
async function salesDay({ comment, run, query, runRefused }: Script): Promise<string> {
  comment('Sales look for their contracts that are not signed yet, and sign one.');
  const mine = ['contract', 'list', '--mine', '--unsigned'];
  const [contract] = await query<Identified>(...mine);
  await run(...mine);
  await run('contract', 'sign', idOf(contract));

  comment('A signed contract may have events.');
  const day = new Date(Date.now() + 45 * 86_400_000).toISOString().slice(0, 10);
  await run(
    ...['event', 'create', '--contract', idOf(contract), '--title', 'Spring reception'],
    ...['--start', `${day} 18:00`, '--end', `${day} 23:30`],
    ...['--location', 'Palais Brongniart, Paris', '--attendees', '120'],
  );
  const [planned] = await query<Identified>('event', 'list', '--contract', idOf(contract));

  comment("A colleague's contract is not theirs to sign.");
  const all = await query<Identified>('contract', 'list', '--unsigned', '--limit', '1000');
  await runRefused('contract', 'sign', await idOfOthers(query, all, mine));
  return idOf(planned);
}

async function managementDay(script: Script, eventId: string): Promise<void> {
  const { comment, run, query, runRefused } = script;
  comment('Management look for events that have no support contact yet, and assign one.');
  await run('event', 'list', '--no-support', '--upcoming');
  const supporters = await query<Identified & { email: string }>(
    ...['employee', 'list', '--department', 'support'],
  );
  const supporter = supporters.find(({ email }) => email === staff.support.email);
  await run('event', 'assign', eventId, '--support', idOf(supporter));

  comment('Clients are for sales to change.');
  const [client] = await query<Identified>('client', 'list', '--limit', '1');
  await runRefused('client', 'update', idOf(client), '--phone', '+33 1 99 00 12 34');
}

async function supportDay(script: Script, eventId: string): Promise<void> {
  const { comment, run, query, runRefused } = script;
  comment('Support are notified, and take over.');
  await run('notification', 'list', '--unread');
  await run(
    ...['event', 'update', eventId, '--status', 'confirmed'],
    ...['--notes', 'Caterer booked, sound check at 16:00.'],
  );

  comment('An event that a colleague runs is not theirs to change.');
  const upcoming = await query<Identified>('event', 'list', '--upcoming', '--limit', '1000');
  const other = await idOfOthers(query, upcoming, ['event', 'list', '--mine']);
  await runRefused('event', 'update', other, '--attendees', '10');
}

/** The id of the first row that a list of one's own does not have. */
async function idOfOthers(
  query: Script['query'],
  rows: readonly Identified[],
  ownList: readonly string[],
): Promise<string> {
  const own = new Set((await query<Identified>(...ownList)).map(({ id }) => id));
  return idOf(rows.find(({ id }) => !own.has(id)));
}

async function withTerminal<Result>(
  { name, email }: Employee,
  options: TourOptions,
  work: (script: Script) => Promise<Result>,
): Promise<Result> {
  const { server, colour, interrupted } = options;
  const folder = join(options.folder, 'tour');
  const terminal = await openTerminal({ server, folder, colour, interrupted });
  try {
    options.write(`\n${styled(options, 'bold', `── ${name} `.padEnd(72, '─'))}\n`);
    const login = ['login', '--email', email, '--password-stdin'];
    await show(terminal, options, login, { stdin: `${demoPassword}\n` });
    return await work(scriptOf(terminal, options));
  } finally {
    await terminal.close();
  }
}

function scriptOf(terminal: Terminal, options: TourOptions): Script {
  return {
    comment: (line) => options.write(`\n${styled(options, 'dim', `# ${line}`)}\n`),
    run: (...args) => show(terminal, options, args),
    runRefused: (...args) => show(terminal, options, args, { exitCode: 5 }),
    async query(...args) {
      const { code, stdout } = await terminal.epic([...args, '--json']);
      if (code !== 0) throw unexpected(args, code);
      return JSON.parse(stdout);
    },
  };
}

/** Runs a command, and writes it and what it printed. */
async function show(
  terminal: Terminal,
  options: TourOptions,
  args: readonly string[],
  { stdin, exitCode = 0 }: { stdin?: string; exitCode?: number } = {},
): Promise<void> {
  const { code, stdout, stderr } = await terminal.epic(args, stdin);
  const typed = args.map((arg) => (/^[\w@.:/=+-]+$/.test(arg) ? arg : `'${arg}'`)).join(' ');
  options.write(`${styled(options, 'bold', `$ epic ${typed}`)}\n${stdout}${stderr}`);
  if (code !== exitCode) throw unexpected(args, code);
}

function styled({ colour }: TourOptions, style: 'bold' | 'dim', text: string): string {
  return colour ? styleText(style, text, { validateStream: false }) : text;
}

function idOf(row: Identified | undefined): string {
  if (row === undefined) throw new TourError('The tour does not find the records that it needs.');
  return String(row.id);
}

function unexpected(args: readonly string[], code: number): TourError {
  return new TourError(
    `The tour expected another outcome of: epic ${args.join(' ')} (exit ${code}).`,
  );
}

/** The demo company is not as the tour needs it. */
class TourError extends OperatorError {
  constructor(sentence: string) {
    super(sentence, 'Start over with: npm run demo -- --fresh');
  }
}
