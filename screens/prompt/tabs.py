"""The tabs of the generation screen: the digit that opens each, its name, and the pane behind it.

A pane is a widget with ``take(shown)``, which has it show another prompt or other texts, and ``focus_target``, which
the keys go to. Its module is imported when it is first looked at. A pane that wants slow work is an ``AskingPane``.
"""

from typing import Protocol

from textual.widget import Widget

from screens.prompt.shown import Shown
from screens.tabs import Tab

TABS = (
    Tab(
        "1",
        "Texts",
        "the prompt, the settings, and what one or two models make of it",
        "screens.prompt.texts",
        "TextsPane",
    ),
    Tab(
        "2",
        "Tokens",
        "what each token was worth to each model, and its alternatives",
        "screens.prompt.token_pane",
        "TokenPane",
    ),
    Tab(
        "3",
        "Perplexity",
        "how well each model predicts a text of yours",
        "screens.prompt.perplexity_pane",
        "PerplexityPane",
    ),
    Tab(
        "4",
        "History",
        "what was asked before: search it, ask it again, compare any two",
        "screens.prompt.history",
        "HistoryPane",
    ),
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
