import { escapeHtml, htmlPage } from '../../core/output/html.ts';
import type { Person, RunSheet } from './facts.ts';

/** For A4 on any printer, and for a phone on site. */
const style = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #111111; --quiet: #555555; --line: #cccccc; --alarm: #a30000; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171d; --ink: #e6e9ef; --quiet: #a3acba; --line: #333a46; --alarm: #ff9a9a; }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 48rem; padding: 2rem 1.25rem; background: var(--paper); color: var(--ink);
  font: 18px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
h1 { font-size: 2rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 1.75rem 0 .5rem; color: var(--quiet); }
p { margin: .35rem 0 0; overflow-wrap: anywhere; }
.when { font-size: 1.3rem; font-weight: 600; }
.warning { margin-top: .75rem; padding: .4rem .75rem; border: 2px solid var(--alarm); color: var(--alarm); font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.5rem; margin: 1.25rem 0 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .5rem .75rem .5rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); font-weight: 400; overflow-wrap: anywhere; }
tbody th { color: var(--quiet); white-space: nowrap; }
td b { font-weight: 600; }
td.phone { white-space: nowrap; }
a { color: inherit; }
.notes { white-space: pre-wrap; }
@media screen and (max-width: 40rem) {
  body { padding: 1rem .75rem; font-size: 16px; }
  tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  th, td { display: block; border: 0; padding: 0; }
}
@page { size: A4; margin: 16mm; }
@media print {
  :root { color-scheme: light; --paper: #ffffff; --ink: #000000; --quiet: #333333; --line: #999999; --alarm: #000000; }
  body { max-width: none; padding: 0; font-size: 12.5pt; }
  a { text-decoration: none; }
  tr, dl { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`.trim();

/** A number that a phone dials. */
function dial(phone: string): string {
  return `<a href="tel:${escapeHtml(phone.replace(/[^+\d]/g, ''))}">${escapeHtml(phone)}</a>`;
}

const row = ({ role, name, phone, email }: Person) =>
  `<tr><th scope="row">${escapeHtml(role)}</th><td><b>${escapeHtml(name)}</b></td>` +
  `<td class="phone">${phone ? dial(phone) : '–'}</td><td>${escapeHtml(email ?? '')}</td></tr>`;

const notesOf = (notes: string) => notes.split('\n').map(escapeHtml).join('\n');

/** A run sheet as one self-contained HTML page. */
export function runSheetPage(sheet: RunSheet): string {
  const { title, name, when, warning, facts, people, notes, colleagues } = sheet;
  return htmlPage(name, style, [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="when">${escapeHtml(when)}</p>`,
    ...(warning ? [`<p class="warning">${escapeHtml(warning)}</p>`] : []),
    '<dl>',
    ...facts.map(([label, text]) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(text)}</dd>`),
    '</dl>',
    '<h2 id="people">Whom to call</h2>',
    '<table aria-labelledby="people"><tbody>',
    ...people.map(row),
    '</tbody></table>',
    ...(notes ? ['<h2>Notes</h2>', `<p class="notes">${notesOf(notes)}</p>`] : []),
    ...(colleagues.length > 0 ? ['<h2>Notes of colleagues</h2>'] : []),
    ...colleagues.map(
      ({ author, text }) => `<p class="notes"><b>${escapeHtml(author)}:</b> ${notesOf(text)}</p>`,
    ),
  ]);
}
