"""What is found while a file is read: what was taken for what, what a reader should know, and what forbids the import.

Everything that is wrong is told at once, each thing in one sentence that says on how many lines and on which first: who
mends a file wants to mend it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from workbench.errors import UnusableData
from workbench.formatting import format_count
from workbench.importing.table import SourceTable

_LISTED = 3


@dataclass(slots=True)
class Findings:
    """Sentences by their weight; whoever reads a part of a file adds to them."""

    said: list[str] = field(default_factory=list)
    """What was decided, as which column was taken for what."""
    warnings: list[tuple[str, str]] = field(default_factory=list)
    """What does not forbid the import and should be known: a code and a sentence, kept with the run."""
    problems: list[str] = field(default_factory=list)
    """What forbids it."""

    def say(self, sentence: str) -> None:
        """A decision that might have been another."""
        self.said.append(sentence)

    def warn(self, code: str, sentence: str) -> None:
        """Something to know about the figures."""
        self.warnings.append((code, sentence))

    def refuse(self, sentence: str) -> None:
        """Something for which nothing is stored."""
        self.problems.append(sentence)

    def check(self) -> None:
        """Raises UnusableData with all problems, where there are any."""
        if len(self.problems) == 1:
            raise UnusableData(f"{self.problems[0]} Nothing was stored.")
        if self.problems:
            lines = "".join(f"\n- {problem}" for problem in self.problems)
            raise UnusableData(f"{len(self.problems)} things have to be mended first; nothing was stored.{lines}")


def lines_of(table: SourceTable, rows: Sequence[int] | npt.NDArray[np.intp]) -> str:
    """Where these rows stand in the file, the first of them by number: ``line 7``, ``lines 7, 9, 12 and 4 more``."""
    shown = [str(table.lines[int(row)]) for row in rows[:_LISTED]]
    if len(rows) == 1:
        return f"{table.unit} {shown[0]}"
    if len(rows) > _LISTED:
        return f"{table.unit}s {', '.join(shown)} and {format_count(len(rows) - _LISTED)} more"
    return f"{table.unit}s {', '.join(shown[:-1])} and {shown[-1]}"


def marked(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """The rows at which ``mask`` is true."""
    return np.flatnonzero(mask)


def count_rows(number: int) -> str:
    """``1 row``, ``12 rows``."""
    return f"{format_count(number)} row{'s' * (number != 1)}"


def rows_with(table: SourceTable, rows: Sequence[int] | npt.NDArray[np.intp], what: str) -> str:
    """What some rows have, as a sentence begins: ``2 rows of a.csv (lines 4 and 9) have no id``."""
    have = "has" if len(rows) == 1 else "have"
    return f"{count_rows(len(rows))} of {table.file_name} ({lines_of(table, rows)}) {have} {what}"
