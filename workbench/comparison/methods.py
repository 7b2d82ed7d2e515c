"""How the figures of a comparison were found, in words: the tests, the examples and calls that they rest on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.comparison.result import Comparison, Row
from workbench.comparison.verdicts import family_members
from workbench.evaluation.metrics import LANGUAGE, METRICS
from workbench.formatting import format_count

TESTS = {
    "mcnemar-exact": "McNemar's exact test",
    "paired-jackknife": "paired jackknife",
    "paired-t": "paired t-test",
    "delong": "DeLong's test",
    "auc-influence": "paired influence values",
    "race-bootstrap": "bootstrap over processes and blocks",
    "block-bootstrap": "moving-block bootstrap",
    "fisher-exact": "Fisher's exact test, unpaired",
    "welch-t": "Welch's t-test, unpaired",
    "welch-jackknife": "jackknife, unpaired",
    "delong-unpaired": "DeLong's variances, unpaired",
    "auc-influence-unpaired": "influence values, unpaired",
    "block-bootstrap-unpaired": "moving-block bootstrap, unpaired",
}
"""The names of tests for people; one that is not listed is called by its own."""

VERDICT_RULE = "a verdict needs an adjusted p of at most 0.05 and a 95% interval without 0"


def test_title(row: Row) -> str:
    """What the test of a row is called; '' where there was none."""
    return "" if row.test is None else TESTS.get(row.test, row.test.replace("-", " "))


def method_sentences(comparison: Comparison) -> list[str]:
    """A sentence on the scores, one on the latency, one on what was counted or measured once: those there are."""
    return [*_on_scores(comparison), *_on_latency(comparison), *_on_the_rest(comparison)]


def _on_scores(comparison: Comparison) -> Iterator[str]:
    scored = [row for row in comparison.rows if row.group == "accuracy" and row.n]
    if not scored:
        return
    most = format_count(max(row.n or 0 for row in scored))
    noun = "text unit" if METRICS[scored[0].metric].task == LANGUAGE else "test example"
    which = f"the same {most} {noun}s for both, paired"
    if not comparison.paired:
        which = f"{most} {noun}s in all, not the same for both, so unpaired"
    titles: dict[str, list[str]] = {}
    for row in scored:
        if row.test is not None:
            titles.setdefault(test_title(row), []).append(row.title)
    tests = "; ".join(f"{test} ({', '.join(rows)})" for test, rows in titles.items())
    yield f"Scores: {which}; {tests or 'intervals at 95%'}."
    members = family_members({row.metric: row.p_value for row in scored if row.p_value is not None})
    family = [row.title for row in scored if row.metric in members]
    if family:
        yield f"{_listed(family)} are adjusted together by Holm's method; {VERDICT_RULE}."


def _on_latency(comparison: Comparison) -> Iterator[str]:
    timed = [row for row in comparison.rows if row.group == "latency"]
    if not timed:
        return
    tested = sorted({test_title(row) for row in timed if row.test is not None})
    sides = [_race_words(comparison.race)] if comparison.race is not None else _timing_words(comparison)
    if sides:
        yield f"Latency: {'; '.join([*sides, *tested])}."


def _race_words(race: Mapping[str, Any]) -> str:
    calls, pairs, processes = (format_count(race[key]) for key in ("trials", "pairs", "processes"))
    return f"race {race['id']}, {calls} calls in {pairs} pairs of blocks, {processes} processes"


def _timing_words(comparison: Comparison) -> list[str]:
    sides = []
    for letter, run in (("A", comparison.a), ("B", comparison.b)):
        latency = run.get("latency") or {}
        if latency.get("trials"):
            batch, threads = latency.get("batch_size"), latency.get("threads")
            of = f" of {format_count(batch)} example{'s' if batch != 1 else ''}" if batch else ""
            on = f" on {format_count(threads)} thread{'s' if threads != 1 else ''}" if threads else ""
            sides.append(f"{letter} {format_count(latency['trials'])} calls{of}{on}")
    return sides


def _on_the_rest(comparison: Comparison) -> Iterator[str]:
    once = [row.title for row in comparison.rows if METRICS[row.metric].measured_once]
    if once:
        yield f"{_listed(once)}: measured once, so without a verdict."


def _listed(words: Sequence[str]) -> str:
    text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return text[0].upper() + text[1:]
