/** The style of the page: light and dark, on screen, in a mail and in print. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2330; --quiet: #5b6472; --line: #d9dde4; --signed: #2456a6; --paid: #b4770a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171d; --ink: #e6e9ef; --quiet: #a3acba; --line: #333a46; --signed: #7fa9f0; --paid: #e8b65a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem;
  background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.2rem; margin: 2.75rem 0 .75rem; }
p { margin: .35rem 0 0; color: var(--quiet); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .6rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
thead th { color: var(--quiet); font-weight: 600; font-size: .875rem; }
tbody th { font-weight: 400; white-space: normal; min-width: 6.5rem; }
tfoot th, tfoot td { font-weight: 600; border-bottom: 0; }
.right { text-align: right; }
.bar { width: 20%; min-width: 4rem; padding-left: 0; }
.bar i { display: block; height: .8rem; border-radius: 2px; background: var(--signed); min-width: 1px; }
.bar i.second { background: var(--paid); }
.bar i.none { visibility: hidden; }
figure { margin: 0 0 1rem; }
figcaption { color: var(--quiet); font-size: .875rem; }
figcaption b { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin: 0 .35rem 0 .8rem; background: var(--signed); }
figcaption b:first-child { margin-left: 0; }
figcaption b.second { background: var(--paid); }
svg { display: block; width: 100%; height: auto; }
svg.narrow { display: none; }
svg text { fill: var(--quiet); font: 12px system-ui, sans-serif; }
svg line { stroke: var(--line); }
svg .first { fill: var(--signed); }
svg .second { fill: var(--paid); }
@media screen and (max-width: 48rem) {
  .bar { display: none; }
}
@media screen and (max-width: 40rem) {
  body { padding: 1.25rem .75rem 3rem; font-size: 13px; }
  svg.wide { display: none; }
  svg.narrow { display: block; }
  thead th:first-child { display: none; }
  table, thead, tbody, tfoot { display: block; }
  tr { display: grid; grid-template-columns: repeat(var(--cells), minmax(0, 1fr)); gap: 0 .75rem; padding: .35rem 0; border-bottom: 1px solid var(--line); }
  th, td { padding: 0; border: 0; white-space: normal; overflow-wrap: anywhere; }
  tbody th, tfoot th { grid-column: 1 / -1; }
}
@page { margin: 16mm 14mm; }
@media print {
  :root { color-scheme: light; --paper: #ffffff; --ink: #000000; --quiet: #444444; --line: #bbbbbb; --signed: #2456a6; --paid: #b4770a; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h2 { margin-top: 1.6rem; break-after: avoid; }
  tr, figure { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  .bar i, figcaption b, svg { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`.trim();
