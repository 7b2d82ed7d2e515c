"""The columns by which a comparison can be sliced: those of the data, and what is known of every example.

A column is decoded and cut into groups when it is first asked for, so that the list of columns costs nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np

from workbench.comparison.arrays import Array, Floats
from workbench.comparison.outcomes import ExampleOutcomes, RunOutcomes, UnitOutcomes, ValueOutcomes
from workbench.comparison.pairing import Pair
from workbench.comparison.slice_groups import Groups, cut_categories, cut_classes, cut_numbers
from workbench.evaluation.contents import Categories, ContentColumn, ContentKind, Contents, Images, Numbers, Texts
from workbench.inert import inert

TRUTH, PREDICTED_A, PREDICTED_B, BYTES = "truth", "predicted_a", "predicted_b", "bytes"
OF_DATA = "column:"
"""What stands before the name of a data column that is called like one of those above."""

_SAID_A, _SAID_B = "A's prediction", "B's prediction"
_LONGEST_TITLE = 80


class SliceKind(StrEnum):
    """Where a column's values come from."""

    CLASS = "class"
    PREDICTION = "prediction"
    """What one of the models said: its groups hold what it chose, which is no ground for a verdict."""
    NUMBER = "number"
    CATEGORY = "category"
    LENGTH = "length"
    """How many characters a text has."""
    BRIGHTNESS = "brightness"
    """The mean of a picture's pixels, as a share of full scale."""


@dataclass(frozen=True, eq=False)
class SliceColumn:
    """A column that examples can be grouped by. ``key`` is what the command line knows it by, ``title`` inert text."""

    key: str
    title: str
    kind: SliceKind
    cut: Callable[[], Groups]


def slice_columns(pair: Pair[RunOutcomes], contents: Contents | None, positions: Array | None) -> list[SliceColumn]:
    """The columns of paired outcomes; ``contents`` and ``positions`` in it are of whichever run kept them."""
    built_in = list(_built_in(pair))
    if contents is None or positions is None:
        return built_in
    if isinstance(pair.a, UnitOutcomes) and contents.kind is ContentKind.TEXT:
        return built_in  # the only column is the text, of which it is known how long it is
    taken = {column.key for column in built_in}
    of_data = (_of_data(contents, name, positions, taken) for name in contents.columns)
    return [*built_in, *of_data]


def _built_in(pair: Pair[RunOutcomes]) -> Iterator[SliceColumn]:
    a, b = pair.a, pair.b
    if isinstance(a, ExampleOutcomes) and isinstance(b, ExampleOutcomes):
        yield SliceColumn(TRUTH, "truth", SliceKind.CLASS, partial(cut_classes, a.truth, a.labels))
        for key, title, codes in ((PREDICTED_A, _SAID_A, a.predicted), (PREDICTED_B, _SAID_B, b.predicted)):
            yield SliceColumn(key, title, SliceKind.PREDICTION, partial(cut_classes, codes, a.labels))
    elif isinstance(a, ValueOutcomes) and isinstance(b, ValueOutcomes):
        yield SliceColumn(TRUTH, "truth", SliceKind.NUMBER, partial(cut_numbers, a.truth))
        for key, title, values in ((PREDICTED_A, _SAID_A, a.predicted), (PREDICTED_B, _SAID_B, b.predicted)):
            yield SliceColumn(key, title, SliceKind.PREDICTION, partial(cut_numbers, values))
    elif isinstance(a, UnitOutcomes):
        yield SliceColumn(BYTES, "bytes of text", SliceKind.NUMBER, partial(cut_numbers, a.bytes.astype(np.float64)))


def _of_data(contents: Contents, name: str, positions: Array, taken: set[str]) -> SliceColumn:
    key = f"{OF_DATA}{name}" if name in taken else name
    kind = _KINDS[contents.type_of(name)]
    suffix = {SliceKind.LENGTH: " (characters)", SliceKind.BRIGHTNESS: " (brightness)"}.get(kind, "")
    title = inert(f"{name}{suffix}", _LONGEST_TITLE)
    return SliceColumn(key, title, kind, lambda: _cut(contents.columns[name], positions))


_KINDS = {
    Numbers: SliceKind.NUMBER,
    Categories: SliceKind.CATEGORY,
    Texts: SliceKind.LENGTH,
    Images: SliceKind.BRIGHTNESS,
}


def _cut(column: ContentColumn, positions: Array) -> Groups:
    """The groups of the examples at ``positions``; those beyond what was kept of the column are missing."""
    if isinstance(column, Categories):
        return cut_categories(_picked(column.codes, positions, -1), column.levels)
    return cut_numbers(_picked(_values(column), positions, np.nan))


def _values(column: Numbers | Texts | Images) -> Floats:
    if isinstance(column, Numbers):
        return column.values
    if isinstance(column, Texts):
        return column.lengths.astype(np.float64)
    pixels = column.pixels.reshape(len(column), -1)
    brightness: Floats = pixels.mean(axis=1, dtype=np.float64) / column.full
    return brightness


def _picked(values: Array, positions: Array, missing: float) -> Array:
    if len(positions) == len(values) and bool((positions == np.arange(len(values))).all()):
        return values
    kept = positions < len(values)
    if kept.all():
        return values[positions]
    picked = np.full(len(positions), missing, dtype=values.dtype)
    picked[kept] = values[positions[kept]]
    return picked
