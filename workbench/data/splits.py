"""The split into test, validation and training part: a function of the seed and of each example's own id.

Within each class the examples are ranked by a hash of (split seed, id); the first go to the test part, the next to
the validation part, the rest trains. So the split does not depend on the order of the file, and when rows are
appended an example changes its part only where the new ones push it over a border: two runs on a file and on its next
version still share most of their test examples.

Sizes: the test part has ceil(n · fraction) examples, the validation part ceil of its fraction of what is left, shared
among the classes by largest remainders. Each class keeps at least one example in the test part and one to learn from,
whatever the fractions say.
"""

import math
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from workbench.errors import BadValue, UnusableData
from workbench.spec import DataSpec

MIN_ROWS = 10
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Positions of the examples of each part, int64, each in the order of the examples' ids."""

    train: npt.NDArray[np.int64]
    val: npt.NDArray[np.int64]
    test: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PartSizes:
    """How many examples of each class go to the test and to the validation part."""

    test: tuple[int, ...]
    val: tuple[int, ...]


def check_fractions(data: DataSpec) -> None:
    """Raise BadValue where a fraction is not above 0 and below 1."""
    for name, fraction in (("test_fraction", data.test_fraction), ("val_fraction", data.val_fraction)):
        if not 0 < fraction < 1:  # also true of NaN
            raise BadValue(f"{name} must be above 0 and below 1, as 0.2, not {fraction!r}.")


def part_sizes(name: str, class_counts: list[int], data: DataSpec) -> PartSizes:
    """The sizes of the parts, class by class; raises UnusableData where there are too few examples to fill three
    parts.
    """
    n = sum(class_counts)
    if n < MIN_ROWS:
        raise UnusableData(
            f"{name} has only {n} rows with a target: at least {MIN_ROWS} are needed, to train on some and to "
            f"test on others. Add rows."
        )
    test = _share(_ceil(n * data.test_fraction), class_counts, at_least=1)
    left = [count - taken for count, taken in zip(class_counts, test, strict=True)]
    val = _share(max(1, _ceil(sum(left) * data.val_fraction)), left, at_least=0)
    if sum(val) == 0:
        raise UnusableData(
            f"{name} has too few examples ({n} rows, {len(class_counts)} classes) for a test part of "
            f"{data.test_fraction:g} and a validation part beside it: add rows, or merge rare classes."
        )
    return PartSizes(tuple(test), tuple(val))


def split(ids: npt.NDArray[np.uint64], y: npt.NDArray[np.int64], sizes: PartSizes, seed: int) -> Split:
    """The parts of the examples with these ``ids`` and class indices ``y`` (both of shape (n,))."""
    ranks = _rank_keys(ids, seed)
    parts: tuple[list[npt.NDArray[np.int64]], ...] = ([], [], [])
    for label, (n_test, n_val) in enumerate(zip(sizes.test, sizes.val, strict=True)):
        members = np.flatnonzero(y == label)
        ranked = members[np.lexsort((ids[members], ranks[members]))]
        for part, chosen in zip(parts, np.split(ranked, [n_test, n_test + n_val]), strict=True):
            part.append(chosen)
    test, val, train = (_by_id(np.concatenate(part), ids) for part in parts)
    return Split(train=train, val=val, test=test)


def _by_id(positions: npt.NDArray[np.int64], ids: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    return positions[np.argsort(ids[positions], kind="stable")]


def _rank_keys(ids: npt.NDArray[np.uint64], seed: int) -> npt.NDArray[np.uint64]:
    """A hash of each id and the seed: the finalizer of SplitMix64 (Steele, Lea, Flood 2014), the same everywhere."""
    salt = int.from_bytes(blake2b(str(seed).encode(), digest_size=8).digest(), "little")
    z = ids ^ np.uint64(salt & _MASK)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _ceil(exact: float) -> int:
    return math.ceil(round(exact, 9))  # a product like 3.0000000000000004 means 3


def _share(total: int, counts: list[int], at_least: int) -> list[int]:
    """``total`` shared in proportion to ``counts`` by largest remainders, within at_least and count − 1 of each."""
    n = sum(counts)
    most = [max(count - 1, 0) for count in counts]
    least = [min(at_least, limit) for limit in most]
    exact = [total * count / n for count in counts]
    shares = [min(max(math.floor(part), low), high) for part, low, high in zip(exact, least, most, strict=True)]
    missing = total - sum(shares)
    step = 1 if missing > 0 else -1
    bounds = most if step > 0 else least
    while missing:
        open_classes = [index for index in range(len(counts)) if shares[index] != bounds[index]]
        if not open_classes:
            break
        chosen = max(open_classes, key=lambda index: (step * (exact[index] - shares[index]), -index))
        shares[chosen] += step
        missing -= step
    return shares
