"""The tab of examples: in lists by who was right, or closer; of all, of a class, of a confusion cell or of a slice."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from screens.asking import AskingPane
from screens.diff.example_list import ExampleRows, Source
from screens.diff.example_rows import kinds_lines, list_title, task_of
from screens.diff.leading import ExampleOpened
from screens.pieces import Line
from screens.signs import Signs
from screens.widgets.field import TextField
from screens.widgets.painted import PaintedText, RowsPane, pane_size
from workbench.comparison import Examples
from workbench.comparison.disagreements import Order
from workbench.comparison.example_lists import ExampleLists, ListKind

if TYPE_CHECKING:
    from workbench.comparison.compared import Compared

_SPACIOUS, _ROOMY = 14, 8
_REASONS = ("other-task", "other-target", "other-labels", "no-outcomes", "unpaired")


@dataclass(frozen=True, eq=False)
class Found:
    """What a thread found: the counts of all lists, and the list that is shown, sorted and searched."""

    counts: Mapping[ListKind, int]
    kind: ListKind
    whole: Examples | None
    """The list before the search."""
    shown: Examples | None


class ExamplesPane(AskingPane):
    """The counts of the lists, the list that is chosen in them, and a search in its previews."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "turn(1)", "List", tooltip="The next of the lists", id="examples.next"),
        Binding("left,h", "turn(-1)", "List", tooltip="The list before", show=False, id="examples.previous"),
        Binding("o", "order", "Sort", tooltip="By the gap of the losses, by how sure A or B is", id="examples.sort"),
        Binding(
            "slash", "search", "Search", tooltip="Only examples whose text holds what you type", id="examples.search"
        ),
        Binding(
            "escape", "end_search", "All", tooltip="End the search, or leave class, cell or slice", id="examples.all"
        ),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-examples")
        self._signs = signs
        self._compared: Compared | None = None
        self._lists: ExampleLists | None = None
        self._source: Source | None = None
        self._kind: ListKind | None = None
        """None until the first lists are there: then the longer of those that decide."""
        self._order = Order.GAP
        self._search = ""
        self._found: Found | None = None
        self._lead = PaintedText(id="examples-lead", classes="lead")
        self.rows = ExampleRows(signs, id="example-rows", classes="rows")
        self._input = TextField("", placeholder="text of the example, or the beginning of its id", id="examples-search")

    def compose(self) -> ComposeResult:
        """The counts, the search, the list."""
        yield self._lead
        yield self._input
        yield self.rows

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        return self.rows

    @property
    def list_words(self) -> str:
        """What the list is called."""
        kind = self._kind or ListKind.ALL
        if self._source is None:
            return kind.value
        return self._source.words if kind is ListKind.ALL else f"{self._source.words}, {kind.value}"

    def take(self, compared: "Compared") -> None:
        """Show the examples of another comparison: the same list of them."""
        self._compared, self._lists = compared, ExampleLists(compared)
        self.forget_asked()
        self._want()

    def show_source(self, source: Source) -> None:
        """Show the examples that come from somewhere: a class, a cell, a slice."""
        self._source, self._kind = source, ListKind.ALL
        self._end_search()
        self._want()

    def show_problem(self, sentence: str) -> None:
        """Say why there is nothing to list."""
        self._found = None
        self._draw_lead()
        self.rows.show(None, sentence)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is ours only while there is something to end; lists turn only where there are any."""
        if action == "end_search":
            return self._is_searching or self._source is not None
        if action in ("turn", "search", "order"):
            whole = self._found.whole if self._found is not None else None
            has_use = whole is not None and (action != "order" or len(whole.orders()) > 1)
            return has_use and not self._input.has_focus
        return super().check_action(action, parameters)

    def action_turn(self, by: int) -> None:
        """Go to the next list, or to the one before."""
        if self._found is not None:
            kinds = tuple(self._found.counts)
            self._kind = kinds[(kinds.index(self._found.kind) + by) % len(kinds)]
            self._want()

    def action_order(self) -> None:
        """Sort by something else."""
        if self._found is not None and self._found.whole is not None:
            orders = self._found.whole.orders()
            place = orders.index(self._order) if self._order in orders else -1
            self._order = orders[(place + 1) % len(orders)]
            self._want()

    def action_search(self) -> None:
        """Type what to look for."""
        self._input.add_class("-open")
        self._input.focus()
        self.refresh_bindings()

    def action_end_search(self) -> None:
        """Show all of the list again; then all examples."""
        if self._is_searching:
            self._end_search()
        else:
            self._source = self._kind = None
        self.rows.focus()
        self._want()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search as one types."""
        event.stop()
        self._search = event.value
        self._want()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to what was found; an empty search is none."""
        event.stop()
        if not self._search.strip():
            self._end_search()
        self.rows.focus()
        self.refresh_bindings()

    def on_rows_pane_opened(self, event: RowsPane.Opened) -> None:
        """Show the example in full."""
        event.stop()
        if self.rows.examples is not None:
            self.post_message(ExampleOpened(self.rows.examples, event.index))

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """Nothing hangs on the cursor here."""
        event.stop()

    def on_resize(self) -> None:
        """Draw the counts for the new size."""
        self._draw_lead()

    @property
    def _is_searching(self) -> bool:
        return self._input.has_class("-open")

    def _end_search(self) -> None:
        self._input.remove_class("-open")
        self._search = ""
        with self._input.prevent(Input.Changed):
            self._input.value = ""
        self.refresh_bindings()

    def _want(self) -> None:
        """Have the list made."""
        compared, lists = self._compared, self._lists
        if compared is None or lists is None:
            return
        source, kind, order, words = self._source, self._kind, self._order, self._search.strip()

        def make(_: Path) -> Found | None:
            among = source.find(compared) if source is not None else None
            if lists.pair is None or (source is not None and among is None):
                return None
            counts = lists.counts(among)
            chosen = kind if kind is not None and kind in counts else first_kind(counts)
            whole = lists.examples(chosen, among)
            if whole is None:
                return None
            if whole.source.packed_previews:
                len(whole.source.previews)  # decoded here, in the thread, and kept
            whole = whole.sorted_by(order if order in whole.orders() else whole.orders()[0])
            return Found(counts, chosen, whole, whole.matching(words) if words else whole)

        self.ask(make, self._show)

    def _show(self, found: Found | None) -> None:
        if found is None:
            assert self._compared is not None
            self.show_problem(_why_none(self._compared))
        else:
            self._found, self._kind = found, found.kind
            nothing = "Nothing like it is in this list." if self._search.strip() else "There is no such example."
            self.rows.show(found.shown, nothing)
            self._draw_lead()
        self.refresh_bindings()

    def _draw_lead(self) -> None:
        found = self._found
        if found is None or found.shown is None or found.whole is None:
            self._lead.show([])
            return
        width, height = pane_size(self)
        task = task_of(found.whole)
        order = self._order if self._order in found.whole.orders() else found.whole.orders()[0]
        title = list_title(len(found.shown), self.list_words, self._search.strip(), order, task, width - 2)
        lines: list[Line] = kinds_lines(found.counts, found.kind, width - 2, most=2 if height >= _SPACIOUS else 1)
        self._lead.show([*lines, title] if height >= _ROOMY else lines)


def _why_none(compared: "Compared") -> str:
    """Why there are no examples to list."""
    comparison = compared.comparison
    blocking = [caution.message for caution in comparison.warnings if caution.code in _REASONS]
    if blocking:
        return f"No examples to set side by side: {blocking[0]}."
    return "No examples to set side by side: the runs were not tested on the same ones."


def first_kind(counts: Mapping[ListKind, int]) -> ListKind:
    """The list that one looks at first: the longer of those that decide, else one that holds something.

    Of numbers and texts it is all of them, those first on which the errors are furthest apart.
    """
    if ListKind.ONLY_A not in counts:
        return ListKind.ALL
    deciding = sorted((ListKind.ONLY_B, ListKind.ONLY_A), key=lambda kind: -counts[kind])
    return next((kind for kind in (*deciding, *counts) if counts[kind] and kind is not ListKind.ALL), deciding[0])
