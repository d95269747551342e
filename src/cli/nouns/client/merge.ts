import type { Api } from '../../core/api/api.ts';
import { control, required, toggle } from '../../core/args/flag.ts';
import { idOf } from '../../core/args/parsers.ts';
import { change } from '../../core/command/change.ts';
import type { Verb } from '../../core/command/command.ts';
import { assertCanConfirm, confirm, yes } from '../../core/command/confirm.ts';
import { defineFields } from '../../core/command/fields.ts';
import type { RecordNoun } from '../../core/command/record.ts';
import { notFound } from '../../core/errors.ts';
import type { Column } from '../../core/output/columns.ts';
import { formatCell } from '../../core/output/format.ts';
import type { Output } from '../../core/output/output.ts';
import {
  ClientMerge,
  ClientMergedInto,
  type ClientMergeMutation,
  ClientPair,
} from '../../operations/index.ts';
import { type Client, fields, summaryOf } from './fields.ts';

type Plan = NonNullable<NonNullable<ClientMergeMutation['mergeClients']>['clientMerge']>;

/** The client who stays, and what the other brings. */
type Merged = Client & { mergedId: number } & Plan;

const columns: readonly Column<Merged>[] = [
  ...fields.columns,
  ...defineFields<Merged>()({
    mergedId: { kind: 'id' },
    moved: { kind: 'json', value: ({ moved }) => movedBy(moved) },
    filled: { kind: 'json', value: ({ filled }) => filledFields(filled).map(({ key }) => key) },
  }).columns,
];

const movedBy = (moved: Plan['moved']) =>
  Object.fromEntries(moved.map((each) => [each.record, each.records]));

const filledFields = (filled: Plan['filled']) =>
  fields.columns.filter(({ column }) => column !== undefined && filled.includes(column));

/** “3 contracts and 1 note”; empty where nothing moves. */
const inWords = (moved: Plan['moved']): string =>
  new Intl.ListFormat('en-GB').format(
    Object.entries(movedBy(moved)).map(
      ([record, count]) => `${count} ${record}${count === 1 ? '' : 's'}`,
    ),
  );

/** The fields that a person would miss, in words: `phone 06 12 34 56 78`. */
const valuesOf = (client: Client, shown: readonly Column<Client>[]): string =>
  shown
    .map((column) => {
      const label = column.key === 'email' ? 'e-mail' : column.label.toLowerCase();
      return `${label} ${formatCell(column.kind, column.value(client))}`;
    })
    .join(', ');

function showPlan({ note }: Output, stays: Client, goes: Client, { moved, filled }: Plan): void {
  const known = (client: Client) =>
    `${client.id}  ${summaryOf(client)}, ${client.email}, with ${client.commercialName}`;
  const taken = filledFields(filled);
  const lost = fields.columns.filter(
    (column) =>
      ['name', 'company', 'email', 'phone'].includes(column.key) &&
      !taken.includes(column) &&
      column.value(goes) != null &&
      column.value(goes) !== column.value(stays),
  );
  const what = inWords(moved);
  note('Stays:', known(stays));
  note('Is merged into them:', known(goes));
  const to = stays.commercialId === goes.commercialId ? '' : `, and to ${stays.commercialName}`;
  note(
    what ? `Moves to client ${stays.id}${to}: ${what}.` : 'Nothing moves.',
    ...(taken.length > 0 ? [`Filled in: ${valuesOf(goes, taken)}.`] : []),
    ...(lost.length > 0 ? [`In history only: ${valuesOf(goes, lost)}.`] : []),
  );
}

/** The client; an error that names the one who stayed where they were merged into another. */
export async function orMerged<Row>(api: Api, id: number, row: Row | null | undefined) {
  if (row) return row;
  const { clientMergedInto: into } = await api.send(ClientMergedInto, { id });
  if (!into) return row;
  throw notFound(
    `Client ${id} was merged into client ${into.id}: ${summaryOf(into)}.`,
    `Look at it: epic client view ${into.id}`,
  );
}

const flags = {
  id: required('<id>', 'the client who stays: the id, or a part of the name', idOf('client')),
  mergedId: required('<other>', 'the client who is merged into them', idOf('client')),
  dryRun: control(toggle('--dry-run', 'change nothing, and show what would move')),
  yes,
};

/** `client merge`: two clients who are one. */
export const mergeClients = (noun: RecordNoun<Client>): Verb =>
  change<Client, typeof flags, Merged>(noun, {
    name: 'merge',
    summary: 'Merge two clients who are one',
    flags,
    columns,
    examples: [
      ['client merge 12 34 --dry-run', 'which stays, and what moves'],
      ['client merge 12 34', 'client 34 is gone, and leads to client 12'],
    ],
    notes: [
      'Contracts with their events and payments, and notes, move to the client who stays, and to the sales contact of that client. What is empty there is filled in; what differs is kept in history only. It cannot be undone.',
    ],
    write: { verb: 'merge' },
    async send(api, { id, mergedId, dryRun, yes: isSure }, invocation) {
      const both = { id, merged: mergedId };
      const seen = await api.send(ClientMerge, { ...both, dryRun: true });
      const plan = seen.mergeClients?.clientMerge;
      const { stays, goes } = await api.send(ClientPair, both);
      if (!plan || !stays || !goes) return null;
      if (dryRun) {
        showPlan(invocation.output, stays, goes, plan);
        return { ...stays, mergedId, ...plan };
      }
      if (!isSure) {
        assertCanConfirm(invocation.prompts);
        showPlan(invocation.output, stays, goes, plan);
        await confirm(
          invocation,
          () =>
            `Merge client ${mergedId} (${summaryOf(goes)}) into client ${id} (${summaryOf(stays)})? This cannot be undone.`,
        );
      }
      const done = await api.send(ClientMerge, {
        ...both,
        version: stays.version,
        mergedVersion: goes.version,
      });
      const row = await noun.fetch(api, id);
      return row ? { ...row, mergedId, ...(done.mergeClients?.clientMerge ?? plan) } : null;
    },
    done({ id, mergedId, moved, ...client }, { dryRun }) {
      if (dryRun) return 'Nothing was changed.';
      const what = inWords(moved);
      return `Client ${mergedId} merged into client ${id}: ${summaryOf(client)}.${what && ` Moved: ${what}.`}`;
    },
  });
