"""What a cell of the run table is, and what one needs to know besides its row."""

from dataclasses import dataclass

from screens.page import RunRow
from screens.signs import Signs


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell and what kind of text it is: '' for plain, or the name of a style of the table."""

    text: str
    kind: str = ""
    goes_on: bool = False
    """Whether the next cell follows without the empty one between columns, which this one holds, too."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a cell needs besides its row."""

    now: float
    signs: Signs
    baseline: RunRow | None = None
    """The run against which figures are shown as differences."""
    width: int = 8
    """The room of the cell that is made."""
    sorted_by: str = ""
    """The key of the column that the rows are sorted by."""
    descending: bool = True
