"""What a reader must know about a pair of runs before reading its rows.

``obstacles`` are the four reasons for which the outcomes of two runs cannot be compared at all; everything else is a
caution, which leaves the rows standing.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from workbench.comparison.evidence import Evidence, ExampleOutcomes, RunOutcomes
from workbench.comparison.latency import device_of, timing_cautions
from workbench.comparison.pairing import Pair
from workbench.comparison.raced import RacedCalls, race_cautions
from workbench.comparison.result import Caution
from workbench.formatting import format_count, format_percent, format_some
from workbench.inert import inert

FEW_EXAMPLES = 100

_SAMPLE_OF_LABELS = 3


def obstacles(a: Evidence, b: Evidence) -> list[Caution]:
    """Why the outcomes of the runs cannot be compared; empty where they can."""
    found = []
    if a.run.get("task") != b.run.get("task"):
        found.append(Caution("other-task", f"another task: A is {a.run.get('task')}, B is {b.run.get('task')}"))
    target_a, target_b = (_data(side).get("target") for side in (a, b))
    if target_a is not None and target_b is not None and target_a != target_b:
        found.append(Caution("other-target", f"another target: A predicts {_said(target_a)}, B {_said(target_b)}"))
    labels_a, labels_b = _labels(a), _labels(b)
    if labels_a and labels_b and labels_a != labels_b:
        found.append(Caution("other-labels", f"other classes: {_label_words(labels_a, labels_b)}"))
    missing = [letter for letter, side in (("A", a), ("B", b)) if side.outcomes is None or side.outcomes.n == 0]
    if missing:
        have = "has no outcomes" if len(missing) == 1 else "have no outcomes"
        found.append(Caution("no-outcomes", f"{' and '.join(missing)} {have}: the test part was not evaluated"))
    return found


def cautions(
    a: Evidence, b: Evidence, pair: Pair[RunOutcomes] | None, race: RacedCalls | None = None
) -> tuple[Caution, ...]:
    """Everything worth saying about the pair, gravest first."""
    return (
        *_about_runs(a, b),
        *obstacles(a, b),
        *_about_data(a, b, pair),
        *(_about_examples(pair) if pair else ()),
        *_about_machines(a, b),
        *(timing_cautions(a, b) if race is None else race_cautions(race)),
    )


def _about_runs(a: Evidence, b: Evidence) -> Iterator[Caution]:
    if a.run.get("id") is not None and a.run.get("id") == b.run.get("id"):
        yield Caution("same-run", "both sides are the same run")
    for letter, side in (("A", a), ("B", b)):
        status = side.run.get("status")
        if status not in (None, "done"):
            became = "has failed" if status == "failed" else f"is {status}"
            yield Caution("not-done", f"{letter} {became}: its figures may be incomplete")


def _about_data(a: Evidence, b: Evidence, pair: Pair[RunOutcomes] | None) -> Iterator[Caution]:
    if a.run.get("split_seed") != b.run.get("split_seed"):
        seeds = f"A {a.run.get('split_seed')}, B {b.run.get('split_seed')}"
        yield Caution("other-split", f"another split of the data (split seed {seeds}): the test parts differ")
    fingerprint_a, fingerprint_b = _data(a).get("fingerprint"), _data(b).get("fingerprint")
    if fingerprint_a and fingerprint_b and fingerprint_a != fingerprint_b:
        yield Caution("other-data", "the data differ: the runs did not read the same content")
    if pair is None or a.outcomes is None or b.outcomes is None:
        return
    if not pair.paired:
        yield Caution(
            "unpaired",
            f"the test parts have {format_count(pair.common)} examples in common, too few to pair: "
            "no paired test, and wider intervals",
        )
    elif pair.common < max(a.outcomes.n, b.outcomes.n):
        yield Caution(
            "unequal-test-parts",
            f"compared on the {format_count(pair.common)} examples that both test parts hold "
            f"(A was tested on {format_count(a.outcomes.n)}, B on {format_count(b.outcomes.n)})",
        )
    if pair.contradicting:
        have = "example has" if pair.contradicting == 1 else "examples have"
        fate = "; left out" if pair.paired else ""
        yield Caution("other-truth", f"{format_count(pair.contradicting)} {have} another truth in A than in B{fate}")


def _about_examples(pair: Pair[RunOutcomes]) -> Iterator[Caution]:
    if 0 < pair.examples < FEW_EXAMPLES:
        examples = "one test example" if pair.examples == 1 else f"{pair.examples} test examples"
        yield Caution("few-examples", f"only {examples}: intervals are wide and rough")
    for letter, side in (("A", pair.a), ("B", pair.b)):
        if side.n == 0 or not isinstance(side, ExampleOutcomes):
            continue
        counts = np.bincount(side.truth, minlength=len(side.labels))
        commonest, share = int(counts.argmax()), float(counts.max()) / side.n
        accuracy = float(np.mean(side.predicted == side.truth))
        if accuracy < share:
            yield Caution(
                "below-baseline",
                f"{letter} is right on {format_percent(accuracy)}; always answering {_said(side.labels[commonest])} "
                f"would be right on {format_percent(share)}",
            )


def _about_machines(a: Evidence, b: Evidence) -> Iterator[Caution]:
    if device_of(a) != device_of(b):
        yield Caution("other-device", f"another device: A on {_said(device_of(a))}, B on {_said(device_of(b))}")
    host_a, host_b = ((side.run.get("environment") or {}).get("host") for side in (a, b))
    if host_a and host_b and host_a != host_b:
        yield Caution("other-host", f"another machine: A on {_said(host_a)}, B on {_said(host_b)}")
    threads_a, threads_b = a.run.get("threads"), b.run.get("threads")
    if threads_a is not None and threads_b is not None and threads_a != threads_b:
        yield Caution("other-threads", f"other threads while training: A {threads_a}, B {threads_b}")


def _data(evidence: Evidence) -> dict[str, Any]:
    return evidence.run.get("data") or {}


def _labels(evidence: Evidence) -> set[str]:
    if evidence.examples is not None:
        return set(evidence.examples.labels)
    return set(_data(evidence).get("labels") or ())


def _label_words(a: set[str], b: set[str]) -> str:
    parts = []
    for letter, only in (("A", sorted(a - b)), ("B", sorted(b - a))):
        if only:
            parts.append(f"only {letter} knows {format_some([_said(label) for label in only], _SAMPLE_OF_LABELS)}")
    return "; ".join(parts)


def _said(value: Any) -> str:
    return inert(str(value), 60)
