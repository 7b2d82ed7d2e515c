"""The tab of curves: one metric of both runs, overlaid."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from screens.asking import AskingPane
from screens.chart import Line as CurveLine
from screens.chart import epoch_length
from screens.pieces import Line, Piece, hanging
from screens.signs import Signs
from screens.widgets.chart_pane import ChartPane
from screens.widgets.painted import PaintedText
from workbench.inert import inert
from workbench.run_words import title_of

if TYPE_CHECKING:
    from workbench.comparison.compared import Compared

_FIRST = ("val_accuracy", "val_loss", "train_loss")
_ONCE_AN_EPOCH = ("val_loss", "val_accuracy", "learning_rate")


@dataclass(frozen=True, slots=True)
class CurvesRequest:
    """Which series to read: a metric (the first there is, without a name) of both runs, of some steps."""

    a_id: int
    b_id: int
    metric: str | None = None
    first_step: int | None = None
    last_step: int | None = None


@dataclass(frozen=True, slots=True)
class Curves:
    """What was read: the metrics that either run has, and the lines of the one wished."""

    request: CurvesRequest
    metrics: tuple[str, ...]
    metric: str | None
    lines: tuple[CurveLine, ...]


def read_curves(path: Path, request: CurvesRequest) -> Curves:
    """Read a metric of both runs; slow, for a thread."""
    from store.database import open_read_only
    from store.runs import get_run
    from store.series import metric_names, read_curve

    with open_read_only(path) as db:
        sides = [("A", request.a_id), ("B", request.b_id)]
        names = [metric_names(db, run_id) for _, run_id in sides]
        metrics = ordered_metrics([name for held in names for name in held])
        metric = request.metric if request.metric in metrics else next(iter(metrics), None)
        lines = []
        for (letter, run_id), held in zip(sides, names, strict=True):
            if metric is None or metric not in held:
                continue
            run = get_run(db, run_id)
            rows = read_curve(db, run_id, metric, first_step=request.first_step, last_step=request.last_step)
            paced = next((name for name in _ONCE_AN_EPOCH if name in held), None)
            lines.append(
                CurveLine(
                    label=inert(run.name),
                    letter=letter,
                    rows=tuple(rows),
                    metric=metric,
                    started_at=run.started_at,
                    steps_per_epoch=epoch_length(read_curve(db, run_id, paced)) if paced else None,
                    is_live=not run.status.ended,
                )
            )
    return Curves(request, metrics, metric, tuple(lines))


def ordered_metrics(names: Sequence[str]) -> tuple[str, ...]:
    """Each name once: those that one looks at first, then the others as they were logged."""
    known = dict.fromkeys(names)
    return (*(name for name in _FIRST if name in known), *(name for name in known if name not in _FIRST))


def metric_line(metrics: Sequence[str], chosen: str | None, width: int, signs: Signs) -> Line:
    """The metrics with the chosen one marked; those that do not fit are left to ``m``."""
    if chosen is None:
        return (Piece("Neither run has logged a series.", "secondary"),)
    place = metrics.index(chosen)
    pieces = [Piece(f" {title_of(chosen)} ", "chosen")]
    used = cell_len(pieces[0].text) + 6
    for name in metrics[place + 1 :] + metrics[:place] if isinstance(metrics, tuple) else ():
        words = f" {title_of(name)} "
        if used + cell_len(words) > width:
            pieces.append(Piece(f" {signs.ellipsis}", "secondary"))
            break
        used += cell_len(words)
        pieces.append(Piece(words, "secondary"))
    return tuple(pieces)


class CurvesPane(AskingPane):
    """The metrics in a line, the chart below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "turn(1)", "Metric", tooltip="The next metric", id="curves.next"),
        Binding("down,j", "turn(1)", "Next metric", show=False, id="curves.down"),
        Binding("M,up,k", "turn(-1)", "Metric before", show=False, id="curves.previous"),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-curves")
        self._signs = signs
        self._ids: tuple[int, int] | None = None
        self._request: CurvesRequest | None = None
        self._metrics: tuple[str, ...] = ()
        self._metric: str | None = None
        self._lead = PaintedText(id="curves-lead", classes="lead")
        self.chart = ChartPane(signs, id="diff-chart")

    def compose(self) -> ComposeResult:
        """Metrics and chart."""
        yield self._lead
        yield self.chart

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        return self.chart

    def take(self, compared: "Compared") -> None:
        """Show the series of another pair, of the same metric if it has it."""
        ids = (int(compared.comparison.a["id"]), int(compared.comparison.b["id"]))
        if ids != self._ids:
            self.chart.reset()
            self._lead.show([(Piece("Reading...", "secondary"),)])
        self._ids = ids
        window = self.chart.view.window or (None, None)
        self._want(self._metric, *window)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without another metric there is none to turn to."""
        return len(self._metrics) > 1 if action == "turn" else super().check_action(action, parameters)

    def show_problem(self, sentence: str) -> None:
        """Say why the series cannot be read."""
        self._lead.show([(Piece(text, "secondary"),) for text in hanging(sentence, max(10, self.size.width - 2))])

    def _show(self, curves: Curves) -> None:
        if curves.metrics != self._metrics:
            self._metrics = curves.metrics
            self.refresh_bindings()
        self._metric = curves.metric
        self._draw_lead()
        if curves.metrics:
            self.chart.show(curves.lines)
        else:
            self.chart.redraw()

    def action_turn(self, by: int) -> None:
        """Show the next metric, or the one before."""
        if self._metric in self._metrics:
            place = (self._metrics.index(self._metric) + by) % len(self._metrics)
            self.chart.reset()
            self._want(self._metrics[place])

    def on_chart_pane_window_moved(self, event: ChartPane.WindowMoved) -> None:
        """Read finer stretches of the steps in sight."""
        event.stop()
        self._want(self._metric, event.first_step, event.last_step)

    def on_resize(self) -> None:
        """Fit the metrics into the width."""
        if self._request is not None and self._metrics:
            self._draw_lead()

    def _want(self, metric: str | None, first: int | None = None, last: int | None = None) -> None:
        if self._ids is not None:
            request = self._request = CurvesRequest(*self._ids, metric, first, last)
            self.ask(lambda path: read_curves(path, request), self._show)

    def _draw_lead(self) -> None:
        self._lead.show([metric_line(self._metrics, self._metric, self.size.width - 2, self._signs)])
