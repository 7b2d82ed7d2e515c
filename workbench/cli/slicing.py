"""``diff --slices COLUMN`` and ``diff --worst-slices``: where one model is behind the other, as tables and JSON."""

from argparse import Namespace
from dataclasses import dataclass
from typing import Any

from workbench.cli.output import data_console, print_lines, print_table
from workbench.comparison.compared import Compared
from workbench.comparison.report.slice_tables import HEADS, NUMERIC, SliceTable, table_of_column, table_of_worst
from workbench.comparison.slice_rows import Slice, SliceList
from workbench.comparison.slices import Slicer
from workbench.errors import UsageError


@dataclass(frozen=True, slots=True)
class Sliced:
    """The slices that a diff was asked for; nothing of them where it was not."""

    lists: tuple[SliceList, ...] = ()
    worst: tuple[Slice, ...] | None = None
    metric: str = ""

    @property
    def asked(self) -> bool:
        """Whether there is anything to print."""
        return bool(self.lists) or self.worst is not None

    def to_json(self) -> dict[str, Any]:
        """What the diff's document holds beside the comparison."""
        document: dict[str, Any] = {}
        if self.lists:
            document["slices"] = [found.to_json() for found in self.lists]
        if self.worst is not None:
            document["worst_slices"] = [item.to_json() for item in self.worst]
        return document

    @property
    def tables(self) -> tuple[SliceTable, ...]:
        """A table for each column that was named, then the slices on which B is furthest behind."""
        worst = () if self.worst is None else (table_of_worst(self.worst, self.metric),)
        return (*map(table_of_column, self.lists), *worst)

    def print(self) -> None:
        """The tables, one below the other."""
        for place, table in enumerate(self.tables):
            print_lines(["", table.title] if place else [table.title])
            if table.rows:
                print_lines([""])
                numeric = [HEADS[column] for column in NUMERIC]
                print_table(data_console(), HEADS, table.rows, numeric=numeric, names=("slice",))
            if table.notes:
                print_lines(["", *table.notes])


def slice_as_asked(compared: Compared, arguments: Namespace) -> Sliced:
    """The slices that the options name; raises UsageError where there can be none."""
    if not arguments.slices and arguments.worst_slices is None:
        if arguments.slice_score:
            raise UsageError("--slice-score says by which score to slice: name a column with --slices too.")
        return Sliced()
    if arguments.csv:
        raise UsageError("CSV is one table, of the rows: leave out --csv, or the slices.")
    if arguments.worst_slices is not None and arguments.worst_slices < 1:
        raise UsageError("--worst-slices takes how many slices to list, 1 or more.")
    slicer = Slicer(compared, arguments.slice_score)
    worst = None if arguments.worst_slices is None else slicer.worst(arguments.worst_slices)
    return Sliced(tuple(map(slicer.by, arguments.slices)), worst, slicer.metric)
