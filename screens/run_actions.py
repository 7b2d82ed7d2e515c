"""What keys do to runs: start, clone, stop, delete, label, mark, compare, and measure against a baseline.

Questions are dialogs that return a value; what was answered goes to the engine in a thread, and what became of it, the
table says.
"""

from typing import TYPE_CHECKING, cast

from textual.app import App

from screens.base import WorkbenchScreen
from screens.page import RunRow
from store.errors import ReportedError
from store.records import RunStatus
from workbench.evaluation.metrics import LANGUAGE
from workbench.inert import inert
from workbench.spec import is_imported

if TYPE_CHECKING:
    from collections.abc import Collection

    from screens.app import WorkbenchApp
    from screens.dialogs import StopChoice
    from screens.edit_dialogs import Labels
    from screens.form.draft import Draft, LaunchRequest
    from store.records import Run

WRITING = frozenset({"new_run", "demo", "clone_run", "stop_run", "delete_run", "edit_tags", "move_run", "race"})
"""The actions that change the store: where it is only read they do nothing."""


class RunActions(App[None]):
    """The app's half that acts on runs, mostly on the chosen one."""

    _draft: "Draft | None" = None

    @property
    def _app(self) -> "WorkbenchApp":
        return cast("WorkbenchApp", self)

    @property
    def last_draft(self) -> "Draft":
        """What was typed into the form last."""
        from screens.form.draft import Draft

        return self._draft or Draft()

    @property
    def target(self) -> RunRow | None:
        """The run that keys act on: under the cursor of the table, also where its details are still on their way.

        Over a slow line keys come in bursts: what a page says of the chosen run may be of the one before.
        """
        app = self._app
        screen = app.screen_stack[-1] if app.screen_stack else app.dashboard
        if screen is app.dashboard:
            return app.dashboard.runs.cursor_line
        run_id = screen.run_id if isinstance(screen, WorkbenchScreen) else None
        return app.page.chosen if run_id is None else app.page.row_of(run_id)

    @property
    def language_models(self) -> tuple[str, ...]:
        """The models to ask for text: of the runs marked A and B, else of the run that keys act on; as they are named.

        None where these are no finished runs of language models.
        """
        page, on_dashboard = self._app.page, self._is_on_dashboard
        marked = [_language_model(row) for row in (page.a, page.b) if row is not None] if on_dashboard else []
        if len(marked) == 2 and all(marked):
            return tuple(marked)
        chosen = "" if self.target is None else _language_model(self.target)
        return (chosen,) if chosen else ()

    @property
    def _is_on_dashboard(self) -> bool:
        return not self._app.screen_stack or self._app.screen_stack[-1] is self._app.dashboard

    def offered_actions(self) -> dict[str, bool]:
        """Which actions on runs would do something now."""
        chosen = self.target
        may_write = not self._app.read_only
        can_mark = chosen is not None
        return {
            "new_run": may_write,
            "demo": may_write,
            "clone_run": may_write and chosen is not None and not is_imported(chosen.run),
            "stop_run": may_write and chosen is not None and chosen.is_live,
            "delete_run": may_write and chosen is not None and not chosen.is_live,
            "edit_tags": may_write and chosen is not None,
            "mark_run": can_mark,
            "diff_runs": can_mark and self._app.page.runs > 1,
            "baseline": can_mark,
            "prompt": self._is_on_dashboard or bool(self.language_models),
        }

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        offered = self.offered_actions()
        return offered[action] if action in offered else super().check_action(action, parameters)

    def action_new_run(self) -> None:
        """Open the form, with what was typed last."""
        self._app.open_form()

    def action_demo(self) -> None:
        """Train the demo's two models, and compare them when they are done."""
        from screens.dashboard.demo import start_demo

        start_demo(self._app)

    def action_clone_run(self) -> None:
        """Open the form with the settings of the chosen run."""
        row = self.target
        if row is not None:
            from screens.form.draft import Draft

            try:
                draft = Draft.from_run(row.run)
            except ReportedError as error:  # of a run whose model is not one that can be trained here
                self._app.say(error.message, title=error.title, severity="error")
                return
            self._app.open_form(draft)

    def launch(self, request: "LaunchRequest | None") -> None:
        """Start what the form returned, and go to the new run."""
        if request is None:
            return
        self._draft = request.draft
        self._app.consult(lambda engine: engine.start(request), self._started)

    def action_stop_run(self) -> None:
        """Ask whether the chosen run shall stop; asked a second time, whether it shall be killed."""
        row = self.target
        if row is None or not row.is_live:
            return
        from screens.dialogs import KillDialog, StopDialog

        dialog = StopDialog if row.run.stop_requested is None else KillDialog
        self.push_screen(dialog(inert(row.run.name)), lambda choice: self._stop(row, choice))

    def action_delete_run(self) -> None:
        """Ask whether the chosen run, or the runs of the chosen group, shall be deleted."""
        row = self.target
        if row is None or row.is_live:
            return
        from screens.edit_dialogs import DeleteRunsDialog

        ids = (row.run.id,) if row.fold is None else row.fold.member_ids
        name = inert(row.run.name)
        self.push_screen(DeleteRunsDialog(name, len(ids)), lambda agreed: self._delete(ids, agreed=bool(agreed)))

    def action_edit_tags(self) -> None:
        """Edit the tags and notes of the chosen run."""
        row = self.target
        if row is None:
            return
        from screens.edit_dialogs import LabelsDialog

        self.push_screen(LabelsDialog(row.run), lambda labels: self._label(row, labels))

    def action_mark_run(self) -> None:
        """Mark the chosen run A, or B where another is A; a marked run loses its mark."""
        row = self.target
        if row is None:
            return
        a_id, b_id = self._app.wish.marks
        run_id = row.run.id
        if run_id == a_id:
            a_id = None
        elif run_id == b_id:
            b_id = None
        elif a_id is None:
            a_id = run_id
        else:
            b_id = run_id
        self.mark(a_id, b_id)

    def mark(self, a_id: int | None, b_id: int | None) -> None:
        """Make these runs A and B."""
        self._app.ask(marks=(a_id, b_id))
        self._app.remember(a_id=a_id, b_id=b_id)

    def action_diff_runs(self) -> None:
        """Compare the marked runs; with one mark, that run and the chosen one."""
        a_id, b_id = self._app.wish.marks
        target = self.target
        chosen_id = target.run.id if target is not None else None
        marked = [run_id for run_id in (a_id, b_id) if run_id is not None]
        if len(marked) == 1 and chosen_id is not None and chosen_id not in marked:
            a_id, b_id = (a_id, chosen_id) if a_id is not None else (chosen_id, b_id)
        if a_id is None or b_id is None:
            self._app.say(
                "Mark a run with space: it becomes A. Then go to another and press d.", title="Two runs to compare"
            )
            return
        self._app.open_diff(a_id, b_id)

    def action_baseline(self) -> None:
        """Make the chosen run the baseline of the table, or have none where it is already."""
        row = self.target
        if row is not None:
            self.set_baseline(None if row.run.id == self._app.wish.baseline_id else row.run.id)

    def set_baseline(self, run_id: int | None) -> None:
        """Show every run's difference to this one; None: the figures themselves."""
        self._app.ask(baseline_id=run_id)
        self._app.remember(baseline_id=run_id)

    def forget(self, run_ids: "Collection[int]") -> None:
        """Take marks and the baseline from runs that are no more, whoever deleted them: unseen they would stay."""
        a_id, b_id = self._app.wish.marks
        if not {a_id, b_id}.isdisjoint(run_ids):
            self.mark(None if a_id in run_ids else a_id, None if b_id in run_ids else b_id)
        if self._app.wish.baseline_id in run_ids:
            self.set_baseline(None)

    def _started(self, run: "Run") -> None:
        """Go to the new run; that it is queued, the table says."""
        self._app.hurry()
        self._app.dashboard.runs.choose_newest(run.id)

    def _stop(self, row: RunRow, choice: "StopChoice | None") -> None:
        if choice is not None:
            force = choice == "force"
            self._app.consult(lambda engine: engine.stop(row.run.id, force=force), self._done)

    def _delete(self, run_ids: tuple[int, ...], *, agreed: bool) -> None:
        if not agreed:
            return
        self._app.consult(lambda engine: engine.delete(run_ids), self._done)

    def _label(self, row: RunRow, labels: "Labels | None") -> None:
        if labels is not None:
            self._app.consult(lambda engine: engine.label(row.run.id, labels.tags, labels.notes), self._done)

    def _done(self, _: object) -> None:
        self._app.hurry()


def _language_model(row: RunRow) -> str:
    """The model that a finished run has trained, as generators name it; '' where it is none that makes text."""
    run = row.run
    is_one = run.task == LANGUAGE and run.status is RunStatus.DONE and not is_imported(run)
    return f"run:{run.id}" if is_one else ""
