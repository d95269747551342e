/** Without scroll containers, so that headings and table heads stick to the window. */
export const style = `:root {
  color-scheme: light dark;
  --text: light-dark(#1c1e21, #e3e5e8);
  --faint: light-dark(#5d636b, #9aa1ab);
  --line: light-dark(#dcdfe4, #343941);
  --shade: light-dark(#f3f4f6, #22262c);
  --page: light-dark(#ffffff, #16191d);
  --link: light-dark(#0b57b7, #86b7f5);
  --mark: light-dark(#fff3d1, #463a12);
  --mark-text: light-dark(#5a3c00, #ffdf8f);
  --head: 2.5rem;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 14px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1.5rem 6rem; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
code { font: 0.92em ui-monospace, monospace; background: var(--shade); border-radius: 3px; padding: 0.1em 0.3em; overflow-wrap: anywhere; }
:is(h2, h3, a, .grid) code { background: none; padding: 0; }
p { max-width: 46rem; margin: 0.5rem 0 0.75rem; }
li { margin: 0.4rem 0; }
pre { overflow-x: auto; }

h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 0.75rem; }
h2, h3 { position: sticky; top: 0; z-index: 2; height: var(--head); line-height: var(--head); margin: 0; background: var(--page); overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
h2 { font-size: 1.3rem; }
h3 { font-size: 1.1rem; z-index: 3; border-top: 1px solid var(--line); }
section { margin-top: 2rem; }

table { border-collapse: separate; border-spacing: 0; width: 100%; margin: 0.25rem 0 1rem; }
th, td { padding: 0.3rem 0.9rem 0.3rem 0; vertical-align: top; text-align: left; }
thead th { position: sticky; top: var(--head); z-index: 1; background: var(--page); color: var(--faint); font-weight: 600; border-bottom: 1px solid var(--line); }

.grid { line-height: 1.4; }
.grid th, .grid td { padding: 0.08rem 0.6rem; overflow-wrap: anywhere; }
.grid th { white-space: nowrap; }
.grid tbody th { padding-left: 0; font-weight: 400; }
.grid tbody [scope="row"] { color: var(--faint); }
.grid td { color: var(--faint); width: calc(75% / var(--columns)); }
.grid th:first-child { padding-left: 0; }
.grid .first > *, .grid td { border-top: 1px solid var(--line); }
.grid .differs { background: var(--mark); color: var(--mark-text); font-weight: 600; }
.grid .differs.none { background: none; color: var(--faint); font-weight: 400; }

nav ul { margin: 0; padding: 0; list-style: none; }
nav ul ul { display: inline; }
nav ul ul li { display: inline-block; margin: 0 0 0 0.75rem; }
@media (min-width: 720px) {
  tr.first:not(:first-child) td { border-top: 1px solid var(--line); }
}
@media (min-width: 1260px) {
  body { padding-left: 12.5rem; }
  nav { position: fixed; inset: 0 auto 0 0; width: 12.5rem; overflow-y: auto; padding: 1.5rem 0.5rem 1.5rem 1.25rem; border-right: 1px solid var(--line); font-size: 0.93em; }
  nav li, nav ul ul li { display: block; margin: 0.15rem 0; }
  nav ul ul { display: block; padding-left: 0.75rem; margin-bottom: 0.5rem; }
  nav ul ul a { display: block; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
}
@media (max-width: 719px) {
  main { padding: 1rem 1rem 4rem; }
  table, tbody, tr, td { display: block; }
  table:not(.grid) thead { display: none; }
  table:not(.grid) tr { padding: 0.4rem 0; }
  table:not(.grid) tr.first { border-top: 1px solid var(--line); }
  table:not(.grid) tr > td { position: relative; padding: 0.15rem 0 0.15rem 5.5rem; border: 0; }
  table:not(.grid) td::before { content: attr(data-head); position: absolute; left: 0; color: var(--faint); }
  table:not(.grid) td:empty { display: none; }
  .grid th { display: block; white-space: normal; }
  .grid thead { display: block; position: sticky; top: var(--head); z-index: 1; background: var(--page); }
  .grid tr { display: grid; grid-template-columns: 4rem repeat(var(--columns), minmax(0, 1fr)); }
  .grid thead th { padding: 0.12rem 0.3rem; }
  .grid thead th:first-child { display: none; }
  .grid [scope="rowgroup"] { grid-column: 1 / -1; padding-top: 0.5rem; }
  .grid td { width: auto; padding: 0.12rem 0.3rem; }
  .grid td[colspan] { grid-column: 2 / -1; }
  ul { padding-left: 1.25rem; }
}
@media print {
  :root { color-scheme: light; --head: 2rem; }
  body { padding: 0; font-size: 9pt; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  h2, h3, thead th { position: static; }
  tr, li { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  thead { display: table-header-group; }
}
`;
