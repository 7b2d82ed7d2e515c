"""Which runs make up a group: those that differ from a run of it in their seeds only.

A member is done, was evaluated, and has the model, the parameters, the content and target of the data, the fractions
of the split and the kind of device of the run that the group is asked for. (Of a run in a named group the members are
those of that group; data, fractions and device must agree there, too.) Threads, versions and code may differ: of
versions and code a caution tells.

* ``seeds``: all were tested on the same examples and each has a seed of its own. Of several with one seed the newest
  counts, since a run repeated is no new evidence.
* ``splits``: each has a split of its own; of several on one split the one with the seed of the run asked for counts,
  else the newest. Only splits on which both sides were tested on the same examples count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from workbench.comparison.group_methods import FEWEST
from workbench.errors import UsageError
from workbench.spec import is_imported

if TYPE_CHECKING:
    from store.database import Database
    from store.records import Run, RunDetail


class GroupKind(StrEnum):
    """What the runs of a group differ in."""

    SEEDS = "seeds"
    SPLITS = "splits"


@dataclass(frozen=True, slots=True)
class Member:
    """One run of a group."""

    id: int
    name: str
    seed: int
    split_seed: int
    example_set: str
    """The key of the test part."""
    can_be_rerun: bool = True
    """Whether it was trained here, and not imported."""

    def to_json(self) -> dict[str, Any]:
        """The member as JSON types."""
        return {"id": self.id, "name": self.name, "seed": self.seed, "split_seed": self.split_seed}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A run that is alike and does not count, and why."""

    id: int
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The run as JSON types."""
        return {"id": self.id, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class GroupSide:
    """A group: its members in the order of their seeds, who was left out, and what would make it large enough."""

    members: tuple[Member, ...]
    left_out: tuple[LeftOut, ...] = ()
    commands: tuple[str, ...] = ()
    """The commands that train the missing members; none where there are enough."""

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids of the members."""
        return tuple(member.id for member in self.members)

    @property
    def missing(self) -> int:
        """How many members are missing for a verdict."""
        return max(0, FEWEST - len(self.members))


@dataclass(frozen=True, slots=True)
class Alike:
    """The runs that may be members of the group of one run, newest first."""

    anchor: Member
    """The run that was asked for, or the newest that is like it where that one is not done."""
    runs: tuple[Member, ...]


def find_alike(db: "Database", run_id: int) -> Alike:
    """The runs like this one. Raises UnknownRun; UsageError where none of them, itself included, has been evaluated."""
    from store.alike import alike_runs, example_set_keys
    from store.details import get_details
    from store.runs import get_run

    with db.reading():
        wanted = get_run(db, run_id)
        done = alike_runs(db, wanted)
        details = get_details(db, [run_id, *(run.id for run in done)])
        keys = example_set_keys(db, [run.id for run in done])
    asked, *others = details
    members = tuple(
        _member(detail.run, keys[detail.run.id])
        for detail in reversed(others)
        if detail.run.id in keys and _identity(detail) == _identity(asked)
    )
    if not members:
        raise UsageError(
            f"Run {run_id} ({wanted.name}) has no group: neither it nor a run like it is done and was evaluated. "
            f"Wait for it, or train it with `workbench rerun {run_id}`."
        )
    same_split = [member for member in members if member.split_seed == wanted.split_seed]
    anchor = next((member for member in members if member.id == run_id), (same_split or members)[0])
    return Alike(anchor, members)


def choose_kind(a: Alike, b: Alike) -> GroupKind:
    """Splits where there are at least as many in common as there are seeds: they vary the examples, too."""
    splits = min(len(side.members) for side in split_sides(a, b))
    seeds = min(len(seed_side(side).members) for side in (a, b))
    return GroupKind.SPLITS if splits > 1 and splits >= seeds else GroupKind.SEEDS


def seed_side(alike: Alike) -> GroupSide:
    """The group of runs that differ in seed, on the split of the run asked for."""
    chosen: dict[int, Member] = {alike.anchor.seed: alike.anchor}
    left_out = []
    for member in alike.runs:
        if member.example_set != alike.anchor.example_set:
            left_out.append(LeftOut(member.id, f"tested on other examples (split seed {member.split_seed})"))
        elif chosen.setdefault(member.seed, member).id != member.id:
            left_out.append(LeftOut(member.id, f"the same seed as run {chosen[member.seed].id}"))
    missing = _unused(chosen, max(0, FEWEST - len(chosen)))
    return GroupSide(_in_order(chosen), tuple(left_out), _commands(alike.anchor, "--seed", missing))


def split_sides(a: Alike, b: Alike) -> tuple[GroupSide, GroupSide]:
    """The groups of runs that differ in split, of the splits that both sides have."""
    by_split_a, by_split_b = _by_split(a), _by_split(b)
    shared = {
        split_seed
        for split_seed in by_split_a.keys() & by_split_b.keys()
        if by_split_a[split_seed].example_set == by_split_b[split_seed].example_set
    }
    # Splits that one side has already come first: they cost one run, others two.
    others = sorted((by_split_a.keys() | by_split_b.keys()) - (by_split_a.keys() & by_split_b.keys()))
    missing = max(0, FEWEST - len(shared))
    new = [*others, *_unused(by_split_a.keys() | by_split_b.keys(), missing)][:missing]
    return (
        _split_side(a, by_split_a, by_split_b, shared, new),
        _split_side(b, by_split_b, by_split_a, shared, new),
    )


def _split_side(
    alike: Alike, own: Mapping[int, Member], other: Mapping[int, Member], shared: set[int], new: Iterable[int]
) -> GroupSide:
    left_out = []
    for member in alike.runs:
        counted = own[member.split_seed]
        if counted.id != member.id:
            left_out.append(LeftOut(member.id, f"the same split as run {counted.id}"))
        elif member.split_seed not in other:
            left_out.append(LeftOut(member.id, f"the other side has no run on split seed {member.split_seed}"))
        elif member.split_seed not in shared:
            against = other[member.split_seed].id
            left_out.append(LeftOut(member.id, f"tested on other examples than run {against} on the same split seed"))
    members = _in_order({split_seed: own[split_seed] for split_seed in shared})
    missing = [split_seed for split_seed in new if split_seed not in own]
    return GroupSide(members, tuple(left_out), _commands(alike.anchor, "--split-seed", missing))


def _commands(anchor: Member, option: str, seeds: Iterable[int]) -> tuple[str, ...]:
    if not anchor.can_be_rerun:
        return ()
    return tuple(f"workbench rerun {anchor.id} {option} {seed} --detach" for seed in seeds)


def _by_split(alike: Alike) -> dict[int, Member]:
    """The member that counts of each split."""
    first = sorted(alike.runs, key=lambda member: (member.id != alike.anchor.id, member.seed != alike.anchor.seed))
    chosen: dict[int, Member] = {}
    for member in first:
        chosen.setdefault(member.split_seed, member)
    return chosen


def _in_order(members: Mapping[int, Member]) -> tuple[Member, ...]:
    return tuple(members[seed] for seed in sorted(members))


def _unused(taken: Iterable[int], n: int) -> list[int]:
    """The ``n`` smallest seeds that are not taken."""
    known = set(taken)
    return [seed for seed in range(len(known) + n) if seed not in known][:n]


def _member(run: "Run", example_set: str) -> Member:
    return Member(run.id, run.name, run.seed, run.split_seed, example_set, can_be_rerun=not is_imported(run))


def _identity(detail: "RunDetail") -> tuple[Any, ...]:
    """What all members have in common beside what the store was asked for.

    Data without a fingerprint, of runs that were made elsewhere, are told apart by their name.
    """
    data, asked = detail.data, detail.run.spec.get("data") or {}
    return (
        data.get("fingerprint") or detail.run.dataset,
        data.get("target"),
        asked.get("test_fraction"),
        asked.get("val_fraction"),
        detail.run.device.partition(":")[0],
        detail.run.task,
    )
