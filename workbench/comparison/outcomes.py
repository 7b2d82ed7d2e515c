"""What a run's model said about its test part, as arrays: of classes, of numbers, or of text.

The three kinds share what pairing needs (ids, picking positions, whether two runs hold the same truth of an example),
so that the rest of the comparison asks for the kind in one place only, where rows are measured.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import ClassVar, Self, TypeVar

import numpy as np

from workbench.comparison.arrays import Array, Booleans
from workbench.evaluation.contents import Contents, unpack_contents


@dataclass(frozen=True, eq=False, kw_only=True)
class RunOutcomes:
    """What the outcomes of every task have: n examples by their ids (uint64), a short text of each, and the whole."""

    noun: ClassVar[str] = "test example"
    """What one of the n is called."""

    ids: Array
    packed_previews: bytes | None = None
    packed_contents: bytes | None = None

    @property
    def n(self) -> int:
        """The number of examples."""
        return len(self.ids)

    @cached_property
    def previews(self) -> tuple[str, ...]:
        """One short text an example; empty where the run kept none. Decoded when first asked for."""
        if self.packed_previews is None:
            return ()
        return tuple(str(text) for text in json.loads(zlib.decompress(self.packed_previews)))

    @cached_property
    def contents(self) -> Contents | None:
        """What the examples hold, column by column; None where the run kept none. Decoded when first asked for."""
        return None if self.packed_contents is None else unpack_contents(self.packed_contents)

    def at(self, positions: Array) -> Self:
        """The outcomes of some of the examples, in the order of ``positions``; previews and contents stay behind."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        picked = {name: value[positions] for name, value in arrays.items() if isinstance(value, np.ndarray)}
        return replace(self, **picked, packed_previews=None, packed_contents=None)

    def in_terms_of(self, other: Self) -> Self:
        """The same outcomes in the terms in which ``other`` puts its own, as classes in its order."""
        del other
        return self

    def same_truth(self, other: Self) -> Booleans:
        """For each of n examples in the same order and the same terms, whether both hold the same truth of it."""
        raise NotImplementedError


SomeOutcomes = TypeVar("SomeOutcomes", bound=RunOutcomes)
SomeOutcomesCo = TypeVar("SomeOutcomesCo", bound=RunOutcomes, covariant=True)
"""Outcomes of one kind, as a pair has them on both sides."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ExampleOutcomes(RunOutcomes):
    """What a classifier said about each of n test examples.

    ``truth`` and ``predicted`` index into ``labels``; ``probabilities`` is (n, K), or (n,) with the second class's
    probability where K is 2; ``loss`` is -ln p(truth), clipped at 1e-7. ``scores`` stand in the place of probabilities
    where a model that was measured elsewhere gave some that only rank.
    """

    labels: tuple[str, ...]
    truth: Array
    predicted: Array
    probabilities: Array | None = None
    loss: Array | None = None
    scores: Array | None = None

    @property
    def ranked(self) -> Array | None:
        """What orders the examples by each class, in the shape of ``probabilities``: these, or scores; None without."""
        return self.probabilities if self.probabilities is not None else self.scores

    def in_terms_of(self, other: Self) -> Self:
        """The same outcomes with the classes numbered as in ``other``."""
        return self.relabelled(other.labels)

    def same_truth(self, other: Self) -> Booleans:
        """Whether both hold the same class."""
        same: Booleans = self.truth == other.truth
        return same

    def relabelled(self, labels: tuple[str, ...]) -> Self:
        """The same outcomes with the classes numbered in the order of ``labels``, a permutation of their own."""
        if labels == self.labels:
            return self
        new_of_old = np.array([labels.index(label) for label in self.labels])
        probabilities = self.probabilities
        if probabilities is not None:
            binary = probabilities.ndim == 1
            probabilities = 1 - probabilities if binary else probabilities[:, np.argsort(new_of_old)]
        scores = self.scores
        if scores is not None:
            scores = -scores if scores.ndim == 1 else scores[:, np.argsort(new_of_old)]
        return replace(
            self,
            labels=labels,
            truth=new_of_old[self.truth],
            predicted=new_of_old[self.predicted],
            probabilities=probabilities,
            scores=scores,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class ValueOutcomes(RunOutcomes):
    """What a regression said about each of n test examples: ``truth`` and ``predicted`` are float64 of shape (n,)."""

    truth: Array
    predicted: Array

    def same_truth(self, other: Self) -> Booleans:
        """Whether both hold the same number."""
        same: Booleans = self.truth == other.truth
        return same


@dataclass(frozen=True, eq=False, kw_only=True)
class UnitOutcomes(RunOutcomes):
    """What a language model said about each of n units of text (a document, or a fixed span), in the text's order.

    ``bits`` (float64) is the length of the unit's code, ``bytes`` its length in UTF-8, ``tokens`` how many tokens the
    model's own tokenizer makes of it, ``right`` how many of those were the most probable; each of shape (n,).
    """

    noun: ClassVar[str] = "text unit"

    bits: Array
    bytes: Array
    tokens: Array
    right: Array | None = None

    def same_truth(self, other: Self) -> Booleans:
        """Whether both hold as many bytes; the id, a hash of the text, says the rest."""
        same: Booleans = self.bytes == other.bytes
        return same


def outcomes_of(
    labels: tuple[str, ...], ids: Array, columns: Mapping[str, Array], previews: bytes | None
) -> RunOutcomes:
    """The outcomes in stored ``columns``, by what they hold: labels of classes, bits of text, or numbers."""
    if labels:
        return ExampleOutcomes(
            labels=labels,
            ids=ids,
            truth=columns["truth"],
            predicted=columns["predicted"],
            probabilities=columns.get("probabilities"),
            loss=columns.get("loss"),
            scores=columns.get("scores"),
            packed_previews=previews,
        )
    if "bits" in columns:
        return UnitOutcomes(
            ids=ids,
            bits=columns["bits"],
            bytes=columns["bytes"],
            tokens=columns["tokens"],
            right=columns.get("right"),
            packed_previews=previews,
        )
    return ValueOutcomes(ids=ids, truth=columns["truth"], predicted=columns["predicted"], packed_previews=previews)
