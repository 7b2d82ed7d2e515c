"""How the runs of the data are weighed up: the axes, the needs and weights as they stand now, and steps along them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from screens.chart.scale import value_scale
from store.documents import finite
from store.records import FigureGroup
from workbench.comparison.candidates import MAIN_QUALITY, Candidate, Candidates, load_candidates
from workbench.comparison.tradeoff import COST, LATENCY, Choice, Tradeoff, TradePoint, cost_of, trade_off
from workbench.evaluation.metrics import METRICS
from workbench.settings_text import WEIGHTED

if TYPE_CHECKING:
    from workbench.settings import Settings
    from workbench.settings_editing import Setting

T = TypeVar("T")

WEIGHT_STEP = 0.25
_MOST_WEIGHT = 100.0
_RATIO_FOR_LOG = 20.0
"""Values that differ by this factor or more are told apart on a logarithmic axis only."""
_FINER = 10


@dataclass(frozen=True, slots=True)
class TradeView:
    """What is weighed up, and how it is looked at."""

    x: str = LATENCY
    y: str | None = None
    """None: the main figure of the task."""
    needs: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(WEIGHTED, 1.0))
    mixed: bool = False
    """Whether latencies that were measured under other conditions take part, too."""
    log: bool | None = None
    """Whether x is on a logarithmic axis; None: where its values differ by a lot."""

    @classmethod
    def of(cls, settings: "Settings") -> "TradeView":
        """As the settings have it."""
        return cls(needs=dict(settings.needs), weights=dict(settings.weights))

    @property
    def choice(self) -> Choice:
        """What the engine weighs up."""
        return Choice(self.x, self.y, self.needs, self.weights, self.mixed)

    def with_need(self, figure: str, bound: float | None) -> "TradeView":
        """With another bound of a figure, or with none."""
        needs = {name: value for name, value in self.needs.items() if name != figure}
        return replace(self, needs=needs if bound is None else {**needs, figure: bound})

    def with_weight(self, role: str, weight: float) -> "TradeView":
        """With another weight, 0 at least."""
        return replace(self, weights={**self.weights, role: min(_MOST_WEIGHT, max(0.0, round(weight, 6)))})

    def changes(self, settings: "Settings") -> dict[str, "Setting"]:
        """What of needs and weights is not as the settings have it, by the keys of the settings file."""
        changed: dict[str, Setting] = {}
        for table, now, kept in (("needs", self.needs, settings.needs), ("weights", self.weights, settings.weights)):
            names = dict.fromkeys((*kept, *now))
            changed |= {f"{table}.{name}": now.get(name) for name in names if now.get(name) != kept.get(name)}
        return changed


@dataclass(frozen=True, eq=False)
class Weighing:
    """What a thread came back with: the runs, what may be on the axes, and what comes out."""

    view: TradeView
    candidates: Candidates
    xs: tuple[str, ...]
    ys: tuple[str, ...]
    found: Tradeoff

    @property
    def figures(self) -> tuple[str, ...]:
        """Those that are looked at: on the axes, weighed, or bounded by a need."""
        found = self.found
        return tuple(dict.fromkeys((found.y, found.x, *found.roles.values(), *found.choice.needs)))

    @property
    def needs(self) -> tuple[str, ...]:
        """The figures of which needs are offered: quality, latency, cost, and whatever has a bound."""
        x = self.found.x
        of_group = {METRICS[x].group: x}
        latency = of_group.get(FigureGroup.LATENCY, LATENCY)
        cost = of_group.get(FigureGroup.COST, cost_of(self.candidates.data.task))
        extra = [x] if x not in (latency, cost) else []
        return tuple(dict.fromkeys((self.found.y, latency, cost, *extra, *self.view.needs)))

    @property
    def seen(self) -> tuple[TradePoint, ...]:
        """The points that have a place on the axes, from the best x on."""
        up = bool(METRICS[self.found.x].higher_is_better)
        known = [point for point in self.found.points if finite(point.x) is not None and finite(point.y) is not None]
        return tuple(sorted(known, key=lambda point: (-(point.x or 0.0) if up else point.x or 0.0, point.run.id)))

    @property
    def can_be_log(self) -> bool:
        """Whether every value across is above 0."""
        return bool(self.seen) and all((point.x or 0.0) > 0 for point in self.seen)

    @property
    def log(self) -> bool:
        """Whether the axis across is logarithmic."""
        if not self.can_be_log:
            return False
        values = [point.x or 0.0 for point in self.seen]
        return max(values) >= _RATIO_FOR_LOG * min(values) if self.view.log is None else self.view.log


def read_candidates(path: Path, run_id: int) -> Candidates:
    """The finished runs of the same data as this one; slow, for a thread."""
    from store.database import open_read_only

    with open_read_only(path) as db:
        return load_candidates(db, like=run_id)


def weigh_up(candidates: Candidates, view: TradeView) -> Weighing:
    """Weigh them up; what is on an axis and known of no run gives way to what is."""
    xs, ys = _known(candidates.runs, _x_figures()), _known(candidates.runs, _y_figures(candidates.data.task))
    x = view.x if view.x in xs or not xs else xs[0]
    main = MAIN_QUALITY.get(candidates.data.task)
    y = view.y if view.y in ys else main if main in ys or not ys else ys[0]
    view = replace(view, x=x, y=y)
    return Weighing(view, candidates, xs, ys, trade_off(candidates.runs, view.choice))


def _x_figures() -> tuple[str, ...]:
    """What a quality may be held against: p95 first, as the command line does, then whatever costs something."""
    prices = (FigureGroup.LATENCY, FigureGroup.COST, FigureGroup.SIZE)
    return tuple(dict.fromkeys((LATENCY, COST, *(name for name, metric in METRICS.items() if metric.group in prices))))


def next_of(items: Sequence[T], current: T, by: int = 1) -> T:
    """The next of several, after the last the first."""
    return items[(items.index(current) + by) % len(items)] if current in items else items[0]


def moved_need(runs: Sequence[Candidate], figure: str, bound: float | None, by: int) -> float:
    """A bound ``by`` round steps further; where there is none yet, one that every run meets."""
    values = [value for run in runs if (value := finite(run.figures.get(figure))) is not None]
    scale = value_scale(values, tight=True)
    if scale is None:
        return max(0.0, (bound or 0.0) + by)
    if bound is None:
        return scale.low if METRICS[figure].higher_is_better else scale.high
    step = scale.step / _FINER
    return float(f"{round(bound / step + by) * step:.10g}")


def _known(runs: Sequence[Candidate], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if any(finite(run.figures.get(name)) is not None for run in runs))


def _y_figures(task: str) -> tuple[str, ...]:
    qualities = [name for name, metric in METRICS.items() if metric.group is FigureGroup.METRICS]
    return tuple(name for name in qualities if METRICS[name].task in (None, task))
