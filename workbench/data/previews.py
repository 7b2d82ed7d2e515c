"""One short line an example, for a person who looks at what two models disagree about.

A row of a table is shown as its values with their names, those that name the row first. An image of pixels is drawn in
Braille dots, which hold 2×4 pixels a character: its lines stand after one another with a stroke between them.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workbench.data.columns import ColumnKind
from workbench.data.tables import NAMING, Feature, Table
from workbench.formatting import format_percent
from workbench.inert import inert

LIMIT = 160
_VALUE_LIMIT = 40
_SEPARATOR = " · "
_UNIT = re.compile(r"\s*\([^()]*\)$")
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The bit of each dot of a Braille character, by row and column (Unicode block 2800)."""


def previews(table: Table, positions: Sequence[int] | npt.NDArray[np.int64]) -> list[str]:
    """One inert line of at most 160 characters for each of these rows."""
    if table.image_shape is not None:
        pixels = np.stack([feature.values for feature in table.features], axis=1)
        return [_preview_image(pixels[row], table) for row in positions]
    shown = sorted(
        (feature for feature in table.features if feature.kind not in (ColumnKind.CONSTANT, ColumnKind.EMPTY)),
        key=lambda feature: feature.kind not in NAMING,
    )
    names = [inert(_UNIT.sub("", feature.name), _VALUE_LIMIT) for feature in shown]
    return [_preview_row(shown, names, int(row)) for row in positions]


def _preview_row(features: Sequence[Feature], names: Sequence[str], row: int) -> str:
    parts: list[str] = []
    length = 0
    for feature, name in zip(features, names, strict=True):
        parts.append(f"{name} {_show_value(feature, row)}")
        length += len(parts[-1]) + len(_SEPARATOR)
        if length > LIMIT + len(_SEPARATOR):
            break
    return inert(_SEPARATOR.join(parts), LIMIT)


def _show_value(feature: Feature, row: int) -> str:
    if feature.texts is not None:
        return inert(feature.texts[row], LIMIT if feature.kind is ColumnKind.TEXT else _VALUE_LIMIT)
    value = feature.values[row]
    if np.isnan(value):
        return "?"
    return f"{value:g}" if feature.levels is None else inert(feature.levels[int(value)], _VALUE_LIMIT)


def _preview_image(pixels: npt.NDArray[np.float64], table: Table) -> str:
    _, height, width = table.image_shape or (1, 1, 1)
    ink = pixels.reshape(-1, height, width).mean(axis=0) / (table.pixel_maximum or 1.0)
    lines = " / ".join(braille(ink >= 0.5))
    return inert(f"{height}×{width}{_SEPARATOR}ink {format_percent(float(ink.mean()), 0)}{_SEPARATOR}{lines}", LIMIT)


def braille(dots: npt.NDArray[np.bool_]) -> list[str]:
    """A black-and-white image of shape (height, width) as lines of Braille characters, 2×4 pixels each."""
    height, width = dots.shape
    padded = np.zeros((-(-height // 4) * 4, -(-width // 2) * 2), dtype=np.int64)
    padded[:height, :width] = dots
    cells = padded.reshape(len(padded) // 4, 4, -1, 2)
    codes = (cells * _DOTS[None, :, None, :]).sum(axis=(1, 3)) + 0x2800
    return ["".join(map(chr, line)) for line in codes]
