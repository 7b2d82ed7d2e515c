"""What the visible page shows at one moment: one frozen value, made by the poller, drawn by the screens' watchers.

It is complete in itself, so a newer one may replace an older one that nobody has drawn yet. The log is the one part
that grows: a page carries the lines after ``log_after``, an id that the screen sets when it has drawn them, so a page
that was replaced takes no line with it.

A screen says what it wants to see by changing its part of the ``Wish``; what nobody wishes for is not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from store.records import LogLine, Run, RunDetail, RunStatus, Sample, SeriesRow

Value = float | int | str | bool | None
"""What stands in a cell of the run table."""


@dataclass(frozen=True, slots=True)
class TableWish:
    """Which rows of the run table are in sight, of which runs, in which order, with which columns."""

    offset: int = 0
    limit: int = 60
    where: str = ""
    """An expression of the one grammar; empty: all runs."""
    sort: str = ""
    """A sort key as ``runs --sort`` takes it (``PATH``, ``PATH:asc``, ``PATH:desc``); empty: newest first."""
    folded: bool = False
    """Whether runs that differ only in seed are one row."""
    unfolded: frozenset[int] = frozenset()
    """The groups whose runs are listed all the same, each by the id of its oldest run."""
    paths: tuple[str, ...] = ()
    """The values that the columns show, as full paths of a run's document: ``metrics.accuracy``."""


@dataclass(frozen=True, slots=True)
class CurvesWish:
    """Which series of the chosen run are in sight; without names, its main one."""

    metrics: tuple[str, ...] = ()
    first_step: int | None = None
    last_step: int | None = None
    """The steps in sight, where the curve is zoomed; None: all."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the open screen wants to see."""

    table: TableWish = field(default_factory=TableWish)
    chosen_id: int | None = None
    log_after: int = 0
    """Id of the last log line of the chosen run that is drawn."""
    curves: CurvesWish = field(default_factory=CurvesWish)
    history: bool = False
    """Whether the samples of the devices during the chosen run are wanted."""
    queue: bool = False
    """Whether the queue and the leases are wanted."""
    marks: tuple[int | None, int | None] = (None, None)
    """The runs marked A and B."""
    baseline_id: int | None = None
    """The run against which the table shows differences."""
    all_paths: bool = False
    """Whether the paths of all values that runs have are wanted."""


@dataclass(frozen=True, slots=True)
class Fold:
    """What a row that stands for several runs says besides its newest run: figures of the row are then means."""

    member_ids: tuple[int, ...]
    """Newest first."""
    name: str
    """The group's name, or what the names of its runs have in common."""
    means: Mapping[str, Value]
    """By path: the mean of a figure, the common value of anything else."""
    spreads: Mapping[str, float | None]
    """Sample standard deviation by path; None where fewer than two runs have the figure."""
    is_open: bool = False
    """Whether its runs are listed below it."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One row of the run table: the run, what it really is doing, and the values that the columns ask for."""

    run: Run
    status: RunStatus
    """As the lock says: a run that the store calls running is ``lost`` here once its lock is free."""
    figures: Mapping[str, Value]
    """By full path: ``metrics.accuracy``."""
    silent_since: float | None = None
    """When a run of another host last wrote, once that is too long ago; its processes cannot be asked from here."""
    fold: Fold | None = None
    is_member: bool = False
    """Whether it is listed below the row of its group."""

    @property
    def is_live(self) -> bool:
        """Whether the run may still change by itself."""
        return not self.status.ended


@dataclass(frozen=True, slots=True)
class Curve:
    """A series of the chosen run, as stretches of steps."""

    metric: str
    rows: tuple[SeriesRow, ...]


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """A device or core that one of this user's runs holds now."""

    what: str
    """A GPU's UUID, or ``core 3``."""
    device: str
    run_id: int | None
    """None where the note of the lease cannot be read."""
    run_name: str | None
    """None where the run is of another store."""
    store: str | None
    pid: int | None
    since_at: float | None


@dataclass(frozen=True, slots=True)
class QueueView:
    """Who waits, next first; who works; and who holds what."""

    queued: tuple[RunRow, ...] = ()
    running: tuple[RunRow, ...] = ()
    leases: tuple[LeaseRow, ...] = ()
    pids: Mapping[int, int] = field(default_factory=dict)
    """Process id of a supervisor or trainer on this host → the id of its run."""


@dataclass(frozen=True, slots=True)
class ModelUse:
    """How often a model was run, and what there is of it."""

    runs: int
    has_checkpoint: bool
    """Whether the checkpoint of any of them lies in the store's folder."""


@dataclass(frozen=True, slots=True)
class Page:
    """The visible page: rows ``offset`` to ``offset + len(rows)`` of ``total``, and the chosen run beside them."""

    is_read: bool = False
    """Whether it was read of the store: only the page that stands before the first was not."""
    total: int = 0
    """Rows of the table: runs, or groups where they are folded, that pass the filter."""
    runs: int = 0
    """All runs of the store."""
    live: int = 0
    """How many of all runs are queued or running, by the store's word."""
    offset: int = 0
    rows: tuple[RunRow, ...] = ()
    arrangement: tuple[str, str, bool] = ("", "", False)
    """The filter, the sort key and whether groups are folded, as these rows are arranged."""
    problem: str | None = None
    """Why the filter or the sort key cannot be used, as a sentence; the rows are then all runs, newest first."""
    chosen: RunRow | None = None
    chosen_at: int | None = None
    """At which row of the table the chosen run stands; None where the filter leaves it out."""
    detail: RunDetail | None = None
    log: tuple[LogLine, ...] = ()
    log_after: int = 0
    curves: tuple[Curve, ...] = ()
    metrics: tuple[str, ...] = ()
    """The names of all series of the chosen run."""
    history: tuple[Sample, ...] = ()
    """Readings of the devices during the chosen run, in the order of time."""
    running: tuple[RunRow, ...] = ()
    """Every run that the store calls running, in sight or not."""
    queue: QueueView | None = None
    a: RunRow | None = None
    b: RunRow | None = None
    baseline: RunRow | None = None
    gone: frozenset[int] = frozenset()
    """Of the marked runs and the baseline those that the store has no more."""
    models: Mapping[str, "ModelUse"] = field(default_factory=dict)
    """What the store has of each model that was ever run."""
    paths: tuple[str, ...] = ()
    """The paths of values that any run has; read when ``Wish.all_paths`` asks for them."""
    now: float = 0.0
    """The reader's clock; it moves only while a visible run lives, so that a page at rest equals the one before."""

    @property
    def may_change(self) -> bool:
        """Whether it may look different without anybody having written: by a lock that is let go, or by the clock."""
        return bool(self.running)

    def row_of(self, run_id: int | None) -> RunRow | None:
        """The row of a run, if the page holds it."""
        if self.chosen is not None and self.chosen.run.id == run_id:
            return self.chosen
        return next((row for row in self.rows if row.run.id == run_id), None)
