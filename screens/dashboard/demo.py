"""The demo by one key: two small models are trained, marked A and B, and compared as soon as both are done."""

from typing import TYPE_CHECKING

from screens.engine import Engine
from screens.page import Page

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from store.records import Run


def start_demo(app: "WorkbenchApp") -> None:
    """Start both runs in a thread, then watch them."""
    app.consult(_start, lambda runs: DemoWatch(app, runs).begin())


class DemoWatch:
    """Waits for the two runs of a demo, which the marks keep in every page."""

    def __init__(self, app: "WorkbenchApp", runs: "tuple[Run, Run]") -> None:
        self._app = app
        self._a, self._b = runs
        self._is_over = False

    def begin(self) -> None:
        """Mark the runs, go to the first, and follow the pages."""
        self._app.mark(self._a.id, self._b.id)
        self._app.hurry()
        self._app.dashboard.runs.choose_newest(self._b.id)
        words = f"{self._a.name} and {self._b.name} are training; their comparison opens when both are done."
        self._app.say(words, title="Demo")
        self._app.watch(self._app, "page", self._follow, init=False)

    def _follow(self, page: Page) -> None:
        """Compare the two once both have ended; who has other marks by then compares something else."""
        if self._is_over:
            return
        if self._app.wish.marks != (self._a.id, self._b.id):
            self._is_over = True
            return
        rows = (page.a, page.b)
        if any(row is None or not row.status.ended for row in rows):
            return
        self._is_over = True
        unfinished = [row.run.name for row in rows if row is not None and row.status.value != "done"]
        if unfinished:
            names = " and ".join(unfinished)
            self._app.say(f"{names} did not finish; the log tells why.", title="Demo", severity="warning")
        elif self._app.screen is self._app.dashboard:
            self._app.open_diff(self._a.id, self._b.id)
        else:
            self._app.say("Both models are trained: d on the dashboard compares them.", title="Demo")


def _start(engine: Engine) -> "tuple[Run, Run]":
    """Queue both runs."""
    from screens.form.draft import Draft, LaunchRequest
    from workbench.demonstration import TAG, demo_specs

    requests = [LaunchRequest(spec, name, (TAG,), "", None, Draft()) for name, spec in demo_specs()]
    a, b = (engine.start(request) for request in requests)
    return a, b
