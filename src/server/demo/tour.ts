import { join } from 'node:path';
import { styleText } from 'node:util';
import { OperatorError } from '../errors/errors.ts';
import { demoPassword } from './company.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** Where the tour is shown. */
export interface Stage {
  write(text: string): void;
  /** Where sessions are kept meanwhile. */
  folder: string;
  colour: boolean;
  /** Ends the tour. */
  interrupted: AbortSignal;
}

/** One person at work: every command is shown as typed, with what it really printed. */
interface Desk {
  /** Says what happens next. */
  say(line: string): void;
  /** A command that has to succeed. */
  does(...args: string[]): Promise<void>;
  /** A command that has to be refused, by a policy. */
  isRefused(...args: string[]): Promise<void>;
  /** Looks something up without showing it: the JSON of a command. */
  sees<Row>(...args: string[]): Promise<Row[]>;
}

interface Identified {
  id: number;
}

const staff = {
  sales: { name: 'Alice Martin', email: 'alice.martin@epicevents.example' },
  management: { name: 'Camille Laurent', email: 'camille.laurent@epicevents.example' },
  support: { name: 'Inès Dubois', email: 'ines.dubois@epicevents.example' },
};

/** A person to log in as after the tour. */
export const guest = staff.sales.email;

/**
 * Shows a day's work of each department with the real `epic`, and what each is refused.
 * @throws TourError if a command does not end as the tour says it does.
 */
export async function giveTour(server: string, stage: Stage): Promise<void> {
  const onStage = (person: keyof typeof staff, work: (desk: Desk) => Promise<void>) =>
    atDesk(staff[person], server, stage, work);

  const sold = await salesDay(onStage);
  await managementDay(onStage, sold);
  await supportDay(onStage, sold);
}

type OnStage = (person: keyof typeof staff, work: (desk: Desk) => Promise<void>) => Promise<void>;

async function salesDay(onStage: OnStage): Promise<Identified> {
  let planned: Identified | undefined;
  await onStage('sales', async ({ say, does, sees, isRefused }) => {
    say('Sales look for their contracts that are not signed yet, and sign one.');
    const mine = ['contract', 'list', '--mine', '--unsigned'];
    let [contract] = await sees<Identified>(...mine);
    if (contract === undefined) {
      const [client] = await sees<Identified>('client', 'list', '--mine');
      await does('contract', 'create', '--client', idOf(client), '--total', '4800.00');
      [contract] = await sees<Identified>(...mine);
    }
    await does(...mine, '--limit', '5');
    await does('contract', 'sign', idOf(contract));

    say('A signed contract may have events.');
    const day = new Date(Date.now() + 45 * 86_400_000).toISOString().slice(0, 10);
    await does(
      ...['event', 'create', '--contract', idOf(contract), '--title', 'Spring reception'],
      ...['--start', `${day} 18:00`, '--end', `${day} 23:30`],
      ...['--location', 'Palais Brongniart, Paris', '--attendees', '120'],
    );
    [planned] = await sees<Identified>('event', 'list', '--contract', idOf(contract));

    say("A colleague's contract is not theirs to sign.");
    const all = await sees<Identified>('contract', 'list', '--unsigned', '--limit', '1000');
    const own = new Set((await sees<Identified>(...mine)).map(({ id }) => id));
    await isRefused('contract', 'sign', idOf(all.find(({ id }) => !own.has(id))));
  });
  if (planned === undefined) throw new TourError('The tour planned an event and cannot find it.');
  return planned;
}

async function managementDay(onStage: OnStage, planned: Identified): Promise<void> {
  await onStage('management', async ({ say, does, sees, isRefused }) => {
    say('Management looks for events that nobody runs yet, and assigns one.');
    await does('event', 'list', '--no-support', '--upcoming', '--limit', '5');
    const supporters = await sees<Identified & { email: string }>(
      ...['employee', 'list', '--department', 'support'],
    );
    const supporter = supporters.find(({ email }) => email === staff.support.email);
    await does('event', 'assign', idOf(planned), '--support', idOf(supporter));

    say('Clients are for sales to change.');
    const [client] = await sees<Identified>('client', 'list', '--limit', '1');
    await isRefused('client', 'update', idOf(client), '--phone', '+33 1 99 00 12 34');
  });
}

async function supportDay(onStage: OnStage, planned: Identified): Promise<void> {
  await onStage('support', async ({ say, does, sees, isRefused }) => {
    say('Support hear of it, and take over.');
    await does('notification', 'list', '--unread', '--limit', '3');
    await does(
      ...['event', 'update', idOf(planned), '--status', 'confirmed'],
      ...['--notes', 'Caterer booked, sound check at 16:00.'],
    );

    say('An event that a colleague runs is not theirs to change.');
    const upcoming = await sees<Identified>('event', 'list', '--upcoming', '--limit', '1000');
    const own = new Set((await sees<Identified>('event', 'list', '--mine')).map(({ id }) => id));
    const other = upcoming.find(({ id }) => !own.has(id));
    await isRefused('event', 'update', idOf(other), '--attendees', '10');
  });
}

async function atDesk(
  person: { name: string; email: string },
  server: string,
  stage: Stage,
  work: (desk: Desk) => Promise<void>,
): Promise<void> {
  const terminal = await openTerminal({
    server,
    folder: join(stage.folder, 'tour'),
    colour: stage.colour,
    interrupted: stage.interrupted,
  });
  try {
    const desk = deskOf(terminal, stage);
    stage.write(`\n${styled(stage, 'bold', `── ${person.name} `.padEnd(72, '─'))}\n`);
    await terminalLogin(terminal, person.email, stage);
    await work(desk);
  } finally {
    await terminal.close();
  }
}

async function terminalLogin(terminal: Terminal, email: string, stage: Stage): Promise<void> {
  const args = ['login', '--email', email, '--password-stdin'];
  const run = await terminal.epic(args, `${demoPassword}\n`);
  show(stage, args, run.stdout + run.stderr);
  if (run.code !== 0) throw unexpected(args, run.code);
}

function deskOf(terminal: Terminal, stage: Stage): Desk {
  const play = async (args: readonly string[], expected: number) => {
    const run = await terminal.epic(args);
    show(stage, args, run.stdout + run.stderr);
    if (run.code !== expected) throw unexpected(args, run.code);
  };
  return {
    say: (line) => stage.write(`\n${styled(stage, 'dim', `# ${line}`)}\n`),
    does: (...args) => play(args, 0),
    isRefused: (...args) => play(args, 5),
    async sees(...args) {
      const run = await terminal.epic([...args, '--json']);
      if (run.code !== 0) throw unexpected(args, run.code);
      return JSON.parse(run.stdout);
    },
  };
}

function show(stage: Stage, args: readonly string[], output: string): void {
  const typed = args.map((arg) => (/^[\w@.:/=+-]+$/.test(arg) ? arg : `'${arg}'`)).join(' ');
  stage.write(`${styled(stage, 'bold', `$ epic ${typed}`)}\n${output}`);
}

function styled(stage: Stage, style: 'bold' | 'dim', text: string): string {
  return stage.colour ? styleText(style, text, { validateStream: false }) : text;
}

function idOf(row: Identified | undefined): string {
  if (row === undefined) throw new TourError('The tour finds nothing left to show.');
  return String(row.id);
}

function unexpected(args: readonly string[], code: number): TourError {
  return new TourError(
    `The tour expected another outcome of: epic ${args.join(' ')} (exit ${code}).`,
  );
}

/** The demo company is no longer as the tour needs it. */
export class TourError extends OperatorError {
  constructor(sentence: string) {
    super(
      sentence,
      'The demo company has changed too much; start over with: npm run demo -- --fresh',
    );
  }
}
