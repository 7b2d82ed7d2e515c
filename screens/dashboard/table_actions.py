"""What keys do to the run table: filter, sort, columns, fold; the dashboard's half that opens their dialogs."""

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from textual.screen import Screen

from screens.widgets.filter_line import FilterLine

if TYPE_CHECKING:
    from screens.dashboard.screen import DashboardScreen

_MOST_SEARCHES = 20
_OF_RUNS = {"filter", "sort", "columns", "fold", "pane", "zoom", "toggle_pane"}


class TableActions(Screen[None]):
    """The dashboard's half that arranges the table."""

    @property
    def _board(self) -> "DashboardScreen":
        return cast("DashboardScreen", self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a filter is typed its key is a letter; models and log have a search of their own on it.

        In an empty store there is nothing to arrange, and no pane to go to.
        """
        board = self._board
        if board.welcome.display and action in _OF_RUNS:
            return False
        if action == "filter":
            others = (board.models, board.log_view)
            return not board.filter_line.display and not any(pane.has_focus_within for pane in others)
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        """Type a filter."""
        board = self._board
        if "runs" not in board.seen:
            board.go_to("runs")
        board.workbench.ask(all_paths=True)
        board.filter_line.open(board.runs.table.where, board.memory.layout.searches)

    def on_filter_line_taken(self, event: FilterLine.Taken) -> None:
        """Show the runs for which the filter holds."""
        event.stop()
        board = self._board
        self._close_filter()
        if event.typed:
            earlier = [text for text in board.memory.layout.searches if text != event.typed]
            searches = (event.typed, *earlier)[:_MOST_SEARCHES]
            board.memory.layout = replace(board.memory.layout, searches=searches)
        board.runs.rearrange(where=event.where)

    def on_filter_line_left(self, event: FilterLine.Left) -> None:
        """Leave the filter as it was."""
        event.stop()
        self._close_filter()

    def action_sort(self) -> None:
        """Choose what the rows are ordered by."""
        from screens.dashboard.table_dialogs import SortDialog

        board = self._board
        board.workbench.ask(all_paths=True)
        dialog = SortDialog(board.runs.table.sort, board.runs.columns, board.signs)
        self.app.push_screen(dialog, self._sorted)

    def action_columns(self) -> None:
        """Choose and order the columns."""
        from screens.dashboard.table_dialogs import ColumnsDialog

        board = self._board
        board.workbench.ask(all_paths=True)
        dialog = ColumnsDialog(board.runs.columns, board.signs)
        self.app.push_screen(dialog, self._set_columns)

    def action_fold(self) -> None:
        """Show runs that differ only in seed as one row, or each by itself."""
        runs = self._board.runs
        runs.rearrange(folded=not runs.table.folded)

    def _close_filter(self) -> None:
        board = self._board
        board.filter_line.close()
        board.workbench.ask(all_paths=False)
        board.set_focus(board.runs)

    def _sorted(self, key: str | None) -> None:
        self._board.workbench.ask(all_paths=False)
        if key is not None:
            self._board.runs.rearrange(sort=key)

    def _set_columns(self, choice: "tuple[str, ...] | None") -> None:
        board = self._board
        board.workbench.ask(all_paths=False)
        if choice is not None:
            columns = choice or None
            board.memory.layout = replace(board.memory.layout, columns=columns)
            board.runs.show_columns(columns)
