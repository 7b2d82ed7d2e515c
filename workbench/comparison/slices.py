"""Where B is better or worse than A: a score of both models by the values of a column, slice by slice.

Each column's slices are a family of their own under Holm's method. A slice's difference weighs in the whole by its
share of the examples (of the bytes, for text), so the whole cannot have a sign that no slice has; slices whose sign is
the other one are listed apart. Only paired runs are sliced: there, both models are held against the same examples.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from workbench.comparison.compared import Compared
from workbench.comparison.contrast import Contrast
from workbench.comparison.outcomes import RunOutcomes
from workbench.comparison.pairing import Pair, pair_up
from workbench.comparison.result import Verdict
from workbench.comparison.slice_columns import SliceColumn, SliceKind, slice_columns
from workbench.comparison.slice_rows import FEWEST, Slice, SliceList
from workbench.comparison.slice_scores import Score, scores_of
from workbench.comparison.verdicts import holm, judge_one
from workbench.errors import UnknownName, UsageError
from workbench.evaluation.contents import ContentKind, Contents
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_some
from workbench.inert import inert

_LISTED = 5
_CHOSEN = "these examples were chosen by a model's own answers, which tells where it errs but not which model is better"


class Slicer:
    """The slices of one comparison by one metric, column by column, each computed when first asked for and kept."""

    def __init__(self, compared: Compared, metric: str | None = None) -> None:
        """``metric``: one of ``metrics``, by default the first of them.

        Raises UsageError where the runs are not paired, UnknownName for another metric.
        """
        self.compared = compared
        self.pair = _paired(compared)
        scores = scores_of(self.pair)
        self.metrics: tuple[str, ...] = tuple(scores)
        """accuracy and log_loss of classes, mae and mse of numbers, bits_per_byte of text: what the outcomes allow."""
        if not scores:
            raise UsageError("The runs hold losses that are no finite numbers, so there is nothing to slice.")
        if metric is not None and metric not in scores:
            raise UnknownName("score to slice", metric, scores)
        self.metric = metric or self.metrics[0]
        self._score: Score = scores[self.metric]
        self.whole: Contrast = self._score.by_group(np.zeros(self.pair.a.n, dtype=np.int64), 1)[0]
        self.contents, positions = _contents_of(compared, self.pair)
        columns = slice_columns(self.pair, self.contents, positions)
        self.columns: Mapping[str, SliceColumn] = {column.key: column for column in columns}
        """The columns there are, by key: truth and predictions first, then those of the data in their order."""
        self._lists: dict[str, SliceList] = {}

    def by(self, column: str) -> SliceList:
        """The slices of the column with this key; raises UsageError for one that is not there, or was not kept."""
        if column not in self.columns:
            raise self._no_such_column(column)
        if column not in self._lists:
            self._lists[column] = self._slice(self.columns[column])
        return self._lists[column]

    def worst(self, limit: int = 10, side: str = "b") -> tuple[Slice, ...]:
        """The slices of any column on which run ``side`` is behind the other, those that are surest first.

        ``p_adjusted`` and the verdict are those of Holm's method over the slices of all columns together, which holds
        also though slices of several columns share examples. Slices by predictions, by the lengths of a table's texts
        and of too few examples are left out.
        """
        lists = [self.by(key) for key, column in self.columns.items() if self._is_telling(column)]
        tested = [item for found in lists if len(found.slices) > 1 for item in found.slices if item.n >= FEWEST]
        adjusted = _adjusted([item.contrast for item in tested])
        upward = bool(METRICS[self.metric].higher_is_better) == (side == "a")
        behind = [
            replace(item, p_adjusted=p)
            for item, p in zip(tested, adjusted, strict=True)
            if item.delta and (item.delta > 0) == upward
        ]
        behind.sort(key=lambda item: (_or_one(item.p_adjusted), _or_one(item.contrast.p_value), -abs(item.delta or 0)))
        return tuple(self._judged(item) for item in behind[:limit])

    def _is_telling(self, column: SliceColumn) -> bool:
        if column.kind is SliceKind.LENGTH:
            return self.contents is not None and self.contents.kind is ContentKind.TEXT
        return column.kind is not SliceKind.PREDICTION

    def _slice(self, column: SliceColumn) -> SliceList:
        groups = column.cut()
        count = len(groups.groups)
        contrasts = self._score.by_group(groups.codes, count)
        weights = self._score.weights(groups.codes, count).tolist()
        if column.kind is SliceKind.PREDICTION:
            contrasts = [replace(contrast, p_value=None, test=None, doubt=_CHOSEN) for contrast in contrasts]
        rows = zip(groups.groups, contrasts, _adjusted(contrasts), weights, strict=True)
        slices = tuple(
            self._judged(
                Slice(
                    column=column.key,
                    title=column.title,
                    group=group,
                    contrast=contrast,
                    p_adjusted=p,
                    verdict=Verdict.UNRESOLVED,
                    reason="",
                    weight=weight,
                    turned=(contrast.delta or 0.0) * (self.whole.delta or 0.0) < 0,
                )
            )
            for group, contrast, p, weight in rows
        )
        return SliceList(column, self.metric, self.whole, slices, groups)

    def _judged(self, item: Slice) -> Slice:
        """The slice with what its figures come to."""
        if item.n < FEWEST:
            verdict, reason = Verdict.UNRESOLVED, f"fewer than {FEWEST} examples: no verdict"
        elif item.contrast.doubt == _CHOSEN:
            verdict, reason = Verdict.UNRESOLVED, _CHOSEN
        else:
            row = judge_one(METRICS[self.metric], item.contrast, item.p_adjusted, self.compared.options)
            verdict, reason = row.verdict, row.reason
        return replace(item, verdict=verdict, reason=reason)

    def _no_such_column(self, name: str) -> UsageError:
        if self.contents is None:
            known = format_some(list(self.columns), _LISTED)
            return UsageError(
                f"There is no column {inert(name)!r} to slice by: the runs kept no values of their test examples, as "
                f"runs from before this version did not. Train one of them again, or slice by {known}."
            )
        if name in self.contents.left_out:
            return UsageError(
                f"The values of column {inert(name)!r} were too many to be kept with the runs, so they cannot be "
                f"sliced by it. Take other columns out of the file to make room, and train again."
            )
        return UnknownName("column", name, self.columns)


def worst_slices(
    compared: Compared, limit: int = 10, *, metric: str | None = None, side: str = "b"
) -> tuple[Slice, ...]:
    """Where run ``side`` is behind the other, over all columns; see ``Slicer.worst``."""
    return Slicer(compared, metric).worst(limit, side)


def _paired(compared: Compared) -> Pair[RunOutcomes]:
    if not compared.comparison.comparable:
        why = next(_reasons(compared), "they cannot be compared")
        raise UsageError(f"The runs cannot be sliced: {why}.")
    assert compared.a.outcomes is not None
    assert compared.b.outcomes is not None
    pair = pair_up(compared.a.outcomes, compared.b.outcomes, compared.options.common_examples)
    if not pair.paired:
        raise UsageError(
            f"The runs cannot be sliced: their test parts have {pair.common:,} examples in common, too few to pair. "
            f"Train both on the same data with the same split seed."
        )
    return pair


def _reasons(compared: Compared) -> Iterator[str]:
    for caution in compared.comparison.warnings:
        if caution.code in ("other-task", "other-target", "other-labels", "no-outcomes"):
            yield caution.message


def _contents_of(compared: Compared, pair: Pair[RunOutcomes]) -> tuple[Contents | None, Any]:
    """What the paired examples hold, and where each stands in it, from the first run that kept it."""
    for evidence, positions in ((compared.a, pair.positions_a), (compared.b, pair.positions_b)):
        if evidence.outcomes is not None and evidence.outcomes.contents is not None:
            return evidence.outcomes.contents, positions
    return None, None


def _adjusted(contrasts: Sequence[Contrast]) -> list[float | None]:
    """Holm's p-values of those that have a p-value and examples enough, None for the others."""
    tested = {
        str(place): contrast.p_value
        for place, contrast in enumerate(contrasts)
        if contrast.p_value is not None and (contrast.n or 0) >= FEWEST
    }
    adjusted = holm(tested)
    return [adjusted.get(str(place)) for place in range(len(contrasts))]


def _or_one(p: float | None) -> float:
    return 1.0 if p is None else p
