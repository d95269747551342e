import { summaryOf } from '../../nouns/note/fields.ts';
import type { MyDayQuery } from '../../operations/index.ts';

/** A command to type, and what it does. */
export type Suggestion = readonly [commandLine: string, what: string];

const maxSuggestions = 4;

function forSales({ myDrafts, myUnpaid, myEvents }: MyDayQuery): Suggestion[] {
  const [draft] = myDrafts.nodes;
  const [unpaid] = myUnpaid.nodes;
  const [event] = myEvents.nodes;
  const found: Suggestion[] = [];
  if (draft) found.push([`epic contract sign ${draft.id}`, `${draft.clientName} has signed`]);
  if (unpaid) {
    const what = unpaid.isOverdue ? 'the oldest overdue' : 'the oldest unpaid';
    found.push([`epic contract view ${unpaid.id}`, what]);
  }
  if (event) found.push([`epic event view ${event.id}`, 'the next event of a client']);
  return found.length > 0 ? found : [['epic client create', 'a new client']];
}

function forSupport({ myEvents }: MyDayQuery): Suggestion[] {
  const events = myEvents.nodes;
  const [next] = events;
  const planned = events.find(({ status }) => status === 'planned');
  const found: Suggestion[] = [];
  if (next) found.push([`epic event view ${next.id}`, 'my next event, with its notes']);
  if (planned)
    found.push([`epic event update ${planned.id} --status confirmed`, 'it will take place']);
  return [...found, ['epic event calendar --mine', 'my month']];
}

function forManagement({ withoutSupport, drafts, load }: MyDayQuery): Suggestion[] {
  const [event] = withoutSupport.nodes;
  const [draft] = drafts.nodes;
  const free = load
    .filter(({ employeeId }) => employeeId !== null)
    .toSorted(
      (one, other) => one.events - other.events || one.upcomingEvents - other.upcomingEvents,
    )
    .at(0);
  const found: Suggestion[] = [];
  if (event && free) {
    const what = `${free.fullName} has the least to do`;
    found.push([`epic event assign ${event.id} --support ${free.employeeId}`, what]);
  }
  if (draft) found.push([`epic contract view ${draft.id}`, 'the oldest draft']);
  return [...found, ['epic report', 'sold, paid, overdue, and the load']];
}

/** Two to four commands for what there is to do, with its ids. */
export function suggestions(day: MyDayQuery): Suggestion[] {
  const byDepartment = {
    sales: () => forSales(day),
    support: () => forSupport(day),
    management: () => forManagement(day),
  };
  const found = day.me ? byDepartment[day.me.department]() : [];
  const [note] = day.due.nodes;
  const followUp: Suggestion[] = note ? [[`epic note done ${note.id}`, summaryOf(note)]] : [];
  const news: Suggestion[] = day.unread.totalCount
    ? [['epic notification read --all', 'mark the news as read']]
    : [];
  const rest: Suggestion = ['epic help', 'everything else'];
  return [...[...followUp, ...found].slice(0, maxSuggestions - news.length), ...news, rest].slice(
    0,
    maxSuggestions,
  );
}
