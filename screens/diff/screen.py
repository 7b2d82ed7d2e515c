"""The diff screen: run A beside run B, which is better in what, by how much, and on which examples.

Who they are, the verdict and the warnings stand above the tabs (``tabs``); a tab's pane is made when it is first looked
at and fed when it is looked at again. What compares is ``comparing``.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget

from screens.asking import AskingPane
from screens.diff.comparing import ComparingScreen
from screens.diff.leading import ExampleOpened, ExamplesWanted
from screens.diff.pair import Pair
from screens.diff.tabs import DIGITS, TABS, TITLES, DiffPane
from screens.diff.words import head_lines
from screens.pieces import Line, Piece, hanging
from screens.tab_line import tab_line
from screens.tabs import tab_bindings
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText
from workbench.inert import inert

if TYPE_CHECKING:
    from screens.diff.examples import ExamplesPane
    from screens.diff.latency import LatencyPane
    from screens.diff.tradeoff import TradeoffPane
    from screens.export_dialog import Export
    from workbench.comparison.groups import GroupCompared

_FIGURES, _EXAMPLES, _LATENCY, _SUMMARY = (
    TITLES.index(title) for title in ("Figures", "Examples", "Latency", "Summary")
)
_GROUPS = -1
"""The pane of groups, which takes the place of the first tab's."""


class DiffScreen(ComparingScreen):
    """Two runs side by side."""

    CSS_PATH = "diff.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Back", tooltip="Back to where you came from", id="diff.close"),
        *tab_bindings(TABS, "diff"),
        Binding("i", "toggle_differing", "Differing", tooltip="Only what differs, or all", id="diff.differing"),
        Binding("u", "groups", "Groups", tooltip="Compare all seeds or splits of A and B", id="diff.groups"),
        Binding("R", "race", "Race", tooltip="Measure both again, side by side; how far a race is", id="diff.race"),
        Binding("S", "swap", "Swap", tooltip="Make B A, and A B", id="diff.swap"),
        Binding("B", "choose_b", "Another", tooltip="Compare A with another run", id="diff.choose"),
        Binding("b", "baseline", "Baseline", tooltip="Make A the baseline of the run table", id="diff.baseline"),
        Binding(
            "e", "export", "Export", tooltip="Markdown, HTML, JSON, CSV or text: to a file or copied", id="diff.export"
        ),
        Binding("question_mark", "app.help", "Help", id="diff.help"),
    ]

    def __init__(self, a_id: int, b_id: int) -> None:
        super().__init__(a_id, b_id)
        self._tab = 0
        self._panes: dict[int, Any] = {}
        self._stale: set[int] = set()
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
        self.watch(self.app, "race", self._follow_race, init=False)
        self.compare()

    def on_resize(self) -> None:
        """Fit head and tabs to the new size."""
        self.show_head()
        self._draw_tabs()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action == "toggle_differing":
            pane = self._panes.get(self._shown)
            return self.compared is not None and hasattr(pane, action) and getattr(pane, "can_toggle", True)
        if action == "groups":
            return self._answer is not None and self._answer.has_groups
        if action == "race":
            return self._can_race
        if action in ("export", "baseline", "tab"):
            return self.compared is not None
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        """Back to where we came from."""
        self.dismiss(None)

    def action_tab(self, number: int) -> None:
        """Show another tab."""
        self._tab = number
        self._draw_tabs()
        self.show_head()
        self._show_pane()

    def action_toggle_differing(self) -> None:
        """Only what differs, or all."""
        self._panes[self._shown].toggle_differing()

    def action_groups(self) -> None:
        """Compare the groups of A and B, on the tab of the figures; or the two runs again."""
        if not self._wants_groups and self._tab != _SUMMARY:
            self.action_tab(_FIGURES)
        super().action_groups()

    def action_race(self) -> None:
        """Ask how long to race; where a race is going on, show how far it is."""
        from screens.diff.race_dialogs import AskRaceDialog, RaceDialog

        app = self.workbench
        if app.race is not None and not app.race.is_over:
            app.push_screen(RaceDialog(app.signs), lambda stops: app.stop_race() if stops else None)
            return
        ids, names = self._pair.ids, [inert(side.name, 40) for side in self._pair.sides(self.compared)]

        def start(seconds: float | None) -> None:
            if seconds is not None:
                app.start_race(ids, seconds)
                self.action_race()

        app.push_screen(AskRaceDialog(*names), start)

    @property
    def _can_race(self) -> bool:
        app, answer = self.workbench, self._answer
        if app.read_only or answer is None or answer.compared is None:
            return False
        is_racing = app.race is not None and not app.race.is_over
        is_gone = any(side.is_gone for side in self._pair.sides(self.compared))
        return is_racing or not (answer.no_race or is_gone)

    def action_export(self) -> None:
        """Ask how and where to, then write."""
        from screens.diff.export import export_dialog

        groups = self._groups if self._is_about_groups else None
        dialog = export_dialog(self._pair.sides(self.compared), groups)
        self.app.push_screen(dialog, lambda export: self._export(export, groups))

    # What the panes ask for.

    def on_asking_pane_wanted(self, event: AskingPane.Wanted) -> None:
        """Have something made in a thread."""
        self.workbench.consult(lambda engine: event.make(engine.path), event.then)

    def on_examples_wanted(self, event: ExamplesWanted) -> None:
        """Go to the examples, or to some of them."""
        self.action_tab(_EXAMPLES)
        pane: ExamplesPane = self._panes[_EXAMPLES]
        if event.source is not None:
            pane.call_after_refresh(pane.show_source, event.source)

    def on_tradeoff_pane_pair_wanted(self, event: "TradeoffPane.PairWanted") -> None:
        """Compare two other runs."""
        self.take_pair(Pair.of(event.a_id, event.b_id))

    def on_example_opened(self, event: ExampleOpened) -> None:
        """Show an example in full; the list then stands where one left off."""
        from screens.diff.example_dialog import ExampleDialog

        pane: ExamplesPane = self._panes[_EXAMPLES]
        dialog = ExampleDialog(event.examples, event.index, inert(pane.list_words), self.workbench.signs)
        self.app.push_screen(dialog, lambda place: pane.rows.go(place if place is not None else event.index))

    def _follow_race(self) -> None:
        """Say how far a race is; where it was one of these two, compare anew by it."""
        race = self.workbench.race
        if race is None or not self.is_attached:
            return
        pane: LatencyPane | None = self._panes.get(_LATENCY)
        if pane is not None:
            pane.follow(race)
        if race.is_kept and set(race.ids) == set(self._wanted.ids):
            self.compare()

    def _export(self, export: "Export | None", groups: "GroupCompared | None") -> None:
        if export is not None and self.compared is not None:
            from screens.diff.export import take_out

            take_out(self.workbench, self.compared, export, groups)

    # What is drawn.

    @property
    def _shown(self) -> int:
        """The pane that is seen."""
        return _GROUPS if self._groups is not None and self._tab == _FIGURES else self._tab

    @property
    def _is_about_groups(self) -> bool:
        """Whether the tab that is seen tells of groups."""
        return self._groups is not None and self._tab in (_FIGURES, _SUMMARY)

    def show_answer(self) -> None:
        """Show another comparison: the pane that is seen now, others when they are looked at."""
        self.show_head()
        self.refresh_bindings()
        self._stale = set(self._panes)
        self._show_pane()

    def show_head(self) -> None:
        """Say who is compared, and the verdict, where that is not what is said already."""
        width, height = self.size.width - 2, self.size.height
        if width < 1:
            return
        sides = self._pair.sides(self.compared)
        groups = self._groups if self._is_about_groups else None
        said = (sides, width, height, id(self.compared), id(groups))
        if said == self._head_said:
            return
        self._head_said = said
        self.refresh_bindings()  # a run that is gone races no more
        lines = head_lines(sides, self.compared, groups, width, height, self.workbench.signs)
        self.query_one("#diff-head", PaintedText).show(lines)

    def _draw_tabs(self) -> None:
        if self.size.width:
            line = tab_line(TITLES, self._tab, self.size.width - 2, self.workbench.signs, DIGITS)
            self.query_one("#diff-tabs", PaintedText).show([line])

    def _draw_notice(self, sentence: str) -> None:
        notice = self.query_one("#diff-notice", PaintedText)
        notice.display = bool(sentence)
        lines: list[Line] = [(Piece(text),) for text in hanging(inert(sentence), max(20, self.app.size.width - 6))]
        notice.show(lines)

    def _show_pane(self) -> None:
        """Show the pane of the tab, made when it is first looked at and fed when it is looked at again."""
        shown = self._shown
        for number, pane in self._panes.items():
            pane.display = number == shown and self.compared is not None
        self._draw_notice("" if self.compared is not None else self.problem or "Comparing...")
        if self.compared is None:
            return
        pane = self._panes.get(shown)
        if pane is None:
            pane = self._panes[shown] = self._make_pane(shown)
            self._stale.add(shown)
            self.query_one("#diff-body").mount(pane)
        if shown in self._stale:
            # Fed before it is laid out, new or hidden so far, a part of it would get no size to draw itself for.
            pane.call_after_refresh(self._feed, shown)
        else:
            self._feed(shown)

    def _make_pane(self, number: int) -> Widget:
        if number == _GROUPS:
            from screens.diff.groups import GroupsPane

            return GroupsPane(self.workbench.signs)
        return TABS[number].load()(self.workbench.signs)

    def _feed(self, number: int) -> None:
        pane: Any = self._panes[number]
        if not self.is_attached or not pane.is_attached or self.compared is None:
            return
        if number in self._stale:
            self._stale.discard(number)
            self._hand_over(number, pane)
        if number == self._shown and self.is_current:
            target: Widget = pane.focus_target
            target.focus()

    def _hand_over(self, number: int, pane: Any) -> None:
        """Have a pane show the newest comparison."""
        assert self.compared is not None
        if number in (_GROUPS, _SUMMARY) and self._groups is not None:
            pane.take_groups(self._groups)
        elif number != _GROUPS:
            if number == _LATENCY and self._answer is not None:
                pane.no_race = self._answer.no_race
            known: DiffPane = pane
            known.take(self.compared)
