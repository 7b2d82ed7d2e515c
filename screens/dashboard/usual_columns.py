"""The columns of the run table that the workbench knows: what a cell of each says, and which are shown by themselves.

Those that are shown unless the user chose others are the figures that the runs in the table have: of classifiers
accuracy and log loss, of language models bits per byte and perplexity, of both some of each.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from screens.dashboard.cell_values import figure_cell
from screens.dashboard.cells import Cell, Context
from screens.formatting import (
    Align,
    Cut,
    bar,
    dataset_name,
    progress_text,
    share_done,
    status_sign,
    status_word,
    time_text,
)
from screens.page import RunRow
from store.records import RunStatus
from workbench.cells import shorten
from workbench.evaluation.listed import TELLING_SCORES, listed_speeds, listed_tasks
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_moment
from workbench.inert import inert


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``priority`` 0 is always there, higher ones come as the width allows.

    ``best`` is how wide it grows where there is room, ``width`` how wide it is at least. The key of a column of figures
    is the full path of the value in a run's document.
    """

    key: str
    title: str
    width: int
    align: Align
    priority: int
    cell: Callable[[RunRow, Context], Cell]
    best: int = 0
    cut: Cut = "middle"

    @property
    def path(self) -> str | None:
        """What has to be read of each run; None where the run itself says it."""
        return self.key if "." in self.key else None


def _status(row: RunRow, context: Context) -> Cell:
    return Cell(f"{status_sign(row, context.signs)} {status_word(row)}", row.status.value)


def _name(row: RunRow, context: Context) -> Cell:
    if row.fold is None:
        return Cell(inert(row.run.name) if not row.is_member else f"  {inert(row.run.name)}", "name")
    sign = context.signs.unfolded if row.fold.is_open else context.signs.folded
    count = f"{sign} {len(row.fold.member_ids)} {context.signs.times} "
    room = max(1, context.width - len(count))
    return Cell(count + shorten(inert(row.fold.name), room, context.signs.ellipsis), "name")


def _model(row: RunRow, context: Context) -> Cell:
    return Cell(inert(row.run.model))


def _data(row: RunRow, context: Context) -> Cell:
    return Cell(dataset_name(row.run.dataset))


def _device(row: RunRow, context: Context) -> Cell:
    return Cell(inert(row.run.device), "secondary")


def _seed(row: RunRow, context: Context) -> Cell:
    return Cell("" if row.fold is not None else str(row.run.seed), "secondary")


def _time(row: RunRow, context: Context) -> Cell:
    return Cell(time_text(row, context.now))


def _created(row: RunRow, context: Context) -> Cell:
    return Cell(format_moment(row.run.created_at), "secondary")


def _id(row: RunRow, context: Context) -> Cell:
    return Cell(str(row.run.id), "secondary")


def _tags(row: RunRow, context: Context) -> Cell:
    return Cell(inert(" ".join(row.run.tags)), "secondary")


def _notes(row: RunRow, context: Context) -> Cell:
    return Cell(inert(" ".join(row.run.notes.split())), "secondary")


def _progress(row: RunRow, context: Context) -> Cell:
    if row.run.error and row.status is not RunStatus.DONE:
        return Cell(inert(row.run.error), "secondary")
    share = share_done(row.run)
    words = progress_text(row)
    if not words or share is None:
        return Cell(words, "secondary")
    filled, empty = bar(share, 8, context.signs)
    return Cell(f"{filled}{empty} {words}", "running")


def figures_column(path: str, title: str, width: int, priority: int) -> Column:
    """A column of the figures at a path of a run's document."""
    return Column(path, title, width, "right", priority, lambda row, context: figure_cell(row, path, context))


_FIRST: tuple[Column, ...] = (
    Column("status", "status", 10, "left", 0, _status),
    Column("name", "run", 18, "left", 0, _name, best=44),
    Column("model", "model", 11, "left", 5, _model, best=20, cut="end"),
    Column("data", "data", 8, "left", 4, _data, best=18),
)
_LAST: tuple[Column, ...] = (
    figures_column("cost.train_usd", "USD", 7, 11),
    figures_column("size.parameters", "params", 9, 12),
    Column("time", "time", 7, "right", 1, _time),
    Column("device", "device", 7, "left", 10, _device),
    Column("seed", "seed", 4, "right", 13, _seed),
    Column("created", "created", 16, "left", 14, _created),
    Column("progress", "progress", 26, "left", 7, _progress, best=60, cut="end"),
)
_MORE: tuple[Column, ...] = (
    Column("id", "id", 5, "right", 0, _id),
    Column("tags", "tags", 12, "left", 0, _tags, best=24, cut="end"),
    Column("notes", "notes", 20, "left", 0, _notes, best=48, cut="end"),
)
_TITLES = {
    "accuracy": ("acc", 6),
    "macro_f1": ("F1", 6),
    "log_loss": ("loss", 6),
    "rmse": ("RMSE", 6),
    "mae": ("MAE", 6),
    "r2": ("R2", 6),
    "bits_per_byte": ("bits/B", 6),
    "perplexity": ("perpl.", 6),
    "next_token_accuracy": ("tok acc", 7),
    "p50_ms": ("p50 ms", 7),
    "p95_ms": ("p95 ms", 7),
    "tokens_per_s": ("tok/s", 7),
    "ttft_ms": ("ttft ms", 7),
}
"""The heading of a figure that is shown by itself, and how wide its column is."""
_SPEEDS = (3, 9)
"""Priorities of the two figures of latency."""


def usual_columns(tasks: Sequence[str]) -> tuple[Column, ...]:
    """What is shown of runs of these ``tasks`` unless the user chose otherwise."""
    return (*_FIRST, *_scores(listed_tasks(tasks)), *_speeds(listed_speeds(tasks)), *_LAST)


def _scores(tasks: Sequence[str]) -> Iterator[Column]:
    """Of one task its first two scores before all else, of several the first of each."""
    for place, task in enumerate(tasks):
        telling = TELLING_SCORES[task]
        for name in sorted(telling, key=list(METRICS).index):
            yield _figure(name, _priority(telling.index(name), place, is_only=len(tasks) == 1))


def _priority(rank: int, place: int, *, is_only: bool) -> int:
    """Of the score that tells the most but ``rank`` others, of the task at ``place`` or the only one."""
    if rank == 0:
        return 1 if place == 0 else 2
    return 2 if rank == 1 and is_only else 8


def _speeds(names: Sequence[str]) -> Iterator[Column]:
    return (_figure(name, priority) for name, priority in zip(names, _SPEEDS, strict=True))


def _figure(name: str, priority: int) -> Column:
    title, width = _TITLES[name]
    return figures_column(f"{METRICS[name].group}.{name}", title, width, priority)


BUILT_IN = {
    column.key: column for column in (*usual_columns(()), *(_figure(name, 0) for name in _TITLES), *_LAST, *_MORE)
}
"""Every column that has a heading of its own, those that are shown of classifiers first."""
