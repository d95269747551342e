import { required, toggle, under } from '../../core/args/flag.ts';
import { Invalid, type Parser } from '../../core/args/parser.ts';
import { line } from '../../core/args/parsers.ts';
import { type Command, command } from '../../core/command/command.ts';
import type { NounEntry } from '../../core/command/entry.ts';
import { defineFields } from '../../core/command/fields.ts';
import { paging, showPages } from '../../core/command/paging.ts';
import { notFound } from '../../core/errors.ts';
import { actorOf, type Change, changeOf } from '../../core/history/change.ts';
import type { Names } from '../../core/history/formatter.ts';
import { canonical } from '../../core/output/columns.ts';
import { drawTimeline } from '../../core/output/feed.ts';
import { ago, localTime } from '../../core/output/format.ts';
import { resolveId } from '../../core/prompts/ask.ts';
import { History, type HistoryFieldsFragment, HistoryRecord } from '../../operations/index.ts';
import { type HistorySubject, namesFor, sentenceOf } from './sentences.ts';

type DescribedChange = Change & { sentence: string };

const { columns } = defineFields<DescribedChange>()({
  id: { kind: 'text' },
  when: { api: 'changedAt', kind: 'instant', priority: 0 },
  who: { kind: 'text', priority: 1, value: actorOf },
  action: { kind: 'text', priority: 2 },
  record: { kind: 'text' },
  recordId: { api: 'rowId', kind: 'id' },
  employeeId: { kind: 'id' },
  employee: { kind: 'text' },
  program: { api: 'serviceAccount', kind: 'text' },
  databaseUser: { kind: 'text' },
  transaction: { api: 'transactionId', kind: 'text' },
  before: { api: 'old', kind: 'json' },
  after: { api: 'new', kind: 'json' },
  what: { api: 'sentence', kind: 'text', priority: 0 },
});

// the history of the history is its pruning, which the DBA tools show
const records = Object.values(HistoryRecord).filter((each) => each !== 'history');

/** The name of a record, in the singular or in the plural. */
const recordName: Parser<HistoryRecord> = Object.assign(
  (typed: string) => {
    const name = records.find((each) =>
      [each, `${each}s`].map(canonical).includes(canonical(typed)),
    );
    if (name) return name;
    throw new Invalid(
      `there is no record called “${typed}”. The records are ${records.join(', ')}.`,
    );
  },
  { choices: records },
);

/** The changes grouped by transaction, in order; the latest transaction first. */
function transactions(latestFirst: readonly Change[]): [Change, ...Change[]][] {
  const groups: [Change, ...Change[]][] = [];
  for (const change of latestFirst) {
    const group = groups.at(-1);
    if (group?.[0].transactionId === change.transactionId) group.unshift(change);
    else groups.push([change]);
  }
  return groups;
}

/** `epic history`: who changed a record, when, and how. */
export const history = (nouns: readonly NounEntry[]): Command =>
  command({
    flags: {
      record: required('<record>', 'what kind of record', recordName),
      id: required('<id>', "the record's id, or a part of its name", line(200)),
      absolute: toggle('--absolute', 'dates and times instead of “2 hours ago”'),
      ...under('Rows', paging),
    },
    columns,
    examples: [
      ['history contract 7', 'the latest change first'],
      ['history client 12 --limit 1', 'who changed it last'],
      ['history event 31 --json', 'with every value, before and after'],
    ],
    async run(services) {
      const { api, output, prompts, flags, columns: shown, fields: chosen } = services;
      const { record, absolute } = flags;
      const rowId = await resolveId(record, flags.id, { api, output, prompts });
      const noun = nouns.find(({ name }) => name === record);
      const subject: HistorySubject = (await noun?.load()) ?? { fields: [] };
      await showPages<HistoryFieldsFragment>(services, flags, {
        fetch: async ({ first, after }) =>
          (await api.send(History, { first, after, record, rowId })).historyEntries,
        async show(entries, page) {
          if (entries.length === 0) {
            if (page > 1) throw notFound(`There is no page ${page}.`);
            throw notFound(
              `There is no history of ${record} ${rowId} that you may read.`,
              noun && `See which there are: epic ${noun.name} list`,
            );
          }
          const changes = entries.map((entry) => changeOf(entry, subject.fields));
          const groups = transactions(changes);
          const each = (names: Names) =>
            changes.map((change) => ({
              ...change,
              sentence: sentenceOf([change], subject, names),
            }));
          const names = await namesFor(api, each);
          if (output.format === 'people' && chosen === undefined) {
            const now = new Date();
            const moments = groups.map((group) => ({
              when: absolute ? localTime(group[0].changedAt) : ago(group[0].changedAt, now),
              text: sentenceOf(group, subject, names),
            }));
            await output.drawing((paint, width) => drawTimeline(moments, paint, width));
          } else await output.list(shown, each(names), '');
        },
      });
    },
  });
