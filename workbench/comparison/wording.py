"""Rows of a comparison as short texts: what the terminal report, Markdown and the diff screen all show.

A verdict is always a sign and a word, so that nothing hangs on colour; every sign has an ASCII form.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.comparison.contrast import Estimate
from workbench.comparison.result import Caution, Comparison, Disagreements, Row, Verdict
from workbench.comparison.summary import LEADING_SCORES
from workbench.evaluation.metrics import metric_of
from workbench.formatting import (
    NOT_KNOWN,
    format_count,
    format_delta,
    format_interval,
    format_relative,
    format_some,
    format_value,
)
from workbench.inert import inert
from workbench.parameters import show_value

_SIGNS = {
    Verdict.A: ("◀", "<"),
    Verdict.B: ("▶", ">"),
    Verdict.EQUIVALENT: ("=", "="),
    Verdict.UNRESOLVED: ("?", "?"),
    Verdict.NOT_COMPARABLE: ("×", "x"),
}
_WORDS = {
    Verdict.A: "A better",
    Verdict.B: "B better",
    Verdict.EQUIVALENT: "equivalent",
    Verdict.UNRESOLVED: "unresolved",
    Verdict.NOT_COMPARABLE: "not comp.",
}
HEADINGS = {"accuracy": "ACCURACY", "latency": "LATENCY (ms)", "cost": "COST", "size": "SIZE"}
"""What stands above the rows of each group."""
_LEADING = {
    "accuracy": LEADING_SCORES,
    "latency": ("p50_ms", "mean_ms", "p95_ms"),
    "cost": ("usd_per_1k_correct", "usd_per_1k_predictions", "usd_per_million_tokens", "train_usd", "device_seconds"),
    "size": ("parameters", "checkpoint_bytes"),
}
"""The rows that speak for a group, the first that there is."""
_LARGEST_IN_FULL = 9_999_999
_LONGEST_SETTING = 60
_LONGEST_LABEL = 30
_MOST_CLASSES = 6


@dataclass(frozen=True, slots=True)
class RowWords:
    """One row, cell by cell."""

    name: str
    a: str
    b: str
    delta: str
    relative: str
    a_interval: str
    b_interval: str
    """The interval of each value; empty where it is not known."""
    interval: str
    short_interval: str
    """The same interval in fewer characters, for narrow tables; left out of derived rows."""
    sign: str
    verdict: str
    reason: str


def words_of(row: Row, *, ascii_only: bool = False) -> RowWords:
    """The cells of a row; digits follow the width of its interval."""
    uncertainty = None if row.delta_low is None or row.delta_high is None else (row.delta_high - row.delta_low) / 2
    sign, word = verdict_words(row, ascii_only=ascii_only)
    has_interval = row.delta_low is not None and row.delta_low != row.delta_high
    interval = format_interval(row.metric, row.delta_low, row.delta_high, signed=True) if has_interval else ""
    derived = bool(metric_of(row.metric).derived_from)
    return RowWords(
        name=short_title(row),
        a=_value(row, row.a.value, uncertainty),
        b=_value(row, row.b.value, uncertainty),
        delta=_delta(row, uncertainty),
        relative=format_relative(row.relative) if row.delta else "",
        a_interval=_interval(row, row.a),
        b_interval=_interval(row, row.b),
        interval=interval,
        short_interval="" if derived else interval.strip("[]").replace(", ", ".." if ascii_only else "…"),
        sign=sign,
        verdict=word,
        reason=row.reason,
    )


def cell_words(words: RowWords, key: str) -> str:
    """One cell of a row: a field, or ``verdict`` with its sign, or ``mark``, which is the verdict in one character."""
    if key == "name":
        return f" {words.name}"
    if key == "mark":
        return words.verdict[0] if words.verdict in ("A better", "B better") else words.sign
    return f"{words.sign} {words.verdict}" if key == "verdict" else str(getattr(words, key))


def verdict_words(row: Row, *, ascii_only: bool = False) -> tuple[str, str]:
    """The sign and the word of a row's verdict."""
    metric = metric_of(row.metric)
    once = metric.measured_once or (bool(metric.derived_from) and row.n == 1)
    if row.verdict is Verdict.UNRESOLVED and (once or not metric.has_verdict):
        return ("-" if ascii_only else "·"), "n = 1" if once else "shown"
    if row.verdict is Verdict.EQUIVALENT and metric.counted:
        return _SIGNS[row.verdict][ascii_only], "the same"
    return _SIGNS[row.verdict][ascii_only], _WORDS[row.verdict]


def plain_verdict_words(verdict: Verdict, *, ascii_only: bool = False) -> tuple[str, str]:
    """The sign and the word of a verdict on something that is no row: a slice of the examples."""
    return _SIGNS[verdict][ascii_only], _WORDS[verdict]


def side_signs(*, ascii_only: bool = False) -> tuple[str, str]:
    """The signs of 'A better' and of 'B better'."""
    return _SIGNS[Verdict.A][ascii_only], _SIGNS[Verdict.B][ascii_only]


def leading_rows(comparison: Comparison) -> list[Row]:
    """The row that speaks for each group, for a verdict in one line."""
    found = ([comparison.row(name) for name in names] for names in _LEADING.values())
    return [row for rows in found if (row := next(filter(None, rows), None)) is not None]


def grouped_reasons(rows: Sequence[Row]) -> list[str]:
    """Why rows stand as they do, each reason once, after the rows that it is about; those that say more."""
    told: dict[str, list[Row]] = {}
    for row in rows:
        if says_more(row):
            told.setdefault(row.reason, []).append(row)
    return [f"{_named(members)}: {reason}" for reason, members in told.items()]


def _named(rows: Sequence[Row]) -> str:
    if len(rows) < 3:
        return ", ".join(row.title for row in rows)
    return "scores" if rows[0].group == "accuracy" else rows[0].group


def says_more(row: Row) -> bool:
    """Whether a row's reason says more than its verdict's word (counted, measured once, derived) or a bare p.

    That a decided row of a race was raced is told of all of them together, with how the latency was measured.
    """
    metric = metric_of(row.metric)
    bare = row.reason.rpartition(" processes, ")[2] if row.verdict in (Verdict.A, Verdict.B) else row.reason
    return not (metric.counted or metric.measured_once or metric.derived_from or bare.startswith("p "))


def ended(sentence: str) -> str:
    """The sentence with its full stop; '' stays ''."""
    return sentence if not sentence or sentence.endswith((".", "?", "!")) else f"{sentence}."


def with_repairs(cautions: Sequence[Caution]) -> list[tuple[Caution, str]]:
    """Each caution and what would repair it; a repair that one above it named already is not named again."""
    told: set[str] = set()
    found = []
    for caution in cautions:
        found.append((caution, "" if caution.repair in told else caution.repair))
        told.add(caution.repair)
    return found


def code_spans(text: str) -> list[tuple[str, bool]]:
    """The parts of a sentence of ours, and of each whether it stands between backticks."""
    return [(part, bool(place % 2)) for place, part in enumerate(text.split("`")) if part]


def agreement_words(counts: Disagreements | None) -> str:
    """Who is right on how many of the common examples; '' where there are none."""
    if counts is None:
        return ""
    n, both, a, b = map(format_count, (counts.n, counts.both_right, counts.only_a, counts.only_b))
    neither = format_count(counts.both_wrong)
    return (
        f"Of the same {n} test examples, both are right on {both}, only A on {a}, only B on {b}, neither on {neither}."
    )


def class_words(comparison: Comparison) -> str:
    """On which classes one run is better, in which score; '' where there are no classes."""
    rows = [(row, of.label) for of in comparison.classes for row in of.rows]
    if not rows:
        return ""
    parts = []
    for verdict in (Verdict.A, Verdict.B):
        won = [f"{row.title} of {inert(label, _LONGEST_LABEL)}" for row, label in rows if row.verdict is verdict]
        if won:
            parts.append(f"{verdict.value.upper()} is better in {format_some(won, _MOST_CLASSES)}")
    n = format_count(len(rows))
    if not parts:
        return f"None of the {n} scores of single classes tells A from B."
    return f"Of the {n} scores of single classes, {'; '.join(parts)}."


def short_title(row: Row) -> str:
    """The title of a metric below the heading of its group, which need not be said again."""
    title = row.title
    for group in ("latency ", "cost "):
        title = title.removeprefix(group)
    return title.replace("1,000", "1k").replace("million", "1M")


def setting_words(value: Any) -> str:
    """A setting or a fact of the environment as it would be typed; 'n/a' where a run does not have it."""
    if value is None:
        return NOT_KNOWN
    text = show_value(tuple(value) if isinstance(value, list) else value)
    return inert(text, _LONGEST_SETTING)


def _interval(row: Row, estimate: Estimate) -> str:
    if estimate.low is None or estimate.low == estimate.high:
        return ""
    return format_interval(row.metric, estimate.low, estimate.high)


def _value(row: Row, value: float | None, uncertainty: float | None) -> str:
    if row.unit == "" and metric_of(row.metric).counted and value is not None and abs(value) > _LARGEST_IN_FULL:
        return format_count(value, compact=True)
    return format_value(row.metric, value, uncertainty, unit=row.unit != "ms")


def _delta(row: Row, uncertainty: float | None) -> str:
    if row.delta is None:
        return ""
    if row.unit == "" and metric_of(row.metric).counted and abs(row.delta) > _LARGEST_IN_FULL:
        return ("+" if row.delta > 0 else "-") + format_count(abs(row.delta), compact=True)
    return format_delta(row.metric, row.delta, uncertainty, unit=row.unit != "ms")
