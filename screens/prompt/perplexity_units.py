"""The list of the units of a scored text, with each model's bits per byte and the difference."""

from screens.pieces import Line
from screens.prompt.perplexity_lines import UnitOrder, sorted_units, unit_head, unit_line
from screens.prompt.perplexity_reading import ScoredByModels, UnitRow
from screens.signs import Signs
from screens.widgets.painted import RowsPane


class UnitRows(RowsPane):
    """The units of the text, with each model's bits per byte."""

    def __init__(self, signs: Signs, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(signs, id=id, classes=classes)
        self._letters: tuple[str, ...] = ()
        self._units: list[UnitRow] = []

    def show(self, scored: ScoredByModels | None, order: UnitOrder) -> None:
        """Show other units, or the same in another order."""
        self._letters = scored.letters if scored is not None else ()
        self._units = sorted_units(scored.units, order) if scored is not None else []
        self.cursor = 0
        self.redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is behind a unit: enter is the pane's."""
        return action != "open" and super().check_action(action, parameters)

    def row_count(self) -> int:
        """How many units there are."""
        return len(self._units)

    def head(self) -> tuple[Line, ...]:
        """The headings of the columns."""
        return (unit_head(self._letters, self.size.width - 2),) if self._units else ()

    def line_at(self, index: int) -> Line:
        """One unit."""
        return unit_line(self._units[index], self._letters, self.size.width - 2, self._signs)
