import { Search, type SearchQuery } from '../../operations/index.ts';
import type { Api } from '../api/api.ts';
import type { Reference } from '../args/parsers.ts';
import { notFound, usageError } from '../errors.ts';
import type { Output } from '../output/output.ts';
import { capitalize, shellQuote } from '../text/words.ts';

type Finding = NonNullable<SearchQuery['search']>[number];

/** As many candidates as one takes in at a glance. */
const atMost = 8;

/** `a client`, `active support employees`. */
function inWords({ kind, department }: Reference, many: boolean): string {
  if (many) return department ? `active ${department} employees` : `${kind}s`;
  return department ? `active ${department} employee` : kind;
}

const described = ({ id, title, detail }: Finding) =>
  `${id}  ${[title, detail].filter(Boolean).join(', ')}`;

const listed = (findings: readonly Finding[]) =>
  findings.slice(0, atMost).map(described).join('\n');

async function search(api: Api, { kind, department }: Reference, text: string) {
  const { search: found } = await api.send(Search, {
    text,
    kinds: [kind],
    department,
    first: atMost + 1,
  });
  return found ?? [];
}

/**
 * The id of the one record that a text means: the one that is called so, or else the only one that contains it. On a
 * terminal it says which. Throws a usage error (exit 2) with the candidates when there are several, and exit 3 when
 * there is none; what is only spelt like it is never taken for it.
 */
export async function resolve(
  { api, output }: { api: Api; output: Output },
  refersTo: Reference,
  text: string,
): Promise<number> {
  const found = await search(api, refersTo, text);
  const exact = found.filter(({ closeness }) => closeness === 'exact');
  const meant =
    exact.length > 0 ? exact : found.filter(({ closeness }) => closeness === 'contains');
  const { kind, department } = refersTo;
  const [one] = meant;
  if (one === undefined) {
    const inList = `epic ${kind} list${department ? ` --department ${department}` : ''}`;
    throw notFound(
      `No ${inWords(refersTo, false)} matches “${text}”.`,
      found.length > 0 ? `Did you mean this?\n${listed(found)}` : `See which there are: ${inList}`,
    );
  }
  if (meant.length > 1) {
    const more = `, and more: ${shellQuote(['epic', 'search', text, '--kind', kind])}`;
    throw usageError(
      `“${text}” is not clear: it matches several ${inWords(refersTo, true)}.`,
      `Give the id of the one you mean${meant.length > atMost ? more : '.'}\n${listed(meant)}`,
    );
  }
  if (output.format === 'people') {
    output.note(
      `${capitalize(kind)} ${[`${one.id}: ${one.title}`, one.detail].filter(Boolean).join(', ')}`,
    );
  }
  return one.id;
}

/** What a text could mean, for a prompt, by ids. */
export async function suggestions(
  api: Api,
  refersTo: Reference,
  text: string,
): Promise<{ title: string; value: string }[]> {
  const found = await search(api, refersTo, text);
  // A number is an id, not a part of a name.
  const meant = /^\d+$/.test(text.trim())
    ? found.filter(({ closeness }) => closeness === 'exact')
    : found;
  return meant
    .slice(0, atMost)
    .map((finding) => ({ title: described(finding), value: String(finding.id) }));
}
