"""Groups as short texts: means with their spread, every member's point on a strip, the comparison in a paragraph."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.comparison.evidence import Evidence
from workbench.comparison.group_measured import GroupsMeasured
from workbench.comparison.group_members import GroupKind, GroupSide
from workbench.comparison.group_methods import Spread
from workbench.comparison.group_result import GroupCompared
from workbench.comparison.result import Caution, Row, Verdict
from workbench.comparison.summary import LEADING_SCORES
from workbench.formatting import format_delta, format_interval, format_p, format_value
from workbench.inert import inert
from workbench.run_groups import common_name

_LONGEST_NAME = 40
_SIGNS = {True: ("o", ".", "+"), False: ("●", "·", "+")}
"""For ASCII and for other terminals: a point, a place without one, and more than nine at one place."""


def group_headline(compared: GroupCompared) -> str:
    """The verdict on how well the groups predict, in one sentence."""
    rows = {row.metric: row for row in compared.comparison.rows}
    return _about_quality(rows, compared.kind)


def group_name(run: Mapping[str, Any], side: GroupSide) -> str:
    """What a group is called: its own name, else what the names of its runs have in common."""
    names = [member.name for member in reversed(side.members)]
    return inert(str(run.get("group") or (common_name(names) if names else run.get("name"))), _LONGEST_NAME)


def group_size(kind: GroupKind, side: GroupSide) -> str:
    """How large a group is: '5 seeds', 'one split'."""
    n = len(side.members)
    return f"one {kind.value.removesuffix('s')}" if n == 1 else f"{n or 'no'} {kind.value}"


def mean_words(metric: str, spread: Spread, *, ascii_only: bool = False) -> str:
    """The mean of the members and their standard deviation: '0.961 ± 0.004'."""
    mean = format_value(metric, spread.mean, spread.sd, unit=False)
    if not spread.sd:
        return mean
    sign = "+/-" if ascii_only else "±"
    return f"{mean} {sign} {format_value(metric, spread.sd, spread.sd, unit=False)}"


def strip(points: Sequence[float | None], low: float, high: float, width: int, *, ascii_only: bool = False) -> str:
    """Every point at its place from ``low`` to ``high``, in ``width`` cells; a digit where several meet."""
    point, nothing, many = _SIGNS[ascii_only]
    counts = [0] * width
    for value in points:
        if value is not None:
            share = (value - low) / (high - low) if high > low else 0.5
            counts[min(width - 1, max(0, round(share * (width - 1))))] += 1
    signs = {0: nothing, 1: point}
    return "".join(signs.get(count, str(count) if count < 10 else many) for count in counts)


def strips(
    compared: GroupCompared, metric: str, width: int, *, ascii_only: bool = False
) -> tuple[str, str, float, float] | None:
    """The strips of A and of B on one scale, and its ends; None where the members of neither side differ."""
    spreads = compared.spreads[metric]
    if not (spreads.a.sd or spreads.b.sd):
        return None
    known = [point for spread in (spreads.a, spreads.b) for point in spread.points if point is not None]
    low, high = min(known), max(known)
    a, b = (strip(spread.points, low, high, width, ascii_only=ascii_only) for spread in (spreads.a, spreads.b))
    return a, b, low, high


def summarise_groups(
    shown: tuple[Evidence, Evidence],
    rows: Mapping[str, Row],
    kind: GroupKind,
    sides: tuple[GroupSide, GroupSide],
    measured: GroupsMeasured,
    warnings: Sequence[Caution],
) -> str:
    """One paragraph in plain words, true to the rows."""
    a, b = (f"{group_name(one.run, side)} ({group_size(kind, side)})" for one, side in zip(shown, sides, strict=True))
    sentences = [f"A is {a}; B is {b}.", _about_quality(rows, kind)]
    sentences += [*_other_scores(rows), *_about_the_rest(rows, measured)]
    sentences += [f"{caution.message[0].upper()}{caution.message[1:]}." for caution in warnings if _is_grave(caution)]
    return " ".join(sentences)


def _is_grave(caution: Caution) -> bool:
    return caution.code in ("same-group", "few-members", "mixed-group")


def _leading(rows: Mapping[str, Row]) -> Row | None:
    return next((rows[name] for name in LEADING_SCORES if name in rows), None)


def _about_quality(rows: Mapping[str, Row], kind: GroupKind) -> str:
    row = _leading(rows)
    if row is None:
        return "Neither group has a figure of how well it predicts."
    if row.verdict is Verdict.NOT_COMPARABLE:
        return f"How well they predict cannot be compared: {row.reason}."
    figures = _figures(row)
    if row.verdict in (Verdict.A, Verdict.B):
        better, worse = ("A", "B") if row.verdict is Verdict.A else ("B", "A")
        p = f"adjusted p {format_p(row.p_adjusted)}"
        return f"{better} is better than {worse} in {row.title} over {kind.value}: {figures}, {p}."
    if row.verdict is Verdict.EQUIVALENT:
        return f"A and B are equivalent in {row.title} over {kind.value}, within the margin that was set: {figures}."
    if row.p_value is None:
        return f"No verdict on {row.title} over {kind.value}: {figures}; {row.reason}."
    if row.delta == 0:
        return f"No difference in {row.title} was seen over {kind.value}: {figures}."
    p = f"adjusted p {format_p(row.p_adjusted)}"
    return f"Which is better in {row.title} over {kind.value} is unresolved: {figures}, {p}."


def _figures(row: Row) -> str:
    half = None if row.delta_low is None or row.delta_high is None else (row.delta_high - row.delta_low) / 2
    values = f"mean A {format_value(row.metric, row.a.value, half)}, B {format_value(row.metric, row.b.value, half)}"
    delta = f"difference {format_delta(row.metric, row.delta, half)}"
    if half is None:
        return f"{values}, {delta}"
    return f"{values}, {delta}, 95% interval {format_interval(row.metric, row.delta_low, row.delta_high, signed=True)}"


def _other_scores(rows: Mapping[str, Row]) -> Iterator[str]:
    told = _leading(rows)
    for verdict, words in ((Verdict.A, "A is better in"), (Verdict.B, "B is better in"), (Verdict.EQUIVALENT, "Equal")):
        titles = [
            row.title for row in rows.values() if row.group == "accuracy" and row is not told and row.verdict is verdict
        ]
        if titles:
            within = " within their margins:" if verdict is Verdict.EQUIVALENT else ""
            yield f"{words}{within} {', '.join(titles)}."


def _about_the_rest(rows: Mapping[str, Row], measured: GroupsMeasured) -> Iterator[str]:
    if measured.contrasts:
        yield f"Scores rest on {measured.examples}."
    if any(row.group in ("latency", "cost") for row in rows.values()):
        yield "Of latency and cost only the spread is shown."
