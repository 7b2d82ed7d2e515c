"""Races: the latency of two runs' models measured again, side by side, under the same conditions.

``run_race`` needs no heavy library, so that the interface can call it from a thread: the work is done by processes
that it starts. One makes the rows (``rows``), then at least six fresh ones after another time the calls (``runner``).
``entrants`` says who may race, ``design`` how long and in what blocks, ``child`` and ``process`` are the two ends of
the pipe between, ``conduct`` holds it all together and keeps the result in the store.
"""

from workbench.race.conduct import run_race
from workbench.race.design import DEFAULT_SECONDS, STOP_RULE, Design
from workbench.race.progress import RacePhase, RaceProgress

__all__ = ["DEFAULT_SECONDS", "STOP_RULE", "Design", "RacePhase", "RaceProgress", "run_race"]
