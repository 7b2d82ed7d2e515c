"""What a reader must know about two groups of runs before reading the rows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.comparison.group_members import GroupKind, GroupSide
from workbench.comparison.group_methods import FEWEST
from workbench.comparison.result import Caution
from workbench.formatting import format_some
from workbench.inert import inert

_OF_SINGLE_RUNS = {
    GroupKind.SEEDS: ("same-run",),
    GroupKind.SPLITS: ("same-run", "other-split", "unpaired", "unequal-test-parts", "other-truth", "few-examples"),
}
"""What is said of two runs and is not so, or not as said, of their groups."""
_TOLD = {"torch": "torch", "git": "code", "sklearn": "scikit-learn", "python": "Python"}
_MOST_TOLD = 3


def group_cautions(
    single: Sequence[Caution],
    kind: GroupKind,
    a: GroupSide,
    b: GroupSide,
    runs: tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]],
) -> tuple[Caution, ...]:
    """Everything worth saying about the groups; ``single`` is what is said of one run of each."""
    return (
        *_about_members(kind, a, b),
        *(caution for caution in single if caution.code not in _OF_SINGLE_RUNS[kind]),
        *_about_mixtures("A", runs[0]),
        *_about_mixtures("B", runs[1]),
    )


def _about_members(kind: GroupKind, a: GroupSide, b: GroupSide) -> Iterator[Caution]:
    if a.ids and set(a.ids) & set(b.ids):
        yield Caution(
            "same-group",
            "both sides are the same group of runs",
            "Choose a B of another model or with other parameters",
        )
        return
    if kind is GroupKind.SPLITS:
        if a.missing:
            splits = "no split" if not a.members else f"{len(a.members)} split{'s' * (len(a.members) > 1)}"
            message = f"A and B have {splits} in common; a verdict needs {FEWEST}"
            yield Caution("few-members", message, _repair((*a.commands, *b.commands)))
        return
    for letter, side in (("A", a), ("B", b)):
        if side.missing:
            seeds = "one seed" if len(side.members) == 1 else f"{len(side.members)} seeds"
            yield Caution("few-members", f"{letter} has {seeds}; a verdict needs {FEWEST}", _repair(side.commands))


def _repair(commands: Sequence[str]) -> str:
    if not commands:
        return "Import more runs of the same model, each with a --seed of its own"
    return f"Run {'; '.join(f'`{command}`' for command in commands)}"


def _about_mixtures(letter: str, runs: Sequence[Mapping[str, Any]]) -> Iterator[Caution]:
    """Facts in which the members of one side differ although nobody asked for it."""
    for key, words in _TOLD.items():
        values = {(run.get("environment") or {}).get(key) for run in runs} - {None}
        if len(values) > 1:
            told = format_some([inert(str(value), 40) for value in sorted(map(str, values))], _MOST_TOLD)
            yield Caution(
                "mixed-group",
                f"the runs of {letter} differ in {words} ({told}): their spread holds more than that of the seeds",
                "Train the members of a group with one version",
            )
