import type { CommandEntry, NounEntry, Section } from './core/command/entry.ts';

const records: readonly NounEntry[] = [
  {
    name: 'client',
    plural: 'clients',
    summary: 'Those who buy events from us.',
    load: async () => (await import('./nouns/client/client.ts')).client,
  },
  {
    name: 'contract',
    plural: 'contracts',
    summary: 'What clients have agreed to buy, and what they have paid.',
    load: async () => (await import('./nouns/contract/contract.ts')).contract,
  },
  {
    name: 'event',
    plural: 'events',
    summary: 'The events we organise, and who runs them.',
    load: async () => (await import('./nouns/event/event.ts')).event,
  },
  {
    name: 'employee',
    plural: 'employees',
    summary: 'Those who work here.',
    load: async () => (await import('./nouns/employee/employee.ts')).employee,
  },
  {
    name: 'notification',
    plural: 'notifications',
    summary: 'What others did that concerns me.',
    load: async () => (await import('./nouns/notification/notification.ts')).notification,
  },
];

/** Everything that `epic` does, in the order of its help. Nothing of it is loaded before it is needed. */
export const catalog: readonly Section[] = [
  {
    heading: 'Session:',
    commands: [
      {
        name: 'login',
        summary: 'Log in',
        load: async () => (await import('./nouns/session/commands.ts')).login,
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
        summary: 'Print an access token for a script, good for 15 minutes',
        load: async () => (await import('./nouns/session/token.ts')).token,
      },
    ],
  },
  {
    heading: 'Records:',
    nouns: [
      ...records,
      {
        name: 'session',
        plural: 'sessions',
        summary: 'Where I am logged in.',
        load: async () => (await import('./nouns/session/session.ts')).session,
      },
    ],
  },
  {
    heading: 'Questions:',
    commands: [
      {
        name: 'search',
        summary: 'Find a client, contract, event or employee',
        load: async () => (await import('./extras/search/search.ts')).search,
      },
      {
        name: 'can',
        summary: 'Ask whether you may do something, and why',
        load: async () => (await import('./extras/can/can.ts')).can(records),
      },
      {
        name: 'history',
        summary: 'Show who changed a record, when, and from what',
        load: async () => (await import('./extras/history/history.ts')).history(records),
      },
      {
        name: 'report',
        summary: 'Show what is sold, paid and overdue, and how busy support is',
        load: async () => (await import('./extras/report/report.ts')).report,
      },
    ],
  },
  {
    heading: 'Other ways:',
    commands: [
      {
        name: 'menu',
        summary: 'Choose commands with the arrow keys',
        load: async () => (await import('./extras/menu/menu.ts')).menu(catalog),
      },
      {
        name: 'api',
        summary: 'Run any GraphQL query or mutation',
        load: async () => (await import('./extras/graphql/api.ts')).api,
      },
    ],
  },
  {
    heading: 'Shell:',
    commands: [
      {
        name: 'completion',
        summary: 'Print what makes TAB complete command lines',
        load: async () => (await import('./extras/completion/completion.ts')).completion,
      },
    ],
  },
];

/** The nouns of all sections. */
export const nouns: readonly NounEntry[] = catalog.flatMap((section) =>
  'nouns' in section ? section.nouns : [],
);

/** The commands of all sections that belong to no noun. */
export const commands: readonly CommandEntry[] = catalog.flatMap((section) =>
  'commands' in section ? section.commands : [],
);
