"""The model pane: what can be trained, by family, and what lies in the hub's cache, narrowed by typing.

Enter starts a run of a model of the catalogue, and asks a cached one for text, which n trains further; f shows only the
runs of a model.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from screens.dashboard.model_rows import ModelRow, model_line, model_rows
from screens.page import ModelUse
from screens.pieces import Line, Piece
from screens.signs import Signs
from screens.widgets.painted import RowsPane
from workbench.language.hub_cache import CachedModel
from workbench.models.language import names_checkpoint

_MOST_WORDS = 40


class ModelPane(RowsPane, can_focus=True):
    """Models under the headings of their families."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "New run", tooltip="Start a run of this model", id="models.open"),
        Binding("enter", "prompt", "Prompt", tooltip="Ask the cached model for text", id="models.prompt"),
        Binding("n", "further", "Train", tooltip="Train the cached model further", id="models.further"),
        Binding("f", "only", "Its runs", tooltip="Show only the runs of this model, or all again", id="models.only"),
        Binding("slash", "narrow", "Find", tooltip="Narrow the models by typing", id="models.find"),
        Binding("escape", "widen", "All", show=False, id="models.all"),
    ]

    class Picked(Message):
        """A run of this model shall be started."""

        def __init__(self, model: str) -> None:
            super().__init__()
            self.model = model

    class PromptWished(Message):
        """A model of the hub's cache shall be asked for text; ``trouble`` is why it cannot, if it cannot."""

        def __init__(self, model: str, trouble: str | None) -> None:
            super().__init__()
            self.model = model
            self.trouble = trouble

    class OnlyWished(Message):
        """Only the runs of this model are of interest."""

        def __init__(self, model: str) -> None:
            super().__init__()
            self.model = model

    def __init__(self, signs: Signs, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(signs, id=id)
        self._used: Mapping[str, ModelUse] = {}
        self._cached: Sequence[CachedModel] = ()
        self._wanted = ""
        self._is_typing = False
        self._rows: tuple[ModelRow, ...] = model_rows({})

    @property
    def chosen(self) -> ModelRow | None:
        """The model under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) and self.is_choosable(self.cursor) else None

    def show(self, used: Mapping[str, ModelUse]) -> None:
        """Show what the store has of each model."""
        if used != self._used:
            self._used = used
            self._arrange()

    def show_cached(self, models: Sequence["CachedModel"]) -> None:
        """Show these models of the hub's cache."""
        if models != self._cached:
            self._cached = models
            self._arrange()

    def row_count(self) -> int:
        """Models and headings."""
        return len(self._rows)

    def is_choosable(self, index: int) -> bool:
        """Headings are passed over."""
        return not self._rows[index].is_heading

    def line_at(self, index: int) -> Line:
        """One row."""
        return model_line(self._rows[index], max(8, self.size.width - 3), self._signs)

    def head(self) -> Sequence[Line]:
        """What is typed to narrow the list, while it is."""
        if not (self._is_typing or self._wanted):
            return ()
        return ((Piece(f"/{self._wanted}", "strong"), Piece("_" if self._is_typing else "", "strong")),)

    def on_key(self, event: events.Key) -> None:
        """While typing, letters narrow the list; enter and escape end it."""
        if not self._is_typing:
            return
        if event.key == "backspace":
            self._wanted = self._wanted[:-1]
        elif event.key in ("enter", "escape", "tab", "down", "up"):
            self._is_typing = False
            self._wanted = "" if event.key == "escape" else self._wanted
        elif event.character and event.is_printable and len(self._wanted) < _MOST_WORDS:
            self._wanted += event.character
        event.stop()
        event.prevent_default()
        self._arrange()

    def on_blur(self) -> None:
        """Leave typing."""
        if self._is_typing:
            self._is_typing = False
            self.redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While typing, keys are letters."""
        if self._is_typing:
            return False
        if action == "widen":
            return bool(self._wanted)
        chosen = self.chosen
        if action == "open":
            return chosen is not None and _can_be_trained(chosen)
        if action in ("prompt", "further"):
            return chosen is not None and chosen.cached is not None
        return super().check_action(action, parameters)

    def go(self, index: int, direction: int = 1) -> None:
        """Move the cursor; what enter does depends on the row."""
        super().go(index, direction)
        self.refresh_bindings()

    def action_narrow(self) -> None:
        """Begin to type."""
        self._is_typing = True
        self._wanted = ""
        self._arrange()

    def action_widen(self) -> None:
        """Show all models again."""
        self._wanted = ""
        self._arrange()

    def action_open(self) -> None:
        """Start a run of the model, or of the checkpoint that runs were trained from."""
        row = self.chosen
        if row is not None and _can_be_trained(row):
            self.post_message(self.Picked(row.title))

    def action_prompt(self) -> None:
        """Ask the cached model for text."""
        row = self.chosen
        if row is not None and row.cached is not None:
            self.post_message(self.PromptWished(row.title, row.cached.trouble))

    def action_further(self) -> None:
        """Open the form with the cached model as what is trained further."""
        row = self.chosen
        if row is not None and row.cached is not None:
            self.post_message(self.Picked(f"hf:{row.title}"))

    def action_only(self) -> None:
        """Show only its runs."""
        if self.chosen is not None:
            self.post_message(self.OnlyWished(self.chosen.title))

    def _arrange(self) -> None:
        title = self.chosen.title if self.chosen is not None else None
        self._rows = model_rows(self._used, self._wanted, self._cached)
        # Models that come or go above it do not move the cursor off its own.
        self.cursor = next((place for place, row in enumerate(self._rows) if row.title == title), self.cursor)
        self.redraw()
        self.refresh_bindings()


def _can_be_trained(row: ModelRow) -> bool:
    """Whether its name is one that a run can be started of: that of a cached model has to be made one."""
    return row.cached is None and (row.entry is not None or names_checkpoint(row.title))
