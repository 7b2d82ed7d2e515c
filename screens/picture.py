"""A picture of pixels as lines of pieces: two pixels to a cell, one above the other; pure.

Where only ASCII can be drawn a pixel is two signs of a ramp, which is about as wide as it is high.
"""

import numpy as np
import numpy.typing as npt

from screens.pieces import Line, Piece
from screens.signs import Signs

Pixels = npt.NDArray[np.uint8]

_UPPER_HALF = "▀"
_LARGEST = 4
"""A picture of few pixels is drawn this much larger at most, so that it does not fall to pieces."""


def picture_lines(pixels: Pixels, full: int, width: int, height: int, signs: Signs) -> list[Line]:
    """The picture (h, w) or (h, w, 3) in at most ``width`` cells and ``height`` lines; ``full`` is white.

    Enlarged by a whole number where it fits several times; else made smaller, each pixel the mean of those it covers.
    """
    if width < 2 or height < 1 or not pixels.size:
        return []
    across, down = (width, height * 2) if signs.braille else (width // 2, height)
    levels = _fitted(np.minimum(pixels / full, 1.0), across, down)
    if not signs.braille:
        shades = signs.shades
        gray = levels if levels.ndim == 2 else levels.mean(axis=2)
        return [(Piece("".join(2 * shades[round(level * (len(shades) - 1))] for level in row)),) for row in gray]
    if len(levels) % 2:
        levels = np.concatenate([levels, np.zeros_like(levels[:1])])
    colours = [[_colour(level) for level in row] for row in levels]
    return [
        tuple(
            Piece(_UPPER_HALF, f"{upper} on {lower}") for upper, lower in zip(colours[y], colours[y + 1], strict=True)
        )
        for y in range(0, len(colours), 2)
    ]


def _fitted(levels: npt.NDArray[np.float64], across: int, down: int) -> npt.NDArray[np.float64]:
    """The levels enlarged or made smaller to at most ``down`` × ``across``, in the same proportions."""
    rows, columns = levels.shape[:2]
    times = min(_LARGEST, down // rows, across // columns)
    if times >= 1:
        return levels.repeat(times, axis=0).repeat(times, axis=1)
    scale = min(down / rows, across / columns)
    for axis, size in enumerate((max(1, int(rows * scale)), max(1, int(columns * scale)))):
        edges = np.linspace(0, levels.shape[axis], size + 1).astype(int)
        counts = np.diff(edges).reshape((-1,) + (1,) * (levels.ndim - 1 - axis))
        levels = np.add.reduceat(levels, edges[:-1], axis=axis) / counts
    return levels


def _colour(level: npt.NDArray[np.float64]) -> str:
    red, green, blue = (round(255 * float(part)) for part in np.broadcast_to(level, 3))
    return f"#{red:02x}{green:02x}{blue:02x}"
