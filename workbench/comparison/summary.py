"""The comparison in a paragraph: accuracy first, then latency, cost and size, and what would settle what is open."""

from collections.abc import Iterator, Mapping

from workbench.comparison.evidence import Evidence
from workbench.comparison.result import Caution, Comparison, Row, Verdict
from workbench.evaluation.metrics import LANGUAGE, METRICS
from workbench.formatting import format_count, format_delta, format_interval, format_p, format_value
from workbench.inert import inert

LEADING_SCORES = ("accuracy", "log_loss", "rmse", "bits_per_byte")
"""The scores that speak for how well a run predicts, the first that there is."""

_PER_TOKENS = "usd_per_million_tokens"
_LONGEST_NAME = 40
_OF_ALL_OTHERS = {
    Verdict.A: "A is better in the other scores",
    Verdict.B: "B is better in the other scores",
    Verdict.EQUIVALENT: "They are equivalent in the other scores",
    Verdict.UNRESOLVED: "The other scores are unresolved",
}
_OF_SOME = {
    Verdict.A: "A is better in {}",
    Verdict.B: "B is better in {}",
    Verdict.EQUIVALENT: "they are equivalent in {}",
    Verdict.UNRESOLVED: "{} is unresolved",
}


def summarise(a: Evidence, b: Evidence, rows: Mapping[str, Row], warnings: tuple[Caution, ...], *, paired: bool) -> str:
    """One paragraph in plain words, true to the rows."""
    name_a, name_b = (inert(side.name, _LONGEST_NAME) for side in (a, b))
    opening = f"A is {name_a}, B is {name_b}."
    sentences = [opening, *_gravest(warnings), *_about_accuracy(rows, paired), *_about_latency(rows)]
    sentences += [*_about_cost(rows), *_about_size(rows)]
    if not any(caution.code == "same-run" for caution in warnings):
        sentences += _what_settles(rows, paired)
    return " ".join(sentences)


def headline(comparison: Comparison) -> str:
    """The verdict on how well the runs predict, in one sentence: the first of the summary after who they are."""
    rows = {row.metric: row for row in comparison.rows}
    return next(_about_accuracy(rows, comparison.paired))


def _gravest(warnings: tuple[Caution, ...]) -> Iterator[str]:
    for caution in warnings:
        if caution.code in ("same-run", "provisional"):
            yield f"Note that {caution.message}."


def _about_accuracy(rows: Mapping[str, Row], paired: bool) -> Iterator[str]:
    row = next((rows[name] for name in LEADING_SCORES if name in rows), None)
    if row is None:
        yield "Neither run has a figure of how well it predicts."
        return
    if row.verdict is Verdict.NOT_COMPARABLE:
        yield f"How well they predict cannot be compared: {row.reason}."
        return
    figures = _figures(row)
    if row.verdict in (Verdict.A, Verdict.B):
        better, worse = ("A", "B") if row.verdict is Verdict.A else ("B", "A")
        yield f"{better} is better than {worse} in {row.title} {_where(row, paired)}: {figures}, {_p_words(row)}."
    elif row.verdict is Verdict.EQUIVALENT:
        yield f"A and B are equivalent in {row.title} {_where(row, paired)}, within the margin that was set: {figures}."
    elif row.delta == 0:
        yield f"No difference in {row.title} was seen {_where(row, paired)}: {figures}."
    else:
        yield f"Which is better in {row.title} {_where(row, paired)} is unresolved: {figures}{_p_tail(row)}."
    yield from _other_scores(rows, row.metric)


def _other_scores(rows: Mapping[str, Row], told: str) -> Iterator[str]:
    """The other scores by their verdict, so that one that disagrees with the first is not passed over."""
    others = [row for row in rows.values() if row.group == "accuracy" and row.metric != told and _speaks(row.metric)]
    titles = {
        verdict: [row.title for row in others if row.verdict is verdict]
        for verdict in (Verdict.A, Verdict.B, Verdict.EQUIVALENT, Verdict.UNRESOLVED)
    }
    unresolved = rows[told].verdict is Verdict.UNRESOLVED
    if unresolved and len(others) > 1 and not any(row.delta for row in (rows[told], *others)):
        yield "Nor was one in the other scores."
        return
    found = [verdict for verdict, named in titles.items() if named]
    if len(found) == 1 and len(others) > 1:
        too = ", too" if found[0] is rows[told].verdict else ""
        yield f"{_OF_ALL_OTHERS[found[0]]}{too}."
    elif found:
        parts = [_OF_SOME[verdict].format(_listed(titles[verdict])) for verdict in found]
        if len(titles[Verdict.UNRESOLVED]) > 1:
            parts[-1] = "the rest are unresolved"
        yield f"Of the other scores, {'; '.join(parts)}."


def _speaks(metric: str) -> bool:
    """Whether a score says something of its own: not another's under a second name, and not without a verdict.

    Macro recall is balanced accuracy under the name that it has beside precision.
    """
    return metric != "macro_recall" and METRICS[metric].tested_as is None and METRICS[metric].has_verdict


def _about_latency(rows: Mapping[str, Row]) -> Iterator[str]:
    row = next((rows[name] for name in ("p50_ms", "mean_ms", "p95_ms") if name in rows), None)
    if row is None:
        return
    if row.verdict is Verdict.NOT_COMPARABLE:
        score = next((rows[name] for name in LEADING_SCORES if name in rows), None)
        same = score is not None and score.reason == row.reason
        yield "Nor can their latency." if same else f"Their latency cannot be compared: {row.reason}."
        return
    times = f"A takes {format_value(row.metric, row.a.value)}, B {format_value(row.metric, row.b.value)} ({row.title})"
    if row.verdict is Verdict.UNRESOLVED:
        yield f"Which is faster is unresolved: {times}, {row.reason.removesuffix('; race settles it')}."
    elif row.verdict is Verdict.EQUIVALENT:
        yield f"They are equally fast within the margin that was set: {times}."
    else:
        yield f"{row.verdict.value.upper()} is faster: {times}, {row.reason}."


def _about_cost(rows: Mapping[str, Row]) -> Iterator[str]:
    row = next(
        (rows[name] for name in ("usd_per_1k_correct", "usd_per_1k_predictions", _PER_TOKENS) if name in rows), None
    )
    if row is not None and row.a.value is not None and row.b.value is not None:
        amounts = f"{row.title}: A {format_value(row.metric, row.a.value)}, B {format_value(row.metric, row.b.value)}"
        yield f"{amounts[0].upper()}{amounts[1:]} ({row.reason if row.n == 1 else _verdict_words(row)})."
    row = rows.get("train_usd") or rows.get("device_seconds")
    if row is not None and row.a.value is not None and row.b.value is not None:
        amounts = f"A {format_value(row.metric, row.a.value)}, B {format_value(row.metric, row.b.value)}"
        yield f"{row.title[0].upper()}{row.title[1:]}, measured once: {amounts}."


def _about_size(rows: Mapping[str, Row]) -> Iterator[str]:
    row = rows.get("parameters") or rows.get("checkpoint_bytes")
    if row is None or row.a.value is None or row.b.value is None:
        return
    if row.delta == 0:
        yield f"Both have {format_value(row.metric, row.a.value)} {row.title}."
        return
    smaller = "A" if row.a.value < row.b.value else "B"
    amounts = f"A {format_value(row.metric, row.a.value)}, B {format_value(row.metric, row.b.value)}"
    yield f"{smaller} is smaller ({row.title}: {amounts})."


def _what_settles(rows: Mapping[str, Row], paired: bool) -> Iterator[str]:
    ways = []
    row = next((rows[name] for name in LEADING_SCORES if name in rows), None)
    if row is not None and row.verdict is Verdict.UNRESOLVED:
        ways.append(f"in {row.title}, {_need(row, paired)}")
    if any(row.verdict is Verdict.UNRESOLVED and row.reason.endswith("race settles it") for row in rows.values()):
        ways.append("in latency, a race")
    if ways:
        yield f"What would settle it: {'; '.join(ways)}."


def _need(row: Row, paired: bool) -> str:
    same = "" if paired else "the same data and split seed for both, else "
    if row.examples_needed is None or row.effect is None:
        return f"{same}many more {_examples(row)}"
    if row.n is not None and row.examples_needed <= row.n:
        return f"{same}a margin within which no difference matters, as these would show one of {row.effect:g}"
    return f"{same}about {format_count(row.examples_needed)} {_examples(row)} for a difference of {row.effect:g}"


def _figures(row: Row) -> str:
    half_width = None if row.delta_low is None or row.delta_high is None else (row.delta_high - row.delta_low) / 2
    values = (
        f"A {format_value(row.metric, row.a.value, half_width)}, B {format_value(row.metric, row.b.value, half_width)}"
    )
    interval = format_interval(row.metric, row.delta_low, row.delta_high, signed=True)
    return f"{values}, difference {format_delta(row.metric, row.delta, half_width)}, 95% interval {interval}"


def _where(row: Row, paired: bool) -> str:
    if not paired:
        return f"on different {_examples(row)}"
    return f"on one {_examples(row)[:-1]}" if row.n == 1 else f"on the same {format_count(row.n)} {_examples(row)}"


def _examples(row: Row) -> str:
    return "text units" if METRICS[row.metric].task == LANGUAGE else "test examples"


def _p_words(row: Row) -> str:
    return f"adjusted p {format_p(row.p_adjusted)}" if row.p_adjusted is not None else row.reason


def _p_tail(row: Row) -> str:
    return f", adjusted p {format_p(row.p_adjusted)}" if row.p_adjusted is not None else ""


def _verdict_words(row: Row) -> str:
    if row.verdict in (Verdict.A, Verdict.B):
        return f"{row.verdict.value.upper()} is better"
    return row.verdict.value.replace("-", " ")


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
