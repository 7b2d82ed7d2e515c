"""The lines at the foot of the form that say what the run is going to take.

What past runs of a model took is read once a model, in a thread; from then on the estimate follows each key.
"""

from functools import partial
from typing import TYPE_CHECKING, cast

from screens.form.estimate import Machine, gpus_of, judge, lines_of
from screens.signs import Signs
from screens.widgets.painted import PaintedText
from store.errors import ReportedError
from workbench.data import DatasetEntry
from workbench.spec import RunSpec

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from screens.engine import Engine
    from workbench.estimates import PastRun

    Answer = tuple[str, tuple[PastRun, ...], str | None]


class EstimateText(PaintedText):
    """Time, memory and cost of the run that stands in the form, and what that rests on."""

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="estimate")
        self._signs = signs
        self._model = ""
        self._spec: RunSpec | None = None
        self._data: DatasetEntry | None = None
        self._past: dict[str, tuple[PastRun, ...] | None] = {}
        """What past runs of a model took; None while that is being read."""
        self._cpu: str | None = None

    @property
    def _workbench(self) -> "WorkbenchApp":
        return cast("WorkbenchApp", self.app)

    def judge(self, model: str, spec: RunSpec | None, data: DatasetEntry | None) -> None:
        """Say what a run of ``model`` is going to take; without a spec, that it cannot be told yet."""
        self._model, self._spec, self._data = model, spec, data
        if model not in self._past:
            self._past[model] = None
            self._workbench.consult(partial(_read_past, model=model), self._take_past)
        self._say()

    def on_resize(self) -> None:
        """Wrap anew."""
        self._say()

    def _take_past(self, answer: "Answer") -> None:
        model, self._past[model], self._cpu = answer[0], answer[1], answer[2]
        if self.is_attached:
            self._say()

    def _say(self) -> None:
        past = self._past.get(self._model)
        sentences: tuple[str, ...] = ()
        if self._spec is None:
            sentences = ("Once all fields are right.",)
        elif past is not None:
            machine = Machine(self._cpu, gpus_of(self._workbench.samples))
            sentences = judge(self._spec, self._data, machine, past, self._workbench.settings)
        if self.size:
            self.show(lines_of(sentences, self.size.width, self._signs))


def _read_past(engine: "Engine", model: str) -> "Answer":
    """What past runs of a model took, and the name of this CPU; nothing where the store cannot be read now."""
    from store.database import open_read_only
    from workbench.environment import processor_name
    from workbench.estimates import past_runs

    try:
        with open_read_only(engine.path) as db:
            return model, past_runs(db, model), processor_name()
    except ReportedError:
        return model, (), processor_name()
