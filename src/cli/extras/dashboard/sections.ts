import type { ChartColumn } from '../../core/output/bars.ts';
import { ago, formatCell } from '../../core/output/format.ts';
import { notificationText } from '../../core/output/notification.ts';
import { aboutOf, titleOf } from '../../nouns/note/fields.ts';
import type {
  DayContractsFragment,
  DayEventsFragment,
  MyDayQuery,
} from '../../operations/index.ts';

/** A section of the day: its size, its first rows, and the command that lists the rest. */
export interface DaySection {
  title: string;
  count: number;
  rowCount: number;
  columns: readonly ChartColumn[];
  rest: string;
}

type EventRow = DayEventsFragment['nodes'][number];

const text = (texts: string[]): ChartColumn => ({ label: '', texts, align: 'left' });
const flexible = (texts: string[]): ChartColumn =>
  ({ ...text(texts), flexible: true }) as ChartColumn;
const right = (texts: string[]): ChartColumn => ({ label: '', texts, align: 'right' });
const ids = (rows: readonly { id: number }[]) => right(rows.map(({ id }) => String(id)));

function drafts(
  found: DayContractsFragment,
  about: { title: string; rest: string; withPerson: boolean },
  now: Date,
): DaySection {
  const { nodes: rows, totalCount: count } = found;
  const drawnUp = rows.map(({ createdAt, commercialName }) =>
    about.withPerson
      ? `${commercialName}, ${ago(createdAt, now)}`
      : `drawn up ${ago(createdAt, now)}`,
  );
  return {
    ...about,
    count,
    rowCount: rows.length,
    columns: [
      ids(rows),
      flexible(rows.map(({ clientName }) => clientName)),
      right(rows.map(({ totalAmount }) => formatCell('money', totalAmount))),
      text(drawnUp),
    ],
  };
}

function unpaid({ nodes: rows, totalCount: count }: DayContractsFragment, now: Date): DaySection {
  const since = rows.map((row) => {
    const signed = row.signedAt === null ? '' : `signed ${ago(row.signedAt, now)}`;
    return row.isOverdue ? `overdue, ${signed}` : signed;
  });
  return {
    title: 'To be paid',
    count,
    rowCount: rows.length,
    rest: 'epic contract list --mine --unpaid',
    columns: [
      ids(rows),
      flexible(rows.map(({ clientName }) => clientName)),
      right(rows.map(({ amountToBePaid }) => formatCell('money', amountToBePaid))),
      text(since),
    ],
  };
}

function events(
  { nodes: rows, totalCount: count }: DayEventsFragment,
  about: { title: string; rest: string },
  last: (event: EventRow) => string,
): DaySection {
  return {
    ...about,
    count,
    rowCount: rows.length,
    columns: [
      ids(rows),
      text(rows.map(({ startDate }) => formatCell('instant', startDate))),
      flexible(rows.map(({ title }) => title)),
      text(rows.map(last)),
    ],
  };
}

function load(people: NonNullable<MyDayQuery['load']>): DaySection {
  const rows = people.filter(({ employeeId }) => employeeId !== null);
  return {
    title: 'Events in the next 30 days, by support person',
    count: rows.length,
    rowCount: rows.length,
    rest: 'epic report',
    columns: [
      flexible(rows.map(({ fullName }) => fullName ?? '')),
      right(rows.map((each) => String(each.events))),
      { label: '', bars: rows.map((each) => each.events) },
      text(rows.map(({ upcomingEvents }) => `${upcomingEvents} to come in all`)),
    ],
  };
}

function unread(
  { nodes: rows, totalCount: count }: MyDayQuery['unread'] & object,
  now: Date,
): DaySection {
  return {
    title: 'Unread',
    count,
    rowCount: rows.length,
    rest: 'epic notification list --unread',
    columns: [
      ids(rows),
      flexible(rows.map(notificationText)),
      text(rows.map(({ createdAt }) => ago(createdAt, now))),
    ],
  };
}

function due({ nodes: rows, totalCount: count }: MyDayQuery['due'] & object): DaySection {
  return {
    title: 'To follow up',
    count,
    rowCount: rows.length,
    rest: 'epic note list --mine --due',
    columns: [
      ids(rows),
      text(rows.map(({ remindOn }) => formatCell('date', remindOn))),
      flexible(rows.map(titleOf)),
      text(rows.map(aboutOf)),
    ],
  };
}

const runBy = ({ supportContactName }: EventRow) => supportContactName ?? 'nobody yet';

/** The news, without the reminders of notes that are to be followed up anyway. */
function withoutDue({ unread, due }: MyDayQuery): MyDayQuery['unread'] & object {
  const { nodes, totalCount } = unread;
  const others = nodes.filter(({ noteId }) => !due.nodes.some(({ id }) => id === noteId));
  return { nodes: others, totalCount: totalCount - (nodes.length - others.length) };
}

/** The sections of a day by department, without empty ones. */
export function sectionsOf(day: MyDayQuery, now: Date): DaySection[] {
  const news = unread(withoutDue(day), now);
  const mine = (title: string, last: (event: EventRow) => string) =>
    events(day.myEvents, { title, rest: 'epic event list --mine --upcoming' }, last);
  const byDepartment = {
    sales: () => [
      drafts(
        day.myDrafts,
        { title: 'To get signed', rest: 'epic contract list --mine --unsigned', withPerson: false },
        now,
      ),
      unpaid(day.myUnpaid, now),
      mine('Coming events of my clients', runBy),
      news,
    ],
    support: () => [
      mine('My next events', ({ status }) => status),
      { ...news, title: 'What changed' },
    ],
    management: () => [
      events(
        day.withoutSupport,
        {
          title: 'Without support',
          rest: 'epic event list --no-support --upcoming',
        },
        ({ location }) => location ?? '',
      ),
      drafts(
        day.drafts,
        {
          title: 'Not signed yet',
          rest: 'epic contract list --unsigned',
          withPerson: true,
        },
        now,
      ),
      load(day.load),
      news,
    ],
  };
  if (!day.me) return [];
  return [due(day.due), ...byDepartment[day.me.department]()].filter(
    ({ rowCount }) => rowCount > 0,
  );
}
