"""The tabs of a screen: the digit that opens each, its name, and where the pane behind it is found.

The module of a pane is imported when it is first looked at, or earlier in a thread.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from textual.binding import Binding
from textual.widget import Widget

from screens.signs import Signs


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab; ``pane`` names the class behind it, in ``module``."""

    digit: str
    title: str
    words: str
    """What it shows, for the help."""
    module: str
    pane: str

    def load(self) -> Callable[[Signs], Widget]:
        """The class of the pane, imported if it was not yet."""
        return cast(Callable[[Signs], Widget], getattr(import_module(self.module), self.pane))


def tab_bindings(tabs: Sequence[Tab], screen: str) -> list[Binding]:
    """The digits, each bound to ``tab(PLACE)``; the ids by which they are rebound begin with the screen's name."""
    return [
        Binding(
            tab.digit,
            f"tab({place})",
            tab.title,
            show=False,
            tooltip=f"{tab.title}: {tab.words}",
            id=f"{screen}.{tab.title.lower()}",
        )
        for place, tab in enumerate(tabs)
    ]
