"""The needs and weights of a trade-off as rows that keys change: what must be met, and what counts how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from screens.diff.tradeoff_view import Weighing
from screens.formatting import bar
from screens.pieces import Line, Piece, pad, width_of
from screens.signs import Signs
from screens.widgets.painted import RowsPane
from workbench.cells import crop, shorten
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_count, format_percent, format_value
from workbench.settings_text import NEEDS, WEIGHTED, WEIGHTS

_LABEL = 38
_VALUE = 12
_LEAST_LABEL = 10
_LEAST_NOTE = 16
_BAR = 10


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A need or a weight; a heading where it has no ``key``."""

    label: str
    key: str = ""
    """As in the settings file: ``needs.p95_ms``, ``weights.cost``."""
    number: float | None = None
    value: str = ""
    note: str = ""
    share: float | None = None
    """Of a weight, its share among all."""

    @property
    def name(self) -> str:
        """The figure, or what is weighed."""
        return self.key.partition(".")[2]

    @property
    def is_need(self) -> bool:
        """Whether it is a bound of a figure."""
        return self.key.startswith(f"{NEEDS}.")

    @property
    def words(self) -> str:
        """What it means, where a value is asked for."""
        if self.is_need:
            side = "at least" if METRICS[self.name].higher_is_better else "at most"
            return f"A run is of use to you if this is {side} so much. {METRICS[self.name].definition}"
        return "How much this counts where runs are weighed up, next to the other two: 0 or more."


def need_rows(weighing: Weighing, *, is_kept: bool) -> list[NeedRow]:
    """The bounds with how many runs meet them, and the weights with their shares."""
    points, view = weighing.found.points, weighing.view
    kept = "" if is_kept else "not in the settings; s keeps them"
    rows = [NeedRow("What you need", note=kept)]
    for figure in weighing.needs:
        side = "at least" if METRICS[figure].higher_is_better else "at most"
        bound = view.needs.get(figure)
        meeting = sum(all(miss.figure != figure for miss in point.misses) for point in points)
        note = f"{format_count(meeting)} of {format_count(len(points))} meet it" if bound is not None else ""
        label = f"{METRICS[figure].title}, {side}"
        value = "any" if bound is None else format_value(figure, bound)
        rows.append(NeedRow(label, f"{NEEDS}.{figure}", bound, value, note))
    passing = sum(point.passes for point in points)
    if view.needs:
        rows.append(NeedRow("", note=f"{format_count(passing)} of {format_count(len(points))} runs meet all of them"))
    rows.append(NeedRow("What counts how much"))
    for role in WEIGHTED:
        weight = view.weights.get(role, 0.0)
        share = weighing.found.weights.get(role)
        weighed = weighing.found.roles.get(role)
        note = METRICS[weighed].title if weighed else "not known of any run"
        rows.append(NeedRow(role, f"{WEIGHTS}.{role}", weight, f"{weight:g}", note, share if share else 0.0))
    return rows


def need_line(row: NeedRow, width: int, signs: Signs) -> Line:
    """A row in ``width`` cells."""
    if not row.key:
        head = Piece(row.label, "heading")
        room = width - width_of([head]) - 2
        return (
            (head, Piece(f"  {crop(row.note, room, signs.ellipsis)}", "secondary"))
            if row.note and room > 8
            else (head,)
        )
    label = max(_LEAST_LABEL, min(_LABEL, width - _VALUE - _LEAST_NOTE))
    shown = f"{signs.previous} {row.value} {signs.following}"
    pieces = [
        Piece(pad(f" {shorten(row.label, label - 2, signs.ellipsis)}", label)),
        Piece(pad(crop(shown, _VALUE, signs.ellipsis), _VALUE), "strong" if row.number is not None else "secondary"),
    ]
    if row.share is not None:
        pieces.append(Piece(f" {pad(format_percent(row.share, 0), 4, right=True)}"))
        if width - width_of(pieces) > _BAR:
            filled, empty = bar(row.share, _BAR, signs)
            pieces += [Piece(" "), Piece(filled, "filled"), Piece(empty, "empty")]
    room = width - width_of(pieces) - 2
    if row.note and room >= 8:
        pieces.append(Piece(f"  {crop(row.note, room, signs.ellipsis)}", "secondary"))
    return tuple(pieces)


class NeedRows(RowsPane):
    """Needs and weights, one a line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,plus,equals_sign", "turn(1)", "Change", tooltip="A higher bound or weight", id="needs.more"),
        Binding("left,h,minus", "turn(-1)", "Less", show=False, tooltip="A lower bound or weight", id="needs.less"),
        Binding("delete,backspace", "turn(0)", "None", tooltip="No bound; the weight of 1", id="needs.none"),
    ]

    class Turned(Message):
        """A row shall go up (1) or down (-1) a step, or back to its default (0)."""

        def __init__(self, row: NeedRow, by: int) -> None:
            super().__init__()
            self.row = row
            self.by = by

    def __init__(self, signs: Signs, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(signs, id=id, classes=classes)
        self._rows: Sequence[NeedRow] = ()

    def show(self, rows: Sequence[NeedRow]) -> None:
        """Show these; the cursor stays on its own."""
        chosen = self.chosen
        self._rows = rows
        keys = [row.key for row in rows]
        self.cursor = keys.index(chosen.key) if chosen is not None and chosen.key in keys else 0
        self.redraw()

    @property
    def chosen(self) -> NeedRow | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def row_count(self) -> int:
        """Needs, weights and headings."""
        return len(self._rows)

    def is_choosable(self, index: int) -> bool:
        """Headings are passed over."""
        return index < len(self._rows) and bool(self._rows[index].key)

    def line_at(self, index: int) -> Line:
        """One row."""
        return need_line(self._rows[index], self.size.width - 2, self._signs)

    def action_turn(self, by: int) -> None:
        """Change the value."""
        if self.chosen is not None and self.chosen.key:
            self.post_message(self.Turned(self.chosen, by))
