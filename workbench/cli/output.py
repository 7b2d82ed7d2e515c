"""Where the command line writes: data to stdout, narration to stderr, and never a control character of a stranger.

Text that people or files supplied goes through ``inert`` before it reaches a terminal; JSON is pure ASCII for the same
reason (an 8-bit control character is a command to some terminals even inside a JSON string).
"""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from workbench.inert import inert
from workbench.run_json import finite

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PLAIN_WIDTH = 160
"""Columns of a table whose output goes to a file or a pipe, where there is no terminal to ask."""


def print_json(document: Any) -> None:
    """``document`` on stdout, indented; NaN and infinities as null."""
    sys.stdout.write(json.dumps(finite(document), indent=2, allow_nan=False) + "\n")


def print_lines(lines: Iterable[str]) -> None:
    """Lines of data on stdout."""
    for line in lines:
        sys.stdout.write(line + "\n")


def narrate(sentence: str) -> None:
    """A sentence for the person who waits, on stderr; its own line breaks are kept."""
    sys.stderr.write("\n".join(inert(line) for line in sentence.split("\n")) + "\n")
    sys.stderr.flush()


def data_console() -> "Console":
    """A console on stdout: as wide as the terminal, or wide enough that a pipe gets whole rows."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH
    return Console(highlight=False, markup=False, emoji=False, width=width, soft_wrap=False)


def plain_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], numeric: Iterable[str] = (), *, header: bool = True
) -> "Table":
    """A table with aligned columns and no boxes: what a person reads and ``awk`` can still split."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_header=header)
    right = set(numeric)
    for name in columns:
        table.add_column(Text(name), justify="right" if name in right else "left", overflow="ellipsis", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(inert(cell)) for cell in row))
    return table
