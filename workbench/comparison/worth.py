"""Is the dearer model worth it? What an additional right answer costs, and when a dearer training pays off.

Costs are those of single predictions at the mean latency and of the training as it was measured, once: they have no
interval of their own. What has one is the difference in accuracy, if it is given; the price of an additional right
answer takes it over.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store.documents import finite
from workbench.comparison.candidates import Candidate, candidate_of
from workbench.evaluation.metrics import CLASSIFICATION
from workbench.formatting import format_count, format_significant, format_usd

if TYPE_CHECKING:
    from workbench.comparison.result import Comparison

_PREDICTION, _TRAINING, _ACCURACY = "usd_per_1k_predictions", "train_usd", "accuracy"


@dataclass(frozen=True, slots=True)
class ExtraAnswers:
    """What an additional right answer costs with the model ``dearer``, whose predictions cost more than ``other``'s.

    ``usd`` is None where it is not right more often, or a figure is not known. Its interval follows from that of the
    difference in accuracy; ``usd_high`` is None where that may be none at all, so that there is no upper bound.
    """

    dearer: str | None
    other: str | None
    usd: float | None
    usd_low: float | None
    usd_high: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class BreakEven:
    """After how many predictions the model ``dearer`` has earned back what its training cost more than ``other``'s.

    ``predictions`` is None where it never does, or a figure is not known.
    """

    dearer: str | None
    other: str | None
    predictions: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Worth:
    """Both answers, and the names of the figures that are not known of one of the runs."""

    extra_answers: ExtraAnswers
    break_even: BreakEven
    unknown: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, str]:
        """Both in words."""
        return self.extra_answers.sentence, self.break_even.sentence

    def to_json(self) -> dict[str, Any]:
        """The answers as JSON types."""
        extra, even = self.extra_answers, self.break_even
        return {
            "usd_per_additional_correct": {
                "dearer": extra.dearer,
                "value": finite(extra.usd),
                "low": finite(extra.usd_low),
                "high": finite(extra.usd_high),
                "sentence": extra.sentence,
            },
            "break_even": {
                "dearer": even.dearer,
                "predictions": finite(even.predictions),
                "sentence": even.sentence,
            },
            "unknown": list(self.unknown),
        }


def worth_of(comparison: "Comparison", usd_per_correct: float = 0.0) -> Worth:
    """Whether the dearer of two compared runs is worth it, with the interval of their difference in accuracy."""
    row = comparison.row(_ACCURACY)
    interval = None
    if row is not None and row.delta_low is not None and row.delta_high is not None:
        interval = (row.delta_low, row.delta_high)
    return worth(candidate_of(comparison.a), candidate_of(comparison.b), interval, usd_per_correct)


def worth(
    a: Candidate, b: Candidate, accuracy_delta: tuple[float, float] | None = None, usd_per_correct: float = 0.0
) -> Worth:
    """Whether the dearer of two runs is worth it.

    ``accuracy_delta`` is the 95 % interval of B's accuracy minus A's. ``usd_per_correct`` is what a right answer is
    worth to whoever asks: beside what predictions save it counts towards a break-even, and is nothing by default.
    """
    needed = [_PREDICTION, _TRAINING, *([_ACCURACY] if a.task == CLASSIFICATION else [])]
    unknown = tuple(name for name in needed if _figure(a, name) is None or _figure(b, name) is None)
    return Worth(_extra_answers(a, b, accuracy_delta), _break_even(a, b, usd_per_correct), unknown)


def _extra_answers(a: Candidate, b: Candidate, interval: tuple[float, float] | None) -> ExtraAnswers:
    cost_a, cost_b = _figure(a, _PREDICTION), _figure(b, _PREDICTION)
    right_a, right_b = _figure(a, _ACCURACY), _figure(b, _ACCURACY)
    if a.task != CLASSIFICATION:
        return _no_extra("Right answers are counted of classifications only.")
    if cost_a is None or cost_b is None:
        return _no_extra(f"The cost of a prediction by {_who_lacks(a, b, _PREDICTION)} is not known.")
    if right_a is None or right_b is None:
        return _no_extra(f"The accuracy of {_who_lacks(a, b, _ACCURACY)} is not known.")
    if cost_a == cost_b:
        return _no_extra(f"Predictions of {a.name} and of {b.name} cost the same.")
    dearer, other = (b, a) if cost_b > cost_a else (a, b)
    extra, gain = abs(cost_b - cost_a) / 1000, right_b - right_a if dearer is b else right_a - right_b
    more = f"{dearer.name} costs {format_usd(extra * 1000)} more for 1,000 predictions than {other.name}"
    if gain <= 0:
        often = "as often" if gain == 0 else f"less often, on {format_significant(-gain * 100)} fewer of every 100"
        return ExtraAnswers(dearer.name, other.name, None, None, None, f"{more} and is right {often}: not worth it.")
    low, high, bounds = None, None, ""
    if interval is not None:
        least, most = interval if dearer is b else (-interval[1], -interval[0])
        low = extra / most if most > 0 else None
        high = extra / least if least > 0 else None
        bounds = _bounds(low, high)
    price = f"{format_usd(extra / gain)} for each additional right answer{bounds}"
    sentence = f"{more} and is right on {format_significant(gain * 100)} more of every 100: {price}."
    return ExtraAnswers(dearer.name, other.name, extra / gain, low, high, sentence)


def _bounds(low: float | None, high: float | None) -> str:
    if low is None:
        return ""
    if high is None:
        return f" (at least {format_usd(low)}; it may be right no more often, and then there is no such price)"
    return f" (95% interval {format_usd(low)} to {format_usd(high)})"


def _break_even(a: Candidate, b: Candidate, usd_per_correct: float) -> BreakEven:
    train_a, train_b = _figure(a, _TRAINING), _figure(b, _TRAINING)
    cost_a, cost_b = _figure(a, _PREDICTION), _figure(b, _PREDICTION)
    if train_a is None or train_b is None:
        return _no_break_even(f"The training cost of {_who_lacks(a, b, _TRAINING)} is not known.")
    if train_a == train_b:
        return _no_break_even(f"Training {a.name} and {b.name} cost the same.")
    dearer, other = (b, a) if train_b > train_a else (a, b)
    more = f"{dearer.name} cost {format_usd(abs(train_b - train_a))} more to train than {other.name}"
    if cost_a is None or cost_b is None:
        lacking = _who_lacks(a, b, _PREDICTION)
        sentence = f"{more}; what predictions cost is not known of {lacking}, so nor is when that pays off."
        return BreakEven(dearer.name, other.name, None, sentence)
    saving = (cost_a - cost_b if dearer is b else cost_b - cost_a) / 1000
    gain = _worth_of_answers(dearer, other, usd_per_correct)
    each = saving + gain
    if each <= 0:
        return BreakEven(dearer.name, other.name, None, f"{more}, and {_why_never(dearer, other, saving, gain)}.")
    volume = abs(train_b - train_a) / each
    pays = f"this pays off after about {format_count(float(f'{volume:.3g}'))} predictions"
    by = "that it saves" if not gain else "that it is better by"
    return BreakEven(dearer.name, other.name, volume, f"{more}: at {format_usd(each)} a prediction {by}, {pays}.")


def _why_never(dearer: Candidate, other: Candidate, saving: float, gain: float) -> str:
    """Why it does not pay off, and where it would after all."""
    if gain > 0:
        return "what more right answers are worth does not cover what its predictions cost more: it never pays off"
    better = _worth_of_answers(dearer, other, 1.0)
    if better <= 0:
        return "its predictions cost no less: it never pays off"
    if saving == 0:
        return "its predictions cost the same: it pays off only through what its additional right answers are worth"
    price = format_usd(-saving / better)
    return f"its predictions cost more, too: it pays off only where an additional right answer is worth over {price}"


def _worth_of_answers(dearer: Candidate, other: Candidate, usd_per_correct: float) -> float:
    """What the right answers of ``dearer`` are worth more in each prediction; 0 where accuracies are not known."""
    right, less = _figure(dearer, _ACCURACY), _figure(other, _ACCURACY)
    return 0.0 if right is None or less is None else usd_per_correct * (right - less)


def _no_extra(sentence: str) -> ExtraAnswers:
    return ExtraAnswers(None, None, None, None, None, sentence)


def _no_break_even(sentence: str) -> BreakEven:
    return BreakEven(None, None, None, sentence)


def _who_lacks(a: Candidate, b: Candidate, figure: str) -> str:
    return " and ".join(run.name for run in (a, b) if _figure(run, figure) is None)


def _figure(run: Candidate, name: str) -> float | None:
    return finite(run.figures.get(name))
