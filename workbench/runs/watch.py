"""What a run's supervisor watches for while nobody looks: figures that are none, losses that jump, silence, devices.

Pure: records as they are folded, samples, and a clock that only runs forward go in; alerts come out, each once until
what it says is over. The supervisor writes them to the run's log, whether or not an interface is open.

Silence counts only in training and evaluating, and only where reports had a rhythm: a fit that says nothing until it
is done is not stalled. It is silence when nothing came for 30 s, for ten times the usual pause and for twice the
longest one, so that what a run does between its epochs is learnt. Whatever a run reports or prints is a sign of life.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from statistics import median

from store.records import Phase, Sample
from workbench.events import PhaseEntered, PointsLogged
from workbench.formatting import format_count, format_duration, format_score, format_some
from workbench.inert import inert
from workbench.runs.alerts import Alert
from workbench.runs.device_watch import DeviceWatch
from workbench.runs.loss_watch import Jump, LossWatch
from workbench.runs.spool import Record

_LOSS = "train_loss"
_QUIET_S = 600.0
"""How long the same complaint about the same series is not repeated, however often it comes and goes."""
_NAMED = 3
_NAME_LIMIT = 40

_LEAST_SILENCE_S = 30.0
_TIMES_USUAL = 10.0
_TIMES_LONGEST = 2.0
_SHORT_S = 1.0
"""Pauses up to this are the ordinary course of things: no rhythm is quicker."""
_REMEMBERED = 32
_LEAST_REPORTS = 4
_WATCHED = {Phase.TRAINING: "training", Phase.EVALUATING: "evaluating"}


class Watch:
    """Follows one attempt of one run."""

    def __init__(self) -> None:
        self._figures = _FigureWatch()
        self._silence = _SilenceWatch()
        self._devices = DeviceWatch()

    def follow(self, records: Iterable[Record], now: float) -> list[Alert]:
        """Records that were folded, which may be none where the run only printed something; ``now`` is monotonic."""
        alerts = self._silence.interrupt(now)
        logged = []
        for record in records:
            entry = record.entry
            if isinstance(entry, PointsLogged):
                logged.append(entry)
            elif isinstance(entry, PhaseEntered):
                self._silence.enter(entry.phase)
        return alerts + self._figures.follow(logged, now)

    def observe(self, samples: Iterable[Sample]) -> list[Alert]:
        """Samples, the next of their devices."""
        return self._devices.follow(samples)

    def wait(self, now: float) -> list[Alert]:
        """Nothing new was there to fold; ``now`` is monotonic."""
        return self._silence.wait(now)


class _FigureWatch:
    """Follows what the run logged."""

    def __init__(self) -> None:
        self._losses = LossWatch()
        self._told: dict[str, float] = {}
        """When each series was last complained of."""

    def follow(self, logged: Iterable[PointsLogged], now: float) -> list[Alert]:
        odd: dict[str, tuple[int, float]] = {}
        jump: tuple[int, Jump] | None = None
        for points in logged:
            values = points.values
            # One sum finds a value that is none among many: they carry into it. What else is so large is looked at too.
            if not math.isfinite(sum(values.values())):
                odd.update(_odd_ones(points, odd))
            loss = values.get(_LOSS)
            if loss is not None and math.isfinite(loss) and (found := self._losses.add(loss)) is not None:
                jump = points.step, found
        alerts = self._complain_of_odd(odd, now) if odd else []
        if jump is not None and self._may_complain(f"jump {_LOSS}", now):
            alerts.append(_jumped(*jump))
        return alerts

    def _complain_of_odd(self, odd: Mapping[str, tuple[int, float]], now: float) -> list[Alert]:
        new = {name: found for name, found in odd.items() if self._may_complain(name, now)}
        if not new:
            return []
        step, value = next(iter(new.values()))
        names = format_some([inert(name, _NAME_LIMIT) for name in new], _NAMED)
        became = ("are" if len(new) > 1 else "is") + (" NaN" if math.isnan(value) else " infinite")
        return [
            Alert(
                f"{names} {became} at step {format_count(step)}: lower the learning rate, clip the gradients, or look "
                "for bad values in the data."
            )
        ]

    def _may_complain(self, what: str, now: float) -> bool:
        """Whether it was not said lately; going on counts as saying, so a lasting trouble is told once."""
        before, self._told[what] = self._told.get(what), now
        return before is None or now - before >= _QUIET_S


def _odd_ones(points: PointsLogged, known: Mapping[str, object]) -> dict[str, tuple[int, float]]:
    return {
        name: (points.step, value)
        for name, value in points.values.items()
        if name not in known and not math.isfinite(value)
    }


def _jumped(step: int, jump: Jump) -> Alert:
    return Alert(
        f"{_LOSS} jumped from about {format_score(jump.level)} to {format_score(jump.now)} at step "
        f"{format_count(step)}: if it does not come back, lower the learning rate or clip the gradients."
    )


class _SilenceWatch:
    """Follows when the run gave a sign of life."""

    def __init__(self) -> None:
        self._phase: Phase | None = None
        self._reports = 0
        self._last: float | None = None
        self._pauses: deque[float] = deque(maxlen=_REMEMBERED)
        self._long_pauses: deque[float] = deque(maxlen=_REMEMBERED)
        self._told = False

    def enter(self, phase: Phase) -> None:
        """Another phase has a rhythm of its own."""
        self._phase, self._reports = phase, 0
        self._pauses.clear()
        self._long_pauses.clear()

    def interrupt(self, now: float) -> list[Alert]:
        """A sign of life."""
        silent = 0.0 if self._last is None else now - self._last
        self._pauses.append(silent)
        if silent > _SHORT_S:
            # A true stall, overcome, must not teach that stalls are usual.
            self._long_pauses.append(min(silent, _TIMES_USUAL * self._limit()))
        told, self._told = self._told, False
        self._last = now
        self._reports += 1
        return [Alert(f"The run reports again, after {format_duration(silent)} of silence.", "info")] if told else []

    def wait(self, now: float) -> list[Alert]:
        """No sign of life."""
        if self._told or self._last is None or self._phase not in _WATCHED or self._reports < _LEAST_REPORTS:
            return []
        silent = now - self._last
        if silent < _LEAST_SILENCE_S or silent < self._limit():
            return []
        self._told = True
        usual = self._usual()
        every = format_duration(usual) if usual > _SHORT_S else "second or sooner"
        return [
            Alert(
                f"Nothing was reported for {format_duration(silent)} while {_WATCHED[self._phase]} (usually every "
                f"{every}): look at the log and the devices, and stop the run if it hangs."
            )
        ]

    def _usual(self) -> float:
        return max(_SHORT_S, median(self._pauses))

    def _limit(self) -> float:
        longest = max(self._long_pauses, default=_SHORT_S)
        return max(_LEAST_SILENCE_S, _TIMES_USUAL * self._usual(), _TIMES_LONGEST * longest)
