"""Items kept in the order of a value: sorted once, and afterwards only what has changed is moved.

An item is a number that stands for a row: a run or a group of runs. Numbers come before words, what is not known comes
last in either direction, and of equals the newest is first.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Key = tuple[int, float, str]

_STRETCH = 5_000
"""Sorting so many values takes some milliseconds at most, during which no other thread can run."""
_SAMPLE_OF_EACH = 50


class Ranking:
    """Items in order. ``newest`` of an item is the id of its newest run, which is what decides among equals."""

    def __init__(self, *, descending: bool = False) -> None:
        self.items: list[int] = []
        self._descending = descending
        self._values: dict[int, Any] = {}
        self._newest: dict[int, int] = {}

    def fill(self, newest: Mapping[int, int], values: Mapping[int, Any]) -> None:
        """Take all items: ``newest`` in the order of its runs, newest first; ``values`` of those where it is known."""
        self._newest = dict(newest)
        self._values = {item: values[item] for item in newest if item in values}
        known = gently_sorted(list(self._values), _keys(self._values).__getitem__, descending=self._descending)
        unknown = [item for item in newest if item not in self._values] if len(known) < len(newest) else []
        self.items = known + unknown

    def put(self, item: int, newest: int, value: Any) -> bool:
        """Put an item where it belongs by its value (None: not known); whether it was new or has moved or changed."""
        if self._newest.get(item) == newest and self._values.get(item) == value:
            return False
        self.drop(item)
        self._newest[item] = newest
        if value is not None:
            self._values[item] = value
        self.items.insert(self._place(item), item)
        return True

    def drop(self, item: int) -> bool:
        """Take an item out; whether it was there."""
        if item not in self._newest:
            return False
        del self.items[self._place(item)]
        del self._newest[item]
        self._values.pop(item, None)
        return True

    def _place(self, item: int) -> int:
        """How many items come before this one."""
        low, high = 0, len(self.items)
        while low < high:
            middle = (low + high) // 2
            if self._is_before(self.items[middle], item):
                low = middle + 1
            else:
                high = middle
        return low

    def _is_before(self, one: int, other: int) -> bool:
        first, second = sort_key(self._values.get(one)), sort_key(self._values.get(other))
        if first == second:
            return self._newest[one] > self._newest[other]
        if first is None or second is None:
            return second is None
        return first > second if self._descending else first < second


def sort_key(value: Any) -> Key | None:
    """Numbers before words, so that what has both kinds of value can be sorted at all; None: not known."""
    if value is None:
        return None
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0.0, str(value))


def _keys(values: Mapping[int, Any]) -> Mapping[int, Any]:
    """By what ``values`` are sorted: by themselves, which is quickest, where they are all of one kind."""
    kinds = set(map(type, values.values()))
    if kinds <= {float} or kinds <= {str}:
        return values
    if kinds <= {float, int, bool}:
        return {item: float(value) for item, value in values.items()}
    return {item: sort_key(value) for item, value in values.items()}


def gently_sorted(items: Sequence[int], key: Callable[[int], Any], *, descending: bool) -> list[int]:
    """``sorted``, in steps that each hold up the other threads for some milliseconds only.

    The items are dealt to stretches of values, whose bounds a sample of them gives, and each stretch is sorted alone.
    """
    bounds = sorted(map(key, items[:: max(1, _STRETCH // _SAMPLE_OF_EACH)]))[_SAMPLE_OF_EACH::_SAMPLE_OF_EACH]
    stretches: list[list[int]] = [[] for _ in range(len(bounds) + 1)]
    for item in items:
        stretches[bisect_right(bounds, key(item))].append(item)
    if descending:
        stretches.reverse()
    return [item for stretch in stretches for item in sorted(stretch, key=key, reverse=descending)]
