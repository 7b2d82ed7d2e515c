"""What happens to runs while somebody looks, wherever he looks: alerts that a supervisor wrote, and runs that ended.

News begin when the interface opens: what happened before stands in the runs' logs. Each thing is told once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from store.connection import Database
from store.logs import newest_line_id, read_alerts
from store.records import Run, RunStatus
from store.runs import get_runs
from store.snapshot import StoreSnapshot

MOST_ALERTS = 5
"""Of many alerts at once only the newest are told; the logs have all."""


@dataclass(frozen=True, slots=True)
class News:
    """One thing to be told."""

    run_id: int
    name: str
    title: str
    sentence: str
    severity: str
    """information, warning or error."""


class NewsDesk:
    """Compares what is read with what was read before."""

    def __init__(self) -> None:
        self._after: int | None = None
        self._live: Mapping[int, str] = {}
        self._untold: list[News] = []

    def read(self, db: Database, snapshot: StoreSnapshot) -> None:
        """Learn what is new in a snapshot, within its transaction."""
        newest = newest_line_id(db)
        if self._after is not None and newest > self._after:
            self._alert(db, self._after)
        self._after = newest
        live = {run.id: run.name for run in (*snapshot.running, *snapshot.queued)}
        gone = [run_id for run_id in self._live if run_id not in live]
        if gone:
            self._untold += [_ended(run) for run in get_runs(db, gone).values() if run.status.ended]
        self._live = live

    def take(self) -> tuple[News, ...]:
        """What was not told yet."""
        untold, self._untold = tuple(self._untold), []
        return untold

    def _alert(self, db: Database, after: int) -> None:
        alerts = read_alerts(db, after, limit=MOST_ALERTS)
        names = {run.id: run.name for run in get_runs(db, [line.run_id for line in alerts]).values()}
        for line in alerts:
            name = names.get(line.run_id, f"run {line.run_id}")
            self._untold.append(News(line.run_id, name, f"Alert: {name}", line.text, "warning"))


def _ended(run: Run) -> News:
    if run.status is RunStatus.DONE:
        return News(run.id, run.name, "Done", f"{run.name} is done.", "information")
    if run.status is RunStatus.STOPPED:
        return News(run.id, run.name, "Stopped", f"{run.name} was stopped.", "information")
    return News(run.id, run.name, f"{run.name} {run.status}", run.error or f"The run is {run.status}.", "error")
