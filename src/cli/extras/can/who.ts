import type { Api } from '../../core/api/api.ts';
import { defineFields } from '../../core/command/fields.ts';
import { type Question, questionVariables } from '../../core/command/permission.ts';
import type { Column, Field } from '../../core/output/columns.ts';
import type { Output } from '../../core/output/output.ts';
import { WhoMay, type WhoMayQuery } from '../../operations/index.ts';

type Answer = NonNullable<WhoMayQuery['whoMay']>[number];

/** What `epic can … --who` shows of each person, or of a whole department. */
export const { columns: answerColumns } = defineFields<Partial<Answer>>()({
  who: { kind: 'text', priority: 0, value: whoOf },
  department: { kind: 'text', priority: 1 },
  answer: { kind: 'text', priority: 0, value: wordOf },
  why: { kind: 'text', priority: 0, wraps: true, value: whyOf },
  employeeId: { kind: 'id' },
  people: { kind: 'number' },
  permitted: { api: 'holds', kind: 'flag' },
  policy: { kind: 'text' },
  sentence: { kind: 'text' },
  rules: { kind: 'text' },
  rule: { kind: 'text' },
  ruleSentence: { kind: 'text' },
  complete: { api: 'isComplete', kind: 'flag' },
});

function whoOf({ fullName, department, people }: Partial<Answer>): string {
  return fullName ?? `everyone in ${department} (${people})`;
}

function wordOf({ holds, rules }: Partial<Answer>): string {
  if (holds === null) return 'depends';
  return holds && rules !== 'broken' ? 'yes' : 'no';
}

function whyOf({ sentence, rules, ruleSentence }: Partial<Answer>): string {
  return rules === 'broken'
    ? `Permitted, but refused by a rule: ${ruleSentence}`
    : (sentence ?? 'It has no comment.');
}

/** Who is permitted what a question asks, and who might be, depending on what was not given. */
export async function listWho(
  api: Api,
  output: Output,
  question: Question,
  { fields, columns }: { fields: readonly Field[]; columns: readonly Column<Partial<Answer>>[] },
): Promise<void> {
  const { whoMay } = await api.send(WhoMay, questionVariables(question, fields));
  const able = whoMay.filter(({ holds }) => holds !== false);
  await output.list(columns, able, 'No employee may do this.');
  if (output.format !== 'people') return;

  const unable = new Map<string, number>();
  for (const { department, holds, people } of whoMay)
    if (holds === false) unable.set(department, (unable.get(department) ?? 0) + people);
  const counts = [...unable].map(([department, people]) => `${department} (${people})`);
  if (counts.length > 0 && able.length > 0) output.note(`Not permitted: ${counts.join(', ')}.`);
  if (able.some(({ rules }) => rules === 'untried'))
    output.note('Rules, such as “An event needs a signed contract.”, were not tried.');
}
