"""What a regression predicted for each row, and what was true."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from store.packed_records import Outcomes
from workbench.evaluation.outcomes import make_value_outcomes
from workbench.evaluation.scores import Scores
from workbench.evaluation.value_scores import value_figures
from workbench.importing.cells import Floats, read_numbers, read_text
from workbench.importing.findings import Findings, count_rows, lines_of, marked
from workbench.importing.roles import Roles, missing_column
from workbench.importing.table import SourceTable
from workbench.inert import inert


@dataclass(frozen=True, slots=True, eq=False)
class ValueOutcomes:
    """One row an example: ``truth`` and ``predicted``, each (n,)."""

    truth: Floats
    predicted: Floats

    labels: tuple[str, ...] = ()

    def in_order(self, order: npt.NDArray[np.intp]) -> "ValueOutcomes":
        """The same with the rows at ``order``, in that order."""
        return ValueOutcomes(self.truth[order], self.predicted[order])

    def score(self) -> Scores:
        """The figures; there are no classes."""
        return Scores(value_figures(self.truth, self.predicted), (), ())

    def pack(self, example_set: str) -> Outcomes:
        """The outcomes as the store keeps them."""
        return make_value_outcomes(example_set, self.truth, self.predicted)


def read_values(table: SourceTable, roles: Roles, findings: Findings) -> ValueOutcomes | None:
    """The outcomes in a table of numbers; None, with the problems found, where something is missing."""
    columns = {"truth": roles.truth, "prediction": roles.prediction}
    for role, column in columns.items():
        if column is None:
            findings.refuse(missing_column(table, role, f"--{role}"))
    found = [read_full_column(table, column, findings) for column in columns.values() if column is not None]
    return ValueOutcomes(found[0], found[1]) if len(found) == len(columns) else None


def read_full_column(table: SourceTable, column: str, findings: Findings) -> Floats:
    """A column (n,) that must hold a number in each row; where it does not it is NaN, and a problem."""
    found = read_numbers(table.columns[column], decimal_comma=table.decimal_comma)
    for mask, what in ((found.missing, "is empty or NaN"), (found.strange, "holds no finite number")):
        if mask.any():
            rows = marked(mask)
            first = inert(read_text(table.columns[column][int(rows[0])]), 30)
            example = f" (as {first!r})" if mask is found.strange else ""
            findings.refuse(
                f"Column {inert(column, 60)!r} of {table.file_name} {what} in {count_rows(len(rows))}{example}: "
                f"{lines_of(table, rows)}."
            )
    return found.values
