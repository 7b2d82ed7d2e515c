"""The style sheet of the HTML report: light and dark by the reader's wish, narrow and wide, and on paper."""

from typing import Final

_COLOURS: Final = """
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1b2025; --quiet: #59636d; --line: #d8dde2; --raised: #f5f7f9;
  --a: #0a6a94; --b: #a02c8b; --good: #17722f; --bad: #b3360b; --warn: #8a5a00; --warn-back: #fff6df;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --text: #e5e8eb; --quiet: #9ba5af; --line: #343b42; --raised: #1d2226;
    --a: #61c7ee; --b: #f191da; --good: #63cf7c; --bad: #ff9466; --warn: #efc15a; --warn-back: #2c2614;
  }
}
"""

_TEXT: Final = """
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1.5rem clamp(0.75rem, 3vw, 2rem) 3rem; max-width: 76rem;
  background: var(--page); color: var(--text);
  font: 0.95rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 0.6rem; padding-top: 0.6rem; border-top: 1px solid var(--line); }
p { max-width: 50rem; margin: 0.6rem 0; }
.headline { font-size: 1.1rem; font-weight: 600; margin-top: 1.2rem; }
.quiet, .note, .reason, .own, figcaption, footer { color: var(--quiet); font-weight: 400; }
.note, figcaption, footer { font-size: 0.9em; }
code { font: 0.85em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
nav { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; margin-top: 1.2rem; }
a { color: var(--a); }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 0.6rem; }
:focus-visible { outline: 2px solid var(--a); outline-offset: 2px; }
"""

_HEAD: Final = """
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 0.75rem; }
.side { display: flex; gap: 0.8rem; padding: 0.7rem 0.9rem; background: var(--raised); border-left: 4px solid; }
.side.a { border-color: var(--a); }
.side.b { border-color: var(--b); border-left-style: double; border-left-width: 6px; }
.side div { min-width: 0; display: grid; align-content: start; }
.big-letter { font-size: 1.6rem; line-height: 1.2; font-weight: 700; }
.side.a .big-letter { color: var(--a); }
.side.b .big-letter { color: var(--b); }
.badges { list-style: none; display: flex; flex-wrap: wrap; gap: 0.5rem 1.4rem; padding: 0; margin: 0.8rem 0; }
.verdict { white-space: nowrap; font-weight: 600; }
.verdict.a { color: var(--a); }
.verdict.b { color: var(--b); }
.verdict.same { color: var(--good); }
.verdict.open { color: var(--quiet); font-weight: 400; }
.warnings { background: var(--warn-back); border-left: 4px solid var(--warn); padding: 0.6rem 1rem; margin-top: 1rem; }
.warnings h2 { margin: 0; padding: 0; border: 0; font-size: 1rem; color: var(--warn); }
.warnings ul { margin: 0.3rem 0 0; padding-left: 1.2rem; }
"""

_TABLES: Final = """
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 0.6rem 0 1rem; }
caption { text-align: left; font-weight: 600; padding: 0.3rem 0; }
th, td { padding: 0.28rem 0.7rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 500; }
thead th { color: var(--quiet); font-size: 0.9em; vertical-align: bottom; }
.number { text-align: right; white-space: nowrap; }
.scroll { overflow-x: auto; max-width: 100%; }
.scroll table { overflow-wrap: normal; }
.figures { width: 100%; }
.figures tr.explained > * { border-bottom: 0; padding-bottom: 0; }
.figures .reason { padding-top: 0; font-size: 0.9em; }
.figures .better { font-weight: 650; }
.figures .own { display: block; font-size: 0.8em; white-space: nowrap; }
.figures .bar { text-align: center; white-space: nowrap; }
.figures .of-verdict { white-space: nowrap; }
.settings td, .settings th, .examples td, .examples th, .methods td, .methods th { max-width: 26rem; }
.examples th, .examples td, .settings td, .methods td { white-space: normal; overflow-wrap: anywhere; min-width: 5rem; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.confusion td { padding: 0; }
.confusion td span { display: block; padding: 0.25rem 0.35rem; min-width: 1.9rem; }
.confusion th { padding: 0.25rem 0.35rem; }
.right-cell { background: color-mix(in srgb, var(--good) calc(var(--share) * 45%), transparent); }
.wrong-cell { background: color-mix(in srgb, var(--bad) calc(var(--share) * 70%), transparent); }
.zero-cell { color: var(--quiet); }
.matrices, .side-by-side { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: flex-start; }
.matrices > *, .side-by-side > * { min-width: 0; max-width: 100%; }
.groups .bar .quiet { font-size: 0.85em; }
h3 { font-size: 1rem; margin: 1.2rem 0 0.4rem; }
details { margin: 0.6rem 0; }
summary { cursor: pointer; font-weight: 500; }
"""

_CHARTS: Final = """
svg { display: block; max-width: 100%; height: auto; }
svg text { fill: var(--quiet); font: 11px system-ui, "DejaVu Sans", sans-serif; }
svg text.letter { font-weight: 700; font-size: 13px; }
svg text.a { fill: var(--a); }
svg text.b { fill: var(--b); }
figure { margin: 0; min-width: 0; }
figure strong { font-size: 0.9rem; font-weight: 600; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1.2rem 2rem; }
.charts.three { grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); }
.chart { width: 100%; max-width: 36rem; }
.interval { width: 100%; max-width: 13rem; margin: 0 auto; }
.decisive { width: 26rem; }
.heat-map { width: 100%; max-width: 22rem; }
.grid { stroke: var(--line); stroke-width: 1; }
.axis, .zero { stroke: var(--quiet); stroke-width: 1; }
.frame { fill: none; stroke: var(--line); }
.trace { fill: none; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.trace.a { stroke: var(--a); }
.trace.b { stroke: var(--b); stroke-dasharray: 6 4; }
.band { opacity: 0.16; }
.fill.a, .band.a { fill: var(--a); }
.fill.b, .band.b { fill: var(--b); }
.reach { stroke-width: 2; }
.reach.a { stroke: var(--a); fill: var(--a); }
.reach.b { stroke: var(--b); fill: var(--b); }
.reach.open { stroke: var(--quiet); fill: var(--quiet); }
.reach .ring { fill: var(--page); }
.heat-map .right, .heat-map .good { fill: var(--good); }
.heat-map .wrong, .heat-map .bad { fill: var(--bad); }
"""

_WIDE: Final = """
@media (min-width: 68.01rem), print {
  .figures { table-layout: fixed; }
  .figures th, .figures td { width: 11%; padding: 0.28rem 0.5rem; }
  .figures th:first-child { width: 16%; padding-left: 0; }
  .figures th:nth-child(4) { width: 9%; }
  .figures th:nth-child(5) { width: 18%; }
  .figures th:nth-child(6) { width: 8%; }
  .figures .bar { width: 15%; }
  .figures th:last-child { width: 12%; }
  .figures .reason { padding-left: 0; }
  .groups .number { white-space: normal; }
  .figures.groups th:nth-child(2), .figures.groups th:nth-child(3) { width: 17%; }
  .figures.groups th:nth-child(4) { width: 9%; }
  .figures.groups th:nth-child(5), .figures.groups th:nth-child(6) { width: 15%; }
  .figures.groups th:last-child { width: 12%; }
}
"""

_NARROW: Final = """
@media screen and (max-width: 68rem) {
  .figures, .figures tbody, .figures caption { display: block; }
  .figures thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .figures tr { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); padding: 0.5rem 0; }
  .figures tr { border-bottom: 1px solid var(--line); }
  .figures tr.explained { border-bottom: 0; padding-bottom: 0; }
  .figures tr > * { border: 0; padding: 0.05rem 0.4rem 0.05rem 0; text-align: left; min-width: 0; }
  .figures th[scope="row"] { grid-column: 1 / -2; font-weight: 600; }
  .figures .of-verdict { grid-column: -2 / -1; grid-row: 1; text-align: right; }
  .figures .number { white-space: normal; }
  .figures .number::before { content: attr(data-label); display: block; color: var(--quiet); font-size: 0.75rem; }
  .figures .number:empty { display: none; }
  .figures td:nth-child(5) { grid-column: span 2; }
  .figures .bar { grid-column: 1 / -1; width: 100%; }
  .figures .interval { max-width: none; height: 1.4rem; }
  .figures .reason { grid-column: 1 / -1; }
  .figures .own { display: none; }
}
"""

_BETWEEN: Final = """
@media screen and (min-width: 34rem) and (max-width: 68rem) {
  .figures tr { grid-template-columns: repeat(6, minmax(0, 1fr)); }
  .figures .bar { grid-column: 4 / -1; grid-row: 1; padding-right: 8rem; }
  .figures th[scope="row"] { grid-column: 1 / 4; }
}
"""

_PAPER: Final = """
@media print {
  :root {
    --page: #ffffff; --text: #000000; --quiet: #444444; --line: #bbbbbb; --raised: #f4f4f4;
    --a: #0a5a80; --b: #8a2078; --good: #17722f; --bad: #a8330a; --warn: #6b4600; --warn-back: #ffffff;
  }
  body { max-width: none; padding: 0; font-size: 9.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  nav { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .scroll { overflow: visible; }
  .figures { font-size: 8pt; }
  .figures .number { white-space: normal; overflow-wrap: normal; }
  .figures .long { display: none; }
  h2, caption { break-after: avoid; }
  tr, figure, .side, .warnings, .confusion, .counts { break-inside: avoid; }
  tr.explained { break-after: avoid; }
  @page { margin: 14mm; }
}
"""

STYLE: Final = "".join((_COLOURS, _TEXT, _HEAD, _TABLES, _CHARTS, _WIDE, _NARROW, _BETWEEN, _PAPER))
