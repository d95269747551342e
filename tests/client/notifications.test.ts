import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildSchema, type GraphQLEnumType } from 'graphql';
import { describeNotification, type NotificationFacts } from '../../src/client/index.ts';

const schema = buildSchema(
  readFileSync(resolve(import.meta.dirname, '../../schema.graphql'), 'utf8'),
);

const chloe = 3;
const alice = 1;

/** About event 5, “Gala”, or contract 7, of Acme. */
const aboutEvent = {
  eventId: 5,
  contractId: null,
  employeeId: null,
  noteId: null,
  subject: 'Gala',
};
const aboutContract = {
  eventId: null,
  contractId: 7,
  employeeId: null,
  noteId: null,
  subject: 'Acme',
};
const aboutAccount = {
  eventId: null,
  contractId: null,
  employeeId: chloe,
  noteId: null,
  subject: null,
};

const aboutNote = {
  eventId: null,
  contractId: null,
  employeeId: null,
  noteId: 9,
  subject: 'Call the caterer',
};

const nothing = { recipientId: alice, oldValues: null, newValues: null };
const inParis = { locale: 'en-GB', timeZone: 'Europe/Paris' };

/** With the same space everywhere: which one a locale puts into an amount depends on Node. */
const evenly = (text: string) => text.replaceAll(/[\u202f\u00a0]/g, ' ');
const say = (facts: NotificationFacts, format = inParis) =>
  evenly(describeNotification(facts, format));

const by = (id: number | null, name: string | null) => ({
  support_contact_id: id,
  support_contact: name,
});
const starts = { start_date: '2030-01-01T23:30:00+00:00', end_date: '2030-01-02T04:00:00+00:00' };
const later = { start_date: '2030-06-01T18:00:00+00:00', end_date: '2030-06-01T23:00:00+00:00' };
const amount = { total_amount: '12500.50' };

type Case = [kind: NotificationFacts['kind'], facts: Partial<NotificationFacts>, sentence: string];

const planned = (events: number, withoutSupport: number) => ({
  newValues: { start_date: starts.start_date, events, without_support: withoutSupport },
});

const ofEvents: Case[] = [
  [
    'event_created',
    planned(1, 0),
    '“Gala” (event 5) was planned for Wednesday 2 January 2030 at 00:30.',
  ],
  [
    'event_created',
    planned(1, 1),
    '“Gala” (event 5) was planned for Wednesday 2 January 2030 at 00:30 and needs a support contact.',
  ],
  ['event_created', planned(2, 0), '“Gala” (event 5) and 1 more event were planned.'],
  [
    'event_created',
    planned(3, 1),
    '“Gala” (event 5) and 2 more events were planned; 1 of them needs a support contact.',
  ],
  [
    'event_created',
    planned(3, 2),
    '“Gala” (event 5) and 2 more events were planned; 2 of them need a support contact.',
  ],
  [
    'event_assigned',
    { recipientId: chloe, newValues: by(chloe, 'Inès Dubois') },
    '“Gala” (event 5) is now yours.',
  ],
  [
    'event_assigned',
    { recipientId: chloe, oldValues: by(4, 'Denis'), newValues: by(chloe, 'Inès Dubois') },
    '“Gala” (event 5) is now yours, from Denis.',
  ],
  ['event_assigned', { newValues: by(chloe, 'Inès Dubois') }, 'Inès Dubois runs “Gala” (event 5).'],
  [
    'event_assigned',
    { oldValues: by(4, 'Denis'), newValues: by(chloe, 'Inès Dubois') },
    'Inès Dubois runs “Gala” (event 5), after Denis.',
  ],
  [
    'event_assigned',
    { recipientId: chloe, newValues: { ...by(chloe, 'Inès Dubois'), events: 1 } },
    '“Gala” (event 5) is now yours.',
  ],
  [
    'event_assigned',
    { recipientId: chloe, newValues: { ...by(chloe, 'Inès Dubois'), events: 3 } },
    '“Gala” (event 5) and 2 more are now yours.',
  ],
  [
    'event_unassigned',
    { recipientId: chloe, oldValues: by(chloe, 'Inès Dubois'), newValues: by(null, null) },
    'You no longer run “Gala” (event 5).',
  ],
  [
    'event_unassigned',
    { recipientId: chloe, oldValues: by(chloe, 'Inès Dubois'), newValues: by(4, 'Denis') },
    'You no longer run “Gala” (event 5): Denis does.',
  ],
  [
    'event_unassigned',
    { oldValues: by(chloe, 'Inès Dubois'), newValues: by(null, null) },
    '“Gala” (event 5) needs a support contact again.',
  ],
  [
    'event_rescheduled',
    { oldValues: starts, newValues: later },
    '“Gala” (event 5) now starts on Saturday 1 June 2030 at 20:00.',
  ],
  [
    'event_rescheduled',
    { oldValues: starts, newValues: { ...starts, end_date: later.end_date } },
    '“Gala” (event 5) now ends on Sunday 2 June 2030 at 01:00.',
  ],
  [
    'event_moved',
    { oldValues: { location: 'Paris' }, newValues: { location: 'Rome' } },
    '“Gala” (event 5) now takes place at: Rome.',
  ],
  [
    'event_moved',
    { oldValues: { location: 'Paris' }, newValues: { location: null } },
    '“Gala” (event 5) no longer has a location.',
  ],
  ['event_planned', {}, '“Gala” (event 5) is planned again.'],
  ['event_confirmed', {}, '“Gala” (event 5) is confirmed.'],
  ['event_completed', {}, '“Gala” (event 5) is completed.'],
  ['event_cancelled', {}, '“Gala” (event 5) is cancelled.'],
  ['contract_cancelled', {}, 'The contract of “Gala” (event 5) was cancelled.'],
];

const ofContracts: Case[] = [
  [
    'event_deleted',
    { subject: 'Gala', oldValues: { id: 5, start_date: starts.start_date } },
    '“Gala” (event 5) was deleted; its date was Wednesday 2 January 2030 at 00:30.',
  ],
  ['contract_signed', { newValues: amount }, 'Contract 7 (Acme, €12,500.50) was signed.'],
  [
    'contract_signed',
    { subject: null, newValues: amount },
    'Contract 7 (a private client, €12,500.50) was signed.',
  ],
  [
    'contract_cancelled',
    { newValues: { ...amount, open_events: 0 } },
    'Contract 7 (Acme, €12,500.50) was cancelled.',
  ],
  [
    'contract_cancelled',
    { newValues: { ...amount, open_events: 1 } },
    'Contract 7 (Acme, €12,500.50) was cancelled; 1 event is still to be cancelled.',
  ],
  [
    'contract_cancelled',
    { newValues: { ...amount, open_events: 2 } },
    'Contract 7 (Acme, €12,500.50) was cancelled; 2 events are still to be cancelled.',
  ],
];

const due = { remind_on: '2030-01-02', about: 'Acme' };

const ofNotes: Case[] = [
  [
    'note_due',
    { newValues: { ...due, client_id: 12 } },
    'To follow up: “Call the caterer” (note 9 about client 12, Acme).',
  ],
  [
    'note_due',
    { newValues: { ...due, contract_id: 7 } },
    'To follow up: “Call the caterer” (note 9 about contract 7, Acme).',
  ],
  [
    'note_due',
    { newValues: { ...due, about: 'Gala', event_id: 5, author: 'Inès Dubois' } },
    'To follow up: “Call the caterer” (note 9 about event 5, Gala, written by Inès Dubois).',
  ],
];

const ofAccounts: Case[] = [
  [
    'password_changed',
    { recipientId: chloe },
    'Your password was changed; if that was not you, tell management at once.',
  ],
  [
    'password_reset',
    { recipientId: chloe, newValues: { reset_by_id: 7, reset_by: 'Emma Keller' } },
    'Your password was reset by Emma Keller, and your sessions have ended; the new one is good for one login, at which you choose your own. If you did not expect this, tell management at once.',
  ],
  [
    'password_reset',
    { recipientId: chloe, newValues: { reset_by_id: null, reset_by: null } },
    'Your password was reset by an operator of the server, and your sessions have ended; the new one is good for one login, at which you choose your own. If you did not expect this, tell management at once.',
  ],
  [
    'password_reset',
    { recipientId: chloe },
    'Your password was reset, and your sessions have ended; the new one is good for one login, at which you choose your own. If you did not expect this, tell management at once.',
  ],
  [
    'second_factor_enabled',
    { recipientId: chloe },
    'You enabled a second factor; if that was not you, tell management at once.',
  ],
  [
    'second_factor_disabled',
    { recipientId: chloe },
    'Your second factor was disabled; if that was not you, tell management at once.',
  ],
  [
    'second_factor_reset',
    { recipientId: chloe },
    'Your second factor was removed by an operator, and your sessions have ended.',
  ],
  [
    'recovery_codes_replaced',
    { recipientId: chloe },
    'Your recovery codes were replaced; if that was not you, tell management at once.',
  ],
  [
    'recovery_code_used',
    { recipientId: chloe, newValues: { left: 9 } },
    'One of your recovery codes was used (9 codes left); if that was not you, tell management at once.',
  ],
  [
    'recovery_code_used',
    { recipientId: chloe, newValues: { left: 1 } },
    'One of your recovery codes was used (1 code left); if that was not you, tell management at once.',
  ],
];

/** Some versions of ICU put a comma behind the weekday, others none. */
const withoutComma = (text: string) => text.replace(/day, (?=\d)/, 'day ');

const cases = [...ofEvents, ...ofContracts, ...ofNotes, ...ofAccounts];

test('every kind of notification of the schema has a sentence in this test', () => {
  const kinds = schema.getType('NotificationKind') as GraphQLEnumType;
  expect([...new Set(cases.map(([kind]) => kind))].sort()).toEqual(
    kinds
      .getValues()
      .map(({ name }) => name)
      .sort(),
  );
});

test.each([
  ...ofEvents.map((each) => [...each, aboutEvent] as const),
  ...ofContracts.map((each) => [...each, aboutContract] as const),
  ...ofNotes.map((each) => [...each, aboutNote] as const),
  ...ofAccounts.map((each) => [...each, aboutAccount] as const),
])('the notification %s with %j reads: %s', (kind, facts, sentence, about) => {
  expect(withoutComma(say({ kind, ...about, ...nothing, ...facts }))).toBe(sentence);
});

const rescheduled: NotificationFacts = {
  ...{ kind: 'event_rescheduled', ...aboutEvent, ...nothing },
  ...{ oldValues: later, newValues: starts },
};
const signed: NotificationFacts = {
  ...{ kind: 'contract_signed', ...aboutContract, ...nothing },
  newValues: amount,
};

test.each([
  ['en-GB', 'Europe/Paris', /Wednesday,? 2 January 2030 at 00:30/, '€12,500.50'],
  ['en-GB', 'America/New_York', /Tuesday,? 1 January 2030 at 18:30/, '€12,500.50'],
  ['fr-FR', 'Europe/Paris', /mercredi 2 janvier 2030 à 00:30/, '12 500,50 €'],
  ['fr-FR', 'America/New_York', /mardi 1 janvier 2030 à 18:30/, '12 500,50 €'],
])(
  'amounts and times of notifications follow the locale %s and the time zone %s',
  (locale, timeZone, time, money) => {
    const format = { locale, timeZone };
    expect(say(rescheduled, format)).toMatch(time);
    expect(say(signed, format)).toBe(`Contract 7 (Acme, ${money}) was signed.`);
  },
);

test('amounts and times of notifications can be formatted by the caller', () => {
  const format = { money: (each: string) => `EUR ${each}`, time: (each: string) => `<${each}>` };
  expect(describeNotification(rescheduled, format)).toBe(
    `“Gala” (event 5) now starts on <${starts.start_date}>.`,
  );
  expect(describeNotification(signed, format)).toBe('Contract 7 (Acme, EUR 12500.50) was signed.');
});

test.each([
  { locale: 'not a locale', timeZone: 'Europe/Paris' },
  { locale: 'en-GB', timeZone: 'Europe/Nowhere' },
])('an invalid locale or time zone is a RangeError: %j', (format) => {
  expect(() => describeNotification(rescheduled, format)).toThrow(RangeError);
});

test('an unknown kind of a newer server is named', () => {
  const kind = 'event_postponed' as NotificationFacts['kind'];
  expect(say({ kind, ...aboutEvent, ...nothing })).toBe('Event postponed: “Gala”.');
  expect(say({ kind, ...aboutAccount, ...nothing })).toBe('Event postponed.');
});
