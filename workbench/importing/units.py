"""What a language model made of each unit of a text: the length of its code, in bits.

A file gives it in bits, in nats, or as the mean loss of the unit's tokens in nats, as training frameworks print it.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from store.packed_records import Outcomes
from workbench.evaluation.outcomes import make_unit_outcomes
from workbench.evaluation.scores import Scores
from workbench.evaluation.text_scores import text_figures
from workbench.importing.cells import Floats
from workbench.importing.findings import Findings, count_rows, lines_of, marked, rows_with
from workbench.importing.roles import UNIT_NAMES, Roles, list_names
from workbench.importing.table import SourceTable
from workbench.importing.values import read_full_column
from workbench.inert import inert

_LARGEST = 2**32 - 1
_LENGTHS = ("bits", "nats", "loss")


@dataclass(frozen=True, slots=True, eq=False)
class UnitOutcomes:
    """One row a unit of text, in the order of the text: the columns of ``make_unit_outcomes``, each (n,)."""

    bits: Floats
    n_bytes: npt.NDArray[Any]
    tokens: npt.NDArray[Any]
    right: npt.NDArray[Any] | None = None

    labels: tuple[str, ...] = ()

    def in_order(self, order: npt.NDArray[np.intp]) -> "UnitOutcomes":
        """The same with the rows at ``order``, in that order."""
        right = None if self.right is None else self.right[order]
        return UnitOutcomes(self.bits[order], self.n_bytes[order], self.tokens[order], right)

    def score(self) -> Scores:
        """The figures; there are no classes."""
        return Scores(text_figures(self.bits, self.n_bytes, self.tokens, self.right), (), ())

    def pack(self, example_set: str) -> Outcomes:
        """The outcomes as the store keeps them."""
        return make_unit_outcomes(example_set, self.bits, self.n_bytes, self.tokens, self.right)


def read_units(table: SourceTable, roles: Roles, findings: Findings) -> UnitOutcomes | None:
    """The outcomes in a table of units of text; None, with the problems found, where something is missing."""
    length = next((name for name in _LENGTHS if name in roles.units), None)
    if length is None:
        findings.refuse(_missing(table, "length of each unit's code", *_LENGTHS))
    for name in ("bytes", "tokens"):
        if name not in roles.units:
            findings.refuse(_missing(table, f"number of {name} of each unit", name))
    counts = {
        name: _read_counts(table, roles.units[name], findings)
        for name in ("bytes", "tokens", "right")
        if name in roles.units
    }
    lengths = None if length is None else _read_lengths(table, roles.units[length], findings)
    n_bytes, tokens, right = (counts.get(name) for name in ("bytes", "tokens", "right"))
    if lengths is None or n_bytes is None or tokens is None or ("right" in counts and right is None):
        return None
    for count, most, words in ((right, tokens, "more right tokens than tokens"), (tokens * 0 + 1, n_bytes, "no bytes")):
        if count is not None and (count > most).any():
            findings.refuse(f"{rows_with(table, marked(count > most), words)}.")
    return UnitOutcomes(_in_bits(lengths, str(length), tokens, findings), n_bytes, tokens, right)


def _in_bits(lengths: Floats, name: str, tokens: npt.NDArray[Any], findings: Findings) -> Floats:
    if name == "bits":
        return lengths
    if name == "nats":
        return lengths / math.log(2)
    findings.say("'loss' is taken for the mean over a unit's tokens, in nats: its bits are loss × tokens / ln 2.")
    bits: Floats = lengths * tokens / math.log(2)
    return bits


def _read_lengths(table: SourceTable, column: str, findings: Findings) -> Floats:
    values = read_full_column(table, column, findings)
    if (values < 0).any():
        rows = marked(values < 0)
        findings.refuse(
            f"Column {inert(column, 60)!r} of {table.file_name} is negative in {count_rows(len(rows))} "
            f"({lines_of(table, rows)}): the length of a code is -log p of its text."
        )
    return values


def _read_counts(table: SourceTable, column: str, findings: Findings) -> npt.NDArray[np.int64] | None:
    values = read_full_column(table, column, findings)
    known = ~np.isnan(values)
    rows = marked(known & ((values < 0) | (values > _LARGEST) | (values != np.rint(values))))
    if len(rows):
        findings.refuse(
            f"Column {inert(column, 60)!r} of {table.file_name} holds no whole numbers of at least 0 in "
            f"{count_rows(len(rows))}: {lines_of(table, rows)}."
        )
    return values.astype(np.int64) if known.all() and not len(rows) else None


def _missing(table: SourceTable, what: str, *roles: str) -> str:
    usual = " or ".join(repr(UNIT_NAMES[role][0]) for role in roles)
    return f"{table.file_name} has no column for the {what}: call it {usual}. It has {list_names(table.names)}."
