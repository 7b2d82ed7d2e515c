"""Curves as rows of styled text: any number of lines over steps, epochs or time, with axes, a legend and readings.

Pure: stretches of series in, rows of pieces with the names of their styles out. Braille dots where the terminal has
them, else each line's own letter. Lines differ by letter also where there is no colour: it stands at the line's end and
in the legend. The scales end at round numbers, and while a run goes on the end across moves in doublings, so that a
growing curve mostly adds dots at its end and the screen repaints a few cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from screens.signs import Signs
from store.records import SeriesRow

SMOOTHINGS = (0.0, 0.6, 0.9, 0.97)


class Axis(StrEnum):
    """What runs across."""

    STEP = "step"
    EPOCH = "epoch"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Line:
    """One series to draw."""

    label: str
    """What it is called in the legend; made inert by the caller where a user named it."""
    letter: str
    """One cell that no other line of the chart has: ``A``, ``B``; with several metrics ``1``, ``2``, …"""
    rows: Sequence[SeriesRow]
    metric: str = ""
    """The name of the figure, by which its values are written and its best is known."""
    started_at: float | None = None
    """When its run started: the zero of the time axis."""
    steps_per_epoch: float | None = None
    """By ``epoch_length``; None: this line has no place on an axis of epochs."""
    is_live: bool = False
    """Whether it may still grow."""


@dataclass(frozen=True, slots=True)
class ChartView:
    """How the lines are looked at."""

    axis: Axis = Axis.STEP
    log: bool = False
    smoothing: float = 0.0
    """0 … 0.99: the weight that a value leaves to those before it."""
    band: bool = False
    """Whether the span from the smallest to the largest value of each stretch is drawn behind the line."""
    window: tuple[int, int] | None = None
    """The first and last step in sight; None: all."""
    cursor: float | None = None
    """Where values are read, in units of the axis; None: nowhere."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text in one style: ``""`` (plain), ``axis``, ``cursor``, ``band``, ``line-1`` … ``line-6``."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line says at the cursor; without a cursor, its last stretch."""

    line: Line
    row: SeriesRow | None
    value: float | None
    """The mean of the stretch, as drawn: smoothed where the view is."""
    best: float | None = None
    best_step: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: rows from the top, none wider than asked for."""

    rows: tuple[tuple[Piece, ...], ...]
    readings: tuple[Reading, ...] = ()
    left_out: bool = False
    """Whether values of 0 and below were left out, which a log axis cannot show."""
    stops: tuple[float, ...] = field(default=())
    """Where the cursor may stand, in order, in units of the axis."""

    @property
    def text(self) -> str:
        """The rows without styles."""
        return "\n".join("".join(piece.text for piece in row).rstrip() for row in self.rows)


def draw_chart(
    lines: Sequence[Line], view: ChartView, width: int, height: int, signs: Signs, *, legend: bool = True
) -> Chart | None:
    """The lines in at most ``height`` rows of at most ``width`` cells; None where there is no value or no room.

    With ``legend`` the rows below the axis say what each line is and what it reads at the cursor.
    """
    return None


def epoch_length(rows: Sequence[SeriesRow]) -> float | None:
    """Steps in an epoch, by a series that is logged once an epoch (``val_loss``, ``learning_rate``); None: not known."""
    return None
