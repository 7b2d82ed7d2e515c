"""The half of the diff screen that compares: which two runs, what a thread found out of them, and when to ask again.

The comparison is made in a thread, with the code behind ``workbench diff``; NumPy and what draws the panes are imported
there too, so that opening the screen waits for neither. Of a run that lives the figures are provisional: they are said
to be, and are compared anew when the page shows that they changed, every ``AGAIN_AFTER_S`` at most.
"""

import time
from typing import TYPE_CHECKING

from screens.base import WorkbenchScreen
from screens.diff.pair import Answer, Pair, compare_groups_of, compare_pair
from screens.page import Page

if TYPE_CHECKING:
    from screens.diff.choice import Candidate
    from workbench.comparison.compared import Compared
    from workbench.comparison.groups import GroupCompared

AGAIN_AFTER_S = 5.0


class ComparingScreen(WorkbenchScreen[None]):
    """Two runs and their comparison; ``show_answer`` and ``show_head`` draw what came of it."""

    def __init__(self, a_id: int, b_id: int) -> None:
        super().__init__()
        self._pair = self._wanted = Pair.of(a_id, b_id)
        self._answer: Answer | None = None
        self._groups: GroupCompared | None = None
        """Their groups, where these are wished for and have been compared."""
        self._wants_groups = False
        self._is_busy = False
        self._asked_at = float("-inf")
        self._state: object = None

    @property
    def compared(self) -> "Compared | None":
        """The comparison that is shown."""
        return self._answer.compared if self._answer is not None else None

    @property
    def problem(self) -> str:
        """Why there is no comparison; '' while one is being made."""
        return self._answer.problem if self._answer is not None else ""

    def show_answer(self) -> None:
        """Show another comparison."""

    def show_head(self) -> None:
        """Say who is compared, and what they are doing."""

    def show_page(self, page: Page) -> None:
        """Say what the runs are doing; compare anew where their figures changed."""
        is_same, wanted = self._wanted is self._pair, self._wanted.after(page)
        self._pair, self._wanted = (wanted if is_same else self._pair.after(page)), wanted
        self.show_head()
        state = wanted.state
        if self._state is None:
            self._state = state
        elif state not in (None, self._state) and wanted.is_whole and not self._is_busy:
            self._compare_soon()

    def compare(self) -> None:
        """Have the pair that is wished for compared."""
        ids, settings = self._wanted.ids, self.workbench.settings
        self._is_busy = True
        self._asked_at = time.monotonic()
        self._state = self._wanted.state
        self.workbench.consult(lambda engine: compare_pair(engine, ids, settings), self._take)

    def take_pair(self, pair: Pair) -> None:
        """Compare two other runs, which take the place of these when that is done; the marks of the table follow."""
        self._wanted, self._state = pair, None
        self.workbench.mark(*pair.ids)
        self.compare()

    def action_swap(self) -> None:
        """Make B A, and A B."""
        self.take_pair(self._wanted.swapped)

    def action_choose_b(self) -> None:
        """Ask for another run to compare A with."""
        from screens.diff.choice import read_candidates

        a_id, b_id = self._wanted.ids
        self.workbench.consult(lambda engine: read_candidates(engine.path, a_id, b_id), self._offer)

    def action_baseline(self) -> None:
        """Make A the run against which the table shows differences."""
        self.workbench.set_baseline(self._pair.ids[0])
        name = self._pair.sides(self.compared)[0].name
        self.workbench.say(f"The run table shows differences to {name} now.", title="Baseline")

    def action_groups(self) -> None:
        """Compare the groups of A and B, or the two runs again."""
        self._wants_groups = not self._wants_groups
        if self._wants_groups:
            self._compare_groups()
        else:
            self._groups = None
            self.show_answer()

    def _compare_groups(self) -> None:
        ids, settings = self._pair.ids, self.workbench.settings

        def then(found: "GroupCompared | str") -> None:
            if not self.is_attached or ids != self._pair.ids or not self._wants_groups:
                return
            if isinstance(found, str):
                self._wants_groups, self._groups = False, None
                self.workbench.say(found, title="No groups", severity="warning")
            else:
                self._groups = found
            self.show_answer()

        self.workbench.consult(lambda engine: compare_groups_of(engine, ids, settings), then)

    def _offer(self, candidates: "list[Candidate]") -> None:
        if not self.is_current:
            return
        from screens.diff.choice import ChooseRunDialog

        dialog = ChooseRunDialog(candidates, self.workbench.signs)
        a_id = self._wanted.a.id
        self.app.push_screen(dialog, lambda b_id: self.take_pair(Pair.of(a_id, b_id)) if b_id is not None else None)

    def _compare_soon(self) -> None:
        """Compare anew, but not sooner than ``AGAIN_AFTER_S`` after the last time."""
        self._is_busy = True
        self.set_timer(max(0.01, self._asked_at + AGAIN_AFTER_S - time.monotonic()), self.compare)

    def _take(self, answer: Answer) -> None:
        """Show what the thread came back with, if it is about the runs that were wished for last."""
        if not self.is_attached or answer.ids != self._wanted.ids:
            return
        self._is_busy = False
        is_other_pair = self._answer is None or self._answer.ids != answer.ids
        self._pair = self._wanted
        if answer.compared is None and self.compared is not None and not is_other_pair:
            return  # A run is gone, as the head says; what was read of it before still stands.
        self._answer = answer
        if is_other_pair:
            self._groups = None
        if self._wants_groups and answer.has_groups:
            self._compare_groups()
        else:
            self._wants_groups, self._groups = False, None
        self.show_answer()
