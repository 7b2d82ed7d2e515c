"""What the visible page shows at one moment: one frozen value, made by the poller, drawn by the screens' watchers.

It is complete in itself, so a newer one may replace an older one that nobody has drawn yet. The log is the one part
that grows: a page carries the lines after ``log_after``, an id that the screen sets when it has drawn them, so a page
that was replaced takes no line with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from store.records import LogLine, Run, RunDetail, RunStatus, SeriesRow


@dataclass(frozen=True, slots=True)
class Wish:
    """What the screen wants to see: these rows of the table, this run, and its log after the last line drawn."""

    offset: int = 0
    limit: int = 60
    chosen_id: int | None = None
    log_after: int = 0


@dataclass(frozen=True, slots=True)
class RunRow:
    """One row of the run table: the run, what it really is doing, and the figures that the columns ask for."""

    run: Run
    status: RunStatus
    """As the lock says: a run that the store calls running is ``lost`` here once its lock is free."""
    figures: Mapping[str, float | None]
    silent_since: float | None = None
    """When a run of another host last wrote, once that is too long ago; its processes cannot be asked from here."""

    @property
    def is_live(self) -> bool:
        """Whether the run may still change by itself."""
        return not self.status.ended


@dataclass(frozen=True, slots=True)
class Curve:
    """The chosen run's main series, as stretches of steps."""

    metric: str
    rows: tuple[SeriesRow, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The visible page: rows ``offset`` to ``offset + len(rows)`` of ``total`` runs, and the chosen run beside them."""

    total: int = 0
    live: int = 0
    """How many of all runs are queued or running, by the store's word."""
    offset: int = 0
    rows: tuple[RunRow, ...] = ()
    chosen: RunRow | None = None
    detail: RunDetail | None = None
    log: tuple[LogLine, ...] = ()
    log_after: int = 0
    curve: Curve | None = None
    now: float = 0.0
    """The reader's clock; it moves only while a visible run lives, so that a page at rest equals the one before."""

    @property
    def may_change(self) -> bool:
        """Whether it may look different without anybody having written: by a lock that is let go, or by the clock."""
        return any(row.run.status is RunStatus.RUNNING for row in (*self.rows, self.chosen) if row is not None)

    def row_of(self, run_id: int | None) -> RunRow | None:
        """The row of a run, if the page holds it."""
        if self.chosen is not None and self.chosen.run.id == run_id:
            return self.chosen
        return next((row for row in self.rows if row.run.id == run_id), None)
