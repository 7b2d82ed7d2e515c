"""What the help says: the keys of a screen and of its widgets, read from their bindings, so it is never stale."""

from collections.abc import Iterable
from typing import Any

from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from screens.widgets.log_pane import LogPane
from screens.widgets.run_table import RunTable

Keys = list[tuple[str, str]]
_TITLES: dict[type[Widget], str] = {RunTable: "In the run table", LogPane: "In the log"}
_WRITTEN = {"question_mark": "?", "pagedown": "PgDn", "pageup": "PgUp", "escape": "Esc"}


def key_groups(screen: Screen[Any]) -> list[tuple[str, Keys]]:
    """The keys of the open screen, of each of its panes, and those that work everywhere."""
    groups: list[tuple[str, Keys]] = [("Everywhere on this screen", _keys(screen))]
    for kind, title in _TITLES.items():
        found = screen.query(kind)
        if found:
            groups.append((title, _keys(found.first())))
    groups.append(
        (
            "Always",
            [("ctrl+p", "Commands, themes"), ("ctrl+z", "To the shell; fg comes back"), ("ctrl+q", "Quit; runs go on")],
        )
    )
    return groups


def _keys(node: DOMNode) -> Keys:
    """Keys and words of a node's own bindings, in their order, keys that do the same together."""
    written: dict[str, tuple[list[str], str]] = {}
    for binding in _own_bindings(node):
        words = binding.tooltip or binding.description
        keys, _ = written.setdefault(words, ([], words))
        keys.append("g g" if binding.action == "top_on_second" else _write(binding.key))
    return [(" ".join(keys), words) for keys, words in written.values()]


def _own_bindings(node: DOMNode) -> Iterable[Binding]:
    for entry in type(node).BINDINGS:
        if isinstance(entry, Binding):
            for key in entry.key.split(","):
                yield Binding(key.strip(), entry.action, entry.description, tooltip=entry.tooltip)


def _write(key: str) -> str:
    return _WRITTEN.get(key, key)
