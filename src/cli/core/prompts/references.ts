import { Search, type SearchQuery } from '../../operations/index.ts';
import type { Api } from '../api/api.ts';
import type { Reference } from '../args/parser.ts';
import { notFound, usageError } from '../errors.ts';
import type { Output } from '../output/output.ts';
import { capitalize, shellQuote } from '../text/words.ts';
import type { Choice } from './choices.ts';
import type { Prompts } from './prompts.ts';

/** What a name is looked up with. */
export interface Asking {
  api: Api;
  output: Output;
  prompts: Prompts;
}

type Finding = NonNullable<SearchQuery['search']>[number];

/** As many candidates as one takes in at a glance. */
const atMost = 8;

/** `a client`, `active support employees`. */
function inWords({ kind, department }: Reference, many: boolean): string {
  if (many) return department ? `active ${department} employees` : `${kind}s`;
  return department ? `active ${department} employee` : kind;
}

const described = ({ id, title, detail }: Finding | Choice) =>
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
  return found;
}

/** Only the one that was found; undefined for none, or several. */
const only = <Found>(found: readonly Found[]): Found | undefined =>
  found.length === 1 ? found[0] : undefined;

/** Of several that a text means, the only one of mine, or the only one in the state that is needed; with why it is. */
async function preferred(
  api: Api,
  refersTo: Reference,
  text: string,
): Promise<(Choice & { because: string }) | undefined> {
  const { kind, state } = refersTo;
  if (kind === 'employee') return undefined;
  const { choices } = await import('./choices.ts');
  const inState = state ? `${state} ` : '';
  const mine = only(await choices(api, refersTo, { text, mine: true, first: 2 }));
  if (mine) return { ...mine, because: `the only ${inState}one of yours` };
  const any = state && only(await choices(api, refersTo, { text, mine: false, first: 2 }));
  return any && { ...any, because: `the only ${inState}one` };
}

/** Which of several a text means: chosen on a terminal; elsewhere a usage error lists them. */
async function chooseAmong(
  { prompts }: Pick<Asking, 'prompts'>,
  { refersTo, text }: { refersTo: Reference; text: string },
  found: readonly Finding[],
): Promise<number> {
  const { kind } = refersTo;
  const isCut = found.length > atMost;
  const all = shellQuote(['epic', 'search', text, '--kind', kind]);
  const many = `“${text}” is not clear: it matches several ${inWords(refersTo, true)}`;
  if (prompts.possible) {
    const options = found.slice(0, atMost).map(({ id, title, detail }) => ({
      value: id,
      name: String(id),
      summary: [title, detail].filter(Boolean).join(', '),
    }));
    return prompts.pick(`Which ${kind}${isCut ? ` (more: ${all})` : ''}`, options);
  }
  throw usageError(
    `${many}.`,
    `Give the id of the one you mean${isCut ? `, and more: ${all}` : '.'}\n${listed(found)}`,
  );
}

/**
 * The id of the one record that a text means: the one that is called so, or else the only one that contains it; of
 * several, the only one that is mine. On a terminal it says which, and offers a choice where there are several;
 * elsewhere those are a usage error (exit 2). Exit 3 when there is none; what is only spelt like it is never taken for it.
 */
export async function resolve(
  services: Asking,
  refersTo: Reference,
  text: string,
): Promise<number> {
  const { api, output } = services;
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
  const say = ({ id, title, detail }: Finding | Choice, because?: string) =>
    output.note(
      `${capitalize(kind)} ${[`${id}: ${title}`, detail].filter(Boolean).join(', ')}${because ? ` (${because})` : ''}`,
    );
  if (meant.length === 1) {
    if (output.format === 'people') say(one);
    return one.id;
  }
  const mine = await preferred(api, refersTo, text);
  if (!mine) return chooseAmong(services, { refersTo, text }, meant);
  say(mine, mine.because);
  return mine.id;
}

/**
 * What a text could mean, for a prompt, by ids: of what can be chosen, where that is known. Before anything is typed,
 * what one looks after.
 */
export async function suggestions(
  api: Api,
  refersTo: Reference,
  { text, mine, atOnce }: { text: string; mine: boolean; atOnce: boolean },
): Promise<{ title: string; value: string }[]> {
  const typed = text.trim();
  if (typed === '' && !atOnce) return [];
  const isNumber = /^\d+$/.test(typed);
  const isNarrow = refersTo.kind !== 'employee' && (mine || refersTo.state !== undefined);
  let meant: readonly (Finding | Choice)[];
  if (!isNumber && (isNarrow || typed === '')) {
    const { choices } = await import('./choices.ts');
    const isMine = mine || (typed === '' && refersTo.state === undefined);
    const narrowing = { text: typed, mine: isMine, first: atMost };
    meant = await choices(api, refersTo, narrowing);
    // whose it is, and how to reach them, is told where it is chosen
    if (typed !== '' && isMine && meant.length === 0)
      meant = await choices(api, refersTo, { ...narrowing, mine: false });
  } else {
    const found = await search(api, refersTo, text);
    // A number is an id, not a part of a name.
    meant = isNumber ? found.filter(({ closeness }) => closeness === 'exact') : found;
  }
  return meant
    .slice(0, atMost)
    .map((finding) => ({ title: described(finding), value: String(finding.id) }));
}
