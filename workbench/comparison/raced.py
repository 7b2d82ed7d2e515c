"""A race as a comparison reads it: rows of latency that both models were measured for under the same conditions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.comparison.conditions import disturbances, instability
from workbench.comparison.contrast import Contrast
from workbench.comparison.options import Options
from workbench.comparison.race_bootstrap import RaceTrials, race_contrasts, trials_from
from workbench.comparison.result import Caution, Row, Verdict, row_of
from workbench.comparison.verdicts import adjust, decide
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_p, format_percent

if TYPE_CHECKING:
    from store.database import Database

METHOD = (
    "times of each pair of blocks brought to one speed of the machine; percentiles over all calls, B minus A; standard "
    "error by resampling processes and pairs; Student's t with one degree less than processes"
)
"""How the rows come from the trials, for whoever reads the document."""


@dataclass(frozen=True, eq=False)
class RacedCalls:
    """A race between the two runs of a comparison, with its sides as that has them."""

    id: int
    measured_at: float
    trials: RaceTrials
    conditions: Mapping[str, Any]
    """Those of the race; what is true of one model only stands under ``a`` and ``b``."""

    def swapped(self) -> "RacedCalls":
        """The same race between B and A."""
        conditions = {**self.conditions, "a": self.conditions.get("b"), "b": self.conditions.get("a")}
        return replace(self, trials=self.trials.swapped(), conditions=conditions)

    def to_json(self) -> dict[str, Any]:
        """What a comparison says of the race that it uses."""
        from workbench.run_json import iso_time

        return {
            "id": self.id,
            "measured_at": iso_time(self.measured_at),
            "processes": self.trials.processes,
            "pairs": len(self.trials.process),
            "trials": self.trials.n,
            "method": METHOD,
            "conditions": dict(self.conditions),
        }


def load_race(db: "Database", a_id: int, b_id: int) -> RacedCalls | None:
    """The newest race between two runs of a store under their present checkpoints, whichever of them was A then."""
    from store.races import newest_race
    from workbench.evaluation.columns import unpack

    found = newest_race(db, a_id, b_id)
    if found is None:
        return None
    columns = {name: unpack(column) for name, column in found.race.columns.items()}
    trials = trials_from(columns["ms"], columns["process"], columns["pair"], columns["side"])
    race = RacedCalls(found.id, found.race.measured_at, trials, found.race.conditions)
    return race if found.race.a_run_id == a_id else race.swapped()


def race_rows(race: RacedCalls, options: Options) -> list[Row]:
    """The rows of percentiles and mean; p50 and p95 are one Holm family."""
    contrasts = race_contrasts(race.trials)
    adjusted = adjust(contrasts)
    return [_row(name, contrast, adjusted.get(name), options, race) for name, contrast in contrasts.items()]


def race_cautions(race: RacedCalls) -> Iterator[Caution]:
    """What disturbed the race. It met both models alike, so that no row falls with it."""
    yield from disturbances(race.conditions, who="race")
    for letter in ("A", "B"):
        yield from disturbances(race.conditions.get(letter.lower()) or {}, who=f"race, {letter}")


def race_instability(trials: RaceTrials) -> tuple[dict[str, float], dict[str, float]]:
    """Drift and modes of A's and of B's calls within their processes.

    Processes differ: against the median of its own, a call shows what happened within them.
    """
    starts = np.searchsorted(trials.process, trials.process)
    found = []
    for side in (trials.a, trials.b):
        process = trials.process[side.pair]
        medians = {number: float(np.median(side.ms[process == number])) for number in np.unique(process)}
        relative = side.ms / np.array([medians[number] for number in process])
        found.append(instability(relative, side.pair - starts[side.pair]))
    return found[0], found[1]


def _row(name: str, contrast: Contrast, p: float | None, options: Options, race: RacedCalls) -> Row:
    metric = METRICS[name]
    verdict, reason = decide(metric, contrast, p, options.margins.get(name))
    if verdict is Verdict.UNRESOLVED and contrast.doubt is None:
        reason = f"p = {format_p(p)}: {_what_would_tell(contrast)}"
    if contrast.delta is not None:
        reason = f"raced in {race.trials.processes} processes, {reason}"
    return row_of(metric, contrast, p, verdict, reason)


def _what_would_tell(contrast: Contrast) -> str:
    low, high = contrast.interval or (0.0, 0.0)
    reach = max(abs(low), abs(high)) / contrast.a.value if contrast.a.value else 0.0
    return f"if they differ, then by less than {format_percent(reach)}; a longer race would narrow that"
