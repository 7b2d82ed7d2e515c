"""A comparison of groups in the terminal, as Markdown and as CSV: means with spread, and every run's own point."""

import csv
import io
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from workbench.comparison.group_result import GroupCompared
from workbench.comparison.group_words import group_headline, group_name, group_size, mean_words, strips
from workbench.comparison.report.markdown import code, difference_blocks, marked, reason_blocks, table, warning_blocks
from workbench.comparison.report.spreadsheet import COLUMNS, cells_of
from workbench.comparison.result import GROUPS, Caution, Difference, Row, Verdict
from workbench.comparison.wording import HEADINGS, ended, grouped_reasons, setting_words, with_repairs, words_of
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_some, format_value
from workbench.inert import inert

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.table import Table

_STYLES: Final = {
    Verdict.A: "bold cyan",
    Verdict.B: "bold magenta",
    Verdict.EQUIVALENT: "green",
    Verdict.UNRESOLVED: "yellow",
    Verdict.NOT_COMPARABLE: "dim",
}
_TEXT_WIDTH: Final = 100
_STRIP: Final = 40
_NARROWEST_STRIP: Final = 10
_ROOM_FOR_ENDS: Final = 28
_STRIP_IN_MARKDOWN: Final = 24
_LONGEST_NAME: Final = 48
_MOST_RUNS: Final = 12
_SPREAD_COLUMNS: Final = tuple(f"{side}_{what}" for side in ("a", "b") for what in ("n", "sd", "min", "max"))


@dataclass(frozen=True, eq=False)
class GroupReport:
    """The report as rich draws it: heads, rows by group, the strips, reasons, what differs, warnings, the summary."""

    compared: GroupCompared

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> Iterator["RenderableType"]:
        from rich.text import Text

        comparison, ascii_only = self.compared.comparison, options.ascii_only
        width = min(options.max_width, _TEXT_WIDTH)
        for line in _heads(self.compared):
            yield Text(line, style="bold")
        yield Text("")
        yield _table(self.compared, options.max_width, ascii_only=ascii_only)
        yield Text("")
        for sentence in grouped_reasons(comparison.rows):
            yield Text(_wrapped(sentence, width, "  "), style="dim")
        points = list(_strip_lines(self.compared, width, ascii_only=ascii_only))
        if points:
            yield Text("\nEvery run", style="bold")
            for line in points:
                yield Text(line)
        for title, differences in (
            ("Settings that differ", comparison.parameters),
            ("Environment that differs", comparison.environment),
        ):
            if differences:
                yield Text(f"\n{title}", style="bold")
                for item in differences:
                    yield Text(_wrapped(_difference(item), width, "  "))
        if comparison.warnings:
            yield Text("\nWarnings", style="bold")
            for sentence in _warnings(comparison.warnings):
                yield Text(_wrapped(sentence, width, "! "))
        yield Text("\nSummary", style="bold")
        yield Text(_wrapped(comparison.summary, width, ""))


def to_group_markdown(compared: GroupCompared) -> str:
    """The comparison as GitHub's Markdown: the verdict, warnings, a table for each group of rows with its strips."""
    comparison = compared.comparison
    blocks = [[f"## {marked(_title(compared))}"], [f"**{marked(group_headline(compared))}**"]]
    blocks.append([f"- {marked(line)}" for line in _heads(compared)])
    rest = comparison.summary.partition(group_headline(compared))[2].strip()
    blocks += [[marked(rest)]] if rest else []
    blocks += warning_blocks(comparison.warnings)
    for group in GROUPS:
        rows = [row for row in comparison.rows if row.group == group]
        if rows:
            heads = (HEADINGS[group].lower(), "A", "B", "B - A, 95% interval", "verdict", "every run of A", "of B")
            blocks.append(table(heads, (_markdown_cells(compared, row) for row in rows), right=(1, 2, 3)))
    blocks += [*reason_blocks(comparison.rows), *difference_blocks(comparison)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def to_group_csv(compared: GroupCompared) -> str:
    """The lines of a comparison of two runs, with the number, spread and extremes of each side's runs."""
    out = io.StringIO()
    writer = csv.DictWriter(out, (*COLUMNS, *_SPREAD_COLUMNS), lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    spreads = {row["metric"]: row["spread"] for row in compared.to_json()["rows"]}
    for row in compared.comparison.rows:
        both = spreads[row.metric]
        writer.writerow(
            cells_of(row) | {f"{side}_{what}": both[side][what] for side in ("a", "b") for what in both[side]}
        )
    return out.getvalue()


def _heads(compared: GroupCompared) -> Iterator[str]:
    for letter, run, side in (
        ("A", compared.comparison.a, compared.a),
        ("B", compared.comparison.b, compared.b),
    ):
        of = f"{run.get('model')} on {run.get('dataset')}, {group_size(compared.kind, side)}"
        ids = f": runs {format_some([str(number) for number in side.ids], _MOST_RUNS)}" if side.ids else ""
        yield f"{letter}  {group_name(run, side)}  {inert(of, _LONGEST_NAME * 2)}{ids}"


def _title(compared: GroupCompared) -> str:
    a, b = group_name(compared.comparison.a, compared.a), group_name(compared.comparison.b, compared.b)
    return f"{a} (A) and {b} (B) over {compared.kind.value}"


def _table(compared: GroupCompared, width: int, *, ascii_only: bool) -> "Table":
    from rich.table import Table
    from rich.text import Text

    columns, lines = _columns_that_fit(compared, width, ascii_only=ascii_only)
    found = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for index, heading in enumerate(columns):
        found.add_column(heading, justify="left" if index in (0, len(columns) - 1) else "right", no_wrap=True)
    before = ""
    for row, cells in lines:
        if row.group != before:
            found.add_row(Text(HEADINGS[row.group], style="dim"))
            before = row.group
        styled = [Text(cell) for cell in cells[:-1]]
        found.add_row(*styled, Text(cells[-1], style=_STYLES[row.verdict]))
    return found


def _columns_that_fit(
    compared: GroupCompared, width: int, *, ascii_only: bool
) -> tuple[tuple[str, ...], list[tuple[Row, tuple[str, ...]]]]:
    """The headings and the cells of each row: all columns where they fit, else without interval, else the barest."""
    delta = "delta" if ascii_only else "Δ"
    full = ("", "A", "B", delta, "95% interval", "verdict")
    lines = [(row, _cells(compared, row, ascii_only=ascii_only)) for row in compared.comparison.rows]
    for kept in ((0, 1, 2, 3, 4, 5), (0, 1, 2, 3, 5), (0, 3, 5)):
        chosen = [(row, tuple(cells[index] for index in kept)) for row, cells in lines]
        heads = tuple(full[index] for index in kept)
        needed = (max([len(head), *(len(cells[at]) for _, cells in chosen)]) + 1 for at, head in enumerate(heads))
        if sum(needed) - 1 <= width or kept == (0, 3, 5):
            return heads, chosen
    raise AssertionError


def _cells(compared: GroupCompared, row: Row, *, ascii_only: bool) -> tuple[str, ...]:
    words, spreads = words_of(row, ascii_only=ascii_only), compared.spreads[row.metric]
    a, b = (mean_words(row.metric, spread, ascii_only=ascii_only) for spread in (spreads.a, spreads.b))
    # A single run's figure is measured once; here it is as many times as there are runs.
    verdict = "spread only" if METRICS[row.metric].measured_once else words.verdict
    return (f" {words.name}", a, b, words.delta, words.interval, f"{words.sign} {verdict}")


def _markdown_cells(compared: GroupCompared, row: Row) -> tuple[str, ...]:
    name, a, b, delta, interval, verdict = _cells(compared, row, ascii_only=False)
    both = strips(compared, row.metric, _STRIP_IN_MARKDOWN)
    drawn = ("", "") if both is None else (code(both[0]), code(both[1]))
    strong = f"**{verdict}**" if row.verdict in (Verdict.A, Verdict.B) else verdict
    return (marked(name.strip()), marked(a), marked(b), marked(f"{delta} {interval}".strip()), strong, *drawn)


def _strip_lines(compared: GroupCompared, width: int, *, ascii_only: bool) -> Iterator[str]:
    """Two lines for each row whose runs differ, on one scale, with its ends."""
    names = {row.metric: words_of(row).name for row in compared.comparison.rows}
    longest = max(map(len, names.values()), default=0)
    room = min(_STRIP, max(_NARROWEST_STRIP, width - longest - _ROOM_FOR_ENDS))
    for metric, name in names.items():
        both = strips(compared, metric, room, ascii_only=ascii_only)
        if both is not None:
            a, b, low, high = both
            step = (high - low) / 10
            ends = [format_value(metric, end, step, unit=False) for end in (low, high)]
            yield f"  {name.ljust(longest)}  A {a}  {ends[0]} to {ends[1]}"
            yield f"  {''.ljust(longest)}  B {b}"


def _warnings(cautions: Sequence[Caution]) -> Iterator[str]:
    for caution, repair in with_repairs(cautions):
        yield f"{caution.message} ({caution.code}). {ended(repair)}".rstrip()


def _difference(item: Difference) -> str:
    return f"{inert(item.key)}: A {setting_words(item.a)}, B {setting_words(item.b)}"


def _wrapped(text: str, width: int, indent: str) -> str:
    blank = " " * len(indent)
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=blank, break_on_hyphens=False)
