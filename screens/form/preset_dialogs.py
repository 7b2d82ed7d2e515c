"""The dialogs of presets: which one to begin with, and what to call a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from screens.base import Dialog
from screens.form.changes import describe_preset
from screens.pieces import Line, Piece, hanging, pad
from screens.signs import Signs
from screens.widgets.field import TextField
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText, RowsPane
from workbench.cells import crop, shorten
from workbench.inert import inert
from workbench.presets import Preset

_NAME_WIDTH = 24
_MODEL_WIDTH = 20


@dataclass(frozen=True, slots=True)
class PresetPick:
    """A preset that was chosen, or that shall be deleted."""

    preset: Preset
    delete: bool = False


class PresetRows(RowsPane):
    """Presets, one a line: name, model, what it sets."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Load", id="list.open")]

    def __init__(self, presets: Sequence[Preset], signs: Signs) -> None:
        super().__init__(signs, id="preset-rows")
        self._presets = presets

    def row_count(self) -> int:
        """One row a preset."""
        return len(self._presets)

    def line_at(self, index: int) -> Line:
        """Name, model, what it sets, as far as there is room."""
        preset = self._presets[index]
        name = pad(shorten(inert(preset.name), _NAME_WIDTH, self._signs.ellipsis), _NAME_WIDTH)
        room = self.size.width - 2 - _NAME_WIDTH - _MODEL_WIDTH
        if room < 10:
            return (
                Piece(name),
                Piece(crop(preset.model, max(1, room + _MODEL_WIDTH), self._signs.ellipsis), "secondary"),
            )
        sets = crop(self._signs.write(inert(describe_preset(preset))), room, self._signs.ellipsis)
        return (Piece(name), Piece(pad(preset.model, _MODEL_WIDTH), "secondary"), Piece(sets))


class PresetsDialog(Dialog[PresetPick | None]):
    """Asks which preset to begin with."""

    CSS_PATH = "presets.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "delete", "Delete", id="presets.delete", tooltip="Forget a preset of your own"),
        Binding("escape,q", "close", "Back", id="presets.close"),
        Binding("ctrl+c", "close", "Back", show=False, priority=True, id="presets.interrupt"),
    ]

    def __init__(self, presets: Sequence[Preset], signs: Signs) -> None:
        super().__init__()
        self._presets = tuple(presets)
        self._signs = signs
        self._rows = PresetRows(self._presets, signs)
        self._about = PaintedText(id="preset-about")

    def compose(self) -> ComposeResult:
        """The list, all that the preset under the cursor sets, and the keys."""
        with Vertical(classes="box") as box:
            box.border_title = "Begin with a preset"
            yield self._rows
            yield self._about
            yield KeyBar()

    def on_mount(self) -> None:
        """Begin in the list."""
        self._rows.focus()

    def on_resize(self) -> None:
        """Wrap anew, once there is the new width."""
        self.call_after_refresh(self._show_about)

    def on_rows_pane_moved(self) -> None:
        """Say all of the preset under the cursor."""
        self._show_about()
        self.refresh_bindings()

    def on_rows_pane_opened(self) -> None:
        """Return the preset under the cursor."""
        self.dismiss(PresetPick(self._current))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is built in cannot be deleted."""
        return not self._current.built_in if action == "delete" else super().check_action(action, parameters)

    def action_delete(self) -> None:
        """Return it as one to delete."""
        self.dismiss(PresetPick(self._current, delete=True))

    def action_close(self) -> None:
        """Leave the form as it is."""
        self.dismiss(None)

    @property
    def _current(self) -> Preset:
        return self._presets[self._rows.cursor]

    def _show_about(self) -> None:
        preset, width = self._current, self._about.size.width
        if width:
            whose = "built in" if preset.built_in else "your own"
            text = self._signs.write(f"{whose} · {preset.model} · {inert(describe_preset(preset))}")
            self._about.show([(Piece(line, "secondary"),) for line in hanging(text, width)[:2]])


class SavePresetDialog(Dialog[str | None]):
    """Asks what to call a preset."""

    CSS_PATH = "presets.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "save", "Save", priority=True, id="presets.save"),
        Binding("escape", "close", "Back", id="presets.cancel"),
        Binding("ctrl+c", "close", "Back", show=False, priority=True, id="presets.interrupt_save"),
    ]

    def __init__(self, model: str, signs: Signs) -> None:
        super().__init__()
        self._signs = signs
        self._called = TextField("", placeholder=f"as {model}-mine", id="preset-name")

    def compose(self) -> ComposeResult:
        """The question, the name and the keys."""
        with Vertical(classes="box") as box:
            box.border_title = "Keep as a preset"
            words = "The model, what differs from its defaults, and the data. A name that is taken is replaced."
            yield Static(words, markup=False)
            yield self._called
            yield KeyBar()

    def on_mount(self) -> None:
        """Begin in the name."""
        self._called.focus()

    def action_save(self) -> None:
        """Return the name, once the field has taken in what was typed."""
        self._called.call_later(self.call_next, self._save)

    def _save(self) -> None:
        if self._called.value.strip():
            self.dismiss(self._called.value.strip())

    def action_close(self) -> None:
        """Keep nothing."""
        self.dismiss(None)
