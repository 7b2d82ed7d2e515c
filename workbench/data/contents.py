"""The contents of test examples, taken from a table as it was read: before scaling, encoding and filling of gaps."""

from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.data.caveats import list_caveats
from workbench.data.tables import Feature, Table
from workbench.evaluation.contents import (
    MOST_BYTES,
    Categories,
    Contents,
    Images,
    Numbers,
    Texts,
    image_contents,
    table_contents,
)
from workbench.formatting import format_bytes, format_some

_LISTED = 5
_BYTE = 255


def contents_of(table: Table, positions: npt.NDArray[np.int64]) -> Contents:
    """What the rows at ``positions`` hold, in their order."""
    if table.image_shape is not None:
        return image_contents(_images(table, table.image_shape, positions))
    columns = {feature.name: _column(feature, positions) for feature in table.features}
    return table_contents(columns, len(positions))


def left_out_caveats(kept: Contents, n: int) -> list[dict[str, str]]:
    """``{"code", "message"}`` of what was too large to be kept of ``n`` examples; empty where everything was."""
    found = []
    room = format_bytes(MOST_BYTES)
    if kept.left_out:
        names = format_some([repr(name) for name in kept.left_out], _LISTED)
        found.append(
            f"The values of {names} take more than the {room} kept of a test part, so they were left out of what is "
            f"shown of an example and compared by slices."
        )
    if kept.n < n:
        found.append(
            f"Of {n:,} test examples the contents of {kept.n:,} were kept, which fill the {room} kept of a test part: "
            f"the others are compared as ever, but cannot be shown."
        )
    return list_caveats(("contents-left-out", message) for message in found)


def _column(feature: Feature, positions: npt.NDArray[np.int64]) -> Numbers | Categories | Texts:
    if feature.texts is not None:
        return Texts.of([feature.texts[row] for row in positions])
    values = feature.values[positions]
    if feature.levels is None:
        return Numbers(values)
    codes = np.where(np.isnan(values), -1, values).astype(np.int64)
    occurring, renumbered = np.unique(codes[codes >= 0], return_inverse=True)
    codes[codes >= 0] = renumbered
    return Categories(codes, tuple(feature.levels[code] for code in occurring))


def _images(table: Table, shape: tuple[int, ...], positions: npt.NDArray[np.int64]) -> Images:
    channels, height, width = shape
    values = np.stack([feature.values[positions] for feature in table.features], axis=1)
    pictures = values.reshape(-1, channels, height, width).transpose(0, 2, 3, 1)
    full = table.pixel_maximum or 1.0
    pixels: npt.NDArray[Any] = pictures[..., 0] if channels == 1 else pictures
    if full > _BYTE or full != int(full) or not np.array_equal(pixels, np.rint(pixels)):
        pixels, full = pixels * (_BYTE / full), _BYTE
    return Images(np.clip(np.rint(pixels), 0, _BYTE).astype(np.uint8), int(full))
