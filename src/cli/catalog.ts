import type { CommandEntry, NounEntry, Section } from './core/command/entry.ts';

const records: readonly NounEntry[] = [
  {
    name: 'client',
    plural: 'clients',
    summary: 'People and companies that buy events',
    async load() {
      const { client } = await import('./nouns/client/client.ts');
      const { withImport } = await import('./extras/import/import.ts');
      return withImport('client', client);
    },
  },
  {
    name: 'contract',
    plural: 'contracts',
    summary: 'What clients have agreed to buy, and what they have paid',
    async load() {
      const { contract } = await import('./nouns/contract/contract.ts');
      const { withImport } = await import('./extras/import/import.ts');
      return withImport('contract', contract);
    },
  },
  {
    name: 'payment',
    plural: 'payments',
    summary: 'What clients have paid, and when',
    load: async () => (await import('./nouns/payment/payment.ts')).payment,
  },
  {
    name: 'event',
    plural: 'events',
    summary: 'The events we organise, and who runs them',
    async load() {
      const { event } = await import('./nouns/event/event.ts');
      const { withImport } = await import('./extras/import/import.ts');
      const { calendar } = await import('./extras/calendar/calendar.ts');
      const { agenda } = await import('./extras/calendar/agenda.ts');
      const { runSheet } = await import('./extras/run-sheet/run-sheet.ts');
      const commands = [...event.commands, calendar, agenda, runSheet];
      return withImport('event', { ...event, commands });
    },
  },
  {
    name: 'employee',
    plural: 'employees',
    summary: 'The staff of Epic Events',
    load: async () => (await import('./nouns/employee/employee.ts')).employee,
  },
  {
    name: 'note',
    plural: 'notes',
    summary: 'What to remember about a client, a contract or an event',
    load: async () => (await import('./nouns/note/note.ts')).note,
  },
  {
    name: 'notification',
    plural: 'notifications',
    summary: 'What colleagues did that concerns you',
    load: async () => (await import('./nouns/notification/notification.ts')).notification,
  },
];

/** The commands of `epic`, in the order of its help. Each is loaded when it is needed. */
export const catalog: readonly Section[] = [
  {
    heading: 'Session',
    commands: [
      {
        name: 'login',
        summary: 'Log in',
        load: async () => (await import('./nouns/session/login.ts')).login,
      },
      {
        name: 'logout',
        summary: 'Log out, here and on the server',
        load: async () => (await import('./nouns/session/commands.ts')).logout,
      },
      {
        name: 'whoami',
        summary: 'Show who is logged in, and where',
        load: async () => (await import('./nouns/session/commands.ts')).whoami,
      },
      {
        name: 'password',
        summary: 'Change your password',
        load: async () => (await import('./nouns/session/commands.ts')).password,
      },
      {
        name: 'token',
        summary: 'Print an access token for a script, valid for 15 minutes',
        load: async () => (await import('./nouns/session/token.ts')).token,
      },
    ],
  },
  {
    heading: 'Records',
    nouns: [
      ...records,
      {
        name: 'session',
        plural: 'sessions',
        summary: 'Where you are logged in',
        load: async () => (await import('./nouns/session/session.ts')).session,
      },
      {
        name: 'second-factor',
        plural: '2fa',
        summary: 'A code of your phone, beside the password',
        load: async () => (await import('./nouns/session/second-factor.ts')).secondFactor,
      },
      {
        name: 'service',
        plural: 'services',
        summary: 'Programs that act for an employee',
        load: async () => (await import('./nouns/service/service.ts')).service,
      },
      {
        name: 'config',
        plural: 'settings',
        summary: 'Your settings: server, locale, time zone, pager, editor, limit',
        load: async () => (await import('./nouns/config/config.ts')).config,
      },
    ],
  },
  {
    heading: 'Search and reports',
    commands: [
      {
        name: 'search',
        summary: 'Search clients, contracts, events, employees and notes',
        load: async () => (await import('./extras/search/search.ts')).search,
      },
      {
        name: 'can',
        summary: 'Check whether you may do something, and why',
        load: async () => (await import('./extras/can/can.ts')).can(records),
      },
      {
        name: 'history',
        summary: 'Show who changed a record, when, and how',
        load: async () => (await import('./extras/history/history.ts')).history(records),
      },
      {
        name: 'report',
        summary: 'Report sales, payments, overdue contracts and support workload',
        load: async () => (await import('./extras/report/report.ts')).report,
      },
    ],
  },
  {
    heading: 'Other interfaces',
    commands: [
      {
        name: 'menu',
        summary: 'Choose commands with the arrow keys',
        load: async () => (await import('./extras/menu/menu.ts')).menu(catalog),
      },
      {
        name: 'api',
        summary: 'Run a GraphQL query or mutation',
        load: async () => (await import('./extras/graphql/api.ts')).api,
      },
    ],
  },
  {
    heading: 'Shell',
    commands: [
      {
        name: 'completion',
        summary: 'Print the completion script for a shell',
        load: async () => (await import('./extras/completion/completion.ts')).completion,
      },
      {
        name: 'version',
        summary: 'Print the version',
        load: async () => (await import('./extras/help/version.ts')).version,
      },
    ],
  },
];

/** The nouns of all sections. */
export const nouns: readonly NounEntry[] = catalog.flatMap((section) =>
  'nouns' in section ? section.nouns : [],
);

/** The commands of all sections without a noun. */
export const commands: readonly CommandEntry[] = catalog.flatMap((section) =>
  'commands' in section ? section.commands : [],
);
