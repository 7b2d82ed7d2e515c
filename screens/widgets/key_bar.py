"""The keys that work here, on one line; those that do not fit are left to the help.

Textual's own footer builds its children anew whenever the focus moves; this is one strip, repainted where it differs.
"""

from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding
from textual.screen import Screen
from textual.strip import Strip

from screens.widgets.ink import ink
from screens.widgets.lines import LinesWidget

_LAST = ("help", "quit", "close")
_AFTER_THE_SCREEN = {"table.open", "editor.clear"}
"""Keys of a pane that the screen's own are more telling than: enter everybody tries."""
_FIRST_WHERE_NARROW = {"panes.next"}
"""Where a pane stands alone on the screen, nothing but its key tells that there are others."""


class KeyBar(LinesWidget):
    """One line with the visible bindings of the screen and of the focused widget, the way to help and out always."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key", "key-bar--word"}

    def on_mount(self) -> None:
        """Follow the bindings as the focus moves."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def on_unmount(self) -> None:
        """Cease to follow."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _bindings_changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.draw()

    def draw(self) -> None:
        """Show the keys that work and fit."""
        key_style = ink(self, "key-bar--key")
        word_style = ink(self, "key-bar--word")
        segments = []
        for key, word in fitting_keys(self._visible_keys(), self.size.width):
            segments += [Segment(key, key_style), Segment(f" {word}  ", word_style)]
        self.show_lines([Strip(segments)])

    def _visible_keys(self) -> list[tuple[str, str, str]]:
        """Key, word and action of each binding that is shown and enabled, an action once.

        Those of the pane that keys are meant for come first: the screen's are the same wherever the focus stands.
        """
        seen: dict[str, tuple[str, str, str]] = {}
        declared = [entry for entry in type(self.screen).BINDINGS if isinstance(entry, Binding)]
        place = {entry.action: index for index, entry in enumerate(declared)}
        # Of several keys for an action the first that is declared is named.
        later = {(entry.action, key) for entry in declared for key in entry.key.split(",")[1:]}
        first = _FIRST_WHERE_NARROW if self.screen.has_class("-narrow") else ()

        def order(binding: Binding) -> tuple[int, bool]:
            if binding.id in first:
                return -2, False
            of_pane = len(place) if binding.id in _AFTER_THE_SCREEN else -1
            return place.get(binding.action, of_pane), (binding.action, binding.key) in later

        bindings = [active.binding for active in self.screen.active_bindings.values() if active.enabled]
        bindings.sort(key=order)
        for binding in bindings:
            if binding.show and binding.action not in seen:
                key = self.app.get_key_display(binding)
                seen[binding.action] = (key, binding.description.lower(), binding.action)
        return list(seen.values())


def fitting_keys(keys: list[tuple[str, str, str]], width: int) -> list[tuple[str, str]]:
    """The keys that fit into ``width`` cells; help and the way out are kept before any other, and come last."""
    is_last = [any(action.endswith(end) for end in _LAST) for _, _, action in keys]
    # Help before the way out, on every screen.
    last = sorted((key for key, ends in zip(keys, is_last, strict=True) if ends), key=lambda key: not _is_help(key))
    first = [key for key, ends in zip(keys, is_last, strict=True) if not ends]
    room = width - sum(_width(key) for key in last)
    shown: list[tuple[str, str, str]] = []
    for key in first:
        room -= _width(key)
        if room < 0:
            break
        shown.append(key)
    return [(key, word) for key, word, _ in [*shown, *last]]


def _width(key: tuple[str, str, str]) -> int:
    return len(key[0]) + len(key[1]) + 3


def _is_help(key: tuple[str, str, str]) -> bool:
    return key[2].endswith(_LAST[0])
