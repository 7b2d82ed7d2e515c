"""The diff screen: run A beside run B, which is better in what, by how much, and on which examples.

The comparison is computed in a thread, with the code behind ``workbench diff``; NumPy and what draws the panes are
imported there too, so that opening the screen waits for neither. Of a run that lives the figures are provisional: they
are said to be, and are compared anew when the page shows that they changed, every ``AGAIN_AFTER_S`` at most.
"""

import time
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget

from screens.base import WorkbenchScreen
from screens.diff.pair import Answer, Pair, compare_pair, make_pane
from screens.diff.words import TABS, side_lines, verdict_lines
from screens.page import Page
from screens.pieces import Line, Piece, hanging
from screens.tab_line import tab_line
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText
from workbench.inert import inert

if TYPE_CHECKING:
    from screens.diff.choice import Candidate
    from screens.diff.confusion import ConfusionPane
    from screens.diff.curves import Curves, CurvesPane
    from screens.diff.examples import ExamplesPane
    from screens.export_dialog import Export
    from workbench.comparison.compared import Compared

AGAIN_AFTER_S = 5.0
_VERDICT_LINES = ((32, 7), (24, 4), (18, 3), (0, 1))
"""How many lines the verdict and the warnings may take, by the least height of the terminal."""
_EXAMPLES, _CURVES = 1, 3


class DiffScreen(WorkbenchScreen[None]):
    """Two runs side by side, in six tabs."""

    CSS_PATH = "diff.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Back", tooltip="Back to where you came from", id="diff.close"),
        *(
            Binding(str(number), f"tab({number - 1})", name, show=False, id=f"diff.{name.lower()}")
            for number, name in enumerate(TABS, start=1)
        ),
        Binding("i", "toggle_differing", "Differing", tooltip="Only what differs, or all", id="diff.differing"),
        Binding("S", "swap", "Swap", tooltip="Make B A, and A B", id="diff.swap"),
        Binding("B", "choose_b", "Another", tooltip="Compare A with another run", id="diff.choose"),
        Binding("b", "baseline", "Baseline", tooltip="Make A the baseline of the run table", id="diff.baseline"),
        Binding(
            "e", "export", "Export", tooltip="Markdown, HTML, JSON, CSV or text: to a file or copied", id="diff.export"
        ),
        Binding("question_mark", "app.help", "Help", id="diff.help"),
    ]

    def __init__(self, a_id: int, b_id: int) -> None:
        super().__init__()
        self._pair = self._wanted = Pair.of(a_id, b_id)
        self._compared: Compared | None = None
        self._problem = ""
        self._tab = 0
        self._panes: dict[int, Any] = {}
        self._stale: set[int] = set()
        self._is_busy = False
        self._asked_at = float("-inf")
        self._state: object = None
        self._head_said: object = None

    def compose(self) -> ComposeResult:
        """Who and what, the tabs, the pane, the keys."""
        yield PaintedText(id="diff-head")
        yield PaintedText(id="diff-tabs")
        with Vertical(id="diff-body"):
            yield PaintedText(id="diff-notice")
        yield KeyBar()

    def on_mount(self) -> None:
        """Compare."""
        self._draw_tabs()
        self._draw_notice("Comparing...")
        self._compare()

    def on_resize(self) -> None:
        """Fit head and tabs to the new size."""
        self._draw_head()
        self._draw_tabs()

    def show_page(self, page: Page) -> None:
        """Say what the runs are doing; compare anew where their figures changed."""
        is_same, wanted = self._wanted is self._pair, self._wanted.after(page)
        self._pair, self._wanted = (wanted if is_same else self._pair.after(page)), wanted
        self._draw_head()
        state = wanted.state
        if self._state is None:
            self._state = state
        elif state not in (None, self._state) and wanted.is_whole and not self._is_busy:
            self._compare_soon()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action == "toggle_differing":
            return self._compared is not None and hasattr(self._panes.get(self._tab), "toggle_differing")
        if action in ("export", "baseline", "tab"):
            return self._compared is not None
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        """Back to where we came from."""
        self.dismiss(None)

    def action_tab(self, number: int) -> None:
        """Show another tab."""
        self._tab = number
        self._draw_tabs()
        self._show_pane()

    def action_toggle_differing(self) -> None:
        """Only what differs, or all."""
        self._panes[self._tab].toggle_differing()

    def action_swap(self) -> None:
        """Make B A, and A B."""
        self._take_pair(self._wanted.swapped)

    def action_choose_b(self) -> None:
        """Ask for another run to compare A with."""
        from screens.diff.choice import read_candidates

        a_id, b_id = self._wanted.ids
        self.workbench.consult(lambda engine: read_candidates(engine.path, a_id, b_id), self._offer)

    def action_baseline(self) -> None:
        """Make A the run against which the table shows differences."""
        self.workbench.set_baseline(self._pair.ids[0])
        name = self._pair.sides(self._compared)[0].name
        self.workbench.say(f"The run table shows differences to {name} now.", title="Baseline")

    def action_export(self) -> None:
        """Ask how and where to, then write."""
        from screens.diff.export import export_dialog

        self.app.push_screen(export_dialog(self._pair.sides(self._compared)), self._export)

    # What the panes ask for.

    def on_figures_pane_examples_wanted(self) -> None:
        """Go to the examples."""
        self.action_tab(_EXAMPLES)

    def on_examples_pane_wanted(self, event: "ExamplesPane.Wanted") -> None:
        """Make a list of examples in a thread."""
        self.workbench.consult(lambda engine: event.make(), event.then)

    def on_examples_pane_opened(self, event: "ExamplesPane.Opened") -> None:
        """Show an example in full; the list then stands where one left off."""
        from screens.diff.example_dialog import ExampleDialog

        pane: ExamplesPane = self._panes[_EXAMPLES]
        dialog = ExampleDialog(event.examples, event.index, inert(pane.list_words), self.workbench.signs)
        self.app.push_screen(dialog, lambda place: pane.rows.go(place if place is not None else event.index))

    def on_confusion_pane_opened(self, event: "ConfusionPane.Opened") -> None:
        """Go to the examples of a cell."""
        self.action_tab(_EXAMPLES)
        pane: ExamplesPane = self._panes[_EXAMPLES]
        pane.call_after_refresh(pane.show_cell, event.side, event.truth, event.predicted)

    def on_curves_pane_wanted(self, event: "CurvesPane.Wanted") -> None:
        """Read series in a thread."""
        from screens.diff.curves import read_curves

        self.workbench.consult(lambda engine: read_curves(engine.path, event.request), self._show_curves)

    def _show_curves(self, curves: "Curves") -> None:
        pane: CurvesPane | None = self._panes.get(_CURVES)
        if self.is_attached and pane is not None:
            pane.show_curves(curves)

    # The pair and its comparison.

    def _take_pair(self, pair: Pair) -> None:
        """Compare two other runs, which take the place of these when that is done; the marks of the table follow."""
        self._wanted, self._state = pair, None
        self.workbench.mark(*pair.ids)
        self._compare()

    def _offer(self, candidates: "list[Candidate]") -> None:
        if not self.is_current:
            return
        from screens.diff.choice import ChooseRunDialog

        dialog = ChooseRunDialog(candidates, self.workbench.signs)
        a_id = self._wanted.a.id
        self.app.push_screen(dialog, lambda b_id: self._take_pair(Pair.of(a_id, b_id)) if b_id is not None else None)

    def _compare_soon(self) -> None:
        """Compare anew, but not sooner than ``AGAIN_AFTER_S`` after the last time."""
        self._is_busy = True
        self.set_timer(max(0.01, self._asked_at + AGAIN_AFTER_S - time.monotonic()), self._compare)

    def _compare(self) -> None:
        ids, settings = self._wanted.ids, self.workbench.settings
        self._is_busy = True
        self._asked_at = time.monotonic()
        self._state = self._wanted.state
        self.workbench.consult(lambda engine: compare_pair(engine, ids, settings), self._take)

    def _take(self, answer: Answer) -> None:
        """Show what the thread came back with, if it is about the runs that were wished for last."""
        if not self.is_attached or answer.ids != self._wanted.ids:
            return
        self._is_busy = False
        self._pair = self._wanted
        if answer.compared is None and self._ids_read == answer.ids:
            return  # A run is gone, as the head says; what was read of it before still stands.
        self._compared, self._problem = answer.compared, answer.problem
        self._draw_head()
        self.refresh_bindings()
        self._stale = set(self._panes)
        self._show_pane()

    @property
    def _ids_read(self) -> tuple[int, int] | None:
        """The runs of the comparison that is shown."""
        comparison = self._compared.comparison if self._compared is not None else None
        return (comparison.a["id"], comparison.b["id"]) if comparison is not None else None

    def _export(self, export: "Export | None") -> None:
        if export is not None and self._compared is not None:
            from screens.diff.export import take_out

            take_out(self.workbench, self._compared, export)

    # What is drawn.

    def _draw_head(self) -> None:
        width, height = self.size.width - 2, self.size.height
        if width < 1:
            return
        sides = self._pair.sides(self._compared)
        said = (sides, width, height, id(self._compared))
        if said == self._head_said:
            return
        self._head_said = said
        signs = self.workbench.signs
        lines = side_lines(sides, width, signs)
        if self._compared is not None:
            from screens.diff.rows import board

            room = next(lines for least, lines in _VERDICT_LINES if height >= least)
            lead = board(self._compared.comparison, width, signs)
            lines += verdict_lines(self._compared.comparison, lead, width, room, signs)
        self.query_one("#diff-head", PaintedText).show(lines)

    def _draw_tabs(self) -> None:
        if self.size.width:
            line = tab_line(TABS, self._tab, self.size.width - 2, self.workbench.signs)
            self.query_one("#diff-tabs", PaintedText).show([line])

    def _draw_notice(self, sentence: str) -> None:
        notice = self.query_one("#diff-notice", PaintedText)
        notice.display = bool(sentence)
        lines: list[Line] = [(Piece(text),) for text in hanging(inert(sentence), max(20, self.app.size.width - 6))]
        notice.show(lines)

    def _show_pane(self) -> None:
        """Show the pane of the tab, made when it is first looked at and fed when it is looked at again."""
        for number, pane in self._panes.items():
            pane.display = number == self._tab and self._compared is not None
        self._draw_notice("" if self._compared is not None else self._problem or "Comparing...")
        if self._compared is None:
            return
        pane = self._panes.get(self._tab)
        if pane is None:
            pane = self._panes[self._tab] = make_pane(self._tab, self.workbench.signs)
            self._stale.add(self._tab)
            self.query_one("#diff-body").mount(pane)
            # Fed before it is laid out, a part of it would now and then get no size to draw itself for.
            pane.call_after_refresh(self._feed, self._tab)
        else:
            self._feed(self._tab)

    def _feed(self, number: int) -> None:
        pane = self._panes[number]
        if not self.is_attached or not pane.is_attached or self._compared is None:
            return
        if number in self._stale:
            self._stale.discard(number)
            pane.take(self._compared)
        if number == self._tab and self.is_current:
            target: Widget = pane.focus_target
            target.focus()
