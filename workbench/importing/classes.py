"""What a classifier said about each row: labels, truth, prediction, and probabilities or scores where there are any."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from store.packed_records import Outcomes
from workbench.data.targets import MAX_CLASSES, sort_labels
from workbench.evaluation.outcomes import make_outcomes
from workbench.evaluation.scores import CLIP, Scores, score
from workbench.formatting import format_count, format_some
from workbench.importing.cells import Floats, code_labels, read_labels, read_numbers
from workbench.importing.findings import Findings, count_rows, lines_of, marked, rows_with
from workbench.importing.probabilities import read_probabilities, scored_labels
from workbench.importing.roles import Meaning, Roles, missing_column
from workbench.importing.table import SourceTable
from workbench.inert import inert

Indices = npt.NDArray[np.int64]

_LISTED = 5
_LOSS_AGREES = 1e-3
"""How far the probability that a loss stands for may lie from the one beside it, which half precision may round."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassOutcomes:
    """One row an example: ``truth`` and ``predicted`` (n,) index into ``labels``.

    ``probabilities`` and ``scores`` are (n, K), at most one of them known; ``losses`` is -ln p(truth) of (n,), as the
    file gives it where it is more exact than its probabilities.
    """

    labels: tuple[str, ...]
    truth: Indices
    predicted: Indices
    probabilities: Floats | None = None
    scores: Floats | None = None
    losses: Floats | None = None

    def in_order(self, order: npt.NDArray[np.intp]) -> "ClassOutcomes":
        """The same with the rows at ``order``, in that order."""
        parts = (self.probabilities, self.scores, self.losses)
        return ClassOutcomes(
            self.labels,
            self.truth[order],
            self.predicted[order],
            *(None if part is None else part[order] for part in parts),
        )

    def score(self) -> Scores:
        """The figures of all, and of each class; the log loss from the losses where the file gives them."""
        found = score(self.labels, self.truth, self.probabilities, predicted=self.predicted, scores=self.scores)
        if self.losses is None:
            return found
        mean = float(self.losses.mean())
        figures = (replace(one, value=mean) if one.name == "log_loss" else one for one in found.figures)
        return replace(found, figures=tuple(figures))

    def pack(self, example_set: str) -> Outcomes:
        """The outcomes as the store keeps them."""
        return make_outcomes(
            example_set,
            self.labels,
            self.truth,
            self.probabilities,
            predicted=self.predicted,
            losses=self.losses,
            scores=self.scores,
        )


def read_classes(
    table: SourceTable, roles: Roles, findings: Findings, *, labels: Sequence[str] = (), positive: str | None = None
) -> ClassOutcomes | None:
    """The outcomes in a table of classes; None, with the problems found, where something is missing.

    ``labels`` are all classes, in the order of columns that do not name them; ``positive`` the class of two that a
    single number is about.
    """
    if roles.truth is None:
        findings.refuse(missing_column(table, "truth", "--truth"))
        return None
    if roles.prediction is None and (roles.scored is None or roles.scored.meaning is Meaning.CONFIDENCE):
        findings.refuse(missing_column(table, "prediction", "--prediction"))
        return None
    truth_texts = read_labels(table.columns[roles.truth])
    predicted_texts = read_labels(table.columns[roles.prediction]) if roles.prediction else None
    own = {*truth_texts, *(predicted_texts or ())} - {""}
    named = scored_labels(table, roles.scored, own)
    known = _settle_labels(table, own, labels, named, positive, findings)
    if known is None:
        return None
    truth = _coded(table, roles.truth, truth_texts, known, findings)
    predicted = _coded(table, roles.prediction, predicted_texts, known, findings) if predicted_texts else None
    scored = read_probabilities(table, roles.scored, known, predicted, findings, order=labels) if roles.scored else None
    if findings.problems:
        return None
    values = scored.values if scored is not None else None
    ranks = scored is not None and scored.ranks
    if predicted is None:
        assert values is not None
        predicted = values.argmax(axis=1)
        if ranks and len(known) == 2:
            findings.say(f"The prediction is {inert(known[1], 60)!r} where its score is the larger, or above 0.")
    elif values is not None and not ranks:
        _compare_predictions(table, predicted, values, findings)
    probabilities = None if ranks else values
    if probabilities is None:
        findings.warn("no-probabilities", _why_no_probabilities(table, ranks=ranks))
    return ClassOutcomes(
        labels=known,
        truth=truth,
        predicted=predicted,
        probabilities=probabilities,
        scores=values if ranks else None,
        losses=_read_losses(table, roles.loss, truth, probabilities, findings),
    )


def _settle_labels(
    table: SourceTable,
    own: set[str],
    told: Sequence[str],
    named: Sequence[str] | None,
    positive: str | None,
    findings: Findings,
) -> tuple[str, ...] | None:
    """All classes in their order: as told, as the probabilities name them, else those that come up, sorted.

    Of two classes the positive one is the second.
    """
    labels = tuple(told or named or sort_labels(own))
    if len(labels) < 2:
        only = f"only {inert(labels[0], 60)!r}" if labels else "no class"
        findings.refuse(f"{table.file_name} knows {only}: name all classes with --labels A,B.")
        return None
    if len(labels) > MAX_CLASSES:
        findings.refuse(
            f"{table.file_name} has {format_count(len(labels))} classes, and more than {MAX_CLASSES} are not "
            f"supported: if the truth is a number to be predicted, say --task regression."
        )
        return None
    if positive is not None:
        if positive not in labels or len(labels) != 2:
            listed = format_some([repr(inert(label, 60)) for label in labels], _LISTED)
            findings.refuse(f"--positive names one of two classes, not {positive!r}: the classes are {listed}.")
            return None
        labels = (*(label for label in labels if label != positive), positive)
    return labels


def _coded(
    table: SourceTable, column: str | None, texts: Sequence[str], labels: tuple[str, ...], findings: Findings
) -> Indices:
    """The indices of a column's labels; labels that are missing or not known are problems."""
    codes = code_labels(texts, labels)
    wrong = marked(codes < 0)
    if len(wrong):
        empty = [row for row in wrong.tolist() if not texts[row]]
        strange = [row for row in wrong.tolist() if texts[row]]
        if empty:
            nothing = rows_with(table, empty, f"nothing in {inert(str(column), 60)!r}")
            findings.refuse(f"{nothing}: fill it in, or leave the row out.")
        if strange:
            names = list(dict.fromkeys(texts[row] for row in strange))
            findings.refuse(
                f"Column {inert(str(column), 60)!r} of {table.file_name} holds classes that are not known: "
                f"{format_some([repr(inert(name, 60)) for name in names], _LISTED)} ({lines_of(table, strange)}). The "
                f"classes are {format_some([repr(inert(label, 60)) for label in labels], _LISTED)}."
            )
    return codes


def _compare_predictions(table: SourceTable, predicted: Indices, values: Floats, findings: Findings) -> None:
    """Says where the prediction is not the most probable class: a threshold of one's own, or a mistake in the file."""
    of_predicted = values[np.arange(len(predicted)), predicted]
    rows = marked(of_predicted < values.max(axis=1) - 1e-9)
    if not len(rows):
        return
    hint = ""
    if values.shape[1] == 2 and (values[:, 1] >= 0.5).all():
        hint = (
            " No number lies below 0.5: if it is the probability of the predicted class rather than of the second "
            "one, call the column 'confidence'."
        )
    findings.warn(
        "prediction-not-most-probable",
        f"In {count_rows(len(rows))} ({lines_of(table, rows)}) the prediction is not the most probable class: it is "
        f"kept as it is.{hint}",
    )


def _why_no_probabilities(table: SourceTable, *, ranks: bool) -> str:
    if ranks:
        return (
            f"{table.file_name} holds scores that are no probabilities: they only rank, so that there is a ROC AUC and "
            f"no log loss and no Brier score."
        )
    return f"{table.file_name} holds no probabilities: there is no log loss, no Brier score and no ROC AUC."


def _read_losses(
    table: SourceTable, column: str | None, truth: Indices, probabilities: Floats | None, findings: Findings
) -> Floats | None:
    """The losses that the file gives, where they are those of its probabilities but for rounding."""
    if column is None or probabilities is None:
        return None
    given = read_numbers(table.columns[column], decimal_comma=table.decimal_comma)
    of_truth = probabilities[np.arange(len(truth)), truth]
    if given.whole and np.allclose(np.exp(-given.values), of_truth, rtol=0.0, atol=_LOSS_AGREES):
        return np.clip(given.values, 0.0, -math.log(CLIP))
    findings.say(
        f"Column {inert(column, 60)!r} is left out: it is not -ln of the probability of the true class in every row."
    )
    return None
