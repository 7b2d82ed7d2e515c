"""A column cut into groups of examples: categories, classes, or ranges of numbers with edges that people can read.

Every example is in exactly one group; missing values are a group of their own. Nothing here knows what the models said,
so the groups cannot be chosen to suit a result.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from workbench.comparison.arrays import Array, Booleans, Floats, Ints
from workbench.inert import inert

MOST_BINS = 5
MOST_CATEGORIES = 20
SMALLEST_CATEGORY = 10
"""Categories of fewer examples are put together, as are those beyond the ``MOST_CATEGORIES`` largest."""
MISSING = "missing"

_SAMPLE = 50_000
"""Edges of larger columns are taken from about so many of their values."""
_SLACK = 0.15
"""How far an edge may lie from its quantile, in bins, to be a rounder number."""
_LONGEST_LABEL = 80


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its name as inert text; and of a range ``low`` <= x < ``high``, None where it has no such end.

    ``value`` is the category or the number that all of its examples share, None where there is no single one;
    ``values`` counts the different categories in it.
    """

    label: str
    value: str | float | None = None
    low: float | None = None
    high: float | None = None
    missing: bool = False
    values: int = 1


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups of a column, none of them empty, and for each of n examples the index of its group, shape (n,)."""

    groups: tuple[Group, ...]
    codes: Array


def cut_classes(codes: Ints, labels: Sequence[str]) -> Groups:
    """One group for each class that occurs, in the order of the classes."""
    return _grouped(codes, [Group(inert(label, _LONGEST_LABEL), value=label) for label in labels])


def cut_categories(
    codes: Array, levels: Sequence[str], most: int = MOST_CATEGORIES, smallest: int = SMALLEST_CATEGORY
) -> Groups:
    """The largest categories, largest first, then the rest together, then what is missing (a code of -1)."""
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    order = np.argsort(-counts, kind="stable")
    occurring = order[counts[order] > 0]
    kept = [level for level in occurring[:most].tolist() if counts[level] >= smallest]
    rest = len(occurring) - len(kept)
    if rest == 1:
        kept, rest = occurring.tolist(), 0
    groups = [Group(inert(levels[level], _LONGEST_LABEL), value=levels[level]) for level in kept]
    if rest:
        groups.append(Group(f"other ({rest:,} values)", values=rest))
    groups.append(Group(MISSING, missing=True))
    group_of = np.full(len(levels) + 1, len(kept))
    group_of[kept] = np.arange(len(kept))
    group_of[-1] = len(groups) - 1  # where a code of -1 points
    return _grouped(group_of[codes], groups)


def cut_numbers(values: Floats, most: int = MOST_BINS) -> Groups:
    """At most ``most`` (2 or more) ranges of about equally many examples, lowest first, then what is missing (NaN).

    A column of no more than ``most`` different numbers has a group for each of them.
    """
    missing = np.isnan(values)
    few = _few_numbers(values, missing, most)
    if few is not None:
        groups = [Group(_written(number), value=number) for number in few.tolist()]
        codes = np.searchsorted(few, values)
    else:
        edges = np.array(_edges(_sample(values, missing), most))
        edges = _without_empty_ranges(edges, values[~missing])
        groups = _ranges(edges.tolist())
        codes = np.searchsorted(edges, values, side="right")
    codes[missing] = len(groups)
    return _grouped(codes, [*groups, Group(MISSING, missing=True)])


def _grouped(codes: Array, groups: Sequence[Group]) -> Groups:
    """Leaves out the groups that no example is in, and numbers the others anew."""
    counts = np.bincount(codes, minlength=len(groups))
    occurring = np.flatnonzero(counts)
    number_of = np.zeros(len(groups), dtype=np.min_scalar_type(max(len(occurring), 1)))
    number_of[occurring] = np.arange(len(occurring))
    return Groups(tuple(groups[index] for index in occurring.tolist()), number_of[codes])


def _few_numbers(values: Floats, missing: Booleans, most: int) -> Floats | None:
    """The different numbers of a column, ascending, where there are no more than ``most``."""
    if len(np.unique(_sample(values, missing))) > most:
        return None
    different = np.unique(values[~missing])
    return different if len(different) <= most else None


def _sample(values: Floats, missing: Booleans) -> Floats:
    """Values in even steps: examples stand in the order of a hash, so these are as good as drawn."""
    step = max(1, len(values) // _SAMPLE)
    sample = values[::step]
    return sample[~missing[::step]]


def _edges(values: Floats, most: int) -> list[float]:
    """Where to cut ``values``: near the quantiles, at the roundest numbers there, ascending and different."""
    if not len(values):
        return []
    wanted = np.arange(1, most) / most
    spread = _SLACK / most
    lows, targets, highs = np.quantile(values, np.stack([wanted - spread, wanted, wanted + spread]), method="lower")
    edges = {
        _roundest(low, target, high)
        for low, target, high in zip(lows.tolist(), targets.tolist(), highs.tolist(), strict=True)
    }
    return sorted(edges)


def _roundest(low: float, target: float, high: float) -> float:
    """The number between ``low`` and ``high`` that takes the fewest digits to write, the nearest to ``target``."""
    if low == high:
        return target
    if low <= 0 <= high:
        return 0.0
    exponent = math.floor(math.log10(max(abs(low), abs(high)))) + 1
    for power in range(exponent, exponent - 17, -1):
        for digit in (1, 5, 2):
            step = digit * 10.0**power if power >= 0 else digit / 10.0**-power
            multiple = round(target / step) * digit
            for candidate in (multiple, multiple - digit, multiple + digit):
                number = candidate * 10.0**power if power >= 0 else candidate / 10.0**-power
                if low <= number <= high:
                    return number
    return target


def _without_empty_ranges(edges: Floats, values: Floats) -> Floats:
    """The edges without those whose range holds no value; what remains are ranges with some in each."""
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    occurring = np.flatnonzero(counts)
    return edges[occurring[1:] - 1]


def _ranges(edges: Sequence[float]) -> list[Group]:
    if not edges:
        return [Group("all")]
    first, last = Group(f"below {_written(edges[0])}", high=edges[0]), edges[-1]
    middle = [Group(f"{_written(low)} to below {_written(high)}", low=low, high=high) for low, high in pairwise(edges)]
    return [first, *middle, Group(f"{_written(last)} or more", low=last)]


def _written(number: float) -> str:
    return f"{number:.12g}"
