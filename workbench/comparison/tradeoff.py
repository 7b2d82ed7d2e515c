"""Candidates weighed up: one quality against one price, who is dominated, who meets the needs, who wins.

``trade_off`` is pure. A run whose latency was measured under other conditions than most is shown with the reason and
takes no part in the front and in the scores, since its place would say more about the machine than about the model;
``mixed`` lets it in all the same. Costs carry the price of the device, so they compare across devices.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from store.documents import finite
from store.records import FigureGroup
from workbench.comparison.candidates import MAIN_QUALITY, Candidate, Conditions, usual_conditions
from workbench.comparison.result import Caution
from workbench.comparison.weighing import ROLES, Segment, Weighed, weigh
from workbench.errors import UnknownName, UsageError
from workbench.evaluation.metrics import LANGUAGE, METRICS
from workbench.formatting import format_delta, format_value

T = TypeVar("T", bound=Hashable)

LATENCY, COST = "p95_ms", "usd_per_1k_predictions"
_COSTS: Mapping[str, str] = {LANGUAGE: "usd_per_million_tokens"}
"""What answering costs, by task, where it is not counted by the prediction."""
_OF_LATENCY = ("usd_per_1k_predictions", "usd_per_1k_correct", "usd_per_million_tokens")
"""Costs that follow from a latency."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to weigh up. ``x`` is the price, ``y`` the quality; needs are bounds by figure, in their own unit.

    A need is the least value of a figure where higher is better, else the most. Weights are of ``quality`` (``y``),
    ``latency`` (``x`` where that is a latency, else p95) and ``cost`` (``x`` where that is a cost, else that of
    ``cost_of``).
    """

    x: str = LATENCY
    y: str | None = None
    """None: the main figure of the task."""
    needs: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    """All alike where none is given; one that is not named beside others is 0."""
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Miss:
    """A need that a run does not meet: by how much, or ``value`` None where that is not known."""

    figure: str
    bound: float
    value: float | None
    sentence: str

    @property
    def by(self) -> float | None:
        """How far the value is on the wrong side of the bound, above 0."""
        return None if self.value is None else abs(self.value - self.bound)


@dataclass(frozen=True, slots=True)
class TradePoint:
    """A candidate's place: on the front, or dominated by the run with the id ``dominated_by``, or not placed at all."""

    run: Candidate
    x: float | None
    y: float | None
    placed: bool
    """False where a value is not known, or the latency was measured under other conditions."""
    on_front: bool
    dominated_by: int | None
    flags: tuple[Caution, ...]
    misses: tuple[Miss, ...]
    scores: Mapping[str, float]
    """How it does on each weighed role, from 0 (the worst candidate) to 1 (the best); empty where it is not scored."""
    score: float | None
    """The weighted mean of ``scores``."""

    @property
    def passes(self) -> bool:
        """Whether every need is met."""
        return not self.misses


@dataclass(frozen=True, eq=False)
class Tradeoff:
    """All candidates of the same data and what comes out; ``segments`` by the role whose weight is turned."""

    choice: Choice
    y: str
    points: tuple[TradePoint, ...]
    """Best quality first, unknown ones last."""
    usual: Conditions | None
    """The conditions of most latencies."""
    weights: Mapping[str, float]
    """As they were used: they add up to 1."""
    roles: Mapping[str, str]
    """The figure of each role that is weighed."""
    winners: tuple[int, ...]
    segments: Mapping[str, tuple[Segment, ...]]
    notes: tuple[str, ...]

    @property
    def x(self) -> str:
        """The figure that is the price."""
        return self.choice.x

    @property
    def front(self) -> tuple[TradePoint, ...]:
        """The runs that no other dominates, by ``x`` from the best on."""
        up = bool(METRICS[self.x].higher_is_better)
        return tuple(sorted((p for p in self.points if p.on_front), key=lambda p: -(p.x or 0) if up else (p.x or 0)))

    def point(self, run_id: int) -> TradePoint | None:
        """The point of one run."""
        return next((point for point in self.points if point.run.id == run_id), None)


def cost_of(task: str) -> str:
    """The figure of what it costs to answer: dollars per 1,000 predictions, of text per million tokens."""
    return _COSTS.get(task, COST)


def trade_off(candidates: Sequence[Candidate], choice: Choice | None = None) -> Tradeoff:
    """Weigh up runs of the same data; raises UnknownName or UsageError for a figure that is not one of METRICS."""
    choice = choice or Choice()
    task = candidates[0].task if candidates else ""
    y = choice.y or MAIN_QUALITY.get(task, "accuracy")
    for name in (choice.x, y, *choice.needs):
        _check_figure(name)
    for role in choice.weights:
        if role not in ROLES:
            raise UnknownName("weight", role, ROLES)
    if choice.x == y:
        raise UsageError(f"{y} cannot be weighed against itself: choose another figure for one of the axes.")
    usual = usual_conditions(candidates)
    roles = _roles(choice, y, cost_of(task))
    placed = {run.id: run for run in candidates if _is_placed(run, (choice.x, y), usual, choice)}
    dominators = _dominators(list(placed.values()), choice.x, y)
    misses = {run.id: _misses(run, choice.needs) for run in candidates}
    scored = [run for run in candidates if not any(_obstacle(run, name, usual, choice) for name in roles.values())]
    weighed = weigh(
        {run.id: {role: run.figures.get(name) for role, name in roles.items()} for run in scored},
        {role: bool(METRICS[name].higher_is_better) for role, name in roles.items()},
        choice.weights,
        eligible={run.id for run in candidates if not misses[run.id]},
    )
    flags = _Flags.among(candidates, usual)
    points = [
        TradePoint(
            run=run,
            x=run.figures.get(choice.x),
            y=run.figures.get(y),
            placed=run.id in placed,
            on_front=run.id in placed and run.id not in dominators,
            dominated_by=dominators.get(run.id),
            flags=tuple(flags(run, (choice.x, *roles.values()))),
            misses=misses[run.id],
            scores=weighed.scores.get(run.id, {}),
            score=weighed.totals.get(run.id),
        )
        for run in candidates
    ]
    best = -1 if METRICS[y].higher_is_better else 1
    points.sort(key=lambda point: (point.y is None, best * (point.y or 0.0)))
    return Tradeoff(
        choice=choice,
        y=y,
        points=tuple(points),
        usual=usual,
        weights=weighed.weights,
        roles={role: name for role, name in roles.items() if role in weighed.weights},
        winners=weighed.winners,
        segments=weighed.segments,
        notes=tuple(_notes(roles, weighed)),
    )


def _check_figure(name: str) -> None:
    if name not in METRICS:
        raise UnknownName("figure", name, METRICS)


def _roles(choice: Choice, y: str, usual_cost: str) -> dict[str, str]:
    group = METRICS[choice.x].group
    latency = choice.x if group is FigureGroup.LATENCY else LATENCY
    cost = choice.x if group is FigureGroup.COST else usual_cost
    return dict(zip(ROLES, (y, latency, cost), strict=True))


def _obstacle(run: Candidate, figure: str, usual: Conditions | None, choice: Choice) -> str | None:
    """Why this run's figure may not stand beside those of the others; None where it may."""
    if choice.mixed or usual is None or run.figures.get(figure) is None:
        return None
    if METRICS[figure].group is FigureGroup.LATENCY:
        return run.conditions.unlike(usual)
    return run.conditions.unlike(usual, device=False) if figure in _OF_LATENCY else None


def _is_placed(run: Candidate, axes: Sequence[str], usual: Conditions | None, choice: Choice) -> bool:
    return all(
        finite(run.figures.get(name)) is not None and _obstacle(run, name, usual, choice) is None for name in axes
    )


def _dominators(placed: Sequence[Candidate], x: str, y: str) -> dict[int, int]:
    """For each run that another is at least as good as in both figures, and better in one: the best such run's id."""
    signs = [1.0 if METRICS[name].higher_is_better else -1.0 for name in (x, y)]

    def goodness(run: Candidate) -> tuple[float, float]:
        return signs[0] * float(run.figures[x] or 0.0), signs[1] * float(run.figures[y] or 0.0)

    # From the best x on, and of equal x the best y: whoever dominates a run stands before it.
    found: dict[int, int] = {}
    best: Candidate | None = None
    for run in sorted(placed, key=goodness, reverse=True):
        if best is None or goodness(run)[1] > goodness(best)[1]:
            best = run
        elif goodness(run) != goodness(best):
            found[run.id] = best.id
    return found


def _misses(run: Candidate, needs: Mapping[str, float]) -> tuple[Miss, ...]:
    found = []
    for name, bound in needs.items():
        value, metric = finite(run.figures.get(name)), METRICS[name]
        if value is None:
            found.append(Miss(name, bound, None, f"{metric.title} is not known"))
        elif (value < bound) if metric.higher_is_better else (value > bound):
            side = "below" if metric.higher_is_better else "above"
            gap = format_delta(name, abs(value - bound)).lstrip("+")
            sentence = f"{metric.title} {format_value(name, value)} is {gap} {side} {format_value(name, bound)}"
            found.append(Miss(name, bound, value, sentence))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Flags:
    """What a run is held against to be flagged: the usual conditions, their machine, and the usual split."""

    usual: Conditions | None
    host: str | None
    split_seed: int | None
    several_splits: bool

    @classmethod
    def among(cls, candidates: Sequence[Candidate], usual: Conditions | None) -> "_Flags":
        alike = [run.conditions.host for run in candidates if usual and run.conditions.unlike(usual) is None]
        seeds = [run.split_seed for run in candidates]
        host, seed = _commonest([host for host in alike if host is not None]), _commonest(seeds)
        return cls(usual, host, seed, several_splits=len(set(seeds)) > 1)

    def __call__(self, run: Candidate, figures: Sequence[str]) -> Iterator[Caution]:
        timed = [name for name in figures if METRICS[name].group is FigureGroup.LATENCY]
        if self.usual is not None and any(run.figures.get(name) is not None for name in timed):
            why = run.conditions.unlike(self.usual)
            if why:
                yield Caution("other-conditions", f"latency measured {why}")
            elif self.host is not None and run.conditions.host not in (None, self.host):
                yield Caution("other-host", f"latency measured on another machine, {run.conditions.host}")
        if self.several_splits and run.split_seed != self.split_seed:
            yield Caution("other-split", f"tested on another part of the data (split seed {run.split_seed})")


def _commonest(values: Sequence[T]) -> T | None:
    """The value that occurs most often; of as many, the first."""
    return Counter(values).most_common(1)[0][0] if values else None


def _notes(roles: Mapping[str, str], weighed: Weighed) -> list[str]:
    notes = [
        f"{METRICS[roles[role]].title} is known of no run, so {role} takes no part in the scores"
        for role in roles
        if role in weighed.unknown
    ]
    if weighed.weights:
        scales = ", ".join(f"{role} by {weighed.scales[role]}" for role in weighed.weights)
        notes.append(f"scores run from 0, the worst candidate, to 1, the best: {scales}")
    return notes
