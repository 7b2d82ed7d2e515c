"""Outcomes as rows, one test example each: what ``outcomes`` prints and a list of disagreements shows."""

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from store.packed_records import ExampleSet, Outcomes
from workbench.evaluation.columns import unpack


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What a model said about one example. ``example`` is its id, 16 hexadecimal digits."""

    example: str
    preview: str
    truth: str
    predicted: str
    loss: float | None
    """-ln of the truth's probability; None of a model that gave no probabilities."""
    probabilities: tuple[float, ...]
    """By label; () where there are none."""
    labels: tuple[str, ...]

    @property
    def correct(self) -> bool:
        """Whether the predicted class is the true one."""
        return self.predicted == self.truth

    @property
    def by_label(self) -> dict[str, float]:
        """The probability of each class; empty where there are none."""
        return dict(zip(self.labels, self.probabilities, strict=True)) if self.probabilities else {}

    def to_json(self) -> dict[str, Any]:
        """The row as ``outcomes --json`` prints it; probabilities by label."""
        return {
            "example": self.example,
            "truth": self.truth,
            "predicted": self.predicted,
            "correct": self.correct,
            "loss": self.loss,
            "probabilities": self.by_label or None,
            "preview": self.preview,
        }


@dataclass(frozen=True, slots=True)
class ValueRow:
    """What a regression said about one example."""

    example: str
    preview: str
    truth: float
    predicted: float

    def to_json(self) -> dict[str, Any]:
        """The row as ``outcomes --json`` prints it."""
        return {
            "example": self.example,
            "truth": self.truth,
            "predicted": self.predicted,
            "error": self.predicted - self.truth,
            "preview": self.preview,
        }


@dataclass(frozen=True, slots=True)
class UnitRow:
    """What a language model made of one unit of text; ``right`` is None where it was not kept."""

    example: str
    preview: str
    bits: float
    n_bytes: int
    tokens: int
    right: int | None

    def to_json(self) -> dict[str, Any]:
        """The row as ``outcomes --json`` prints it."""
        return {
            "example": self.example,
            "bits": self.bits,
            "bytes": self.n_bytes,
            "tokens": self.tokens,
            "right": self.right,
            "preview": self.preview,
        }


AnyRow: TypeAlias = OutcomeRow | ValueRow | UnitRow


def rows_of(outcomes: Outcomes, example_set: ExampleSet) -> Iterator[AnyRow]:
    """The rows of the outcomes of any task, in the order of their example set."""
    if outcomes.labels:
        return outcome_rows(outcomes, example_set)
    return _unit_rows(outcomes, example_set) if "bits" in outcomes.columns else _value_rows(outcomes, example_set)


def _value_rows(outcomes: Outcomes, example_set: ExampleSet) -> Iterator[ValueRow]:
    truth, predicted = (unpack(outcomes.columns[name]).tolist() for name in ("truth", "predicted"))
    for (example, preview), *values in zip(_examples(example_set), truth, predicted, strict=True):
        yield ValueRow(example, preview, *values)


def _unit_rows(outcomes: Outcomes, example_set: ExampleSet) -> Iterator[UnitRow]:
    columns = [unpack(outcomes.columns[name]).tolist() for name in ("bits", "bytes", "tokens")]
    right = unpack(outcomes.columns["right"]).tolist() if "right" in outcomes.columns else [None] * outcomes.n
    for (example, preview), *values in zip(_examples(example_set), *columns, right, strict=True):
        yield UnitRow(example, preview, *values)


def _examples(example_set: ExampleSet) -> Iterator[tuple[str, str]]:
    """The id of each example, and its preview."""
    for number, preview in zip(unpack(example_set.ids), json.loads(zlib.decompress(example_set.previews)), strict=True):
        yield f"{int(number):016x}", preview


def outcome_rows(
    outcomes: Outcomes, example_set: ExampleSet, positions: Iterable[int] | None = None
) -> Iterator[OutcomeRow]:
    """The rows of a classifier's ``outcomes``, in the order of their example set; or those at ``positions`` in it."""
    ids, previews = unpack(example_set.ids), json.loads(zlib.decompress(example_set.previews))
    columns = {name: unpack(column) for name, column in outcomes.columns.items()}
    losses, probabilities = columns.get("loss"), _both_classes(columns.get("probabilities"))
    for row in range(outcomes.n) if positions is None else positions:
        yield OutcomeRow(
            example=f"{int(ids[row]):016x}",
            preview=previews[row],
            truth=outcomes.labels[int(columns["truth"][row])],
            predicted=outcomes.labels[int(columns["predicted"][row])],
            loss=None if losses is None else float(losses[row]),
            probabilities=() if probabilities is None else tuple(probabilities[row].tolist()),
            labels=outcomes.labels,
        )


def _both_classes(probabilities: npt.NDArray[Any] | None) -> npt.NDArray[np.float64] | None:
    """Probabilities (n, K), of two classes those of the first, too; None where none were kept."""
    if probabilities is None:
        return None
    exact = probabilities.astype(np.float64)
    return np.stack((1 - exact, exact), axis=1) if exact.ndim == 1 else exact


def positions_in_cell(outcomes: Outcomes, truth: str, predicted: str) -> list[int]:
    """The places of the examples of class ``truth`` that were taken for ``predicted``, the largest loss first."""
    if not {truth, predicted} <= set(outcomes.labels):
        return []
    wanted = [outcomes.labels.index(label) for label in (truth, predicted)]
    is_in = (unpack(outcomes.columns["truth"]) == wanted[0]) & (unpack(outcomes.columns["predicted"]) == wanted[1])
    places = np.flatnonzero(is_in)
    if "loss" in outcomes.columns:
        losses = unpack(outcomes.columns["loss"])[places].astype(np.float64)
        places = places[np.argsort(-losses, kind="stable")]
    return [int(place) for place in places]
