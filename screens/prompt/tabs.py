"""The tabs of the generation screen: the digit that opens each, its name, and the pane behind it.

A pane is a widget with ``take(shown)``, which has it show another prompt or other texts, and ``focus_target``, which
the keys go to. Its module is imported when it is first looked at. A pane that wants slow work is an ``AskingPane``.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from textual.widget import Widget

from screens.prompt.shown import Shown
from screens.signs import Signs


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab; ``pane`` names the class behind it, in the module ``screens.prompt.<module>``."""

    digit: str
    title: str
    words: str
    """What it shows, for the help."""
    module: str
    pane: str


TABS = (
    Tab("1", "Texts", "the prompt, the settings, and what one or two models make of it", "texts", "TextsPane"),
    Tab("2", "Tokens", "what each token was worth to each model, and its alternatives", "token_pane", "TokenPane"),
    Tab("3", "Perplexity", "how well each model predicts a text of yours", "perplexity_pane", "PerplexityPane"),
    Tab("4", "History", "what was asked before: search it, ask it again, compare any two", "history", "HistoryPane"),
)
TITLES = tuple(tab.title for tab in TABS)
DIGITS = tuple(tab.digit for tab in TABS)


class PromptPane(Protocol):
    """What stands behind the tabs that are about the texts at hand."""

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        ...

    def take(self, shown: Shown) -> None:
        """Show this prompt and these texts."""
        ...


def make_pane(tab: Tab, signs: Signs) -> Widget:
    """The pane of a tab, but of the first, which the screen makes itself."""
    return cast(Widget, getattr(import_module(f"screens.prompt.{tab.module}"), tab.pane)(signs))
