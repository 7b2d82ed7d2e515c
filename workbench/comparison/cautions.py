"""What a reader must know about a pair of runs before reading its rows.

``obstacles`` are the four reasons for which the outcomes of two runs cannot be compared at all; everything else is a
caution, which leaves the rows standing.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from workbench.comparison.evidence import Evidence, ExampleOutcomes, RunOutcomes
from workbench.comparison.latency import device_of, timing_cautions, unnamed_devices
from workbench.comparison.pairing import Pair
from workbench.comparison.provisional import provisional
from workbench.comparison.raced import RacedCalls, race_cautions
from workbench.comparison.result import Caution
from workbench.comparison.tokenizers import tokenizer_caution
from workbench.comparison.training_cautions import seen_by_the_other, training_cautions
from workbench.formatting import format_count, format_percent, format_some
from workbench.inert import inert

FEW_EXAMPLES = 100

_SAMPLE_OF_LABELS = 3
_ONE_VERSION = "Train both on one version of the data"


def obstacles(a: Evidence, b: Evidence) -> list[Caution]:
    """Why the outcomes of the runs cannot be compared; empty where they can."""
    found = []
    if a.run.get("task") != b.run.get("task"):
        tasks = f"A is {a.run.get('task')}, B is {b.run.get('task')}"
        found.append(Caution("other-task", f"another task: {tasks}", "Compare runs of one task"))
    target_a, target_b = (_data(side).get("target") for side in (a, b))
    if target_a is not None and target_b is not None and target_a != target_b:
        message = f"another target: A predicts {_said(target_a)}, B {_said(target_b)}"
        found.append(Caution("other-target", message, "Train both with the same --target"))
    labels_a, labels_b = _labels(a), _labels(b)
    if labels_a and labels_b and labels_a != labels_b:
        message = f"other classes: {_label_words(labels_a, labels_b)}"
        found.append(Caution("other-labels", message, "Train both on data with the same classes"))
    missing = {letter: side for letter, side in (("A", a), ("B", b)) if side.outcomes is None or side.outcomes.n == 0}
    if missing:
        have = "has no outcomes" if len(missing) == 1 else "have no outcomes"
        message = f"{' and '.join(missing)} {have}: the test part was not evaluated"
        found.append(Caution("no-outcomes", message, _evaluate_words(missing.values())))
    return found


def cautions(
    a: Evidence, b: Evidence, pair: Pair[RunOutcomes] | None, race: RacedCalls | None = None
) -> tuple[Caution, ...]:
    """Everything worth saying about the pair, gravest first."""
    return (
        *_about_runs(a, b),
        *obstacles(a, b),
        *training_cautions(a, b),
        *_about_data(a, b, pair),
        *(_about_examples(pair) if pair else ()),
        *tokenizer_caution(pair),
        *_about_machines(a, b),
        *(timing_cautions(a, b) if race is None else race_cautions(race)),
    )


def _about_runs(a: Evidence, b: Evidence) -> Iterator[Caution]:
    if a.run.get("id") is not None and a.run.get("id") == b.run.get("id"):
        yield Caution("same-run", "both sides are the same run", "Choose another B")
    for letter, side in (("A", a), ("B", b)):
        unfinished = provisional(letter, side)
        if unfinished is not None:
            yield unfinished


def _about_data(a: Evidence, b: Evidence, pair: Pair[RunOutcomes] | None) -> Iterator[Caution]:
    if a.run.get("split_seed") != b.run.get("split_seed"):
        seeds = f"A {a.run.get('split_seed')}, B {b.run.get('split_seed')}"
        message = f"another split of the data (split seed {seeds}): the test parts differ"
        yield Caution("other-split", f"{message}{seen_by_the_other(a, b, pair)}", _same_split(a, b))
    fingerprint_a, fingerprint_b = _data(a).get("fingerprint"), _data(b).get("fingerprint")
    if fingerprint_a and fingerprint_b and fingerprint_a != fingerprint_b:
        yield Caution("other-data", "the data differ: the runs did not read the same content", _ONE_VERSION)
    if pair is None or a.outcomes is None or b.outcomes is None:
        return
    if not pair.paired:
        yield Caution(
            "unpaired",
            f"the test parts have {format_count(pair.common)} {pair.a.noun}s in common, too few to pair: "
            "no paired test, and wider intervals",
            _same_split(a, b),
        )
    elif pair.common < max(a.outcomes.n, b.outcomes.n):
        yield Caution(
            "unequal-test-parts",
            f"compared on the {format_count(pair.common)} {pair.a.noun}s that both test parts hold "
            f"(A was tested on {format_count(a.outcomes.n)}, B on {format_count(b.outcomes.n)})",
            _same_split(a, b),
        )
    if pair.contradicting:
        have = "example has" if pair.contradicting == 1 else "examples have"
        fate = "; left out" if pair.paired else ""
        message = f"{format_count(pair.contradicting)} {have} another truth in A than in B{fate}"
        yield Caution("other-truth", message, _ONE_VERSION)


def _about_examples(pair: Pair[RunOutcomes]) -> Iterator[Caution]:
    if 0 < pair.examples < FEW_EXAMPLES:
        noun = pair.a.noun
        examples = f"one {noun}" if pair.examples == 1 else f"{pair.examples} {noun}s"
        message = f"only {examples}: intervals are wide and rough"
        yield Caution("few-examples", message, "Add data, or run both with a larger --test-fraction")
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
                "Look at its log and curves before you compare it: it has learned nothing that helps",
            )


def _about_machines(a: Evidence, b: Evidence) -> Iterator[Caution]:
    if unnamed_devices(a, b) is None and device_of(a) != device_of(b):
        message = f"another device: A on {_said(device_of(a))}, B on {_said(device_of(b))}"
        yield Caution("other-device", message, "Run both with the same --device")
    host_a, host_b = ((side.run.get("environment") or {}).get("host") for side in (a, b))
    if host_a and host_b and host_a != host_b:
        message = f"another machine: A on {_said(host_a)}, B on {_said(host_b)}"
        yield Caution("other-host", message, "Run both on one machine, where times and costs are to be compared")
    threads_a, threads_b = a.run.get("threads"), b.run.get("threads")
    if threads_a is not None and threads_b is not None and threads_a != threads_b:
        message = f"other threads while training: A {threads_a}, B {threads_b}"
        yield Caution("other-threads", message, "Run both with the same --threads")


def _evaluate_words(sides: Iterable[Evidence]) -> str:
    """What would give these runs outcomes."""
    if any(side.run.get("status") in ("queued", "running") for side in sides):
        return "Compare again when it is done"
    commands = [f"`workbench rerun {side.run['id']}`" for side in sides if side.run.get("id") is not None]
    return f"{' and '.join(commands)} evaluates on it" if commands else ""


def _same_split(a: Evidence, b: Evidence) -> str:
    """What would have both tested on the same examples."""
    split_seed, number = a.run.get("split_seed"), b.run.get("id")
    if split_seed == b.run.get("split_seed") or number is None or _data(b).get("train") is None:
        return "Train both on the same data, with the same split seed and fractions"
    return f"`workbench rerun {number} --split-seed {split_seed}` trains B on the split of A"


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
