"""Where the command line writes: data to stdout, narration to stderr, and never a control character of a stranger.

Text that people or files supplied goes through ``inert`` before it reaches a terminal; JSON is pure ASCII for the same
reason (an 8-bit control character is a command to some terminals even inside a JSON string).
"""

import csv
import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from store.documents import finite_json
from workbench.cells import shorten
from workbench.inert import inert

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod, RenderableType

PLAIN_WIDTH = 160
"""Columns of a table whose output goes to a file or a pipe, where there is no terminal to ask."""


def print_json(document: Any) -> None:
    """``document`` on stdout, indented; NaN and infinities as null."""
    sys.stdout.write(json.dumps(finite_json(document), indent=2, allow_nan=False) + "\n")


def print_lines(lines: Iterable[str]) -> None:
    """Lines of data on stdout."""
    for line in lines:
        sys.stdout.write(line + "\n")


def narrate(sentence: str) -> None:
    """A sentence for the person who waits, on stderr; its own line breaks are kept."""
    sys.stderr.write("\n".join(inert(line) for line in sentence.split("\n")) + "\n")
    sys.stderr.flush()


def print_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """CSV on stdout: every text as it is in a file or a pipe, and inert on a terminal."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    shown = _inert_row if sys.stdout.isatty() else tuple
    writer.writerows(map(shown, rows))


def _inert_row(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(inert(cell) if isinstance(cell, str) else cell for cell in row)


def data_console() -> "Console":
    """A console on stdout: as wide as the terminal, or wide enough that a pipe gets whole rows."""
    from rich.console import Console

    class DataConsole(Console):
        def on_broken_pipe(self) -> None:
            raise  # noqa: PLE0704 - Rich calls this where it has caught the error, and would end the process with code 1

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH
    return DataConsole(highlight=False, markup=False, emoji=False, width=width, soft_wrap=False)


def print_report(report: "RenderableType") -> None:
    """Something drawn for a console, on stdout, without the blanks with which it fills its lines."""
    console = data_console()
    with console.capture() as captured:
        console.print(report)
    print_lines(line.rstrip() for line in captured.get().splitlines())


def print_table(
    console: "Console",
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numeric: Iterable[str] = (),
    names: Iterable[str] = (),
    header: bool = True,
) -> None:
    """A table with aligned columns and no boxes: what a person reads and ``awk`` can still split.

    Columns in ``numeric`` stand to the right and are never cut. Where the terminal is too narrow, those in ``names``
    lose their middles, and whatever else is too long goes on in the next line of its last column. Where even that is
    not enough, rows are longer than the terminal's: half a figure is a wrong figure.
    """
    from rich.table import Table
    from rich.text import Text

    titles = [inert(name) for name in columns]  # a class is a column of the confusion matrix, and named by its file
    cells = [tuple(inert(cell) for cell in row) for row in rows]
    needed = [
        max((cell_len(title) if header else 0, *(cell_len(row[index]) for row in cells)), default=0)
        for index, title in enumerate(titles)
    ]
    widths = _name_widths(console.width, columns, needed, set(names))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_header=header)
    right = set(numeric)
    for index, name in enumerate(columns):
        last = index == len(columns) - 1 and name not in right
        justify: JustifyMethod = "right" if name in right else "left"
        table.add_column(Text(titles[index]), justify=justify, overflow="fold", no_wrap=not last)
    for row in cells:
        table.add_row(*(Text(shorten(cell, widths.get(index, PLAIN_WIDTH * 10))) for index, cell in enumerate(row)))
    least = [widths.get(index, width) for index, width in enumerate(needed)]
    if columns and columns[-1] not in right:
        least[-1] = min(least[-1], _NARROWEST_TEXT)
    given = console.width
    console.width = max(given, sum(least) + _GAP * len(least))
    console.print(table)
    console.width = given


def _name_widths(total: int, columns: Sequence[str], needed: Sequence[int], names: set[str]) -> dict[int, int]:
    """Cells for each column of names: all that it needs, or its share of what the other columns leave."""
    flexible = [index for index, name in enumerate(columns) if name in names]
    room = total - sum(width + _GAP for index, width in enumerate(needed) if index not in flexible)
    room -= _GAP * len(flexible)
    widths: dict[int, int] = {}
    # Smallest first: what a short column does not need goes to the longer ones.
    for place, index in enumerate(sorted(flexible, key=lambda index: needed[index])):
        widths[index] = min(needed[index], max(_NARROWEST_NAME, room // (len(flexible) - place)))
        room -= widths[index]
    return widths


_GAP = 2
_NARROWEST_NAME = 6
_NARROWEST_TEXT = 20
