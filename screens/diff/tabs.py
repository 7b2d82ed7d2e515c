"""The tabs of the diff screen: the digit that opens each, its name, and the pane behind it.

A pane is a widget with ``take(compared)``, which shows another comparison, and ``focus_target``, which the keys go to;
with ``toggle_differing`` where it can leave away what does not differ, and ``can_toggle`` where that hangs on what it
shows. Its module is imported in the thread that compares, so that opening a tab waits for nothing.
"""

from typing import TYPE_CHECKING, Protocol

from textual.widget import Widget

from screens.tabs import Tab

if TYPE_CHECKING:
    from workbench.comparison.compared import Compared


TABS = (
    Tab(
        "1",
        "Figures",
        "what each came to, the difference, and whether it is real",
        "screens.diff.figures",
        "FiguresPane",
    ),
    Tab("2", "Classes", "precision, recall and F1 of each class", "screens.diff.classes", "ClassesPane"),
    Tab("3", "Examples", "who was right on which, and how sure", "screens.diff.examples", "ExamplesPane"),
    Tab("4", "Confusion", "both matrices and their difference", "screens.diff.confusion", "ConfusionPane"),
    Tab("5", "Curves", "the series of both, overlaid", "screens.diff.curves", "CurvesPane"),
    Tab("6", "Latency", "how the times of single calls are spread; races", "screens.diff.latency", "LatencyPane"),
    Tab("7", "Slices", "where, by any column of the data, one is better or worse", "screens.diff.slices", "SlicesPane"),
    Tab(
        "8",
        "Trade-off",
        "all runs of the data: quality against latency or cost, and your needs",
        "screens.diff.tradeoff",
        "TradeoffPane",
    ),
    Tab("9", "Settings", "parameters, code and environment", "screens.diff.settings", "SettingsPane"),
    Tab(
        "0",
        "Summary",
        "the comparison in words, warnings and what repairs them",
        "screens.diff.settings",
        "SummaryPane",
    ),
)
TITLES = tuple(tab.title for tab in TABS)
DIGITS = tuple(tab.digit for tab in TABS)


class DiffPane(Protocol):
    """What stands behind a tab."""

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        ...

    def take(self, compared: "Compared") -> None:
        """Show another comparison."""
        ...


def load_panes() -> None:
    """Import the panes of all tabs: half a second's work, for a thread."""
    for tab in TABS:
        tab.load()
