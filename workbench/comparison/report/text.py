"""A comparison in the terminal: what ``workbench diff`` prints.

The report fits itself to the width it is given, down to 80 columns and below: columns that repeat what others
say give way first. It says nothing by colour alone, and on an ASCII terminal it writes ASCII.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.comparison.result import GROUPS, Comparison, Difference, Row, Verdict
from workbench.comparison.wording import (
    HEADINGS,
    RowWords,
    cell_words,
    class_words,
    ended,
    grouped_reasons,
    setting_words,
    with_repairs,
    words_of,
)
from workbench.formatting import format_count
from workbench.inert import inert

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.table import Table

_STYLES = {
    Verdict.A: "bold cyan",
    Verdict.B: "bold magenta",
    Verdict.EQUIVALENT: "green",
    Verdict.UNRESOLVED: "yellow",
    Verdict.NOT_COMPARABLE: "dim",
}
_WIDE = 96
_REASONS_FROM_WIDTH = 150
_TEXT_WIDTH = 100
_DITTO = '"'
_NAME_WIDTH = 48


@dataclass(frozen=True)
class Report:
    """The report as rich draws it: heads, rows by group, agreement, what differs, warnings, the summary."""

    comparison: Comparison

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> Iterator["RenderableType"]:
        from rich.constrain import Constrain
        from rich.text import Text

        ascii_only = options.ascii_only
        yield from self._heads()
        yield ""
        yield _table_of_rows(self.comparison.rows, options.max_width, ascii_only=ascii_only)
        if options.max_width < _REASONS_FROM_WIDTH:
            yield ""
            yield from _reasons(self.comparison.rows)
        yield from self._agreement()
        yield from _differences("Settings that differ", self.comparison.parameters, options.max_width)
        yield from _differences("Environment that differs", self.comparison.environment, options.max_width)
        if self.comparison.warnings:
            yield Text("\nWarnings", style="bold")
            for caution, repair in with_repairs(self.comparison.warnings):
                words = f"{caution.message} ({caution.code}). {ended(repair)}".rstrip()
                yield _hanging("! ", words, "yellow")
        yield Text("\nSummary", style="bold")
        yield Constrain(Text(self.comparison.summary), _TEXT_WIDTH)

    def _heads(self) -> Iterator["RenderableType"]:
        from rich.text import Text

        for letter, run, style in (("A", self.comparison.a, "bold cyan"), ("B", self.comparison.b, "bold magenta")):
            name = inert(str(run.get("name")), _NAME_WIDTH)
            words = f"  {run.get('model')} on {run.get('dataset')}, run {run.get('id')}, {run.get('status')}"
            yield Text.assemble((f"{letter}  ", style), (name, "bold"), inert(words, _NAME_WIDTH * 2))

    def _agreement(self) -> Iterator["RenderableType"]:
        from rich.constrain import Constrain
        from rich.table import Table
        from rich.text import Text

        counts = self.comparison.disagreements
        if counts is None:
            return
        yield Text(f"\nThe same {format_count(counts.n)} test examples", style="bold")
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2), show_header=True, header_style="dim")
        for heading in ("", "B right", "B wrong"):
            table.add_column(heading, justify="right" if heading else "left")
        table.add_row("A right", format_count(counts.both_right), format_count(counts.only_a))
        table.add_row("A wrong", format_count(counts.only_b), format_count(counts.both_wrong))
        yield table
        words = class_words(self.comparison)
        if words:
            yield Constrain(Text(f"\n{words}"), _TEXT_WIDTH)


def to_renderable(comparison: Comparison) -> Report:
    """The report for a rich console."""
    return Report(comparison)


def to_text(comparison: Comparison, width: int = 80, *, colour: bool = False, ascii_only: bool = False) -> str:
    """The report as text ``width`` columns wide, with ANSI colours if asked for."""
    return render(Report(comparison), width, colour=colour, ascii_only=ascii_only)


def render(report: "RenderableType", width: int, *, colour: bool = False, ascii_only: bool = False) -> str:
    """What rich draws in a terminal of ``width`` columns, as text without spaces at the ends of its lines."""
    from rich.console import Console

    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii" if ascii_only else "utf-8", errors="replace", newline="\n")
    console = Console(
        file=stream,
        width=width,
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    console.print(report)
    stream.flush()
    return "\n".join(line.rstrip() for line in raw.getvalue().decode().splitlines()) + "\n"


def _table_of_rows(rows: Sequence[Row], width: int, *, ascii_only: bool) -> "Table":
    """The rows under the headings of their groups, with as many columns as fit into ``width``."""
    from rich.table import Table
    from rich.text import Text

    words = {row.metric: words_of(row, ascii_only=ascii_only) for row in rows}
    gap = 2 if width >= _WIDE else 1
    columns = _columns_that_fit(list(words.values()), width, gap, ascii_only=ascii_only)
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    for key, heading in columns:
        is_reason = key == "reason"
        left = key in ("name", "verdict", "mark", "reason")
        table.add_column(heading, justify="left" if left else "right", no_wrap=not is_reason, ratio=is_reason or None)
    for group in GROUPS:
        members = [row for row in rows if row.group == group]
        if members:
            table.add_row(Text(HEADINGS[group], style="dim"))
        before = None
        for row in members:
            cells = words[row.metric] if row.reason != before else replace(words[row.metric], reason=_DITTO)
            table.add_row(*(_cell(row, cells, key) for key, _ in columns))
            before = row.reason
    return table


def _columns_that_fit(words: list[RowWords], width: int, gap: int, *, ascii_only: bool) -> list[tuple[str, str]]:
    """Columns as (field of RowWords, heading): the fullest choice that fits, else the barest."""
    head = [("name", ""), ("a", "A"), ("b", "B"), ("delta", "delta" if ascii_only else "Δ")]
    interval, short = ("interval", "95% interval"), ("short_interval", "95% interval")
    verdict, mark = ("verdict", "verdict"), ("mark", "better")
    full = [*head, ("relative", "relative"), interval, verdict]
    if width >= _REASONS_FROM_WIDTH:
        return [*full, ("reason", "why")]
    choices = (full, [*head, interval, verdict], [*head, short, verdict], [*head, short, mark], [*head, mark])
    for columns in choices:
        if _needed_width(words, columns, gap) <= width:
            return columns
    return [head[0], head[-1], mark]


def _needed_width(words: list[RowWords], columns: list[tuple[str, str]], gap: int) -> int:
    widths = (max(len(heading), *(len(cell_words(word, key)) for word in words)) for key, heading in columns)
    return sum(width + gap for width in widths) - gap if words else 0


def _cell(row: Row, words: RowWords, key: str) -> "RenderableType":
    from rich.text import Text

    # The better side's own value stands out like the verdict: both are keyed by the letter of the run.
    emphasised = key in ("verdict", "mark", row.verdict.value)
    return Text(cell_words(words, key), style=_STYLES[row.verdict] if emphasised else "dim" if key == "reason" else "")


def _reasons(rows: Sequence[Row]) -> Iterator["RenderableType"]:
    """Why rows stand as they do, where there is no room for a column of reasons."""
    for words in grouped_reasons(rows):
        yield _hanging("  ", words, "dim")


def _differences(title: str, differences: Sequence[Difference], width: int) -> Iterator["RenderableType"]:
    from rich.table import Table
    from rich.text import Text

    if not differences:
        return
    yield Text(f"\n{title}", style="bold")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2), header_style="dim")
    for heading in ("", "A", "B"):
        table.add_column(heading, overflow="fold", max_width=max(10, (width - 12) // 3))
    for item in differences:
        table.add_row(Text(inert(item.key)), Text(setting_words(item.a)), Text(setting_words(item.b)))
    yield table


def _hanging(sign: str, text: str, style: str) -> "RenderableType":
    from rich.constrain import Constrain
    from rich.table import Table
    from rich.text import Text

    table = Table.grid()
    table.add_row(Text(sign, style=style), Text(text, style="dim" if style == "dim" else ""))
    return Constrain(table, _TEXT_WIDTH)
