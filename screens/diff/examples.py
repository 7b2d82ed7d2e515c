"""The tab of examples: those behind the counts, from the four lists, a confusion cell or a slice."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from screens.diff.example_list import ExampleRows, Source
from screens.diff.example_rows import KINDS, kinds_line, list_title
from screens.diff.overview import agreement_lines
from screens.signs import Signs
from screens.widgets.painted import PaintedText, RowsPane, pane_size
from workbench.comparison import Disagreements, Examples, Kind

if TYPE_CHECKING:
    from workbench.comparison.compared import Compared

_ROOMY = 14


class ExamplesPane(Vertical):
    """The counts of agreement, the list that is chosen in them, and a search in its previews."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "turn(1)", "List", tooltip="The next of the four lists", id="examples.next"),
        Binding("left,h", "turn(-1)", "List", tooltip="The list before", show=False, id="examples.previous"),
        Binding(
            "slash", "search", "Search", tooltip="Only examples whose text holds what you type", id="examples.search"
        ),
        Binding("escape", "end_search", "All", tooltip="End the search, or leave the cell or slice", id="examples.all"),
    ]

    class Wanted(Message):
        """A list shall be made; ``make`` is slow, and ``then`` takes what it made."""

        def __init__(self, make: Callable[[], Examples | None], then: Callable[[Examples | None], None]) -> None:
            super().__init__()
            self.make = make
            self.then = then

    class Opened(Message):
        """An example shall be seen in full."""

        def __init__(self, examples: Examples, index: int) -> None:
            super().__init__()
            self.examples = examples
            self.index = index

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-examples")
        self._signs = signs
        self._compared: Compared | None = None
        self._source = Source.of_kind(Kind.ONLY_B)
        self._whole: Examples | None = None
        self._asked = 0
        self._search = ""
        self._lead = PaintedText(id="examples-lead", classes="lead")
        self.rows = ExampleRows(signs, id="example-rows", classes="rows")
        self._input = Input(placeholder="text of the example, or the beginning of its id", id="examples-search")

    def compose(self) -> ComposeResult:
        """The counts, the search, the list."""
        yield self._lead
        self._input.cursor_blink = False
        yield self._input
        yield self.rows

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        return self.rows

    @property
    def list_words(self) -> str:
        """What the list is called."""
        return self._source.words

    def take(self, compared: "Compared") -> None:
        """Show the examples of another comparison; first the list that decides, if it holds any."""
        is_first, self._compared = self._compared is None, compared
        counts = compared.comparison.disagreements
        if counts is not None and is_first and self._source.kind is not None:
            self._source = Source.of_kind(first_kind(counts))
        self._want()

    def show_cell(self, side: str, truth: str, predicted: str) -> None:
        """Show the examples of a confusion cell."""
        self.show_source(Source.of_cell(side, truth, predicted))

    def show_source(self, source: Source) -> None:
        """Show the examples that come from somewhere: a cell, a slice."""
        self._source = source
        self._end_search()
        self._want()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is ours only while there is something to end; lists turn only where there are any."""
        if action == "end_search":
            return self._is_searching or self._source.kind is None
        if action in ("turn", "search"):
            is_paired = self._compared is not None and self._compared.comparison.disagreements is not None
            return is_paired and not self._input.has_focus
        return super().check_action(action, parameters)

    def action_turn(self, by: int) -> None:
        """Go to the next list, or to the one before."""
        kind = self._source.kind
        place = (KINDS.index(kind) + by) % len(KINDS) if kind is not None else 0
        self._source = Source.of_kind(KINDS[place])
        self._want()

    def action_search(self) -> None:
        """Type what to look for."""
        self._input.add_class("-open")
        self._input.focus()
        self.refresh_bindings()

    def action_end_search(self) -> None:
        """Show all of the list again; of a cell or a slice, the lists."""
        if self._is_searching:
            self._end_search()
        else:
            self._source = Source.of_kind(Kind.ONLY_B)
        self.rows.focus()
        self._want()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search as one types."""
        event.stop()
        self._search = event.value
        self._filter()

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
            self.post_message(self.Opened(self.rows.examples, event.index))

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
        """Have the list made; what came before it is then not shown any more."""
        compared, source = self._compared, self._source
        if compared is None:
            return
        self._draw_lead()
        self.refresh_bindings()
        if compared.pair is None or not compared.pair.paired:
            self.rows.show(None, _why_none(compared))
            return
        self._asked += 1
        asked = self._asked

        def make() -> Examples | None:
            found = source.find(compared)
            if found is not None and found.source.packed_previews:
                len(found.source.previews)  # decoded here, in the thread, and kept
            return found

        def then(found: Examples | None) -> None:
            if asked == self._asked and self.is_attached:
                self._whole = found
                self._filter()

        self.post_message(self.Wanted(make, then))

    def _filter(self) -> None:
        """List those that the search finds."""
        whole, words = self._whole, self._search.strip()
        if whole is None or not words:
            self._list(whole)
            return
        self._asked += 1
        asked = self._asked

        def then(found: Examples | None) -> None:
            if asked == self._asked and self.is_attached:
                self._list(found)

        self.post_message(self.Wanted(lambda: whole.matching(words), then))

    def _list(self, examples: Examples | None) -> None:
        nothing = "Nothing like it is in this list." if self._search.strip() else "There is no such example."
        self.rows.show(examples, nothing)
        self._draw_lead()

    def _draw_lead(self) -> None:
        if self._compared is None:
            return
        counts = self._compared.comparison.disagreements
        if counts is None:
            self._lead.show([])
            return
        width, height = pane_size(self)
        lines = [kinds_line(counts, self._source.kind, width - 2)]
        if height >= _ROOMY:
            lines = [*agreement_lines(counts, self._source.kind, self._signs), ()]
        examples = self.rows.examples
        title = list_title(
            len(examples) if examples is not None else 0,
            self._source.words,
            self._search.strip(),
            width - 2,
            is_sorted=examples is not None and examples.a.loss is not None and examples.b.loss is not None,
        )
        self._lead.show([*lines, title])


def _why_none(compared: "Compared") -> str:
    """Why there are no examples to list."""
    comparison = compared.comparison
    blocking = [caution.message for caution in comparison.warnings if caution.code in _REASONS]
    if blocking:
        return f"No examples to set side by side: {blocking[0]}."
    return "No examples to set side by side: the runs were not tested on the same ones."


def first_kind(counts: Disagreements) -> Kind:
    """The list that one looks at first: the longer of those that decide, else one that holds something."""
    deciding = Kind.ONLY_B if counts.only_b >= counts.only_a else Kind.ONLY_A
    return next((kind for kind in (deciding, *KINDS) if getattr(counts, kind.value)), deciding)


_REASONS = ("other-task", "other-target", "other-labels", "no-outcomes", "unpaired")
