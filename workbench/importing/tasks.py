"""Which task a file of outcomes is of, and its outcomes in the terms of that task."""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from store.packed_records import Outcomes
from workbench.evaluation.scores import Scores
from workbench.importing.cells import is_numeric, read_labels, read_numbers
from workbench.importing.classes import read_classes
from workbench.importing.findings import Findings
from workbench.importing.probabilities import is_single_number
from workbench.importing.request import ImportRequest
from workbench.importing.roles import Roles, Told, find_roles, find_unit_roles
from workbench.importing.table import SourceTable
from workbench.importing.units import read_units
from workbench.importing.values import read_values
from workbench.inert import inert

_MANY_NUMBERS = 20
"""More different whole numbers than this in truth or prediction are measurements, not classes."""


class Answers(Protocol):
    """What a model said about each row of a file."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes; none where there are no classes."""

    def in_order(self, order: npt.NDArray[np.intp]) -> "Answers":
        """The same with the rows at ``order``, in that order."""

    def score(self) -> Scores:
        """Its figures."""

    def pack(self, example_set: str) -> Outcomes:
        """The outcomes as the store keeps them."""


def settle_task(table: SourceTable, told: Told, task: str | None, findings: Findings) -> tuple[str, Roles]:
    """The task of a table, as told or by its columns, and which column is what."""
    if task == "language-modelling" or (task is None and _holds_units(table, told)):
        if task is None:
            findings.say("Taken for language modelling, since each row has bytes and the length of a code.")
        return "language-modelling", find_unit_roles(table, told, findings)
    roles = find_roles(table, told, findings)
    if task is None:
        task = _classes_or_values(table, roles, findings)
    if task == "regression" or _says_nothing_of_classes(table, roles, told, findings):
        roles = roles.without_classes()
    return task, roles


def read_answers(
    table: SourceTable, roles: Roles, task: str, request: ImportRequest, findings: Findings
) -> Answers | None:
    """The outcomes of a table; None, with the problems found, where something is wrong."""
    if task == "classification":
        return read_classes(table, roles, findings, labels=request.labels, positive=request.positive)
    return _READERS[task](table, roles, findings)


_READERS: Mapping[str, Callable[[SourceTable, Roles, Findings], Answers | None]] = {
    "regression": read_values,
    "language-modelling": read_units,
}


def _says_nothing_of_classes(table: SourceTable, roles: Roles, told: Told, findings: Findings) -> bool:
    """Whether what was guessed to be a probability is one number a row where there are more than two classes."""
    if told.probabilities or told.scores or roles.truth is None or roles.prediction is None:
        return False
    columns = (roles.truth, roles.prediction)
    classes = {label for column in columns for label in read_labels(table.columns[column])} - {""}
    if len(classes) <= 2 or roles.scored is None or not is_single_number(table, roles.scored):
        return False
    findings.say(
        f"Column {inert(str(roles.scored.column), 60)!r} holds one number a row, which gives no probability to each of "
        f"{len(classes)} classes: it is kept as a value of the examples."
    )
    return True


def _holds_units(table: SourceTable, told: Told) -> bool:
    units = find_unit_roles(table, told, Findings()).units
    return told.truth is None and "bytes" in units and any(name in units for name in ("bits", "nats", "loss"))


def _classes_or_values(table: SourceTable, roles: Roles, findings: Findings) -> str:
    """Regression where truth and prediction are numbers with fractions, or many different ones."""
    if roles.truth is None or roles.prediction is None or roles.scored is not None:
        return "classification"
    for column in (roles.truth, roles.prediction):
        cells = table.columns[column]
        if not is_numeric(cells, decimal_comma=table.decimal_comma):
            return "classification"
        values = read_numbers(cells, decimal_comma=table.decimal_comma).values
        different = np.unique(values[~np.isnan(values)])
        if len(different) > _MANY_NUMBERS or (different != np.rint(different)).any():
            findings.say(
                f"Taken for regression, since {inert(column, 60)!r} holds {len(different):,} different numbers; "
                f"--task classification says otherwise."
            )
            return "regression"
    return "classification"
