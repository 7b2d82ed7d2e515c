"""Whether a model saw, in training, what it was tested on: what is known of that, and what is not.

Known, and said: test examples whose content also occurs in the run's own training or validation part, and columns that
give the target away (both from the data report of the run); of runs on other splits of the same data, how many test
examples of each the other learned from or was tuned on. The latter needs no list of training examples, since a split
leaves nothing out: what is not in a run's test part is in its training or validation part.

Not known: what an imported model was trained on, which is said; and texts or pictures that are nearly the same.

Rows are never about examples outside a run's own test part, so another split makes a comparison smaller and not wrong.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.comparison.evidence import Evidence
from workbench.comparison.outcomes import RunOutcomes
from workbench.comparison.pairing import Pair
from workbench.comparison.result import Caution
from workbench.formatting import format_count, format_percent
from workbench.inert import inert

_CLEAN = "Remove the repeated rows from the data, and train both again"
_MOST_LEAKS = 3


def training_cautions(a: Evidence, b: Evidence) -> Iterator[Caution]:
    """What is known of test examples that a model may have seen, and of columns that give the answer away."""
    yield from _together("seen-in-training", _repeated(a), _repeated(b), _CLEAN)
    for column in list(dict.fromkeys((*_leaks(a), *_leaks(b))))[:_MOST_LEAKS]:
        whose = [letter for letter, side in (("A", a), ("B", b)) if column in _leaks(side)]
        yield Caution(
            "leak-suspect",
            f"{' and '.join(whose)}: {column}",
            "Leave the column out of the data and train again, unless it is known when predicting",
        )
    unknown = [letter for letter, side in (("A", a), ("B", b)) if _is_of_unknown_training(side)]
    if unknown:
        yield Caution(
            "unknown-training",
            f"what {' and '.join(unknown)} learned from is not known, nor whether test examples were among it",
            "Make sure that they were not",
        )


def seen_by_the_other(a: Evidence, b: Evidence, pair: Pair[RunOutcomes] | None) -> str:
    """How many test examples of each run the other learned from, in words; '' where that is not known."""
    if pair is None or a.outcomes is None or b.outcomes is None:
        return ""
    fingerprint = _data(a).get("fingerprint")
    if not fingerprint or fingerprint != _data(b).get("fingerprint"):
        return ""
    of_a, of_b = (f"{format_count(n - pair.common)} of {format_count(n)}" for n in (a.outcomes.n, b.outcomes.n))
    fate = "these do not count" if pair.paired else "each is judged on its own test part"
    return f"; B learned from or was tuned on {of_a} test examples of A, A on {of_b} of B: {fate}"


def _repeated(side: Evidence) -> str:
    n, data = _report(side).get("duplicates_across_split"), _data(side)
    if not n:
        return ""
    occur = "occurs" if n == 1 else "occur"
    of = f" of {format_count(data['test'])}" if data.get("test") else ""
    return f"{format_count(n)}{of} test examples {occur} among the training or validation examples, too"


def _leaks(side: Evidence) -> tuple[str, ...]:
    suspects = [item for item in _report(side).get("leak_suspects") or () if isinstance(item, Mapping)]
    return tuple(
        f"the column {inert(str(item.get('column')), 60)} alone is right on {format_percent(item.get('accuracy'))}"
        for item in suspects
    )


def _together(code: str, a: str, b: str, repair: str) -> Iterator[Caution]:
    """The same words of both in one caution."""
    if a and a == b:
        yield Caution(code, f"A and B: {a}", repair)
        return
    for letter, words in (("A", a), ("B", b)):
        if words:
            yield Caution(code, f"{letter}: {words}", repair)


def _is_of_unknown_training(side: Evidence) -> bool:
    return side.outcomes is not None and "train" in _data(side) and _data(side)["train"] is None


def _data(side: Evidence) -> Mapping[str, Any]:
    return side.run.get("data") or {}


def _report(side: Evidence) -> Mapping[str, Any]:
    report = _data(side).get("report")
    return report if isinstance(report, Mapping) else {}
